"""Numbers of twice a float64's digits, as unevaluated sums of two: many at a time.

For figures of very many slices, where whole numbers, one by one, would take too long. Every
operation is made of IEEE additions and multiplications, so the bits are the same everywhere;
relative errors are a few times 2^-104 (Dekker 1971; Hida, Li and Bailey 2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.numerics.exact import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats


_SPLITTER = float(2**27 + 1)


class Doubles(NamedTuple):
    """`high` + `low`, the low part being below half a unit of the high one's last place."""

    high: Floats
    low: Floats

    def __add__(self, other: object) -> Doubles:
        if not isinstance(other, Doubles):
            return NotImplemented
        high, error = _two_sum(self.high, other.high)
        low, rest = _two_sum(self.low, other.low)
        high, error = _quick_two_sum(high, error + low)
        return Doubles(*_quick_two_sum(high, error + rest))

    def __sub__(self, other: Doubles) -> Doubles:
        return self + Doubles(-other.high, -other.low)

    def __mul__(self, other: object) -> Doubles:
        if not isinstance(other, Doubles):
            return NotImplemented
        high, error = _two_product(self.high, other.high)
        error = error + (self.high * other.low + self.low * other.high)
        return Doubles(*_quick_two_sum(high, error))

    def over(self, other: Doubles) -> Doubles:
        """The quotient; NaN where the divisor is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            first = self.high / other.high
            rest = self - other * of(first)
            second = rest.high / other.high
            rest = rest - other * of(second)
            third = rest.high / other.high
            high, low = _quick_two_sum(first, second)
            return Doubles(*_quick_two_sum(high, low + third))

    @property
    def rounded(self) -> Floats:
        """The nearest float64."""
        return self.high + self.low


def of(values: Floats) -> Doubles:
    """Numbers of one float64 each."""
    return Doubles(values, np.zeros_like(values))


def constant(numerator: int, denominator: int, n: int) -> Doubles:
    """The quotient of two whole numbers, `n` times."""
    high = ratio(numerator, denominator)
    above, below = high.as_integer_ratio()
    low = ratio(numerator * below - above * denominator, denominator * below)
    return Doubles(np.full(n, high), np.full(n, low))


def whole(values: NDArray[np.int64]) -> Doubles:
    """Whole numbers of up to 63 bits, exactly."""
    high = (values >> 32).astype(np.float64) * 2.0**32
    return Doubles(*_two_sum(high, (values & 0xFFFFFFFF).astype(np.float64)))


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    total = a + b
    shadow = total - a
    return total, (a - (total - shadow)) + (b - shadow)


def _quick_two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    total = a + b
    return total, b - (total - a)


def _two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def _split(a: Floats) -> tuple[Floats, Floats]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
