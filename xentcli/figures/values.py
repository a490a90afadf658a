"""What a figure is made of: a value, its error, and the sums that both are read off."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    Linear = Sequence[tuple[int, str, int | None]]


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


class ByCluster(Protocol):
    """The same sums by cluster."""

    def spread(self, terms: Sequence[Term], counted: Sequence[Term]) -> Spread | None:
        """How far the clusters' parts of a sum of terms, which is zero in all, are spread."""
        ...


class Sums(Protocol):
    """What means read: sums of each class, or of all (`group` None), as whole numbers of 2^-1074.

    `clusters` has the same sums by cluster, where rows depend on each other; `overlapping` says
    whether a row counts for several classes, `weighted` whether rows have weights.
    """

    k: int

    @property
    def clusters(self) -> ByCluster | None: ...

    @property
    def overlapping(self) -> bool: ...
    def weighted(self, group: int | None = None) -> bool: ...
    def units(self, key: str, group: int | None = None) -> int: ...
    def infinite(self, key: str, group: int | None = None) -> int: ...
    def total(self, key: str, group: int | None = None) -> float: ...
    def rows(self, group: int | None = None) -> int: ...
    def weight_name(self, group: int | None = None) -> str: ...
    def weight_units(self, group: int | None = None) -> int: ...
    def linear(self, top: Linear, below: Linear) -> Estimate: ...
