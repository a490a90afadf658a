"""Logarithm and exponential that give the same bits on every machine.

numpy's own `log` and `exp` differ in the last bit between processors (AVX-512 has other
code paths) and between C libraries, so sums of them would too. The functions here use
additions, multiplications, divisions and integer shifts only, which IEEE 754 fixes to the
bit. The argument reductions and coefficients are those of fdlibm (`e_log.c`, `e_exp.c`,
Sun Microsystems 1993), whose error is below one unit in the last place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats


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


_CHUNK = 1 << 14


_scratch = Scratch(6, _CHUNK)


def log(x: Floats) -> Floats:
    """Natural logarithm of every entry of `x` (float64, none negative, none NaN).

    log 0 is -inf, log inf is inf. The error is below 0.8 units in the last place.

    >>> log(np.array([1.0, 0.0, 2.0]))
    array([0.        ,       -inf, 0.69314718])
    """
    result = surprise(x)
    np.negative(result, out=result)
    # log 1 is 0, not -0.
    return np.add(result, 0.0, out=result)


def surprise(x: Floats) -> Floats:
    """-log of every entry of `x` (float64, none negative, none NaN): what a probability costs.

    >>> surprise(np.array([1.0, 0.5, 0.0]))
    array([0.        , 0.69314718,        inf])
    """
    if x.size and not (_least(x) >= _SMALLEST_NORMAL and _largest(x) < np.inf):
        return _surprise_with_edges(x)
    return _in_chunks(_surprise_chunk, x)


def _surprise_with_edges(x: Floats) -> Floats:
    """`surprise` where zeros, subnormal numbers or infinities occur."""
    small = x < _SMALLEST_NORMAL
    ordinary = x.copy()
    ordinary[small] *= 2.0**54
    zero, endless = x == 0, x == np.inf
    ordinary[zero | endless] = 1.0
    result = _in_chunks(_surprise_chunk, ordinary)
    # 54·ln 2, in the same two parts that _surprise_chunk would have used.
    result[small] = (result[small] + 54 * LN2_HIGH) + 54 * LN2_LOW
    result[zero] = np.inf
    result[endless] = -np.inf
    return result


def _in_chunks(function: Callable[[Floats, Floats], None], x: Floats) -> Floats:
    """What a function makes of the entries of `x`, so many at a time as stay in the cache."""
    flat = np.ascontiguousarray(x).reshape(-1)
    result = np.empty_like(flat)
    for start in range(0, len(flat), _CHUNK):
        stop = start + _CHUNK
        function(flat[start:stop], result[start:stop])
    return result.reshape(x.shape)


def _surprise_chunk(x: Floats, r: Floats) -> None:
    """-log of positive normal finite numbers into `r`.

    x = 2^k (1+f), s = f/(2+f), log(1+f) = 2 atanh s = f - s (f - R(s²)).
    """
    k, f, s, z, w, t = _scratch.of(len(x))
    bits, k_bits, f_bits = x.view(np.int64), k.view(np.int64), f.view(np.int64)
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
    np.subtract(t, k, out=r)


def _least(x: Floats) -> float:
    return float(np.minimum.reduce(x, axis=None))


def _largest(x: Floats) -> float:
    return float(np.maximum.reduce(x, axis=None))


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
    return _in_chunks(_exp_chunk, x)


def _exp_chunk(x: Floats, out: Floats) -> None:
    """Exp into `out`: x = k ln 2 + r, exp r = 1 + 2r/(R(r²) - r), after Remez."""
    k, high, low, r, t, c = _scratch.of(len(x))
    # Beyond these the result is 0 or inf whatever the digits; the clip keeps k in range.
    np.clip(x, -746.0, 710.0, out=high)
    np.multiply(high, LOG2_E, out=k)
    np.rint(k, out=k)
    np.multiply(k, LN2_HIGH, out=low)
    np.subtract(high, low, out=high)
    np.multiply(k, LN2_LOW, out=low)
    np.subtract(high, low, out=r)
    np.multiply(r, r, out=t)
    _horner(t, _EXP, out=c)
    np.multiply(c, t, out=c)
    np.subtract(r, c, out=c)
    np.multiply(r, c, out=r)
    np.subtract(2.0, c, out=c)
    np.divide(r, c, out=r)
    np.subtract(low, r, out=low)
    np.subtract(low, high, out=low)
    np.subtract(1.0, low, out=low)
    out[...] = _scale(low, k)


def _scale(y: Floats, k: Floats) -> Floats:
    """Y · 2^k for whole k; only where a result may leave the normal numbers is ldexp used."""
    if k.size and _least(k) >= -1021 and _largest(k) <= 1023:
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
    if x.size and not (_least(u) > 0 and _largest(u) < np.inf):
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


# With more classes than this a pass over the whole matrix beats one over each class's row.
MANY = 32


def column_sums(matrix: NDArray[Any]) -> Floats:
    """Σ over the classes, in their order, as float64: the same bits for every layout."""
    if len(matrix) > MANY and matrix.shape[1] > 1:
        # numpy adds row after row here, as the loop below does; a single column it would not.
        rows = np.ascontiguousarray(matrix)
        sums: Floats = np.add.reduce(rows, axis=0, dtype=np.float64)
        return sums
    total = np.zeros(matrix.shape[1])
    for row in matrix:
        np.add(total, row, out=total)
    return total
