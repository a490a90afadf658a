"""Targets that are distributions: against hard ones, written-out ones, numpy and mpmath."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.other_rows import SoftRows, other_rows
from tests.laws.rows import Rows, any_rows
from tests.metrics.cases import SCALES, matrix, random_rows
from tests.metrics.frames import distributions, mean_and_error, report, soft_table, value
from xentcli.metrics import request
from xentcli.options import Scale, TargetKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.laws.kinds import AnyRows, Figures
    from xentcli.figures.values import Value

    Floats = NDArray[np.float64]

DIGITS = 60


def measured(rows: AnyRows, spec: str) -> Figures:
    (asked,) = request([spec])
    return rows.measure(asked)


def figure(rows: AnyRows, spec: str) -> Value:
    found = measured(rows, spec).overall
    assert found is not None
    return found


def certain(rows: Rows) -> SoftRows:
    """Rows of one class each as targets that leave no doubt."""
    targets = (np.arange(rows.k)[:, None] == rows.truth).astype(np.float64)
    others = (rows.raw, rows.scale, rows.positive, rows.weights, rows.clip)
    return SoftRows(rows.k, targets, *others)


def near(a: float | None, b: float | None, tolerance: float = 1e-14) -> bool:
    """Whether two values are the same, but for a rounding of their last digits."""
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=tolerance))


SAME = (
    "cross_entropy",
    "cross_entropy(smoothing=0.1)",
    "cross_entropy(class_weight='c0=2,c1=0.5')",
    "cross_entropy(class_weight=balanced)",
    "focal",
    "focal(gamma=0.5)",
    "perplexity",
    "normalized_cross_entropy",
    "macro_cross_entropy",
    "log_likelihood",
    "share",
    "accuracy",
    "recall",
    "precision",
    "f1",
    "mean_probability",
)


@pytest.mark.parametrize("spec", SAME)
@given(rows=any_rows(scores=["plain", "sharp", "grid"], weights=["none", "real"]))
def test_certain_targets_give_the_figures_of_labels(spec: str, rows: Rows) -> None:
    hard, soft = measured(rows, spec), measured(certain(rows), spec)
    # A logit's -log p comes by two ways, as does that of 1 - p, which is put right for losses.
    tolerance = 1e-14 if rows.scale is Scale.PROBABILITY and rows.raw.ndim == 2 else 1e-12
    for a, b in zip(hard.every, soft.every, strict=True):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert near(a.value, b.value, tolerance), (a.value, b.value)


@given(rows=any_rows(scores=["plain"], weights=["none", "real"], least=3))
def test_certain_targets_give_the_errors_of_labels(rows: Rows) -> None:
    for spec in ("cross_entropy", "focal", "brier", "accuracy"):
        hard, soft = figure(rows, spec), figure(certain(rows), spec)
        assert near(hard.value, soft.value, 1e-6 if rows.raw.dtype == np.float32 else 1e-12)
        assert (soft.stderr is None) == (hard.stderr is None)
        assert math.isclose(soft.stderr or 0, hard.stderr or 0, rel_tol=1e-6, abs_tol=1e-9)


@given(rows=other_rows(TargetKind.SOFT, scores=["plain", "sharp"], weights=["none", "real"]))
def test_cross_entropy_is_entropy_and_divergence(rows: SoftRows) -> None:
    loss, entropy, kl = (
        figure(rows, name).value for name in ("cross_entropy", "entropy", "kl_divergence")
    )
    if loss is None or entropy is None or kl is None:
        assert (loss, entropy, kl) == (None, None, None)
        return
    assert kl >= 0
    assert loss == pytest.approx(entropy + kl, rel=1e-13)


@given(
    rows=st.sampled_from([TargetKind.CLASS, TargetKind.SOFT]).flatmap(
        lambda kind: (
            any_rows(scores=["plain", "sharp"], weights=["none", "real"], clips=[0.0], least=1)
            if kind is TargetKind.CLASS
            else other_rows(kind, scores=["plain"], weights=["none"], clips=[0.0], least=1)
        )
    ),
    epsilon=st.sampled_from([1e-3, 0.1, 0.5, 1.0]),
)
def test_smoothing_is_a_mixture_with_the_mean_over_all_classes(
    rows: AnyRows, epsilon: float
) -> None:
    plain, found = (
        figure(rows, "cross_entropy"),
        figure(rows, f"cross_entropy(smoothing={epsilon})"),
    )
    every = rows.batch().scores.surprises().mean(axis=0)
    mean = float(np.average(every, weights=rows.weights)) if _weighs(rows) else None
    assert (plain.value is None) == (mean is None)
    if mean is not None and plain.value is not None:
        own = (1 - epsilon) * plain.value if epsilon < 1 else 0.0
        assert found.value == pytest.approx(own + epsilon * mean, rel=1e-12)


def _weighs(rows: AnyRows) -> bool:
    return rows.weights is None or bool(rows.weights.sum())


def test_wholly_smoothed_targets_may_cost_infinity() -> None:
    for targets in ([[1.0], [0.0]], [[0.5], [0.5]]):
        rows = SoftRows(2, np.array(targets), np.array([[0.0], [1.0]]))
        assert figure(rows, "cross_entropy(smoothing=1)").value == math.inf
        assert figure(rows.but(weights=np.zeros(1)), "cross_entropy(smoothing=1)").value is None
    likely = SoftRows(2, np.array([[1.0], [0.0]]), np.array([[0.25], [0.75]]))
    mean = (math.log(4) + math.log(4 / 3)) / 2
    assert figure(likely, "cross_entropy(smoothing=1)").value == pytest.approx(mean, rel=1e-15)


@pytest.mark.parametrize("epsilon", [0.1, 0.25])
@pytest.mark.parametrize("scale", SCALES)
def test_smoothed_labels_are_soft_targets_written_out(epsilon: float, scale: Scale) -> None:
    rows = random_rows(1, scale, k=4, weighted=True)
    hard = certain(rows)
    written = hard.but(targets=(1 - epsilon) * hard.targets + epsilon / 4)
    smoothed = figure(rows, f"cross_entropy(smoothing={epsilon})")
    out = figure(written, "cross_entropy")
    assert (out.value, out.stderr) == pytest.approx((smoothed.value, smoothed.stderr), rel=1e-12)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_values_and_errors_are_those_of_two_passes(weighted: bool, gamma: float) -> None:
    q, p = distributions(2, n=80)
    w = np.random.default_rng(3).exponential(size=len(q)) if weighted else None
    table = soft_table(q, p).assign(w=1.0 if w is None else w)
    options: dict[str, Any] = {"weight": "w"} if weighted else {}
    found = report(table, metric=f"focal(gamma={gamma})", **options)
    cells = (1 - p) ** gamma * -np.log(p)
    (whole,) = found.metrics.values()
    expected = mean_and_error((q * cells).sum(axis=1), w)
    assert (whole.value, whole.stderr) == pytest.approx(expected, rel=1e-10)
    for k, own in enumerate(found.classes):
        (part,) = own.metrics.values()
        shares = q[:, k] if w is None else q[:, k] * w
        assert (part.value, part.stderr) == pytest.approx(
            mean_and_error(cells[:, k], shares), rel=1e-10
        )
        assert own.weight == pytest.approx(shares.sum(), rel=1e-14)


def test_classes_add_up_to_the_whole() -> None:
    q, p = distributions(4)
    found = report(soft_table(q, p))
    parts = [(c.weight or 0) * (c.metrics["cross_entropy"].value or 0) for c in found.classes]
    assert math.fsum(parts) / len(q) == pytest.approx(found.metrics["cross_entropy"].value)
    assert math.fsum(c.metrics["share"].value or 0 for c in found.classes) == pytest.approx(1)


def test_votes_are_shares() -> None:
    rng = np.random.default_rng(5)
    votes = rng.integers(0, 6, (50, 3)) + np.eye(3)[rng.integers(0, 3, 50)]
    _, p = distributions(5, n=50, k=3)
    counted = report(soft_table(votes, p), target_scale="count")
    shared = report(soft_table(votes / votes.sum(axis=1, keepdims=True), p))
    assert counted.metrics == shared.metrics
    assert counted.classes == shared.classes


def test_two_classes_by_one_target_and_one_score() -> None:
    y, p = np.array([0.25, 1, 0, 0.5]), np.array([0.5, 0.75, 0.25, 0.125])
    table = pd.DataFrame({"label": y, "prob": p})
    expected = float(-(y * np.log(p) + (1 - y) * np.log1p(-p)).mean())
    assert value(table, "cross_entropy") == pytest.approx(expected, rel=1e-15)
    other = pd.DataFrame({"label": 1 - y, "prob": 1 - p})
    for named in ({}, {"classes": "0,1"}):
        turned = report(other, positive="0", target_scale="probability", **named)
        assert turned.metrics["cross_entropy"].value == pytest.approx(expected, rel=1e-15)
        weights = {c.name: c.weight for c in turned.classes}
        assert weights["0"] == (1 - y).sum()


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("single", [True, False])
def test_base_two_is_nats_by_their_logarithm(scale: Scale, single: bool) -> None:
    rows = certain(random_rows(6, scale, single=single))
    q = rows.targets * 0.75 + 0.25 / rows.k
    table = {f"q_c{k}": q[k] for k in range(rows.k)}
    p = matrix(random_rows(6, single=single))
    table |= {f"prob_c{k}": p[:, k] for k in range(rows.k)}
    nats, bits = (value(pd.DataFrame(table), "kl_divergence", base=base) for base in ("e", 2))
    assert bits == nats / math.log(2)


def _mean(x: Any) -> float:
    return float(mpmath.fsum(x) / len(x))


@pytest.mark.parametrize("gamma", [0, 2])
@pytest.mark.parametrize("scale", ["logit", "logprob"])
def test_tiny_losses_keep_their_digits(gamma: float, scale: str) -> None:
    with mpmath.workdps(DIGITS):
        gap = [mpmath.mpf(x) for x in (700, 90, 40, 36.5, 1)]
        small = [mpmath.log1p(mpmath.exp(-z)) for z in gap]
        miss = [(1 - mpmath.exp(-s)) ** gamma * s for s in small]
        exact = _mean(miss)
        first = [float(z if scale == "logit" else -s) for z, s in zip(gap, small, strict=True)]
        rest = [0.0 if scale == "logit" else float(-z - s) for z, s in zip(gap, small, strict=True)]
    named = {"scale": "logit" if scale == "logit" else "log-probability"}
    data = {"q_a": 1.0, "q_b": 0.0, f"{scale}_a": first, f"{scale}_b": rest}
    for part in range(5):
        one = pd.DataFrame(data).iloc[[part]]
        own = float(miss[part])
        assert value(one, f"focal(gamma={gamma})", **named) == pytest.approx(
            own, rel=4e-15, abs=5e-324
        )
    whole = value(pd.DataFrame(data), f"focal(gamma={gamma})", **named)
    assert whole == pytest.approx(exact, rel=4e-15)


@pytest.mark.parametrize("p", [1e-300, 5e-324, 1e-17, 2.0**-60])
def test_extreme_probabilities(p: float) -> None:
    q = np.array([[0.5, 0.5], [1.0, 0.0], [2.0**-40, 1 - 2.0**-40]])
    table = soft_table(q, np.array([[p, 1.0]] * 3))
    with mpmath.workdps(DIGITS):
        surprise = -mpmath.log(mpmath.mpf(p))
        exact = _mean([mpmath.mpf(x) * surprise for x in q[:, 0].tolist()])
        entropies = [
            -mpmath.fsum(mpmath.mpf(x) * mpmath.log(mpmath.mpf(x)) for x in row if x)
            for row in q.tolist()
        ]
        entropy = _mean(entropies)
    found = report(table, sum_to_one="ignore").metrics
    assert found["cross_entropy"].value == pytest.approx(exact, rel=1e-15)
    assert found["entropy"].value == pytest.approx(entropy, rel=1e-15)
