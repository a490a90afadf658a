"""Soft targets, votes, labels and outcomes: found, shown, scored and refused."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

SCORES = "prob_a,prob_b\n"
FILES = {
    "soft.csv": f"q_a,q_b,{SCORES}0.5,0.5,0.25,0.75\n1,0,0.5,0.5\n",
    "votes.csv": f"q_a,q_b,{SCORES}3,3,0.25,0.75\n4,0,0.5,0.5\n",
    "labels.csv": f"true_a,true_b,{SCORES}1,1,0.25,0.75\n0,1,0.5,0.5\n",
    "outcomes.csv": "token,logprob,bytes\nx,-0.5,1\ny,-1,2\n",
    "binary.csv": "label,prob\n0.25,0.5\n1,0.75\n0,0.25\n",
    "hard.csv": f"label,{SCORES}a,0.25,0.75\nb,0.5,0.5\n",
}
LOSSES = {
    "soft.csv": (math.log(4) / 2 + math.log(4 / 3) / 2, math.log(2)),
    "votes.csv": (math.log(4) / 2 + math.log(4 / 3) / 2, math.log(2)),
    "labels.csv": (math.log(4) + math.log(4 / 3), 2 * math.log(2)),
    "outcomes.csv": (0.5, 1.0),
    "binary.csv": (math.log(2), math.log(4 / 3), math.log(4 / 3)),
}
OPTIONS = {
    "votes.csv": ("--target-scale", "count"),
    "labels.csv": ("--task", "multilabel"),
    "outcomes.csv": ("--count", "bytes"),
}


def wrote(xent: Xent, name: str) -> list[str]:
    """Makes one of the files; returns it with the options that it needs."""
    return [xent.write(name, FILES[name]), *OPTIONS.get(name, ())]


@pytest.mark.parametrize("name", LOSSES)
def test_each_is_found_and_scored(xent: Xent, name: str) -> None:
    report = xent.eval(*wrote(xent, name))
    losses = LOSSES[name]
    loss = report["metrics"]["cross_entropy"]["value"]
    assert loss == pytest.approx(math.fsum(losses) / len(losses), rel=1e-15)
    assert report["findings"] == []


@pytest.mark.parametrize("name", LOSSES)
def test_rows_say_what_each_costs(xent: Xent, name: str) -> None:
    page = xent.run("rows", *wrote(xent, name)).assert_done()
    rows = list(csv.DictReader(io.StringIO(page)))
    assert [float(r["loss"]) for r in rows] == pytest.approx(LOSSES[name], rel=1e-15)
    columns = {"labels.csv": ["row", "loss"], "outcomes.csv": ["row", "p_true", "loss"]}
    assert list(rows[0]) == columns.get(name, ["row", "loss", "predicted"])
    page = xent.run("rows", *wrote(xent, name), "--worst", "1", "-f", "jsonl").assert_done()
    worst = max(range(len(rows)), key=lambda i: LOSSES[name][i])
    assert json.loads(page)["row"] == worst + 1


SHOWN = {
    "soft.csv": ("binary, 2 classes, soft targets", "'q_a', 'q_b'", "probability"),
    "votes.csv": ("binary, 2 classes, soft targets", "'q_a', 'q_b'", "count"),
    "labels.csv": ("multilabel, 2 labels", "'true_a', 'true_b'", "probability"),
    "outcomes.csv": ("outcome", "", "label"),
    "binary.csv": ("binary, 2 classes, soft targets", "'label'", "probability"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_inspect_says_how_each_is_read(xent: Xent, name: str) -> None:
    task, target, scale = SHOWN[name]
    page = xent.run("inspect", *wrote(xent, name)).assert_done()
    lines = {line.split()[0]: line for line in page.splitlines() if line.startswith("  ")}
    assert lines["task"].rstrip() == f"  task      {task}"
    assert ("target" in lines) == bool(target)
    if target:
        assert target in lines["target"]
    record = xent.run("inspect", *wrote(xent, name), "--json").report
    assert record["layout"]["task"] == task.split(",")[0]
    assert record["layout"]["target_scale"] == scale
    roles = {c["name"]: c["role"] for c in record["columns"]}
    if name == "outcomes.csv":
        assert roles == {"token": None, "logprob": "score", "bytes": "count"}
        assert record["layout"]["units"] == "bytes"
    layout = xent.eval(*wrote(xent, name))["layout"]
    assert {key: record["layout"][key] for key in layout} == layout


def test_targets_bind_to_classes_by_name_in_any_order(xent: Xent) -> None:
    expected = xent.eval(*wrote(xent, "soft.csv"))["metrics"]["cross_entropy"]
    xent.write("a.csv", "prob_b,true_b,prob_a,true_a\n0.75,0.5,0.25,0.5\n0.5,0,0.5,1\n")
    for options in ((), ("--target", "true_*"), ("--target", "true_b", "--target", "true_a")):
        assert xent.eval("a.csv", *options)["metrics"]["cross_entropy"] == expected


def test_what_cannot_be_scored_is_one_line_and_code_3(xent: Xent) -> None:
    xent.write("a.csv", f"q_a,q_b,{SCORES}0.5,0.5,0.5,0.5\n1,1,0.5,0.5\n")
    refused = xent.run("eval", "a.csv", "-o", "out.json")
    refused.assert_error("a.csv: line 3: the targets sum to 2, not to 1")
    xent.run("rows", "a.csv", "--target-scale", "count", "-o", "out.csv").assert_done()
    xent.write("b.csv", f"q_a,q_b,{SCORES}1,1,0.5,0.5\n1,-1,0.5,0.5\n")
    refused = xent.run("rows", "b.csv", "--target-scale", "count", "--worst", "1")
    refused.assert_error("b.csv: line 3, column 'q_b': -1.0 is not a number of votes")


def test_what_makes_no_sense_together_is_one_line_and_code_2(xent: Xent) -> None:
    xent.write("a.csv", FILES["soft.csv"])
    xent.run("eval", "a.csv", "-m", "top_k").assert_error("top_k is for rows", code=2)
    xent.run("inspect", "a.csv", "--task", "outcome", "--classes", "a,b").assert_error(code=2)
    spec = "cross_entropy(class_weight='z=2')"
    xent.run("eval", "a.csv", "-m", spec).assert_error("there is no class 'z'", code=2)


def test_class_weights_of_a_file(xent: Xent) -> None:
    xent.write("a.csv", FILES["hard.csv"])
    xent.write("w.json", '{"b": 0.5, "a": 2}')
    (found,) = xent.eval("a.csv", "-m", "cross_entropy(class_weight=w.json)")["metrics"].items()
    assert found[0] == "cross_entropy(class_weight='a=2,b=0.5')"
    expected = (2 * math.log(4) + math.log(2) / 2) / 2.5
    assert found[1]["value"] == pytest.approx(expected, rel=1e-15)
    spec = "focal(gamma=0,alpha=no.json)"
    xent.run("eval", "a.csv", "-m", spec).assert_error("no.json: ", "No such file")


@pytest.mark.parametrize("task", ["auto", "multilabel"])
def test_rows_without_a_target_can_be_left_out(xent: Xent, task: str) -> None:
    rows = "0.5,0.5,0.25,0.75\n1,,0.5,0.5\nnan,0.5,0.5,0.5\n1,0,0.5,0.5\n"
    xent.write("a.csv", f"q_a,q_b,{SCORES}{rows}")
    xent.write("b.csv", FILES["soft.csv"])
    dropped = xent.eval("a.csv", "--missing", "drop", "--task", task)
    whole = xent.eval("b.csv", "--task", task)
    assert dropped["metrics"] == whole["metrics"]
    assert dropped["classes"] == whole["classes"]
    (finding,) = dropped["findings"]
    assert (finding["code"], finding["count"]) == ("missing-dropped", 2)
    assert finding["example"]["row"] == 2


def test_lists_of_another_length_are_refused(xent: Xent) -> None:
    rows = '{"label":[0.5,0.5],"probs":[0.5,0.5]}\n{"label":[1],"probs":[0.5,0.5]}\n'
    xent.write("a.jsonl", rows)
    xent.run("eval", "a.jsonl").assert_error("line 2, column 'label': the list has not 2 entries")


def test_a_label_beside_distributions_is_ambiguous(xent: Xent) -> None:
    xent.write("a.csv", f"label,q_a,q_b,{SCORES}a,0.5,0.5,0.25,0.75\nb,1,0,0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error("could be the true label: 'label', 'q_a', 'q_b'")
    hard = xent.eval("a.csv", "--target", "label")["metrics"]["cross_entropy"]["value"]
    assert hard == pytest.approx(1.5 * math.log(2), rel=1e-15)
    soft = xent.eval("a.csv", "--target", "q_*")["metrics"]["cross_entropy"]["value"]
    assert soft == pytest.approx(math.fsum(LOSSES["soft.csv"]) / 2, rel=1e-15)


def test_a_fraction_after_hundreds_of_labels_says_what_to_do(xent: Xent) -> None:
    xent.write("a.csv", "label,prob\n" + "0,0.5\n1,0.5\n" * 150 + "0.5,0.5\n")
    refused = xent.run("eval", "a.csv")
    refused.assert_error("line 302, column 'label': the label '0.5'", "--target-scale probability")
    report = xent.eval("a.csv", "--target-scale", "probability")
    assert report["metrics"]["cross_entropy"]["value"] == math.log(2)
    assert report["classes"][0]["weight"] == 150.5
