"""Macro cross-entropy: the classes' losses, each counting as much."""

from __future__ import annotations

import math

import pytest
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from tests.laws.rows import rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, matrix, overall, random_rows, value
from xentcli.options import Base, Scale

KEY = "macro_cross_entropy"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_is_the_plain_mean_of_the_classes(scale: Scale, weighted: bool) -> None:
    rows = random_rows(14, scale, weighted=weighted)
    parts = [oracle.of_class(rows, k) for k in range(rows.k)]
    means, errors = [], []
    for part in parts:
        x, w = oracle.finite(oracle.losses(part)), oracle.weights(part)
        means.append(oracle.mean(x, w))
        errors.append(oracle.stderr(x, w if weighted else None))
    figure = overall(KEY, rows)
    assert figure.value == pytest.approx(math.fsum(means) / len(means), rel=1e-15, abs=0)
    assert figure.stderr == pytest.approx(math.hypot(*errors) / len(errors), rel=1e-10, abs=0)


def test_is_the_balanced_loss_of_scikit_learn() -> None:
    rows = random_rows(15, k=4)
    balanced = compute_sample_weight("balanced", rows.truth)
    theirs = log_loss(rows.truth, matrix(rows), sample_weight=balanced)
    assert value(KEY, rows) == pytest.approx(theirs, rel=1e-12, abs=0)


def test_closed_forms() -> None:
    rows = rows_of([0, 0, 0, 1], [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.75, 0.25]])
    assert value(KEY, rows) == pytest.approx(1.5 * math.log(2), rel=1e-15, abs=0)
    assert overall(KEY, rows, Base.TWO).value == pytest.approx(1.5, rel=1e-15, abs=0)
    # A class of a single row has no error, so the whole has none.
    assert overall(KEY, rows).stderr is None
    absent = rows_of([0, 0], [[0.5, 0.25, 0.25]] * 2)
    assert value(KEY, absent) == math.log(2)
    assert overall(KEY, absent).stderr == 0.0


def test_an_infinite_class_makes_the_whole_infinite() -> None:
    figure = overall(KEY, rows_of([0, 0, 1, 1], [0.5, 0.5, 0.0, 0.5]))
    assert (figure.value, figure.stderr) == (math.inf, None)
