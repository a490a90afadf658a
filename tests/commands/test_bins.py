"""`--by 'age[0,18,65]'` as a process: the same bits from every form, and errors that name lines."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.commands.test_by import make_rows, write

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

BASE = ("--positive", "b", "--weight", "weight")
SMALL = "age,label,prob\n12,1,0.5\n70,0,0.2\n,1,0.4\n18,1,0.9\n"


@pytest.mark.parametrize(
    "by",
    [("year[-1,7.5,20]",), ("prob[q8]",), ("year[q3]", "country"), ("country", "prob[0.1,0.9]")],
)
def test_the_same_bits_in_every_form_and_order(xent: Xent, by: tuple[str, ...]) -> None:
    options = [*BASE, *(o for name in by for o in ("--by", name))]
    rows = make_rows()
    first = xent.eval(write(rows, xent.folder, "parquet"), *options)
    assert sum(s["rows"] for s in first["slices"]) == len(rows)
    for form in ("csv", "jsonl"):
        assert xent.eval(write(rows, xent.folder, form), *options)["slices"] == first["slices"]
    write(rows[::-1], xent.folder, "csv")
    again = xent.eval("rows.csv", *options, "--threads", "3")
    assert again["slices"] == first["slices"]
    assert again["metrics"] == first["metrics"]


def test_several_processes_find_the_same_quantiles(xent: Xent) -> None:
    rows = make_rows() * 12
    name = write(rows, xent.folder, "csv")
    assert (xent.folder / name).stat().st_size > 4 << 20
    reports = [
        xent.eval(name, *BASE, "--by", "prob[q20]", "--threads", threads) for threads in ("1", "3")
    ]
    assert reports[0]["slices"] == reports[1]["slices"]
    sizes = [s["rows"] for s in reports[0]["slices"]]
    assert (min(sizes), max(sizes), len(sizes)) == (5400, 5400, 20)


def test_the_forms(xent: Xent) -> None:
    xent.write("rows.csv", SMALL)
    exports = ("--export", "csv=out.csv", "--export", "markdown=out.md", "-o", "out.parquet")
    xent.run("eval", "rows.csv", "--by", "age[0,18,65]", *exports).assert_done()
    lines = csv.DictReader(io.StringIO((xent.folder / "out.csv").read_text()))
    found = dict.fromkeys(x["class"] for x in lines if x["scope"] == "slice")
    assert list(found) == ["(missing)", "[0, 18)", "[18, 65)", ">= 65"]
    assert "&#91;0&#44; 18&#41;" in (xent.folder / "out.md").read_text()
    report = xent.eval("rows.csv", "--by", "age[0,18,65]")
    assert [s["by"]["age"] for s in report["slices"]] == ["", *list(found)[1:]]
    assert "|by:age[0,18,65]|" in report["signature"]
    page = xent.run("eval", "rows.csv", "--by", "age[q2]").assert_done()
    assert "\n  age " in page
    assert "\n  >= 70 " in page
    assert json.loads(json.dumps(report)) == report


def test_errors(xent: Xent) -> None:
    name = xent.write("rows.csv", SMALL)
    by = ("eval", name, "--by")
    xent.run(*by, "age[18,2]").assert_error("--by 'age[18,2]'", "do not go up", code=2)
    xent.run(*by, "age[]").assert_error("age[q4]", code=2)
    xent.run(*by, "agee[q4]").assert_error("no column 'agee'", "did you mean 'age'", code=3)
    xent.run(*by, "label[1]").assert_error("'label' is read as the truth", code=2)
    xent.run("eval", "-", "--by", "age[q2]", stdin=SMALL).assert_error(
        "quantile bins read the data twice", "age[18,65]", code=2
    )
    assert xent.eval("-", "--by", "age[18]", stdin=SMALL)["slices"][1]["by"] == {"age": "< 18"}
    word = xent.write("word.csv", SMALL + "old,1,0.5\n")
    for bins in ("age[18]", "age[q2]"):
        xent.run("eval", word, "--by", bins).assert_error(
            "word.csv: line 6, column 'age': 'old' is not a number", code=3
        )
    words = xent.write("words.csv", SMALL.replace("12", "x").replace("70", "y"))
    xent.run("eval", words, "--by", "age[18]").assert_error("holds text, not numbers")


def test_other_commands_take_the_option_as_it_is_or_refuse_it(xent: Xent) -> None:
    name = xent.write("rows.csv", SMALL)
    for option in ("--by", "--cluster"):
        xent.run("rows", name, option, "age").assert_error("rows prints rows", "--keep", code=2)
    assert "scores" in xent.run("inspect", name, "--by", "age[18]").assert_done()
