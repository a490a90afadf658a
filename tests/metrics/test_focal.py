"""Focal loss: Σ α (1 - p)^γ (-log p)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.laws.rows import rows_of
from tests.metrics.cases import SCALES, by_class, matrix, measure, overall, random_rows, value
from tests.metrics.frames import label_table, labelled, report
from xentcli.metrics import request
from xentcli.options import Scale

if TYPE_CHECKING:
    from xentcli.figures.metric import Requested


def asked(spec: str) -> Requested:
    (found,) = request([spec])
    return found


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 3, 5, 7.5])
@pytest.mark.parametrize("weighted", [True, False])
def test_agrees_with_the_formula(gamma: float, weighted: bool) -> None:
    rows = random_rows(1, weighted=weighted)
    p = matrix(rows)[np.arange(len(rows)), rows.truth]
    x = (1 - p) ** gamma * -np.log(p)
    w = rows.weights if rows.weights is not None else np.ones(len(x))
    found = rows.measure(asked(f"focal(gamma={gamma})")).overall
    assert found is not None
    assert found.value == pytest.approx((w * x).sum() / w.sum(), rel=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_without_focus_it_is_the_cross_entropy(scale: Scale) -> None:
    rows = random_rows(2, scale)
    same = rows.measure(asked("focal(gamma=0)"))
    assert same == measure("cross_entropy", rows)


def test_closed_forms() -> None:
    half = rows_of([0, 1], [[0.5, 0.5]] * 2)
    assert value("focal", half) == pytest.approx(math.log(2) / 4, rel=1e-15)
    assert by_class("focal", half) == [pytest.approx(math.log(2) / 4, rel=1e-15)] * 2
    assert value("focal", rows_of([0], [[1.0, 0.0]])) == 0.0
    assert value("focal", rows_of([1], [[1.0, 0.0]])) == math.inf


def test_a_nearly_certain_row_keeps_its_tiny_loss() -> None:
    rows = rows_of([1], [-30.0], scale=Scale.LOGIT, positive=0)
    e = math.exp(-30)
    assert value("focal", rows) == pytest.approx(e**3, rel=1e-12)


def test_alpha_weighs_the_two_classes() -> None:
    rows = random_rows(3, single=True)
    plain = [v or 0.0 for v in by_class("focal", rows)]
    found = rows.measure(asked("focal(alpha=0.25)"))
    values = [None if v is None else v.value for v in found.classes]
    assert values == [pytest.approx(0.75 * plain[0]), pytest.approx(0.25 * plain[1])]
    counts = np.bincount(rows.truth)
    mean = (0.75 * plain[0] * counts[0] + 0.25 * plain[1] * counts[1]) / len(rows)
    assert found.overall is not None
    assert found.overall.value == pytest.approx(mean, rel=1e-14)


def test_alpha_weighs_the_two_sides_of_a_label() -> None:
    y, p = labelled(4)
    on, off = 0.25 * (1 - p) ** 2 * -np.log(p), 0.75 * p**2 * -np.log1p(-p)
    cells = y * on + (1 - y) * off
    found = report(label_table(y, p), task="multilabel", metric="focal(alpha=0.25)")
    (figure,) = found.metrics.values()
    assert figure.value == pytest.approx(cells.sum(axis=1).mean(), rel=1e-13)
    by_label = [next(iter(c.metrics.values())).value for c in found.classes]
    assert by_label == pytest.approx(list(cells.mean(axis=0)), rel=1e-13)


def test_the_standard_error_is_that_of_the_rows_losses() -> None:
    rows = random_rows(5)
    p = matrix(rows)[np.arange(len(rows)), rows.truth]
    x = (1 - p) ** 2 * -np.log(p)
    assert overall("focal", rows).stderr == pytest.approx(
        x.std(ddof=1) / math.sqrt(len(x)), rel=1e-10
    )
