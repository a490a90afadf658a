"""Recall: against scikit-learn, and where it is undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from tests.laws.rows import Rows, rows_of
from tests.metrics.cases import SCALES, by_class, measure, overall, random_rows, value
from tests.metrics.oracle import wilson

if TYPE_CHECKING:
    from xentcli.options import Scale

KEY = "recall"


def theirs(rows: Rows) -> np.typing.NDArray[np.float64]:
    decided = rows.batch().scores.predicted() if rows.raw.ndim == 1 else rows.raw.argmax(axis=0)
    return np.asarray(
        precision_recall_fscore_support(
            rows.truth,
            decided,
            labels=list(range(rows.k)),
            sample_weight=rows.weights,
            zero_division=0.0,
        )[1]
    )


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("single", [True, False])
def test_agrees_with_scikit_learn(scale: Scale, weighted: bool, single: bool) -> None:
    rows = random_rows(21, scale, weighted=weighted, single=single, spread=0.7, k=4)
    expected = theirs(rows)
    assert by_class(KEY, rows) == pytest.approx(expected.tolist(), rel=1e-14, abs=0)
    assert value(KEY, rows) == pytest.approx(float(expected.mean()), rel=1e-14, abs=0)


def test_closed_forms_and_undefined_classes() -> None:
    rows = rows_of([0, 0, 1], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    assert by_class(KEY, rows) == [0.5, 0.0, None]
    assert value(KEY, rows) == 0.25  # over the classes that occur
    assert overall(KEY, rows).stderr is None
    weighed = rows_of([0, 0], [[0.6, 0.4], [0.3, 0.7]], weights=[3, 1])
    assert by_class(KEY, weighed) == [0.75, None]


def test_a_class_of_four_rows_has_wilsons_interval() -> None:
    rows = rows_of([1, 1, 1, 1], [0.9, 0.9, 0.9, 0.1])
    figure = measure(KEY, rows).classes[1]
    assert figure is not None
    assert figure.value == 0.75
    assert figure.interval == pytest.approx(wilson(0.75, 4, 1.959963984540054), rel=1e-13, abs=0)
