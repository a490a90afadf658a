"""Top-k accuracy, ties going to the classes that come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sklearn.metrics import top_k_accuracy_score

from tests.laws.rows import Rows, rows_of
from tests.metrics.cases import KINDS, SCALES, matrix, random_rows
from xentcli.metrics import request

if TYPE_CHECKING:
    import numpy as np

    from xentcli.options import Scale


def top(rows: Rows, k: int) -> float | None:
    (asked,) = request([f"top_k(k={k})"])
    found = rows.measure(asked).overall
    assert found is not None
    return found.value


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_scikit_learn(k: int, weighted: bool, kind: type[np.floating]) -> None:
    rows = random_rows(1, k=5, spread=0.5, weighted=weighted, kind=kind)
    theirs = top_k_accuracy_score(
        rows.truth, matrix(rows), k=k, labels=range(5), sample_weight=rows.weights
    )
    assert top(rows, k) == pytest.approx(theirs, rel=1e-14)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("single", [True, False])
def test_of_one_is_the_accuracy(scale: Scale, single: bool) -> None:
    rows = random_rows(2, scale, spread=0.5, single=single)
    (accuracy,) = request(["accuracy"])
    found = rows.measure(accuracy).overall
    assert found is not None
    assert top(rows, 1) == found.value
    assert top(rows, rows.k) == 1.0


def test_ties_go_to_the_classes_that_come_first() -> None:
    tied = rows_of([0, 1, 2, 3], [[0.25] * 4] * 4)
    assert [top(tied, k) for k in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1.0]
    beside = rows_of([2, 2], [[0.4, 0.3, 0.3], [0.3, 0.3, 0.4]])
    assert [top(beside, k) for k in (1, 2, 3)] == [0.5, 0.5, 1.0]
