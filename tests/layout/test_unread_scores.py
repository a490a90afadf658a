"""A score that holds no numbers is an error: the others are no scores of fewer classes."""

from __future__ import annotations

import pandas as pd
import pytest

import xentcli
from xentcli.errors import InputError

ROWS = {"label": ["a", "b"], "prob_a": [0.5, 0.25], "prob_b": [0.25, 0.5]}


@pytest.mark.parametrize("third", [["0.25", "0.25"], [None, None]])
def test_a_score_that_is_no_number_is_not_left_out(third: list[str | None]) -> None:
    frame = pd.DataFrame(ROWS).assign(prob_c=pd.Series(third, dtype=object))
    with pytest.raises(InputError, match="column 'prob_c' is named as a score like 'prob_a'"):
        xentcli.evaluate(frame)


def test_other_text_of_such_a_name_is_none() -> None:
    frame = pd.DataFrame(ROWS).assign(prob_note=["low", "high"])
    assert xentcli.evaluate(frame, sum_to_one="ignore").layout.scores == ("prob_a", "prob_b")


def test_units_and_the_class_of_a_score_are_those_of_both() -> None:
    one = pd.DataFrame({"label": ["spam", "ham"], "prob_spam": [0.9, 0.2]})
    other = pd.DataFrame({"label": ["ham", "spam"], "prob_ham": [0.9, 0.2]})
    with pytest.raises(InputError, match="its score is of the class 'ham'"):
        xentcli.compare(one, other)
