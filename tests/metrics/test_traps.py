"""Inputs that once gave a wrong number without a word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

import xentcli
from xentcli.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def loss(data: Any, **options: Any) -> float | None:
    return xentcli.evaluate(data, **options).metrics["cross_entropy"].value


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int64()])
def test_narrow_labels_do_not_wrap_around(kind: pa.DataType) -> None:
    rng = np.random.default_rng(0)
    labels = [*range(100), -100, 99]
    probabilities = rng.dirichlet(np.ones(100), len(labels))
    frame = pa.table({"label": pa.array(labels, kind), "probs": probabilities.tolist()})
    kept = [(y, p) for y, p in zip(labels, probabilities, strict=True) if y >= 0]
    expected = -sum(math.log(p[y]) for y, p in kept) / len(kept)
    assert loss(frame, ignore_label="-100") == pytest.approx(expected, rel=1e-14)


def test_large_unsigned_labels_are_text_like_any() -> None:
    first = 2**63 + 7
    frame = pa.table(
        {"label": pa.array([first, first + 1], pa.uint64()), "probs": [[0.9, 0.1]] * 2}
    )
    value = loss(frame, classes=[str(first), str(first + 1)])
    assert value == pytest.approx(-(math.log(0.9) + math.log(0.1)) / 2, rel=1e-15)


def test_what_lies_under_a_null_list_is_not_scored() -> None:
    values = pa.array([0.9, 0.1, 0.2, 0.8, None, 0.5, 0.7, 0.3], pa.float64())
    lists = pa.FixedSizeListArray.from_arrays(values, 2, mask=pa.array([False, True, False, False]))
    frame = pa.table({"label": [0, 0, 1, 1], "probs": lists})
    expected = -(math.log(0.9) + math.log(0.3)) / 2
    assert loss(frame, missing="drop") == pytest.approx(expected, rel=1e-15)
    with pytest.raises(InputError, match="row 2"):
        loss(frame)


def test_rescaled_log_probabilities_stay_logarithms() -> None:
    far = {"label": ["a"], "logprob_a": [-1000.0], "logprob_b": [0.0]}
    both = {"label": ["a", "a"], "logprob_a": [-1000.0, -0.69], "logprob_b": [0.0, -0.7]}
    assert loss(pa.table(far), sum_to_one="rescale") == 1000.0
    two = xentcli.evaluate(pa.table(both), sum_to_one="rescale").metrics["cross_entropy"].value
    assert two == pytest.approx((1000 + math.log1p(math.exp(-0.01))) / 2, rel=1e-15)


@pytest.mark.parametrize("weight", [1e-170, 5e-324, 1e61, math.inf, -1.0])
def test_weights_whose_squares_are_no_numbers_are_refused(weight: float) -> None:
    frame = pa.table({"y": [1, 0], "p": [0.75, 0.25], "w": [weight, weight]})
    with pytest.raises(InputError, match="is not a weight"):
        loss(frame, weight="w")


def test_a_row_without_weight_does_no_harm() -> None:
    frame = pa.table({"y": [1, 0, 1], "p": [0.9, 0.2, 0.0], "w": [1.0, 1.0, 0.0]})
    report = xentcli.evaluate(frame, weight="w")
    assert report.metrics["cross_entropy"].value == pytest.approx(0.16425203348601802, rel=1e-15)
    assert not [f for f in report.findings if f.code == "zero-probability"]


def test_missing_labels_of_pandas_are_no_classes() -> None:
    frame = pa.table({"y": pa.array([1.0, math.nan, 0.0]), "p": [0.9, 0.5, 0.2]})
    assert loss(frame, missing="drop") == pytest.approx(0.16425203348601802, rel=1e-15)


def test_a_later_part_with_a_further_class_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("label,logit_a,logit_b\na,2,0\n")
    (tmp_path / "2.csv").write_text("label,logit_a,logit_b,logit_c\na,1,0,9\n")
    with pytest.raises(InputError, match=r"2\.csv: has the score column 'logit_c'"):
        loss(tmp_path)


def test_lists_that_are_no_distributions_are_no_scores() -> None:
    frame = pa.table({"label": [0, 1], "box": [[12.0, 4.0, 80.0, 9.0]] * 2, "note": ["x", "y"]})
    with pytest.raises(InputError, match="no column is named like a score"):
        loss(frame)


def test_names_bind_whatever_the_options_say() -> None:
    frame = pa.table({"label": ["a", "b"], "prob_b": [0.2, 0.7], "prob_a": [0.8, 0.3]})
    assert loss(frame) == pytest.approx(-(math.log(0.8) + math.log(0.7)) / 2, rel=1e-15)
    with pytest.raises(UsageError, match="the columns say 'b', 'a'"):
        loss(frame, classes="a,b")


def test_columns_keep_their_classes_where_no_sampled_label_is_one() -> None:
    frame = pa.table({"label": ["c"], "prob_a": [0.6], "prob_b": [0.4]})
    report = xentcli.evaluate(frame, unknown_label="drop")
    assert report.layout.classes == ("a", "b")
    assert [f.code for f in report.findings if f.severity == "warning"][-1] == "no-rows"


def test_one_stray_label_shifts_no_class() -> None:
    columns = {"p1": [0.7, 0.1, 0.1, 0.3], "p2": [0.2, 0.8, 0.1, 0.3], "p3": [0.1, 0.1, 0.8, 0.4]}
    frame = pa.table({"label": ["0", "1", "2", "x"], **columns})
    expected = -(math.log(0.7) + 2 * math.log(0.8)) / 3
    value = loss(frame, scores="p*", unknown_label="drop")
    assert value == pytest.approx(expected, rel=1e-15)
