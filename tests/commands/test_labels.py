"""Labels are text, shown and never obeyed (robustness 14, 16, 28, 29, 30)."""

from __future__ import annotations

import csv
import html
import io
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
VERBATIM = ("001", "true", "2020-01-01", "NA", "null", "9007199254740993111", " x ", "1e3", "-")
HOSTILE = (
    "[/red]",
    "[dog]",
    ":smile:",
    "\x1b[31mred",
    "\x1b]52;c;aGk=\x07",
    "\x9b31m",
    "=cmd()",
    "+1",
    "-1",
    "@x",
    "\tx",
    "</script>",
    "a|b",
    "x" * 10_000,
    "evil\u202etxt",
    "zero\u200bwidth",
)


def table(names: Sequence[str], *, delimiter: str = ",") -> str:
    """A CSV in which row i is of class i and gives it 1/2, the others the rest."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["label", *(f"prob_{n}" for n in names)])
    rest = 0.5 / (len(names) - 1)
    for i, name in enumerate(names):
        writer.writerow([name, *(0.5 if k == i else rest for k in range(len(names)))])
    return text.getvalue()


def classes(report: dict[str, Any]) -> list[tuple[str, int]]:
    return [(c["name"], c["rows"]) for c in report["classes"]]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_labels_are_verbatim_text(xent: Xent, form: str) -> None:
    rows = list(csv.DictReader(io.StringIO(table(VERBATIM))))
    records = [{k: v if k == "label" else float(v) for k, v in row.items()} for row in rows]
    if form == "csv":
        xent.write("a.csv", table(VERBATIM))
    elif form == "jsonl":
        xent.write("a.jsonl", "".join(json.dumps(r) + "\n" for r in records))
    else:
        pq.write_table(pa.Table.from_pylist(records), xent.folder / "a.parquet")
    report = xent.eval(f"a.{form}", "--sum-to-one", "ignore")
    assert classes(report) == [(name, 1) for name in VERBATIM]
    assert report["metrics"]["accuracy"]["value"] == 1


def test_long_whole_numbers_are_told_apart_in_every_format(xent: Xent) -> None:
    ids = (9007199254740992, 9007199254740993)
    names = [str(i) for i in ids]
    scores = {f"prob_{n}": [0.5, 0.5] for n in names}
    pq.write_table(pa.table({"label": list(ids), **scores}), xent.folder / "a.parquet")
    assert classes(xent.eval("a.parquet")) == [(n, 1) for n in names]
    lines = [f'{{"label":{i},"prob_{ids[0]}":0.5,"prob_{ids[1]}":0.5}}\n' for i in ids]
    xent.write("a.jsonl", "".join(lines))
    assert classes(xent.eval("a.jsonl")) == [(n, 1) for n in names]


@pytest.mark.parametrize("label", ["001", "1.5", "１", "Cat", "cat ", "+1"])
def test_a_label_that_names_no_class_is_refused(xent: Xent, label: str) -> None:
    xent.write("a.csv", f"label,prob_1,prob_cat\n1,0.5,0.5\ncat,0.5,0.5\n{label},0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error("a.csv: line 4, column 'label'", f"'{label}'", "'cat'")


def test_other_spellings_of_a_whole_number_name_its_class(xent: Xent) -> None:
    rows = "".join(f"{label},0.5,0.5\n" for label in ("1", "1.0", "true", "True", "0", "0.0"))
    xent.write("a.csv", f"label,prob_0,prob_1\n{rows}")
    assert classes(xent.eval("a.csv")) == [("0", 2), ("1", 4)]


def test_an_empty_label_is_missing(xent: Xent) -> None:
    xent.write("a.csv", HEADER + "cat,0.75,0.25\n" * 3 + ",0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error("a.csv: line 5, column 'label'", "missing")


def test_labels_that_look_alike_are_different_classes_and_a_finding(xent: Xent) -> None:
    names = ("caf\u00e9", "cafe\u0301", "dog", "do\u200bg", "\u202edog")
    xent.write("a.csv", table(names))
    report = xent.eval("a.csv")
    assert classes(report) == [(name, 1) for name in names]
    (finding,) = [f for f in report["findings"] if f["code"] == "confusable-classes"]
    assert finding["count"] == 5
    for spelled in (r"caf\xe9", r"cafe\u0301", r"do\u200bg", r"\u202edog"):
        assert spelled in finding["message"]


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json", "jsonl"])
def test_hostile_class_names_are_literal_in_every_form(xent: Xent, form: str) -> None:
    xent.write("a.csv", table(HOSTILE))
    page = xent.run("eval", "a.csv", "-f", form, "--all-classes").assert_done()
    if form != "csv":
        assert not [c for c in page if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")]
    if form == "json":
        assert [c["name"] for c in json.loads(page)["classes"]] == list(HOSTILE)
    elif form == "jsonl":
        records = [json.loads(line) for line in page.splitlines()]
        assert [r["class"] for r in records if r["kind"] == "class"] == list(HOSTILE)
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(page, newline="")))
        names = list(dict.fromkeys(r["class"] for r in rows if r["scope"] == "class"))
        guarded = [f"'{n}" if n[0] in "=+-@\t\r" else n for n in HOSTILE]
        assert names == guarded
    else:
        read = html.unescape(page) if form == "markdown" else page
        shown = (r"\x1b[31mred", r"\x1b]52;c;aGk=\x07", r"evil\u202etxt", r"zero\u200bwidth")
        for name in ("[/red]", "[dog]", ":smile:", "=cmd()", "</script>", "x" * 10_000, *shown):
            assert name in read


def test_hostile_labels_are_shown_escaped_in_errors(xent: Xent) -> None:
    xent.write("a.csv", HEADER + "cat,0.75,0.25\n" * 3 + "\x1b]52;c;aGk=\x07\u202e[/red],0.5,0.5\n")
    needle = r"'\x1b]52;c;aGk=\x07\u202e[/red]'"
    xent.run("eval", "a.csv").assert_error("a.csv: line 5", needle)


def test_one_class_only_leaves_what_is_undefined_null(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_cat,prob_dog\ncat,0.5,0.5\ncat,0.5,0.5\n")
    report = xent.eval("a.csv")
    assert report["metrics"]["normalized_cross_entropy"]["value"] is None
    absent = report["classes"][1]
    assert (absent["name"], absent["rows"]) == ("dog", 0)
    assert absent["metrics"]["cross_entropy"]["value"] is None
    assert absent["metrics"]["recall"]["value"] is None
    assert [f["code"] for f in report["findings"]] == ["absent-class"]
    xent.run("eval", "a.csv").assert_done()


def test_one_row_has_no_standard_error(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_cat,prob_dog\ncat,0.5,0.5\n")
    loss = xent.eval("a.csv")["metrics"]["cross_entropy"]
    assert loss["value"] == 0.6931471805599453
    assert (loss["stderr"], loss["interval"]) == (None, None)
    xent.run("eval", "a.csv").assert_done()


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "json"])
def test_no_rows_after_filtering_leave_every_figure_null(xent: Xent, form: str) -> None:
    xent.write("a.csv", "label,prob_cat,prob_dog\ncat,0.5,0.5\ncat,0.5,0.5\n")
    page = xent.run("eval", "a.csv", "-q", "--ignore-label", "cat", "-f", form).assert_done()
    if form == "json":
        report = json.loads(page)
        assert (report["source"]["rows"], report["source"]["rows_read"]) == (0, 2)
        assert {m["value"] for m in report["metrics"].values()} == {None}
    else:
        assert "nan" not in page.lower()


def test_the_score_alone_is_empty_where_it_is_undefined(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_cat,prob_dog\ncat,0.5,0.5\n")
    assert xent.run("eval", "a.csv", "-q", "--ignore-label", "cat", "-b").assert_done() == "\n"


def test_ten_thousand_classes_are_fine(xent: Xent) -> None:
    names = [f"prob_c{i}" for i in range(10_000)]
    row = ",".join(["0.0001"] * 10_000)
    xent.write("a.csv", f"label,{','.join(names)}\nc7,{row}\nc9999,{row}\n")
    report = xent.eval("a.csv", "-m", "cross_entropy")
    assert len(report["classes"]) == 10_000
    assert report["metrics"]["cross_entropy"]["value"] == 9.210340371976182


def test_three_hundred_other_columns_are_fine(xent: Xent) -> None:
    extra = ",".join(f"feature{i}" for i in range(300))
    xent.write("a.csv", f"{extra},label,prob_a,prob_b\n" + ("1.5," * 300 + "a,0.5,0.5\n") * 50)
    assert xent.eval("a.csv")["layout"]["scores"] == ["prob_a", "prob_b"]
