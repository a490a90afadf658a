"""Rows of every kind, and the way from them to states and figures, without any file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from xentcli.class_batch import ClassBatch
from xentcli.elementary import surprise
from xentcli.metric import Parameter, Requested, Setting
from xentcli.metrics import registry
from xentcli.options import Base, Scale, TargetKind
from xentcli.scales import scores_of
from xentcli.state import State
from xentcli.statistic import ROWS, Statistic, observe_all, union
from xentcli.tally import Place
from xentcli.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from xentcli.report import Value

    Array = NDArray[Any]


# What words without a list of choices may say; what only two classes or labels have is apart.
_WORDS: dict[str, tuple[Setting, ...]] = {
    "class_weight": ("none", "balanced", "c0=2,c1=0.5"),
    "alpha": ("none", "c0=2,c1=0.5"),
    "pos_weight": (1.0,),
    "smoothing": (0.0, 0.1),
}


def _settings(parameter: Parameter) -> tuple[Setting, ...]:
    """Some values of a parameter: all its words, or a few numbers around the default."""
    if parameter.name in _WORDS:
        return _WORDS[parameter.name]
    if parameter.choices is not None:
        return parameter.choices
    if isinstance(parameter.default, float):
        return (parameter.default, parameter.default + 1.0)
    return (parameter.default,)


def _requests() -> list[Requested]:
    found = list[Requested]()
    for metric in registry().values():
        if TargetKind.CLASS not in metric.kinds:
            continue
        names = [p.name for p in metric.parameters]
        choices = itertools.product(*(_settings(p) for p in metric.parameters))
        found += (Requested(metric, dict(zip(names, values, strict=True))) for values in choices)
    return found


# Every metric with every choice of its parameters.
EVERY = _requests()
ALL_STATISTICS = union([ROWS, *(s for r in EVERY for s in r.statistics())])


def statistics_of(*requests: Requested) -> tuple[Statistic, ...]:
    """The sums that metrics need, the rows' own among them."""
    return union([ROWS, *(s for r in requests for s in r.statistics())])


@dataclass(frozen=True)
class Rows:
    """Rows as plain arrays: `raw` is (K, n), or (n,) for one score of the class `positive`."""

    k: int
    truth: Array
    raw: Array
    scale: Scale = Scale.PROBABILITY
    positive: int = 1
    weights: Array | None = None
    clip: float = 0.0

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, index: Array) -> Rows:
        """The rows at these positions, in this order."""
        return replace(
            self,
            truth=self.truth[index],
            raw=np.ascontiguousarray(self.raw[..., index]),
            weights=None if self.weights is None else self.weights[index],
        )

    def batch(self) -> ClassBatch:
        """The rows as a batch that shares no memory with these arrays."""
        return ClassBatch(
            self.k,
            self.truth.copy(),
            scores_of(self.raw.copy(), self.scale, self.positive),
            None if self.weights is None else self.weights.copy(),
            place=Place(0, 0, 0),
            bounds=clip_bounds(self.clip),
            epsilon=float(np.finfo(self.raw.dtype).eps),
        )

    def state(self, statistics: Iterable[Statistic] = ALL_STATISTICS) -> State:
        """The sums of all rows, observed as one batch."""
        state = State(self.k)
        if len(self):
            observe_all(statistics, self.batch(), state)
        return state

    def measure(self, request: Requested, base: Base = Base.E, confidence: float = 0.95) -> Figures:
        """What a metric says about these rows."""
        state = self.state(statistics_of(request))
        return figures(
            request, state, weighted=self.weights is not None, base=base, confidence=confidence
        )


def clip_bounds(clip: float) -> tuple[float, float] | None:
    """What losses are clipped to, where probabilities are to [clip, 1 - clip]."""
    if not clip:
        return None
    low, high = surprise(np.array([1.0 - clip, clip]))
    return float(low), float(high)


def rows_of(
    truth: ArrayLike,
    raw: ArrayLike,
    *,
    k: int | None = None,
    weights: ArrayLike | None = None,
    **other: Any,
) -> Rows:
    """Rows from lists; a matrix is given row by row, as people write it."""
    scores = np.asarray(raw)
    if scores.dtype.kind != "f":
        scores = scores.astype(np.float64)
    classes = k or (2 if scores.ndim == 1 else scores.shape[1])
    return Rows(
        classes,
        np.asarray(truth).astype(np.min_scalar_type(classes + 2)),
        np.ascontiguousarray(scores.T),
        weights=None if weights is None else np.asarray(weights, dtype=np.float64),
        **other,
    )


@dataclass(frozen=True)
class Figures:
    """A metric's figures: over all rows, and of each class."""

    overall: Value | None
    classes: tuple[Value | None, ...]


def figures(
    request: Requested,
    state: State,
    *,
    weighted: bool,
    base: Base = Base.E,
    confidence: float = 0.95,
) -> Figures:
    """Reads a metric off a state."""
    totals = totals_of(state, weighted=weighted, base=base, confidence=confidence)
    overall = request.overall(totals)
    return Figures(overall, tuple(request.by_class(totals, k) for k in range(state.size)))


def totals_of(state: State, **other: Any) -> Totals:
    """The totals of rows that have one class each."""
    return Totals(state, tuple(f"c{k}" for k in range(state.size)), **other)


def merged(states: Sequence[State], k: int) -> State:
    """The sum of states, from the left."""
    total = State(k)
    for state in states:
        total = total.merge(state)
    return total


def _probabilities(rng: np.random.Generator, n: int, k: int, flavour: str) -> Array:
    if flavour == "grid":  # ties, zeros and ones
        cuts = np.sort(rng.integers(0, 5, (n, k - 1)), axis=1)
        return np.diff(cuts, axis=1, prepend=0, append=4) / 4.0
    spread = {"plain": 1.0, "sharp": 20.0, "extreme": 400.0}[flavour]
    z = rng.normal(size=(n, k)) * spread
    z -= z.max(axis=1, keepdims=True) if n else 0
    p = np.exp(z)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _scores(rng: np.random.Generator, n: int, k: int, scale: Scale, flavour: str) -> Array:
    if scale is Scale.LOGIT:
        if flavour == "grid":
            z = rng.integers(-2, 3, (n, k)).astype(np.float64)
            z[:, 1:][rng.random((n, k - 1)) < 0.1] = -np.inf
            return z
        return rng.normal(size=(n, k)) * {"plain": 1.0, "sharp": 20.0, "extreme": 1000.0}[flavour]
    p = _probabilities(rng, n, k, flavour)
    if scale is Scale.LOG_PROBABILITY:
        with np.errstate(divide="ignore"):
            return np.minimum(np.log(p), 0.0)
    return p


def _weights(rng: np.random.Generator, n: int, flavour: str) -> Array | None:
    match flavour:
        case "none":
            return None
        case "whole":
            return rng.integers(0, 4, n).astype(np.float64)
        case "real":
            return rng.exponential(size=n)
        case _:
            return np.asarray(10.0 ** rng.uniform(-20, 20, n))


SCORE_FLAVOURS = ("plain", "sharp", "extreme", "grid")
WEIGHT_FLAVOURS = ("none", "whole", "real", "wild")


@st.composite
def any_rows(
    draw: st.DrawFn,
    *,
    least: int = 0,
    most: int = 40,
    classes: tuple[int, int] = (2, 6),
    scales: Sequence[Scale] = tuple(Scale),
    scores: Sequence[str] = SCORE_FLAVOURS,
    weights: Sequence[str] = WEIGHT_FLAVOURS,
    clips: Sequence[float] = (0.0, 1e-7),
    singles: bool = True,
) -> Rows:
    """Rows of any shape, scale and type, weighted or not, clipped or not."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(least, most))
    single = singles and draw(st.booleans())
    k = 2 if single else draw(st.integers(*classes))
    scale = draw(st.sampled_from(list(scales)))
    raw = _scores(rng, n, k, scale, draw(st.sampled_from(list(scores))))
    if draw(st.booleans()):
        raw = raw.astype(np.float32)
    return Rows(
        k,
        rng.integers(0, k, n).astype(np.uint8),
        np.ascontiguousarray(raw[:, 1] if single else raw.T),
        scale,
        draw(st.integers(0, 1)) if single else 1,
        _weights(rng, n, draw(st.sampled_from(list(weights)))),
        draw(st.sampled_from(list(clips))),
    )


@st.composite
def cut_up(draw: st.DrawFn, rows: Rows) -> list[Rows]:
    """The rows in any order, in any number of pieces of any length, empty ones too."""
    order = np.array(draw(st.permutations(range(len(rows)))), dtype=np.intp)
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=6)))
    bounds = [0, *cuts, len(rows)]
    return [rows.take(order[a:b]) for a, b in itertools.pairwise(bounds)]
