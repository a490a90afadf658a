"""What figures are made of: values, their errors, and the sums that both are read off."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.options import Base, TargetKind

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
    """What the losses of each class are multiplied by (None: 1), and what the sum is divided by.

    With `smoothing`, the ε of a smoothed loss, each class's surprise is multiplied by the factor
    of its own class, not by that of the true one (see `means.smoothed_inside`).
    """

    of_class: Sequence[float] | None
    over: Over = Over.WEIGHT
    smoothing: float = 0.0


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


class OneByOneError(Exception):
    """A figure that is not to be had for all slices at once: it is read slice by slice."""


Estimated = TypeVar("Estimated")
Figured_co = TypeVar("Figured_co", covariant=True)


class Figures(Protocol[Estimated, Figured_co]):
    """What a metric reads: the sums of one data set (`Totals`), or of very many slices at once.

    Of one, estimates and figures are an `Estimate` and a `Value`; of slices (`SliceTotals`),
    `Estimates` and a `Column`, with a number for each. A metric whose figure is written for both
    cannot say one thing of a slice and another of the same rows alone. `group` is the number of
    a class, or None for all classes together. Slices raise OneByOneError for what they have no
    columns of: classes' own figures, factors of classes, and shares but that of `hits`.

    The sums are the same, the arithmetic beneath is not. One data set has quotients of whole
    numbers, rounded once. Slices, of which there may be a million, have numbers of twice a
    float64's digits: the same values to the bit, unless a tie between two is broken by what is
    2^-104 of the sum, and errors and intervals to a few of their last bits. `Mean.estimate` and
    `SliceTotals.mean`, `Intervals.proportion` and `SliceTotals.hits`, and the two in
    label_entropy.py are such pairs; tests/figures holds them to each other.
    """

    base: Base
    kind: TargetKind
    k: int
    positive: int
    weights_inside: bool
    labels_in_mean: int

    def weight_name(self, group: int | None = None) -> str: ...
    def support_name(self, group: int) -> str: ...
    def effective_rows(self, group: int | None = None) -> float | None: ...
    def class_factors(self, spelling: str) -> Sequence[float] | None: ...
    def mean(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimated: ...
    def loss(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimated: ...
    def summed(self, key: str, group: int | None = None, *, sign: int = 1) -> Estimated: ...
    def per_unit(self) -> Estimated: ...
    def normalized(self) -> Estimated: ...
    def hits(self, key: str) -> Figured_co: ...
    def share(self, top: Linear, below: Linear, rows: float | None) -> Figured_co: ...
    def figure(
        self, estimate: Estimated, unit: str | None = None, scale: float = 1.0
    ) -> Figured_co: ...
    def exponential(self, loss: Estimated) -> Figured_co: ...


class Sums(Figures[Estimate, Value], Protocol):
    """The sums of one data set, of each class or of all, as whole numbers of 2^-1074.

    `clusters` has the same sums by cluster, where rows depend on each other; `overlapping` says
    whether a row counts for several classes, `weighted` whether rows have weights; `over` is what
    the convention in use divides losses by.
    """

    over: Over
    classes: Sequence[str]

    @property
    def clusters(self) -> ByCluster | None: ...

    @property
    def overlapping(self) -> bool: ...
    def weighted(self, group: int | None = None) -> bool: ...
    def units(self, key: str, group: int | None = None) -> int: ...
    def infinite(self, key: str, group: int | None = None) -> int: ...
    def total(self, key: str, group: int | None = None) -> float: ...
    def rows(self, group: int | None = None) -> int: ...
    def weight_units(self, group: int | None = None) -> int: ...
    def support_units(self, group: int) -> int: ...
    def weight(self, group: int | None = None) -> float: ...
    def occurs(self, group: int) -> bool: ...
    def linear(self, top: Linear, below: Linear) -> Estimate: ...
