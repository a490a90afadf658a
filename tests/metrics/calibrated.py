"""Bins and what is read off them, from their definitions: plain loops over exact numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tests.metrics import oracle
from xentcli.options import Scale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.laws.rows import Rows


class Bin(NamedTuple):
    """What one bin holds; `squares` is Σw²."""

    rows: int = 0
    weight: Fraction = Fraction(0)
    predicted: Fraction = Fraction(0)
    true: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)


def probabilities(rows: Rows) -> np.typing.NDArray[np.float64]:
    """The (K, n) probabilities, to the last bits."""
    if rows.scale is Scale.PROBABILITY:
        p = rows.raw.astype(np.float64)
        if rows.raw.ndim == 2:
            return p
        return np.stack([p, 1 - p] if rows.positive == 0 else [1 - p, p])
    found = [[float(oracle.probability(rows, i, k)) for i in range(len(rows))] for k in (0, 1, 2)]
    return np.array(found)


def binned(
    p: Iterable[float], came: Iterable[bool], weights: Iterable[Fraction], bins: int
) -> list[Bin]:
    """Bins of equal width, the last one with both of its ends."""
    found = [Bin() for _ in range(bins)]
    for x, y, w in zip(p, came, weights, strict=True):
        number = min(math.floor(float(x) * bins), bins - 1)
        b = found[number]
        found[number] = Bin(
            b.rows + 1,
            b.weight + w,
            b.predicted + w * Fraction(float(x)),
            b.true + w * int(y),
            b.squares + w * w,
        )
    return found


def bins_of(rows: Rows, bins: int, group: int | None) -> list[Bin]:
    """The bins of a class; for None those of the positive class, or of the top labels."""
    p, w = probabilities(rows), oracle.weights(rows)
    if group is None and rows.k > 2:
        return binned(p.max(axis=0), p.argmax(axis=0) == rows.truth, w, bins)
    k = rows.positive if group is None else group
    return binned(p[k], rows.truth == k, w, bins)


def expected_error(bins: list[Bin]) -> float:
    """Σ W |gap| / ΣW."""
    return float(sum(abs(b.true - b.predicted) for b in bins) / sum(b.weight for b in bins))


def squared_error(bins: list[Bin]) -> float:
    """Σ W/ΣW (gap² - what chance adds to it), over bins with two rows and more."""
    total, whole = Fraction(0), sum(b.weight for b in bins)
    for b in bins:
        if b.rows > 1:
            n, y = b.weight**2 / b.squares, b.true / b.weight
            gap = y - b.predicted / b.weight
            total += b.weight / whole * (gap**2 - y * (1 - y) / (n - 1))
    return float(total)
