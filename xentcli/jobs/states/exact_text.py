"""Exact numbers as plain text, and back: sums, arrays, floats.

A sum is a whole number in hexadecimal times a power of two, as C and Python's `float.fromhex`
read it, however many digits it takes: nothing is rounded.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.exact import Sums
from xentcli.numerics.groups import Groups
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.report.json_text import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.numerics.arrays import Array


_SUM = re.compile(r"(-?)0x([0-9a-f]{1,600})p([+-][0-9]{1,4})", re.ASCII)
# A float64 holds so many bits, and a sum is taken apart into so many at a time.
_BITS = 52
_MASK = (1 << _BITS) - 1


def spelled(units: int) -> str:
    """A whole number of 2^-1074 as a sum is spelled.

    >>> spelled(0), spelled(-3 << 1073), spelled(1 << 1084)
    ('0', '-0x3p-1', '0x1p+10')
    """
    if not units:
        return "0"
    size = abs(units)
    zeros = (size & -size).bit_length() - 1
    return f"{'-' if units < 0 else ''}{size >> zeros:#x}p{zeros - UNIT_BITS:+d}"


def read(text: str) -> tuple[int, int]:
    """A sum's whole number and its power of two. Raises ValueError for what is none.

    >>> read("-0x3p-1")
    (-3, -1)
    """
    if text == "0":
        return 0, 0
    found = _SUM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no sum")
    exponent = int(found[3])
    if exponent < -UNIT_BITS:
        raise ValueError(f"{text[:40]!r} is finer than any sum")
    return int(found[1] + found[2], 16), exponent


def sums_record(sums: Mapping[str, Sums], size: int) -> dict[str, Any]:
    """Sums by name, `size` to each or several times as many, as plain values.

    Names of which all sums are zero have an empty list. `infinite` counts infinite terms.
    """
    texts: dict[str, list[str]] = {}
    infinite: dict[str, list[int]] = {}
    widths: dict[str, int] = {}
    for name in sorted(sums):
        units = sums[name].units()
        texts[name] = list(map(spelled, units)) if any(units) else []
        if sums[name].infinite.any():
            infinite[name] = sums[name].infinite.tolist()
        if sums[name].size != size:
            widths[name] = sums[name].size // max(size, 1)
    record: dict[str, Any] = {"sums": texts}
    if infinite:
        record["infinite"] = infinite
    if widths:
        record["widths"] = widths
    return record


def sums_of(record: Mapping[str, Any], size: int) -> dict[str, Sums]:
    """The sums that `sums_record` made a record of. Raises ValueError where lengths are wrong."""
    widths, infinite = record.get("widths", {}), record.get("infinite", {})
    found: dict[str, Sums] = {}
    for name, texts in record["sums"].items():
        cells = size * whole(widths.get(name, 1), 1)
        if texts and len(texts) != cells:
            raise ValueError(f"{len(texts)} sums of {name!r} where {cells} belong")
        found[name] = _sums(texts, cells)
        if name in infinite:
            counts = [whole(count) for count in infinite[name]]
            if len(counts) != cells:
                raise ValueError(f"{len(counts)} counts of {name!r} where {cells} belong")
            found[name].add_infinite(np.array(counts, dtype=np.int64))
    if not set(infinite) | set(widths) <= set(found):
        raise ValueError("counts of sums that are not there")
    return found


def _sums(texts: Sequence[str], cells: int) -> Sums:
    sums = Sums(cells)
    pairs = [read(text) for text in texts]
    left = [abs(number) for number, _ in pairs]
    signs = np.array([-1.0 if number < 0 else 1.0 for number, _ in pairs])
    exponents = np.array([exponent for _, exponent in pairs], dtype=np.int32)
    ones = Groups(np.ones(cells, dtype=np.int64))
    while any(left):
        digits = np.array([number & _MASK for number in left], dtype=np.float64)
        with np.errstate(over="ignore", under="ignore"):
            terms = np.ldexp(signs * digits, exponents)
        if not np.isfinite(terms).all():
            raise OverflowError("a sum is too large")
        sums.add(terms, ones)
        left = [number >> _BITS for number in left]
        exponents += _BITS
    return sums


def array_record(array: Array) -> dict[str, Any]:
    """An array as plain values: its type, its shape, and its bytes, the lowest of each first."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    data = b64encode(little.tobytes()).decode("ascii")
    return {"type": array.dtype.str.lstrip("<>|="), "shape": list(array.shape), "base64": data}


_TYPES = {"u1", "u2", "u4", "u8", "i8", "f4", "f8"}


def array_of(record: Mapping[str, Any], *types: str) -> Array:
    """The array that `array_record` made a record of, of one of these types, none of it NaN."""
    kind, shape = record["type"], tuple(whole(n) for n in record["shape"])
    if kind not in (types or _TYPES):
        raise ValueError(f"an array of {kind!r}")
    data = b64decode(record["base64"], validate=True)
    found = np.frombuffer(data, dtype=f"<{kind}").astype(kind).reshape(shape)
    if kind[0] == "f" and np.isnan(found).any():
        raise ValueError("an array with NaN")
    return found


def number_text(value: float) -> str:
    """A float to the bit.

    >>> number_text(0.1), number_text(float("inf"))
    ('0x1.999999999999ap-4', 'inf')
    """
    return float(value).hex()


def number(text: Any) -> float:
    """What `number_text` spelled. Raises ValueError for NaN, TypeError for what is no text."""
    found = float.fromhex(text)
    if math.isnan(found):
        raise ValueError("NaN")
    return found
