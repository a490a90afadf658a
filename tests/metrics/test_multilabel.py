"""Rows with any number of labels: every label is a binary task of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    precision_score,
    recall_score,
)

from tests.laws.other_rows import LabelRows, other_rows
from tests.laws.rows import Rows
from tests.metrics.frames import label_table, labelled, mean_and_error, report, value
from xentcli.metrics import request
from xentcli.options import Scale, TargetKind

if TYPE_CHECKING:
    from pathlib import Path

SPECS = ("cross_entropy", "focal", "focal(alpha=0.25)", "cross_entropy(pos_weight=3)", "brier")


@pytest.mark.parametrize("spec", SPECS)
@given(
    rows=other_rows(
        TargetKind.LABELS,
        targets=["certain"],
        scores=["plain", "sharp", "grid"],
        weights=["none", "real"],
        least=2,
    )
)
def test_each_label_is_a_binary_task(spec: str, rows: LabelRows) -> None:
    (asked,) = request([spec])
    found = rows.measure(asked)
    scale = 2 if spec == "brier" else 1  # which counts both classes of a task of two
    for label in range(rows.k):
        truth = rows.targets[label].astype(np.uint8)
        raw = np.ascontiguousarray(rows.raw[label])
        alone = Rows(2, truth, raw, rows.scale, weights=rows.weights, clip=rows.clip)
        own, expected = found.classes[label], alone.measure(asked).overall
        assert own is not None
        assert expected is not None
        assert math.isclose(own.value or 0, (expected.value or 0) / scale, rel_tol=1e-12)
        assert (own.stderr is None) == (expected.stderr is None)
        stderr = (expected.stderr or 0) / scale
        floor = 1e-8 * (own.value or 0) if own.stderr is not None else 0
        assert math.isclose(own.stderr or 0, stderr, rel_tol=1e-9, abs_tol=floor)


@given(rows=other_rows(TargetKind.LABELS, weights=["none", "real"], scores=["plain", "sharp"]))
def test_the_whole_is_the_sum_of_the_labels(rows: LabelRows) -> None:
    for spec in ("cross_entropy", "focal", "brier", "cross_entropy(smoothing=0.1)"):
        (asked,) = request([spec])
        found = rows.measure(asked)
        assert found.overall is not None
        parts = [v.value for v in found.classes if v is not None and v.value is not None]
        assert math.isclose(math.fsum(parts), found.overall.value or 0, rel_tol=1e-11)


def test_a_single_label_is_a_binary_task_in_every_figure_of_its_loss() -> None:
    y, p = labelled(1, k=1)
    lists = pd.DataFrame({"label": list(map(list, y)), "probs": list(map(list, p))})
    one = report(lists, task="multilabel").metrics
    plain = report(pd.DataFrame({"label": y[:, 0].astype(int), "prob": p[:, 0]})).metrics
    for name in ("cross_entropy", "normalized_cross_entropy", "accuracy", "log_likelihood"):
        assert one[name].value == pytest.approx(plain[name].value, rel=1e-14)
    assert one["mean_label_cross_entropy"] == one["cross_entropy"]


def test_decisions_are_scikit_learns() -> None:
    y, p = labelled(2, n=100)
    found = report(label_table(y, p), task="multilabel")
    decided = p > 0.5
    for k, own in enumerate(found.classes):
        theirs = [s(y[:, k], decided[:, k]) for s in (recall_score, precision_score, f1_score)]
        ours = [own.metrics[name].value for name in ("recall", "precision", "f1")]
        assert ours == pytest.approx(theirs, rel=1e-14)
        assert own.metrics["mean_probability"].value == pytest.approx(p[:, k].mean(), abs=1e-11)
        assert own.rows == y[:, k].sum()
    cells = accuracy_score(y.reshape(-1), decided.reshape(-1))
    assert found.metrics["accuracy"].value == pytest.approx(cells, rel=1e-14)
    brier = sum(brier_score_loss(y[:, k], p[:, k]) for k in range(y.shape[1]))
    assert found.metrics["brier"].value == pytest.approx(brier, rel=1e-14)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("epsilon", [0.0, 0.2])
def test_labels_between_on_and_off(weighted: bool, epsilon: float) -> None:
    _, p = labelled(3)
    rng = np.random.default_rng(3)
    y = rng.integers(0, 5, p.shape) / 4
    w = rng.exponential(size=len(y)) if weighted else None
    table = label_table(y, p).assign(w=1.0 if w is None else w)
    target = (1 - epsilon) * y + epsilon / 2
    cells = -(target * np.log(p) + (1 - target) * np.log1p(-p))
    asked = f"cross_entropy(smoothing={epsilon})"
    weight = "w" if weighted else None
    found = report(table, task="multilabel", metric=asked, weight=weight)
    (whole,) = found.metrics.values()
    assert (whole.value, whole.stderr) == pytest.approx(
        mean_and_error(cells.sum(axis=1), w), rel=1e-10
    )
    for k, own in enumerate(found.classes):
        (part,) = own.metrics.values()
        assert (part.value, part.stderr) == pytest.approx(mean_and_error(cells[:, k], w), rel=1e-10)


def test_normalized_is_by_the_entropies_of_the_labels() -> None:
    y, p = labelled(4)
    cells = -(y * np.log(p) + (1 - y) * np.log1p(-p))
    share = y.mean(axis=0)
    entropy = -(share * np.log(share) + (1 - share) * np.log1p(-share)).sum()
    found = value(label_table(y, p), "normalized_cross_entropy", task="multilabel")
    assert found == pytest.approx(cells.sum() / len(y) / entropy, rel=1e-13)


@pytest.mark.parametrize("z", [745.0, 90.0, 40.0, 1.0, 1e-9])
@pytest.mark.parametrize("gamma", [0, 2])
def test_tiny_losses_of_either_side_keep_their_digits(z: float, gamma: int) -> None:
    table = pd.DataFrame({"true_a": [1.0], "true_b": [0.0], "logit_a": [z], "logit_b": [-z]})
    with mpmath.workdps(60):
        loss = mpmath.log1p(mpmath.exp(-mpmath.mpf(z)))
        exact = float(2 * (1 - mpmath.exp(-loss)) ** gamma * loss)
    options = {"task": "multilabel", "scale": "logit"}
    found = value(table, f"focal(gamma={gamma})", **options)
    assert found == pytest.approx(exact, rel=4e-15, abs=5e-324)


def test_logits_need_not_agree_on_anything() -> None:
    rows = LabelRows(2, np.array([[1.0], [1.0]]), np.full((2, 1), -np.inf), Scale.LOGIT)
    (asked,) = request(["cross_entropy"])
    found = rows.measure(asked).overall
    assert found is not None
    assert found.value == math.inf
    off = rows.but(targets=np.zeros((2, 1))).measure(asked).overall
    assert off is not None
    assert off.value == 0.0


@pytest.mark.parametrize("form", ["frame", "csv", "parquet", "jsonl"])
def test_labels_may_be_true_and_false(form: str, tmp_path: Path) -> None:
    y, p = labelled(9)
    numbers = label_table(y, p)
    table = numbers.astype({name: bool for name in numbers if str(name).startswith("true_")})
    path = tmp_path / f"labels.{form}"
    match form:
        case "csv":
            table.to_csv(path, index=False)
        case "parquet":
            table.to_parquet(path)
        case "jsonl":
            table.to_json(path, orient="records", lines=True, double_precision=15)
    data = table if form == "frame" else path
    found = report(data, task="multilabel").metrics["cross_entropy"].value
    assert found == pytest.approx(report(numbers, task="multilabel").metrics["cross_entropy"].value)
