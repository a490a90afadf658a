"""`--like`, `--all-conventions` and `xent conventions`, as a process."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from xentcli.options import Like

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

SYSTEMS = [like.value for like in Like]
# A certain mistake, a row that does not sum to one, and an ordinary one.
ROWS = "label,prob_a,prob_b,prob_c\na,0,0.5,0.5\nb,0.2,0.5,0.2\nc,0.25,0.25,0.5\n"
# What each makes of the first row; the second costs log 2, but where it is rescaled.
WORST = {
    "sklearn": -math.log(2.0**-52),
    "torch": math.inf,
    "keras": -math.log(1.0000000116860974e-07),
    "xgboost": 36.841362,
    "lightgbm": 34.53877639770508,
    "yardstick": -math.log(2.0**-52),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_has_its_own_number(xent: Xent, system: str) -> None:
    xent.write("rows.csv", ROWS)
    report = xent.eval("rows.csv", "--like", system, "--sum-to-one", "ignore")
    second = -math.log(0.5 / 0.9) if system == "keras" else math.log(2)
    value = float(report["metrics"]["cross_entropy"]["value"])
    assert value == pytest.approx((WORST[system] + second + math.log(2)) / 3, rel=1e-6)
    assert f"|like:{system}|" in report["signature"]
    changed = [f for f in report["findings"] if f["code"] == "convention"]
    count = {"torch": 0, "keras": 2}.get(system, 1)
    assert [f["count"] for f in changed] == ([count] if count else [])


def test_all_of_them_side_by_side(xent: Xent) -> None:
    xent.write("rows.csv", ROWS)
    options = ("--sum-to-one", "ignore")
    found = json.loads(xent.run("eval", "rows.csv", "--all-conventions", "--json", *options).stdout)
    assert found["schema"] == "xentcli/conventions/1"
    entries = {e["like"]: e for e in found["conventions"]}
    assert list(entries) == [None, *SYSTEMS]
    for system in SYSTEMS:
        alone = xent.eval("rows.csv", "--like", system, "-m", "cross_entropy", *options)
        assert entries[system]["figure"] == alone["metrics"]["cross_entropy"]
    assert entries["keras"]["rows_changed"] == 2
    assert entries["keras"]["worst_row"] == 1
    assert "clipped" in entries["keras"]["why"]
    page = xent.run("eval", "rows.csv", "--all-conventions", *options).assert_done()
    assert [line.split()[0] for line in page.splitlines()] == ["--like", "(none)", *SYSTEMS]


def test_a_weighted_loss_divides_by_rows_or_weight(xent: Xent) -> None:
    xent.write("rows.csv", "label,prob,w\n1,0.5,3\n0,0.25,1\n")
    losses, w = np.array([math.log(2), -math.log(0.75)]), np.array([3.0, 1.0])
    for system in SYSTEMS:
        report = xent.eval("rows.csv", "--like", system, "--weight", "w")
        below = 2 if system in {"keras", "torch"} else 4
        expected = (w * losses).sum() / below
        assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(expected, rel=1e-6)


def test_torch_leaves_padding_out_unasked(xent: Xent) -> None:
    xent.write("rows.csv", "label,logit_0,logit_1,logit_2\n0,1,2,3\n-100,5,5,5\n2,0,0,4\n")
    report = xent.eval("rows.csv", "--like", "torch")
    assert report["source"]["rows"] == 2
    assert [f["code"] for f in report["findings"] if f["code"] == "ignored-label"]
    xent.run("eval", "rows.csv").assert_error("the label '-100' is none of the classes")


@pytest.mark.parametrize(
    ("rows", "options", "needles", "code"),
    [
        (ROWS, ("--like", "keras", "--clip", "1e-9"), ("--clip and --like",), 2),
        (ROWS, ("--like", "mxnet"), ("mxnet",), 2),
        ("label,prob_a,prob_b,prob_c,w\na,0.2,0.3,0.5,1\n",
         ("--like", "torch", "--weight", "w"), ("knows no weights", "class_weight"), 2),
        ("q_a,q_b,q_c,prob_a,prob_b,prob_c\n1,0,0,0.2,0.3,0.5\n",
         ("--like", "sklearn"), ("takes no soft targets",), 2),
        ("token_logprob\n-1\n", ("--like", "torch"), ("need classes or labels",), 2),
        ("label,prob_a,prob_b\na,0,0\n",
         ("--like", "keras", "--sum-to-one", "ignore"), ("rows.csv: line 2", "sum to 0"), 3),
        (ROWS, ("--all-conventions", "--like", "torch"), ("give one of them",), 2),
        (ROWS, ("--all-conventions", "-f", "csv"), ("table or json", "--like NAME"), 2),
        (ROWS, ("--all-conventions", "-b"), ("table or json",), 2),
        (ROWS, ("--all-conventions", "-m", "share"), ("about the cross-entropy",), 2),
    ],
)  # fmt: skip
def test_what_has_no_number_is_refused(
    xent: Xent, rows: str, options: tuple[str, ...], needles: tuple[str, ...], code: int
) -> None:
    xent.write("rows.csv", rows)
    xent.run("eval", "rows.csv", *options).assert_error(*needles, code=code)


def test_a_pipe_cannot_be_read_for_every_system(xent: Xent) -> None:
    xent.run("eval", "-", "--all-conventions", stdin=ROWS).assert_error("a pipe can be read once")


def test_the_table_of_conventions(xent: Xent) -> None:
    page = xent.run("conventions").assert_done()
    records = json.loads(xent.run("conventions", "--json").assert_done())
    assert [r["like"] for r in records] == SYSTEMS
    for record in records:
        assert f"{record['like']}: {record['system']} {record['version']}" in page
        for rule in record["rules"]:
            assert rule["function"] in page
            assert rule["steps"] in page
