"""`--find-slices` as a process: the same from every form, by every worker; pages and exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.test_by import COUNTRIES, make_rows, write

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

BASE = ("--positive", "b", "--find-slices", "-m", "cross_entropy")
BAD = {"country": COUNTRIES[2], "half": "true"}


def rows_with_a_bad_slice() -> list[dict[str, Any]]:
    """Every row of one country in its second half is wrong with some probability."""
    rows = make_rows()
    for i, row in enumerate(rows):
        row["half"] = "true" if i % 2 else "false"
        row["number"] = i
        p = 0.5 + row["prob"] / 2.1
        if row["country"] == BAD["country"] and row["half"] == "true" and i % 3 == 0:
            p = 1 - p
        row["prob"] = p if row["label"] == "b" else 1 - p
    return rows


@pytest.mark.parametrize("weight", [(), ("--weight", "weight")])
def test_the_same_bits_in_every_form_and_order(xent: Xent, weight: tuple[str, ...]) -> None:
    rows = rows_with_a_bad_slice()
    first = xent.eval(write(rows, xent.folder, "parquet"), *BASE, *weight)
    found = first["found_slices"]
    assert BAD in [entry["by"] for entry in found]
    for form in ("csv", "jsonl"):
        again = xent.eval(write(rows, xent.folder, form), *BASE, *weight)
        assert (again["found_slices"], again["slices_tested"]) == (found, first["slices_tested"])
    write(rows[::-1], xent.folder, "csv")
    text = (xent.folder / "rows.csv").read_text()
    assert xent.eval("-", *BASE, *weight, stdin=text)["found_slices"] == found


def test_processes_and_threads_find_the_same(xent: Xent) -> None:
    name = write(rows_with_a_bad_slice() * 9, xent.folder, "csv")
    assert (xent.folder / name).stat().st_size > 4 << 20
    one, three = (xent.eval(name, *BASE, "--threads", n) for n in ("1", "3"))
    assert one["found_slices"] == three["found_slices"]
    assert one["metrics"] == three["metrics"]
    assert one["findings"] == three["findings"]


def test_parts_are_one_data_set(xent: Xent) -> None:
    rows = rows_with_a_bad_slice()
    whole = xent.eval(write(rows, xent.folder, "csv"), *BASE)
    write(rows[:3000], xent.folder, "parquet")
    write(rows[3000:], xent.folder, "csv")
    parts = xent.eval("rows.parquet", "rows.csv", *BASE)
    assert parts["found_slices"] == whole["found_slices"]
    xent.write("other.csv", "label,prob\na,0.5\n")
    xent.run("eval", "rows.csv", "other.csv", *BASE).assert_error("other.csv", "no column")


def test_the_forms(xent: Xent) -> None:
    name = write(rows_with_a_bad_slice(), xent.folder, "csv")
    exports = ("--export", "markdown=out.md", "--export", "jsonl=out.jsonl")
    page = xent.run("eval", name, *BASE, *exports).assert_done()
    assert "slices lose significantly more than the rest (" in page
    assert '  country = a, "b" · half = true ' in page
    assert "'number' (more than 50 values)" in page
    assert (
        "| slice | rows | cross-entropy | above the rest |" in (xent.folder / "out.md").read_text()
    )
    records = map(json.loads, (xent.folder / "out.jsonl").read_text().splitlines())
    found = [r["by"] for r in records if r["kind"] == "found_slice"]
    report = xent.eval(name, *BASE)
    assert found == [entry["by"] for entry in report["found_slices"]]
    narrow = xent.run("eval", name, *BASE, env={"COLUMNS": "50"}).assert_done()
    assert "excess" in narrow


def test_a_sentence_where_nothing_is_found(xent: Xent) -> None:
    lines = "".join(f"{i % 2},{'ab'[i % 3 == 0]},0.5\n" for i in range(90))
    name = xent.write("rows.csv", "g,label,prob\n" + lines)
    page = xent.run("eval", name, "--positive", "b", "--find-slices").assert_done()
    assert "\n  no slice loses significantly more than the rest (2 tested)\n" in page
    few = xent.run("eval", name, "--positive", "b", "--find-slices", "--min-rows", "46")
    assert "no slice was tested: none has 46 rows or more" in few.assert_done()
    report = xent.eval(name, "--positive", "b", "--find-slices")
    assert (report["found_slices"], report["slices_tested"]) == ([], 2)
    assert "found_slices" not in xent.eval(name, "--positive", "b")


def test_errors(xent: Xent) -> None:
    name = xent.write("rows.csv", "g,label,prob\nx,1,0.5\n")
    xent.run("eval", name, "--find-slices", "--all-conventions").assert_error(
        "--find-slices", code=2
    )
    xent.run("eval", name, "--find-slices", "--cluster", "g").assert_error(
        "takes rows for independent", "--cluster", code=2
    )
    xent.run("eval", name, "--find-slices=3").assert_error("--find-slices", code=2)
