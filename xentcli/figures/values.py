"""What a figure is made of: a value, its error, and the sums that both are read off."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.intp]


class Estimate(NamedTuple):
    """A figure and its standard error, either of which may be undefined.

    `df` are the degrees of freedom behind the error; None where they are many.
    """

    value: float | None
    stderr: float | None = None
    df: int | None = None


class Over(Enum):
    """What a weighted sum of losses is divided by.

    WEIGHT: Σ wv, w being the rows' weights and v the classes' factors. ROW_WEIGHT: Σ w.
    ROWS: n.
    """

    WEIGHT = "weight"
    ROW_WEIGHT = "row weight"
    ROWS = "rows"


class Factors(NamedTuple):
    """What the losses of each class are multiplied by (None: 1), and what the sum is divided by."""

    of_class: Sequence[float] | None
    over: Over = Over.WEIGHT


class Term(NamedTuple):
    """A sum of a class, or of all (None), times the quotient of two whole numbers."""

    numerator: int
    denominator: int
    key: str
    group: int | None


class Spread(NamedTuple):
    """√(C/(C-1) Σ d²) over the parts d of C clusters, and C."""

    root: float
    clusters: int


class Value(NamedTuple):
    """One figure with what is known of its uncertainty.

    `value` is None where the figure is undefined (no rows, no weight). `stderr` and
    `interval` are None where they are not defined or not offered. `interval` covers
    the true figure with probability `confidence`. `unit` is `nats`, `bits`, `hartleys`
    or None.
    """

    value: float | None
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    unit: str | None = None
