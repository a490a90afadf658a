"""Rows of one class each, and the way from them to states and figures, without any file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from hypothesis import strategies as st

from tests.laws.kinds import AnyRows, Figures, copied, names_of, requests_for, statistics_of
from xentcli.figures.totals import Totals
from xentcli.options import Scale, TargetKind
from xentcli.rows.by_scale import scores_of
from xentcli.rows.class_rows import ClassBatch
from xentcli.sums.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from xentcli.figures.metric import Requested

    Array = NDArray[Any]

Some = TypeVar("Some", bound=AnyRows)

# Every metric for rows of one class each, whatever the number of classes.
EVERY = requests_for(TargetKind.CLASS)
ALL_STATISTICS = statistics_of(*requests_for(TargetKind.CLASS, pair=True))


@dataclass(frozen=True)
class Rows(AnyRows):
    """Rows of one class each: `raw` is (K, n), or (n,) for one score of the class `positive`."""

    kind: ClassVar[TargetKind] = TargetKind.CLASS
    per_row: ClassVar[tuple[str, ...]] = ("truth", "raw", "weights")

    k: int
    truth: Array
    raw: Array
    scale: Scale = Scale.PROBABILITY
    positive: int = 1
    weights: Array | None = None
    clip: float = 0.0

    def batch(self) -> ClassBatch:
        return ClassBatch(
            self.k,
            self.truth.copy(),
            scores_of(self.raw.copy(), self.scale, self.positive),
            copied(self.weights),
            **self.shared(),
        )

    def rows_of_class(self, k: int) -> int:
        return int(np.count_nonzero(self.truth == k))

    def permuted(self, order: Array) -> Rows:
        place = np.argsort(order)
        raw = self.raw if self.raw.ndim == 1 else np.ascontiguousarray(self.raw[order])
        truth = place[self.truth].astype(self.truth.dtype)
        return replace(self, truth=truth, raw=raw, positive=int(place[self.positive % self.k]))


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


def figures(request: Requested, state: State, *, weighted: bool, **other: Any) -> Figures:
    """Reads a metric off a state of rows of one class each."""
    totals = totals_of(state, weighted=weighted, **other)
    overall = request.overall(totals)
    return Figures(overall, tuple(request.by_class(totals, k) for k in range(state.size)))


def totals_of(state: State, **other: Any) -> Totals:
    """The totals of rows that have one class each."""
    return Totals(state, names_of(state.size), **other)


def merged(states: Sequence[State], size: int) -> State:
    """The sum of states, from the left."""
    total = State(size)
    for state in states:
        total = total.merge(state)
    return total


def some_probabilities(rng: np.random.Generator, n: int, k: int, flavour: str) -> Array:
    if flavour == "grid":  # ties, zeros and ones
        cuts = np.sort(rng.integers(0, 5, (n, k - 1)), axis=1)
        return np.diff(cuts, axis=1, prepend=0, append=4) / 4.0
    spread = {"plain": 1.0, "sharp": 20.0, "extreme": 400.0}[flavour]
    z = rng.normal(size=(n, k)) * spread
    z -= z.max(axis=1, keepdims=True) if n else 0
    p = np.exp(z)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def some_scores(rng: np.random.Generator, n: int, k: int, scale: Scale, flavour: str) -> Array:
    if scale is Scale.LOGIT:
        if flavour == "grid":
            z = rng.integers(-2, 3, (n, k)).astype(np.float64)
            z[:, 1:][rng.random((n, k - 1)) < 0.1] = -np.inf
            return z
        return rng.normal(size=(n, k)) * {"plain": 1.0, "sharp": 20.0, "extreme": 1000.0}[flavour]
    p = some_probabilities(rng, n, k, flavour)
    if scale is Scale.LOG_PROBABILITY:
        with np.errstate(divide="ignore"):
            return np.minimum(np.log(p), 0.0)
    return p


def some_weights(rng: np.random.Generator, n: int, flavour: str) -> Array | None:
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
    raw = some_scores(rng, n, k, scale, draw(st.sampled_from(list(scores))))
    if draw(st.booleans()):
        raw = raw.astype(np.float32)
    return Rows(
        k,
        rng.integers(0, k, n).astype(np.uint8),
        np.ascontiguousarray(raw[:, 1] if single else raw.T),
        scale,
        draw(st.integers(0, 1)) if single else 1,
        some_weights(rng, n, draw(st.sampled_from(list(weights)))),
        draw(st.sampled_from(list(clips))),
    )


@st.composite
def cut_up(draw: st.DrawFn, rows: Some) -> list[Some]:
    """The rows in any order, in any number of pieces of any length, empty ones too."""
    order = np.array(draw(st.permutations(range(len(rows)))), dtype=np.intp)
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=6)))
    bounds = [0, *cuts, len(rows)]
    return [rows.take(order[a:b]) for a, b in itertools.pairwise(bounds)]
