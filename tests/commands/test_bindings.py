"""Files that could be read in another way than was meant: errors, or the one right number."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

PAIR = "true_b,true_a,prob_a,prob_b\n1,0,0.1,0.9\n1,0,0.2,0.8\n"
RIGHT = -(math.log(0.9) + math.log(0.8)) / 2


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ("survived,log_prob\n1,-0.1\n0,-3.0\n", ()),
        ("survived,log_prob\n1,-0.1\n0,-3.0\n", ("--weight", "survived")),
        ("survived,loss,score\n1,0.1,0.5\n", ()),
    ],
)
def test_no_truth_by_name_is_no_outcome(xent: Xent, rows: str, options: tuple[str, ...]) -> None:
    xent.write("rows.csv", rows)
    xent.run("eval", "rows.csv", *options).assert_error("no column is named like a true label")


def test_a_log_probability_beside_scores_of_classes_is_ambiguous(xent: Xent) -> None:
    xent.write("rows.csv", "species,prob_a,prob_b,logprob\na,0.9,0.1,-9\n")
    xent.run("eval", "rows.csv").assert_error("the scores could be", "--scores")


@pytest.mark.parametrize("option", ["--by", "--id"])
def test_naming_the_truth_for_something_else_changes_no_task(xent: Xent, option: str) -> None:
    xent.write("rows.csv", "y,log_prob\n1,-0.1\n0,-3.0\n")
    plain = xent.eval("rows.csv")["metrics"]
    run = xent.run("eval", "rows.csv", option, "y", "--json")
    assert run.code == 3 or json.loads(run.stdout)["metrics"] == plain


@pytest.mark.parametrize("rows", ["token,logprob\na,-1\nb,-3\n", "token_logprob\n-1\n-3\n"])
def test_tokens_are_outcomes(xent: Xent, rows: str) -> None:
    xent.write("rows.csv", rows)
    report = xent.eval("rows.csv")
    assert report["layout"]["task"] == "outcome"
    assert report["metrics"]["cross_entropy"]["value"] == 2.0


@pytest.mark.parametrize("options", [(), ("--classes", "x,y")])
@pytest.mark.parametrize("task", ["auto", "multilabel"])
def test_targets_bind_by_their_names(xent: Xent, options: tuple[str, ...], task: str) -> None:
    xent.write("rows.csv", PAIR)
    report = xent.eval("rows.csv", "--task", task, *options)
    expected = RIGHT if task == "auto" else 2 * RIGHT
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(expected, rel=1e-12)


def test_lists_have_no_names_beside_scores_that_do(xent: Xent) -> None:
    table = pa.table({"label": [[1.0, 0.0]] * 2, "prob_b": [0.9, 0.8], "prob_a": [0.1, 0.2]})
    pq.write_table(table, xent.folder / "lists.parquet")
    xent.run("eval", "lists.parquet").assert_error("'label' holds lists", "a target column")


def test_one_fraction_beside_two_scores_is_refused(xent: Xent) -> None:
    xent.write("rows.csv", "y,prob_1,prob_0\n0.3,0.7,0.3\n1,0.9,0.1\n")
    options = ("--target-scale", "probability")
    xent.run("eval", "rows.csv", *options).assert_error("one score column", code=2)


def test_the_tolerance_is_that_of_the_scores(xent: Xent) -> None:
    xent.write("rows.csv", "true_a,true_b,prob_a,prob_b\n0.5,0,0.4,0.5\n0,1,0.5,0.4\n")
    options = ("--tolerance", "0.6")
    xent.run("eval", "rows.csv", *options).assert_error("line 2", "the targets sum to 0.5")


def test_features_named_like_targets_are_features(xent: Xent) -> None:
    xent.write("rows.csv", "label,target_len,target_pos,prob_a,prob_b\na,5,7,0.9,0.1\n")
    report = xent.eval("rows.csv")
    assert report["layout"]["target"] == ["label"]
    both = "label,true_a,true_b,prob_a,prob_b\na,1,0,0.9,0.1\n"
    xent.write("rows.csv", both)
    xent.run("eval", "rows.csv").assert_error("several columns could be the true label")


def test_keras_steps_come_after_rescaling(xent: Xent) -> None:
    rows = "a,-50,-0.7,-0.7\nb,-1,-1,-1\n"
    xent.write("rows.csv", f"label,log_prob_a,log_prob_b,log_prob_c\n{rows}")
    value = xent.eval("rows.csv", "--like", "keras", "--sum-to-one", "rescale")["metrics"]
    expected = (16.118095 + math.log(3)) / 2
    assert value["cross_entropy"]["value"] == pytest.approx(expected, rel=1e-6)


def test_sklearns_epsilon_is_that_of_the_column(xent: Xent) -> None:
    p = np.array([[0.0, 0.5, 0.75], [0.25, 0.25, 0.75]], dtype=np.float32)
    columns = {f"prob_{c}": p[:, k] for k, c in enumerate("abc")}
    pq.write_table(pa.table({"label": ["a", "c"], **columns}), xent.folder / "f32.parquet")
    report = xent.eval("f32.parquet", "--like", "sklearn", "--sum-to-one", "rescale")
    expected = (-math.log(2.0**-23) - math.log(0.6)) / 2
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(expected, rel=1e-6)


def test_an_infinite_loss_is_told_by_any_convention(xent: Xent) -> None:
    xent.write("rows.csv", "label,prob_a,prob_b,prob_c\na,0,0.5,0.5\nb,0.1,0.8,0.1\n")
    report = xent.eval("rows.csv", "--like", "torch")
    (found,) = [f for f in report["findings"] if f["code"] == "zero-probability"]
    assert found["finite_mean"] == pytest.approx(-math.log(0.8))


@pytest.mark.parametrize(
    ("rows", "options", "needle"),
    [
        ("y,p,u\n1,0.5,\n0,0.3,1\n", ("--count", "u", "--missing", "drop"), "--task outcome"),
        ("token_logprob\n-1\n", ("--ignore-label", "x"), "one label each"),
        ("y,p\n1,0.5\n", ("--all-conventions", "--clip", "1e-3"), "--all-conventions and --clip"),
        ("y,p,g\n1,0.5,a\n", ("--all-conventions", "--by", "g"), "leave --by out"),
    ],
)
def test_options_without_an_effect_are_refused(
    xent: Xent, rows: str, options: tuple[str, ...], needle: str
) -> None:
    xent.write("rows.csv", rows)
    xent.run("eval", "rows.csv", *options).assert_error(needle, code=2)


def test_one_system_that_fails_is_no_end_of_the_others(xent: Xent) -> None:
    xent.write("rows.csv", "label,prob_a,prob_b,prob_c\na,0,0,0\nb,0.1,0.8,0.1\n")
    options = ("--all-conventions", "--json", "--sum-to-one", "ignore")
    found = json.loads(xent.run("eval", "rows.csv", *options).stdout)["conventions"]
    entries = {e["like"]: e for e in found}
    assert entries["keras"]["figure"] is None
    assert "sum to 0" in entries["keras"]["why"]
    assert entries["xgboost"]["figure"] is not None


SPELLINGS = {
    "zeros": ([0.0, -0.0, 1.0, 1.0], ["0", "1"]),
    "holes": ([1.0, None, float("nan"), 2.0], ["", "1", "2"]),
    "far": ([0, 9_000_000, -1, 5], ["-1", "0", "5", "9000000"]),
    "long": (["1" * 5000, "2", "1", "2"], ["1", "1" * 5000, "2"]),
}


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("size", [1, 4])
def test_slices_are_spelled_one_way(xent: Xent, name: str, size: int) -> None:
    values, expected = SPELLINGS[name]
    table = pa.table({"y": [1, 0, 1, 0], "p": [0.5, 0.25, 0.75, 0.5], "g": pa.array(values)})
    for k, order in enumerate(([0, 1, 2, 3], [3, 1, 0, 2])):
        path = f"{k}.parquet"
        pq.write_table(table.take(order), xent.folder / path, row_group_size=size)
        slices = xent.eval(path, "--by", "g")["slices"]
        assert [s["by"]["g"] for s in slices] == expected
        xent.run("eval", path, "--by", "g", "-o", f"{k}-out.parquet").assert_done()
    one, two = (pq.read_table(xent.folder / f"{k}-out.parquet") for k in (0, 1))
    assert one.equals(two)


def test_a_slice_column_named_like_a_figure_keeps_its_values(xent: Xent) -> None:
    xent.write("rows.csv", "y,p,share\n1,0.5,A\n0,0.3,B\n")
    xent.run("eval", "rows.csv", "--by", "share", "-o", "out.parquet").assert_done()
    table = pq.read_table(xent.folder / "out.parquet")
    assert table["by_share"].to_pylist() == ["A", "B"]
    assert sum(table["share"].to_pylist()) == pytest.approx(1.0)
