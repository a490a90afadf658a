"""Hashes of numbers, of texts that lie one after the other in memory, and of rows of scores.

All are made by the finaliser of SplitMix64 (Steele, Lea and Flood 2014): of texts, eight bytes of
all of them at a time.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.numerics.arrays import Array, Bytes, Hashes, Ints


GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEPS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST = np.uint64(31)
_HALF = np.uint64(32)
_CHUNK = 1 << 13
_WORD = 8
# The bytes of a text that a word of eight holds, where less than eight are left.
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


def mixed(numbers: Hashes) -> Hashes:
    """Numbers of which every bit depends on every bit of those given, each in its place.

    >>> mixed(np.array([0, 1], dtype=np.uint64)).tolist()
    [0, 6238072747940578789]
    """
    found = numbers.copy()
    mix(found, np.empty_like(found))
    return found


def mix(numbers: Hashes, spare: Hashes) -> None:
    """`mixed`, in place: `spare`, of the same shape, is written over."""
    for shift, factor in _STEPS:
        np.right_shift(numbers, shift, out=spare)
        np.bitwise_xor(numbers, spare, out=numbers)
        np.multiply(numbers, factor, out=numbers)
    np.right_shift(numbers, _LAST, out=spare)
    np.bitwise_xor(numbers, spare, out=numbers)


def counted(start: int, n: int) -> Hashes:
    """`n` numbers that have nothing to do with each other, from `start` and their places alone."""
    places = np.arange(1, n + 1, dtype=np.uint64)
    first = mixed(np.array([start], dtype=np.uint64))
    return mixed(first + places * GOLDEN)


def of_floats(values: Array) -> Hashes:
    """A hash of each number, as float64 whatever its type; -0.0 is 0.0."""
    return mixed((values.astype(np.float64) + 0.0).view(np.uint64))


def of_texts(texts: Sequence[str]) -> Hashes:
    """A hash of each text.

    >>> a, b, c = of_texts(["17", "1700000000", "17"]).tolist()
    >>> a == c, a == b
    (True, False)
    """
    encoded = "".join(texts).encode("utf-8", "surrogatepass")
    whole = len(encoded) == sum(map(len, texts))
    sizes = map(len, texts if whole else (t.encode("utf-8", "surrogatepass") for t in texts))
    ends = np.fromiter(accumulate(sizes), np.int64, len(texts))
    return of_bytes(np.frombuffer(encoded, np.uint8), np.append(0, ends))


def of_bytes(data: Bytes, ends: Ints) -> Hashes:
    """A hash of each piece of `data`, piece i being that from `ends[i]` to `ends[i + 1]`."""
    starts, lengths = ends[:-1], np.diff(ends)
    # A word of eight bytes from every byte on, the bytes in the same order on every machine.
    padded = np.concatenate((data, np.zeros(_WORD, np.uint8)))
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    found = mixed(lengths.astype(np.uint64) + GOLDEN)
    longest = int(lengths.max(initial=0))
    shortest = int(lengths.min(initial=longest))
    live: slice | Ints = slice(None)
    for first in range(0, longest, _WORD):
        if first >= shortest:
            live = np.flatnonzero(lengths > first)
        left = np.minimum(lengths[live] - first, _WORD)
        word = words.take(starts[live] + first).astype(np.uint64, copy=False)
        word &= _MASKS.take(left)
        word ^= found[live]
        found[live] = mixed(word)
    return found


def hashes_of(raw: Array, truth: Array) -> Hashes:
    """A hash of each row of the (K, n) scores, as float64 whatever their type, and its class.

    Each score's bits times an odd number of its own, added up and mixed: equal rows have equal
    hashes, and others almost surely (some n²/2^65) have not.

    >>> p = np.array([[0.5, 0.25, 0.5], [0.5, 0.75, 0.5]])
    >>> a, b, c = hashes_of(p, np.array([0, 1, 0])).tolist()
    >>> a == c, a == b
    (True, False)
    """
    total = np.empty(raw.shape[1], dtype=np.uint64)
    with np.errstate(over="ignore"):
        factors = mixed(np.arange(1, len(raw) + 2, dtype=np.uint64) * GOLDEN) | np.uint64(1)
        for start in range(0, len(total), _CHUNK):
            rows = slice(start, start + _CHUNK)
            part = total[rows]
            np.multiply(truth[rows].astype(np.uint64), factors[-1], out=part)
            for scores, factor in zip(raw[:, rows], factors, strict=False):
                bits = scores.astype(np.float64).view(np.uint64)
                # What was float32 has nothing in its low bits, which a product would not reach.
                bits ^= bits >> _HALF
                bits *= factor
                part += bits
            part[:] = mixed(part)
    return total
