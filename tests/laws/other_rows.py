"""Rows whose truth is a distribution, a set of labels, or nothing but the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.laws.kinds import CASES, AnyRows, copied
from tests.laws.rows import (
    SCORE_FLAVOURS,
    WEIGHT_FLAVOURS,
    any_rows,
    some_probabilities,
    some_scores,
    some_weights,
)
from xentcli.options import Scale, TargetKind
from xentcli.rows.by_scale import scores_of, single_of
from xentcli.rows.cell_rows import LabelBatch, SoftBatch
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.single_scores import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tests.laws.kinds import Case

    Array = NDArray[Any]

every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_kind = pytest.mark.parametrize("kind", TargetKind)


@dataclass(frozen=True)
class SoftRows(AnyRows):
    """Rows with `targets` (K, n), each a distribution over the classes; `raw` as in `Rows`."""

    kind: ClassVar[TargetKind] = TargetKind.SOFT
    per_row: ClassVar[tuple[str, ...]] = ("targets", "raw", "weights")

    k: int
    targets: Array
    raw: Array
    scale: Scale = Scale.PROBABILITY
    positive: int = 1
    weights: Array | None = None
    clip: float = 0.0

    def batch(self) -> SoftBatch:
        return SoftBatch(
            self.k,
            self.targets.copy(),
            scores_of(self.raw.copy(), self.scale, self.positive),
            copied(self.weights),
            **self.shared(),
        )

    def permuted(self, order: Array) -> SoftRows:
        place = np.argsort(order)
        raw = self.raw if self.raw.ndim == 1 else np.ascontiguousarray(self.raw[order])
        targets = np.ascontiguousarray(self.targets[order])
        return self.but(targets=targets, raw=raw, positive=int(place[self.positive % self.k]))


@dataclass(frozen=True)
class LabelRows(AnyRows):
    """Rows with `targets` (L, n) from 0 to 1, and a score of every label, `raw` (L, n)."""

    kind: ClassVar[TargetKind] = TargetKind.LABELS
    per_row: ClassVar[tuple[str, ...]] = ("targets", "raw", "weights")

    k: int
    targets: Array
    raw: Array
    scale: Scale = Scale.PROBABILITY
    positive: int = 1
    weights: Array | None = None
    clip: float = 0.0

    def batch(self) -> LabelBatch:
        single = single_of(self.raw.reshape(-1).copy(), self.scale, 1)
        weights = copied(self.weights)
        return LabelBatch(self.k, self.targets.copy(), single, weights, **self.shared())

    def permuted(self, order: Array) -> LabelRows:
        return self.but(
            targets=np.ascontiguousarray(self.targets[order]),
            raw=np.ascontiguousarray(self.raw[order]),
        )


@dataclass(frozen=True)
class OutcomeRows(AnyRows):
    """Rows with the score of what happened, `raw` (n,), each of which stands for `units`."""

    kind: ClassVar[TargetKind] = TargetKind.OUTCOME
    per_row: ClassVar[tuple[str, ...]] = ("raw", "units", "weights")

    raw: Array
    units: Array
    scale: Scale = Scale.LOG_PROBABILITY
    weights: Array | None = None
    clip: float = 0.0
    k: int = 1
    positive: int = 0

    def batch(self) -> ClassBatch:
        logarithms = self.scale is Scale.LOG_PROBABILITY
        return ClassBatch(
            1,
            np.zeros(len(self), np.uint8),
            Outcome(self.raw.copy(), logarithms=logarithms),
            copied(self.weights),
            units=self.units.copy(),
            **self.shared(),
        )

    def permuted(self, order: Array) -> OutcomeRows:
        del order
        return self


def _distributions(rng: np.random.Generator, n: int, k: int, flavour: str) -> Array:
    """Targets, (K, n)."""
    if flavour == "votes":
        votes = rng.integers(0, 4, (k, n)).astype(np.float64)
        votes[rng.integers(0, k, n), np.arange(n)] += 1
        return np.asarray(votes / votes.sum(axis=0))
    if flavour == "certain":
        return np.ascontiguousarray(np.eye(k)[rng.integers(0, k, n)].T)
    return np.ascontiguousarray(some_probabilities(rng, n, k, flavour).T)


def _labels(rng: np.random.Generator, n: int, k: int, flavour: str) -> Array:
    """Labels, (L, n)."""
    if flavour == "certain":
        return rng.integers(0, 2, (k, n)).astype(np.float64)
    return rng.integers(0, 5, (k, n)) / 4.0 if flavour == "grid" else rng.random((k, n))


TARGET_FLAVOURS = {
    TargetKind.SOFT: ("plain", "sharp", "grid", "votes", "certain"),
    TargetKind.LABELS: ("plain", "grid", "certain"),
}


@st.composite
def other_rows(
    draw: st.DrawFn,
    kind: TargetKind,
    *,
    least: int = 0,
    most: int = 40,
    classes: tuple[int, int] = (2, 6),
    scales: Sequence[Scale] = tuple(Scale),
    scores: Sequence[str] = SCORE_FLAVOURS,
    weights: Sequence[str] = WEIGHT_FLAVOURS,
    clips: Sequence[float] = (0.0, 1e-7),
    singles: bool = True,
    targets: Sequence[str] | None = None,
) -> AnyRows:
    """Rows of any kind but one class each: of any scale, weighted or not, clipped or not."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(least, most))
    single = kind is TargetKind.SOFT and singles and draw(st.booleans())
    low, high = (1, classes[1]) if kind is TargetKind.LABELS and singles else classes
    k = 2 if single or kind is TargetKind.OUTCOME else draw(st.integers(low, high))
    known = kind is not TargetKind.OUTCOME
    scale = draw(st.sampled_from([s for s in scales if known or s is not Scale.LOGIT]))
    raw = some_scores(rng, n, k, scale, draw(st.sampled_from(list(scores))))
    raw = raw.astype(np.float32) if draw(st.booleans()) else raw
    common: dict[str, Any] = {
        "scale": scale,
        "weights": some_weights(rng, n, draw(st.sampled_from(list(weights)))),
        "clip": draw(st.sampled_from(list(clips))),
    }
    if not known:
        units = rng.integers(0, 6, n).astype(np.float64)
        return OutcomeRows(np.ascontiguousarray(raw[:, 0]), units, **common)
    flavour = draw(st.sampled_from(list(targets or TARGET_FLAVOURS[kind])))
    if kind is TargetKind.LABELS:
        truth = _labels(rng, n, k, flavour)
        return LabelRows(k, truth, np.ascontiguousarray(raw.T), **common)
    truth = _distributions(rng, n, k, flavour)
    positive = draw(st.integers(0, 1)) if single else 1
    lying = np.ascontiguousarray(raw[:, 1] if single else raw.T)
    return SoftRows(k, truth, lying, positive=positive, **common)


def rows_of_kind(kind: TargetKind, **limits: Any) -> st.SearchStrategy[AnyRows]:
    """Rows of a kind; see `any_rows` for the limits."""
    return any_rows(**limits) if kind is TargetKind.CLASS else other_rows(kind, **limits)


def rows_for(case: Case, **limits: Any) -> st.SearchStrategy[AnyRows]:
    """Rows that a case's metric can be asked for."""
    if case.pair:
        limits["classes"] = (2, 2)
    return rows_of_kind(case.kind, **limits)
