"""`xent compare` as a process: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

BASE = "id,label,prob_cat,prob_dog\n1,cat,0.75,0.25\n2,dog,0.5,0.5\n3,cat,0.5,0.5\n"
BETTER = "id,label,prob_cat,prob_dog\n1,cat,0.9,0.1\n2,dog,0.25,0.75\n3,cat,0.625,0.375\n"
D = [math.log(0.75 / 0.9), math.log(0.5 / 0.75), math.log(0.5 / 0.625)]


@pytest.fixture
def files(xent: Xent) -> tuple[str, str]:
    return xent.write("base.csv", BASE), xent.write("new.csv", BETTER)


def test_json(xent: Xent, files: tuple[str, str]) -> None:
    record = xent.run("compare", *files, "--json").report
    assert record["schema"] == "xentcli/comparison/1"
    (candidate,) = record["candidates"]
    assert (record["base"]["name"], candidate["name"]) == ("base.csv", "new.csv")
    difference = candidate["metrics"]["cross_entropy"]["difference"]
    assert difference["value"] == pytest.approx(sum(D) / 3)
    assert candidate["outcomes"] == {"wins": 3, "ties": 0, "losses": 0}
    assert candidate["pairing"] == "order"
    assert sum(c["contribution"] for c in candidate["classes"]) == pytest.approx(sum(D) / 3)


def test_the_table_says_better(xent: Xent, files: tuple[str, str]) -> None:
    page = xent.run("compare", *files).assert_done()
    assert "base.csv → new.csv" in page
    assert "row by row: 3 lose less" in page
    assert "better" in page


@pytest.mark.parametrize("form", ["csv", "jsonl", "markdown"])
def test_other_forms(xent: Xent, files: tuple[str, str], form: str) -> None:
    text = xent.run("compare", *files, "-f", form).assert_done()
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {"cross_entropy", "brier", "accuracy"} <= {row["metric"] for row in rows}
    elif form == "jsonl":
        assert all(json.loads(line) for line in text.splitlines())
    else:
        assert "| --- " in text or "|---" in text


def test_the_difference_alone(xent: Xent, files: tuple[str, str]) -> None:
    text = xent.run("compare", *files, "-b").assert_done()
    assert float(text) == pytest.approx(sum(D) / 3)
    xent.run("compare", *files, files[0], "-b").assert_error("compare one candidate", code=2)


def test_by_id_from_a_pipe(xent: Xent, files: tuple[str, str]) -> None:
    lines = BETTER.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    by_order = xent.run("compare", *files, "-b").assert_done()
    assert (
        xent.run("compare", files[0], "-", "--id", "id", "-b", stdin=turned).assert_done()
        == by_order
    )
    xent.run("compare", "-", "-", stdin=turned).assert_error("one of the sources only", code=2)


def test_other_rows_are_refused(xent: Xent, files: tuple[str, str]) -> None:
    short = xent.write("short.csv", "\n".join(BETTER.splitlines()[:3]) + "\n")
    xent.run("compare", files[0], short, "-o", "out.json").assert_error(
        "short.csv: has 2 rows, base.csv has more", "--id"
    )
    other = xent.write("other.csv", BETTER.replace("2,dog", "2,cat"))
    xent.run("compare", files[0], other).assert_error(
        "row 2 has the label 'cat'", "the label 'dog'"
    )
    xent.run("compare", files[0], short, "--id", "id").assert_error(
        "lacks 1 id of", "--allow-missing"
    )


def test_missing_ids_allowed(xent: Xent, files: tuple[str, str]) -> None:
    short = xent.write("short.csv", "\n".join(BETTER.splitlines()[:3]) + "\n")
    result = xent.run("compare", files[0], short, "--id", "id", "--allow-missing", "--json")
    (candidate,) = result.report["candidates"]
    assert candidate["rows"] == 2
    assert [f["code"] for f in candidate["findings"]] == ["rows-unpaired"]
    score = xent.run("compare", files[0], short, "--id", "id", "--allow-missing", "-b")
    assert (score.code, "rows-unpaired" in score.stderr) == (0, True)
    assert float(score.stdout) == pytest.approx((D[0] + D[1]) / 2)


def test_several_candidates(xent: Xent, files: tuple[str, str]) -> None:
    page = xent.run("compare", *files, files[0], "--name", "new", "--name", "same").assert_done()
    lines = [line.split() for line in page.splitlines()]
    assert [line[0] for line in lines if line[:1] in (["new"], ["same"], ["base.csv"])][-3:]
    record = xent.run("compare", *files, files[0], "--json").report
    assert [c["outcomes"]["ties"] for c in record["candidates"]] == [0, 3]


def test_unpaired(xent: Xent, files: tuple[str, str]) -> None:
    longer = xent.write("longer.csv", BETTER + "4,dog,0.5,0.5\n5,cat,0.5,0.5\n")
    (candidate,) = xent.run("compare", files[0], longer, "--unpaired", "--json").report[
        "candidates"
    ]
    assert candidate["pairing"] == "none"
    assert candidate["metrics"]["cross_entropy"]["difference"]["stderr"] > 0
    assert "not paired" in xent.run("compare", files[0], longer, "--unpaired").assert_done()


def test_wrong_command_lines(xent: Xent, files: tuple[str, str]) -> None:
    xent.run("compare", files[0]).assert_error("Missing argument", code=2)
    xent.run("compare", *files, "-m", "f1").assert_error("no mean of a number of each row", code=2)
    xent.run("compare", *files, "--allow-missing").assert_error("--id", code=2)
    xent.run("compare", *files, "--all-conventions").assert_error("No such option", code=2)
    xent.run("compare", files[0], "gone.csv").assert_error("gone.csv: there is no such file")


def test_output_is_never_an_input(xent: Xent, files: tuple[str, str]) -> None:
    xent.run("compare", *files, "-o", files[1]).assert_error("new.csv")
    assert (xent.folder / files[1]).read_text() == BETTER
