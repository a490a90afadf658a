"""How sure the difference of two independent means is: B. L. Welch's test (1947).

The test is Student's, of the difference in standard errors, with F. E. Satterthwaite's degrees of
freedom (1946); see `numerics.distributions` for its p values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats

    Number = Floats | float

# With fewer rows on either side the spread of the losses is hardly known: nothing is tested.
FEWEST = 10


def in_errors(difference: Number, stderr: Number) -> Floats:
    """Differences in standard errors: 0 where there is none, infinite where there is no error.

    >>> in_errors(np.array([0.0, 3.0, -1.0]), np.array([0.0, 1.5, 0.0])).tolist()
    [0.0, 2.0, -inf]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.equal(difference, 0.0), 0.0, np.divide(difference, stderr))


def degrees(own: Number, n: Number, other: Number, m: Number, whole: Number) -> Floats:
    """The degrees of freedom of √(v₁ + v₂): (v₁ + v₂)²/(v₁²/(n - 1) + v₂²/(m - 1)).

    `own` and `other` are v₁ and v₂, the squares of the standard errors of means of `n` and `m`
    rows, and `whole` is their sum; shares of it do as well, with 1 for `whole`. A side of one row
    or less adds nothing below. Infinite where neither side has any spread.

    >>> degrees(np.array([0.5, 0.0]), 11, np.array([0.5, 0.0]), 11, np.array([1.0, 0.0])).tolist()
    [20.0, inf]
    """
    # By a power of two, which changes no digit: the squares of tiny ones would vanish.
    _, exponent = np.frexp(whole)
    whole, *sides = (np.ldexp(v, -exponent) for v in (whole, own, other))
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = (
            np.where(np.greater(rows, 1), v * v / np.subtract(rows, 1), 0.0)
            for v, rows in zip(sides, (n, m), strict=True)
        )
        below = first + second
        return np.where(below == 0, np.inf, whole * whole / below)
