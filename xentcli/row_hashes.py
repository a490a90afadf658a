"""Hashes of rows of scores: a function of what a row holds, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.draws import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Hashes = NDArray[np.uint64]

_CHUNK = 1 << 13
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


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
        factors = mixed(np.arange(1, len(raw) + 2, dtype=np.uint64) * _GOLDEN) | np.uint64(1)
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


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
