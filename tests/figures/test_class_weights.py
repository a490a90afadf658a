"""Weights of classes and of the positive side: Σ v w ℓ over Σ v w, or over Σ w."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from tests.laws.rows import Rows, rows_of
from tests.metrics import frames
from tests.metrics.cases import SCALES, matrix, random_rows
from tests.metrics.frames import distributions, label_table, labelled, soft_table
from xentcli.layout.rules import Rule
from xentcli.metrics import request
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.laws.kinds import AnyRows, Figures
    from xentcli.figures.values import Value
    from xentcli.options import Scale

    Floats = NDArray[np.float64]

# What PyTorch does with class weights and smoothing.
INSIDE = Rule("cross_entropy", frozenset({TargetKind.CLASS}), inside=True)


def measured(rows: AnyRows, spec: str) -> Figures:
    (asked,) = request([spec])
    return rows.measure(asked)


def figure(rows: AnyRows, spec: str) -> Value:
    found = measured(rows, spec).overall
    assert found is not None
    return found


def losses(rows: Rows) -> Floats:
    return np.asarray(-np.log(matrix(rows)[np.arange(len(rows)), rows.truth]))


def reference(
    x: Floats, v: Floats, u: Floats, *, weighted: bool, w: Floats | None = None
) -> tuple[float, float]:
    """Σ v w x/Σ u and √(Σ (v w x - L u)²)/Σ u, with n/(n - 1) where rows have no weights."""
    w = np.ones(len(x)) if w is None else w
    mean = (v * w * x).sum() / u.sum()
    spread = ((v * w * x - mean * u) ** 2).sum()
    n = np.count_nonzero(u)
    return float(mean), math.sqrt(spread * (1 if weighted else n / (n - 1))) / float(u.sum())


def both(value: Value) -> tuple[float | None, float | None]:
    return value.value, value.stderr


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("weights", [(1, 2, 0.5), (0.3, 0, 7), (1e-9, 1, 1e9)])
def test_named_weights_divide_by_their_sum(weighted: bool, weights: tuple[float, ...]) -> None:
    rows = random_rows(1, weighted=weighted)
    v = np.array(weights)[rows.truth]
    w = rows.weights if rows.weights is not None else np.ones(len(rows))
    spelled = ",".join(f"c{k}={x!r}" for k, x in enumerate(weights))
    found = figure(rows, f"cross_entropy(class_weight='{spelled}')")
    expected = reference(losses(rows), v, v * w, weighted=weighted, w=w)
    assert both(found) == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_weights_of_one_change_nothing(scale: Scale, weighted: bool) -> None:
    rows = random_rows(2, scale, weighted=weighted)
    plain = measured(rows, "cross_entropy")
    assert measured(rows, "cross_entropy(class_weight='c0=1,c2=1')") == plain
    assert measured(rows, "cross_entropy(pos_weight=1)") == plain
    assert figure(rows, "focal(alpha='c0=1,c1=1')") == figure(rows, "focal")


@pytest.mark.parametrize("weighted", [True, False])
def test_balanced_is_scikit_learns(weighted: bool) -> None:
    rows = random_rows(3, k=4, weighted=weighted)
    found = figure(rows, "cross_entropy(class_weight=balanced)").value
    counts = np.bincount(rows.truth, weights=rows.weights, minlength=4)
    named = {f"c{k}": counts.sum() / (4 * n) for k, n in enumerate(counts.tolist())}
    spelled = ",".join(f"{k}={float(x)!r}" for k, x in named.items())
    explicit = figure(rows, f"cross_entropy(class_weight='{spelled}')")
    assert found == pytest.approx(explicit.value, rel=1e-14, abs=0)
    if not weighted:
        balanced = compute_sample_weight("balanced", rows.truth)
        theirs = log_loss(rows.truth, matrix(rows), sample_weight=balanced)
        assert found == pytest.approx(theirs, rel=1e-12, abs=0)


def test_balanced_weights_are_shared_by_the_classes_that_occur() -> None:
    rows = rows_of([0, 0, 2], [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])
    mean = (math.log(2) + math.log(4)) / 2
    found = figure(rows, "cross_entropy(class_weight=balanced)")
    assert found.value == pytest.approx(mean, rel=1e-15)


def test_a_weight_of_two_is_every_row_of_the_class_twice() -> None:
    rows = random_rows(4)
    twice = rows.take(np.repeat(np.arange(len(rows)), np.where(rows.truth == 1, 2, 1)))
    weighted = figure(rows, "cross_entropy(class_weight='c1=2')")
    assert weighted.value == figure(twice, "cross_entropy").value


def test_the_unit_of_class_weights_does_not_matter() -> None:
    rows = random_rows(5, weighted=True)
    one = figure(rows, "cross_entropy(class_weight='c0=0.1,c1=0.3,c2=0.7')")
    other = figure(rows, "cross_entropy(class_weight='c0=0.8,c1=2.4,c2=5.6')")
    assert one == other


def test_a_class_of_weight_zero_may_cost_infinity() -> None:
    rows = rows_of([0, 1, 1], [[0.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    assert figure(rows, "cross_entropy").value == math.inf
    found = measured(rows, "cross_entropy(class_weight='c0=0')")
    assert found.overall is not None
    assert found.overall.value == math.log(2)
    assert figure(rows, "cross_entropy(class_weight='c0=0,c1=0')").value is None


@pytest.mark.parametrize("weighted", [True, False])
def test_class_weights_can_go_into_the_smoothed_target(weighted: bool) -> None:
    rows = random_rows(12, weighted=weighted)
    v, epsilon = np.array([1, 2, 0.5]), 0.3
    w = rows.weights if rows.weights is not None else np.ones(len(rows))
    target = np.eye(3)[rows.truth] * (1 - epsilon) + epsilon / 3
    each = -(target * v * np.log(matrix(rows))).sum(axis=1)
    (asked,) = request([f"cross_entropy(smoothing={epsilon},class_weight='c1=2,c2=0.5')"])
    found = rows.figures(asked, rows.state(asked.statistics()), rule=INSIDE).overall
    assert found is not None
    assert found.value == pytest.approx((w * each).sum() / (w * v[rows.truth]).sum(), rel=1e-13)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0, 100.0])
def test_pos_weight_divides_by_the_rows(weighted: bool, single: bool, factor: float) -> None:
    rows = random_rows(6, single=single, k=2, weighted=weighted)
    v = np.where(rows.truth == 1, factor, 1.0)
    w = rows.weights if rows.weights is not None else np.ones(len(rows))
    found = measured(rows, f"cross_entropy(pos_weight={factor})")
    expected = reference(losses(rows), v, w, weighted=weighted, w=w)
    assert found.overall is not None
    assert both(found.overall) == pytest.approx(expected, rel=1e-10, abs=0)
    plain = measured(rows, "cross_entropy")
    assert found.classes[0] == plain.classes[0]
    own, before = found.classes[1], plain.classes[1]
    assert own is not None
    assert before is not None
    assert own.value == pytest.approx(factor * (before.value or 0), rel=1e-14, abs=0)


def test_pos_weight_follows_the_class_that_a_score_speaks_of() -> None:
    rows = replace(random_rows(7, single=True), positive=0)
    first = figure(rows, "cross_entropy(class_weight='c0=3,c1=1')").value or 0
    weight = np.where(rows.truth == 0, 3, 1).mean()
    found = figure(rows, "cross_entropy(pos_weight=3)")
    assert found.value == pytest.approx(first * float(weight), rel=1e-14)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_alpha_of_two_classes_divides_by_the_rows(weighted: bool, alpha: float) -> None:
    rows = random_rows(8, single=True, weighted=weighted)
    p = np.exp(-losses(rows))
    v = np.where(rows.truth == 1, alpha, 1 - alpha)
    w = rows.weights if rows.weights is not None else np.ones(len(rows))
    x = (1 - p) ** 2 * -np.log(p)
    expected = reference(x, v, w, weighted=weighted, w=w)
    found = figure(rows, f"focal(alpha={alpha})")
    assert both(found) == pytest.approx(expected, rel=1e-10, abs=0)


def test_a_lone_row_of_any_weight_has_no_error() -> None:
    rows = rows_of([0, 0, 1], [[0.5, 0.5], [0.25, 0.75], [0.25, 0.75]])
    found = figure(rows, "cross_entropy(class_weight='c0=0')")
    assert found.value == pytest.approx(-math.log(0.75))
    assert found.stderr is None


def test_of_soft_targets_each_class_has_its_weight() -> None:
    q, p = distributions(9)
    v = np.array([1, 2, 0.5, 0])
    found = frames.value(soft_table(q, p), "cross_entropy(class_weight='c1=2,c2=0.5,c3=0')")
    cells = q * v
    assert found == pytest.approx((cells * -np.log(p)).sum() / cells.sum(), rel=1e-14)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_of_labels_each_has_its_weight(weighted: bool, smoothing: float) -> None:
    y, p = labelled(10)
    w = np.random.default_rng(0).exponential(size=len(y)) if weighted else np.ones(len(y))
    data = label_table(y, p).assign(w=w)
    target = (1 - smoothing) * y + smoothing / 2
    cells = -(target * np.log(p) + (1 - target) * np.log1p(-p)) * np.array([3, 1, 0, 1])
    found = frames.value(
        data,
        f"cross_entropy(smoothing={smoothing},class_weight='c0=3,c2=0')",
        task="multilabel",
        weight="w" if weighted else None,
    )
    assert found == pytest.approx((w * cells.sum(axis=1)).sum() / w.sum(), rel=1e-13)


@pytest.mark.parametrize("factor", [0.0, 2.0])
def test_pos_weight_of_labels_weighs_where_they_are_on(factor: float) -> None:
    y, p = labelled(11)
    cells = factor * y * -np.log(p) - (1 - y) * np.log1p(-p)
    asked = f"cross_entropy(pos_weight={factor})"
    found = frames.report(label_table(y, p), task="multilabel", metric=asked)
    (value,) = found.metrics.values()
    expected = frames.mean_and_error(cells.sum(axis=1))
    assert (value.value, value.stderr) == pytest.approx(expected, rel=1e-10)
    own = [next(iter(c.metrics.values())).value for c in found.classes]
    assert own == pytest.approx(list(cells.mean(axis=0)), rel=1e-13)


def test_names_with_signs_and_blanks_are_weighed() -> None:
    names = ["a=b", "c,d", "e\\", "it's"]
    p = np.full((4, 4), 0.1) + 0.6 * np.eye(4)
    table = pd.DataFrame({"label": names} | {f"prob_{n}": p[:, i] for i, n in enumerate(names)})
    spec = r"cross_entropy(class_weight='a=b=0,c\\,d=0,e\\\\=0')"
    assert frames.value(table, spec) == pytest.approx(-math.log(0.7))
