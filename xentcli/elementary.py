"""Logarithm and exponential that give the same bits on every machine.

numpy's own `log` and `exp` differ in the last bit between processors (AVX-512 has other
code paths) and between C libraries, so sums of them would too. The functions here use
additions, multiplications, divisions and integer shifts only, which IEEE 754 fixes to the
bit. The argument reductions and coefficients are those of fdlibm (`e_log.c`, `e_exp.c`,
Sun Microsystems 1993), whose error is below one unit in the last place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LOG2_E = 1.44269504088896338700
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_EXP = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)

_SMALLEST_NORMAL = 2.0**-1022
_EXPONENT_BITS = np.int64(-1 << 52)
_HALF_ROOT = np.float64(0.7071067811865476).view(np.int64)
# Adding 1.5·2^52 puts a small integer into the low bits of a float64: the conversion
# between int64 and float64 that needs no instruction of its own.
_SHIFTER = np.float64(1.5 * 2.0**52)
_SHIFTER_BITS = _SHIFTER.view(np.int64)


def log(x: Floats) -> Floats:
    """Natural logarithm of every entry of `x` (float64, none negative, none NaN).

    log 0 is -inf, log inf is inf. The error is below 0.8 units in the last place.

    >>> log(np.array([1.0, 0.0, 2.0]))
    array([0.        ,       -inf, 0.69314718])
    """
    if x.size and not (x.min() >= _SMALLEST_NORMAL and x.max() < np.inf):
        return _log_with_edges(x)
    return _log_normal(x)


def _log_with_edges(x: Floats) -> Floats:
    """`log` where zeros, subnormal numbers or infinities occur."""
    small = x < _SMALLEST_NORMAL
    ordinary = np.where(small, x * 2.0**54, x)
    edge = (x == 0) | (x == np.inf)
    result = _log_normal(np.where(edge, 1.0, ordinary))
    # 54·ln 2, in the same two parts that _log_normal would have used.
    result = np.where(small, (result - 54 * LN2_HIGH) - 54 * LN2_LOW, result)
    return np.where(edge, np.where(x == 0, -np.inf, np.inf), result)


def _log_normal(x: Floats) -> Floats:
    """`log` of positive normal finite numbers: x = 2^k (1+f), s = f/(2+f), log(1+f) = 2 atanh s."""
    k, f, s, z, w, t, r = np.empty((7, *x.shape))
    k_bits, f_bits = k.view(np.int64), f.view(np.int64)
    bits = np.ascontiguousarray(x).view(np.int64)
    np.subtract(bits, _HALF_ROOT, out=k_bits)
    np.bitwise_and(k_bits, _EXPONENT_BITS, out=k_bits)
    np.subtract(bits, k_bits, out=f_bits)
    np.subtract(f, 1.0, out=f)
    np.right_shift(k_bits, 52, out=k_bits)
    np.add(k_bits, _SHIFTER_BITS, out=k_bits)
    np.subtract(k, _SHIFTER, out=k)

    np.add(f, 2.0, out=s)
    np.divide(f, s, out=s)
    np.multiply(s, s, out=z)
    np.multiply(z, z, out=w)
    _horner(w, (_LOG[1], _LOG[3], _LOG[5]), out=t)
    np.multiply(t, w, out=t)
    _horner(w, (_LOG[0], _LOG[2], _LOG[4], _LOG[6]), out=r)
    np.multiply(r, z, out=r)
    np.add(r, t, out=r)

    np.multiply(f, f, out=t)
    np.multiply(t, 0.5, out=t)
    np.add(r, t, out=r)
    np.multiply(r, s, out=r)
    np.multiply(k, LN2_LOW, out=z)
    np.add(r, z, out=r)
    np.subtract(t, r, out=t)
    np.subtract(t, f, out=t)
    np.multiply(k, LN2_HIGH, out=k)
    np.subtract(k, t, out=k)
    return k


def _horner(x: Floats, coefficients: tuple[float, ...], *, out: Floats) -> None:
    """The polynomial with `coefficients` (lowest first) at `x`."""
    np.multiply(x, coefficients[-1], out=out)
    np.add(out, coefficients[-2], out=out)
    for c in reversed(coefficients[:-2]):
        np.multiply(out, x, out=out)
        np.add(out, c, out=out)


def exp(x: Floats) -> Floats:
    """e to the power of every entry of `x` (float64, no NaN).

    exp(-inf) is 0; what is too large is inf. The error is below one unit in the last place.

    >>> exp(np.array([0.0, 1.0, -np.inf]))
    array([1.        , 2.71828183, 0.        ])
    """
    # Beyond these the result is 0 or inf whatever the digits; the clip keeps k in range.
    x = np.clip(x, -746.0, 710.0)
    k = np.rint(x * LOG2_E)
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = np.empty_like(t)
    _horner(t, _EXP, out=c)
    np.multiply(c, t, out=c)
    np.subtract(r, c, out=c)
    np.multiply(r, c, out=r)
    np.subtract(2.0, c, out=c)
    np.divide(r, c, out=r)
    np.subtract(low, r, out=low)
    np.subtract(low, high, out=low)
    np.subtract(1.0, low, out=low)
    return _scale(low, k)


def _scale(y: Floats, k: Floats) -> Floats:
    """y · 2^k for whole k; only where a result may leave the normal numbers is ldexp used."""
    if k.size and k.min() >= -1021 and k.max() <= 1023:
        bits = np.add(k, _SHIFTER).view(np.int64)
        np.subtract(bits, _SHIFTER_BITS, out=bits)
        np.left_shift(bits, 52, out=bits)
        np.add(bits, y.view(np.int64), out=bits)
        return bits.view(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(y, k.astype(np.int64))


def log1p(x: Floats) -> Floats:
    """log(1 + x) of every entry of `x`, which is at least -1; exact for tiny x.

    1 + x is rounded to u; what the rounding lost, e = x - (u - 1), adds e/u to log u.

    >>> float(log1p(np.array([1e-20]))[0])
    1e-20
    """
    u = x + 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        lost = np.subtract(u, 1.0)
        np.subtract(x, lost, out=lost)
        np.divide(lost, u, out=lost)
    if x.size and not (u.min() > 0 and u.max() < np.inf):
        lost[(u == 0) | (u == np.inf)] = 0.0
    return np.add(log(u), lost, out=lost)


def expm1(x: Floats) -> Floats:
    """exp(x) - 1 of every entry of `x`, exact for tiny x (W. Kahan's quotient with `log`).

    >>> float(expm1(np.array([1e-20]))[0])
    1e-20
    """
    u = exp(x)
    plain = u - 1.0
    near = (np.abs(x) < 0.5) & (u != 1.0)
    result = np.where(u == 1.0, x, plain)
    if near.any():
        result[near] = plain[near] * x[near] / log(u[near])
    return result
