"""What rows of every kind of truth have in common, and the metrics that each kind is for."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from xentcli.errors import UsageError
from xentcli.figures.metric import Metric, Parameter, Requested, Setting
from xentcli.figures.totals import Totals
from xentcli.layout.layout import Layout, Shape
from xentcli.metrics import fitting, registry
from xentcli.numerics.elementary import surprise
from xentcli.options import Base, Scale, TargetKind, TargetScale, Task
from xentcli.rows.tally import Place
from xentcli.sums.grouping import SlicedGrouping
from xentcli.sums.slices.slices import Slices
from xentcli.sums.state import State
from xentcli.sums.statistic import ROWS, Statistic, observe_all, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from xentcli.figures.values import Value
    from xentcli.rows.batch import Batch
    from xentcli.sums.state import Readable

    Array = NDArray[Any]

OVERLAPPING = (TargetKind.SOFT, TargetKind.LABELS)

# What words without a list of choices may say, and numbers whose bounds are near.
_SETTINGS: dict[str, tuple[Setting, ...]] = {
    "class_weight": ("none", "balanced", "c0=2,c1=0.5"),
    "alpha": ("none", "c0=2,c1=0.5", "0.25"),
    "pos_weight": (1.0, 3.0),
    "smoothing": (0.0, 0.1),
}


def names_of(k: int) -> tuple[str, ...]:
    """The classes' names."""
    return tuple(f"c{i}" for i in range(k))


def _settings(parameter: Parameter) -> tuple[Setting, ...]:
    """Some values of a parameter: all its words, or a few numbers around the default."""
    if parameter.name in _SETTINGS:
        return _SETTINGS[parameter.name]
    if parameter.choices is not None:
        return parameter.choices
    if isinstance(parameter.default, float):
        return (parameter.default, parameter.default + 1.0)
    return (parameter.default,)


def layout_for(kind: TargetKind, k: int) -> Layout:
    """A layout of this kind, with `k` classes."""
    tasks = {TargetKind.LABELS: Task.MULTILABEL, TargetKind.OUTCOME: Task.OUTCOME}
    soft = kind in OVERLAPPING
    return Layout(
        task=tasks.get(kind, Task.MULTICLASS),
        targets=(),
        scores=(),
        shape=Shape.COLUMNS,
        scale=Scale.PROBABILITY,
        classes=() if kind is TargetKind.OUTCOME else names_of(k),
        target_scale=TargetScale.PROBABILITY if soft else TargetScale.LABEL,
        units="units",
    )


def _takes(kind: TargetKind, k: int, request: Requested) -> bool:
    try:
        fitting([request], layout_for(kind, k), chosen=True)
    except UsageError:
        return False
    return True


def _choices(metric: Metric) -> Iterator[Requested]:
    names = [p.name for p in metric.parameters]
    for values in itertools.product(*(_settings(p) for p in metric.parameters)):
        yield Requested(metric, dict(zip(names, values, strict=True)))


class Case(NamedTuple):
    """A metric with its settings, for rows of a kind; `pair` where it takes but two classes."""

    kind: TargetKind
    request: Requested
    pair: bool

    def __str__(self) -> str:
        return f"{self.kind}-{self.request.key}"


# Every metric with every choice of its parameters that a kind of truth takes.
CASES = [
    Case(kind, request, not _takes(kind, 3, request))
    for kind in TargetKind
    for metric in registry().values()
    for request in _choices(metric)
    if _takes(kind, 2, request)
]


def requests_for(kind: TargetKind, *, pair: bool = False) -> list[Requested]:
    """The metrics of a kind; with `pair`, also those for two classes alone."""
    return [case.request for case in CASES if case.kind is kind and (pair or not case.pair)]


def statistics_of(*requests: Requested) -> tuple[Statistic, ...]:
    """The sums that metrics need, the rows' own among them."""
    return union([ROWS, *(s for r in requests for s in r.statistics())])


@cache
def statistics_for(kind: TargetKind) -> tuple[Statistic, ...]:
    """The sums that all metrics of a kind need."""
    return statistics_of(*requests_for(kind, pair=True))


@dataclass(frozen=True)
class Figures:
    """A metric's figures: over all rows, and of each class."""

    overall: Value | None
    classes: tuple[Value | None, ...]

    @property
    def every(self) -> tuple[Value | None, ...]:
        """All of them."""
        return (self.overall, *self.classes)


class AnyRows(ABC):
    """Rows as plain arrays, whatever is known of their truth.

    A dataclass with these fields and others; `per_row` names those with an entry a row, along
    their last axis.
    """

    kind: ClassVar[TargetKind]
    per_row: ClassVar[tuple[str, ...]]
    k: int
    positive: int
    raw: Array
    scale: Scale
    weights: Array | None
    clip: float

    def __len__(self) -> int:
        return int(self.raw.shape[-1])

    @abstractmethod
    def batch(self) -> Batch:
        """The rows as a batch that shares no memory with these arrays."""

    @abstractmethod
    def permuted(self, order: Array) -> Self:
        """The same rows with class `order[i]` in place i."""

    @property
    def size(self) -> int:
        """How many sums each number is added up in."""
        return self.k + (self.kind in OVERLAPPING)

    @property
    def requests(self) -> list[Requested]:
        """Every metric that these rows can be asked for."""
        return requests_for(self.kind, pair=self.k == 2)

    def take(self, index: Array) -> Self:
        """The rows at these positions, in this order."""
        taken = {name: getattr(self, name) for name in self.per_row}
        return self.but(
            **{
                n: None if v is None else np.ascontiguousarray(v[..., index])
                for n, v in taken.items()
            }
        )

    def but(self, **fields: Any) -> Self:
        """The same rows with other values of some fields."""
        return replace(self, **fields)  # type: ignore[type-var] # subclasses are dataclasses

    def rows_of_class(self, k: int) -> int:
        """How many rows a class's figures are means over."""
        del k
        return len(self)

    def empty(self) -> State:
        """The state of no rows."""
        return State(self.size)

    def state(self, statistics: Iterable[Statistic] | None = None) -> State:
        """The sums of all rows, observed as one batch."""
        state = self.empty()
        self.observe(state, statistics)
        return state

    def observe(self, state: State, statistics: Iterable[Statistic] | None = None) -> None:
        """Adds the sums of all rows to a state."""
        if len(self):
            wanted = statistics_for(self.kind) if statistics is None else statistics
            observe_all(wanted, self.batch(), state)

    def sliced(self, numbers: Array, statistics: Iterable[Statistic], most: int = 100) -> Slices:
        """The sums of the rows, at least one, by the slices that stand beside them."""
        slices = Slices(self.size, most)
        frame = SlicedGrouping(self.batch(), slices.of_whole(numbers))
        observe_all(statistics, self.batch(), slices.state, frame)
        return slices

    def totals(self, state: Readable, **other: Any) -> Totals:
        """A state's totals, as of rows of this kind."""
        names = () if self.kind is TargetKind.OUTCOME else names_of(self.k)
        weighted = self.weights is not None
        return Totals(
            state, names, weighted=weighted, kind=self.kind, positive=self.positive, **other
        )

    def figures(self, request: Requested, state: State, **other: Any) -> Figures:
        """Reads a metric off a state of such rows."""
        totals = self.totals(state, **other)
        classes = tuple(request.by_class(totals, k) for k in range(len(totals.classes)))
        return Figures(request.overall(totals), classes)

    def measure(self, request: Requested, base: Base = Base.E, confidence: float = 0.95) -> Figures:
        """What a metric says about these rows."""
        state = self.state(statistics_of(request))
        return self.figures(request, state, base=base, confidence=confidence)

    def shared(self) -> dict[str, Any]:
        """What every batch is made with."""
        return {
            "place": Place(0, 0, 0),
            "bounds": clip_bounds(self.clip),
            "epsilon": float(np.finfo(self.raw.dtype).eps),
        }


def copied(array: Array | None) -> Array | None:
    """A copy, where there is something to be copied."""
    return None if array is None else array.copy()


def clip_bounds(clip: float) -> tuple[float, float] | None:
    """What losses are clipped to, where probabilities are to [clip, 1 - clip]."""
    if not clip:
        return None
    low, high = surprise(np.array([1.0 - clip, clip]))
    return float(low), float(high)
