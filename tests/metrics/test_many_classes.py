"""Sums over many classes take another path than those over few: the bits are the same."""

from __future__ import annotations

import numpy as np
import pytest

from xentcli.rows.matrix_scores import Logits, LogProbabilities, Probabilities


@pytest.mark.parametrize("classes", [2, 32, 33, 64, 500])
@pytest.mark.parametrize("rows", [1, 2, 3, 17, 260])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_row_sums_add_class_after_class(classes: int, rows: int, kind: type) -> None:
    random = np.random.default_rng(classes * rows)
    raw: np.typing.NDArray[np.floating] = random.random((classes, rows)).astype(kind)
    expected = np.zeros(rows)
    for column in raw:
        expected += column
    assert np.array_equal(Probabilities(raw.copy()).sums, expected)


@pytest.mark.parametrize("scores", [Probabilities, LogProbabilities, Logits])
def test_rows_do_not_depend_on_their_neighbours(
    scores: type[Probabilities | LogProbabilities | Logits],
) -> None:
    rng = np.random.default_rng(3)
    raw = -rng.random((70, 9)) if scores is LogProbabilities else rng.random((70, 9))
    truth = rng.integers(0, 70, 9)
    order = np.arange(9)
    together = scores(raw.copy()).squares(truth, order)
    winners = scores(raw.copy()).predicted()
    for row in range(9):
        alone = scores(np.ascontiguousarray(raw[:, [row]]))
        assert alone.squares(truth[[row]], np.arange(1))[0] == together[row]
        assert alone.predicted()[0] == winners[row]


def test_of_equal_scores_the_first_wins() -> None:
    raw = np.zeros((40, 3))
    raw[[5, 20, 39], :] = 1.0
    assert Probabilities(raw).predicted().tolist() == [5, 5, 5]
