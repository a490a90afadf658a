"""JSON, JSON lines and CSV: everything at full precision, and whatever the names, it reads back."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xentcli.figures.values import Value
from xentcli.renderers import RenderOptions, get
from xentcli.report.report import ClassReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xentcli.report.report import Report

names = st.text(alphabet=st.characters(), max_size=20)  # lone surrogates included
figures = st.none() | st.floats()


def rendered(form: str, report: Report) -> str:
    return get(form).text(report, RenderOptions(digits=1, width=20, ascii=True))


def strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def spelled(value: float | None) -> float | str | None:
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def with_class(report: Report, name: str, value: float | None) -> Report:
    entry = ClassReport(name, 3, 3.0, {"cross_entropy": Value(value)})
    return report._replace(classes=(entry,))


def test_json_has_the_contract_shape_in_its_order(report: Report) -> None:
    record = strict(rendered("json", report))
    assert list(record) == [
        *("schema", "version", "signature", "source", "layout"),
        *("metrics", "classes", "slices", "findings"),
    ]
    assert record["schema"] == "xentcli/report/1"
    assert list(record["metrics"]["cross_entropy"]) == [
        *("value", "stderr", "interval", "confidence", "unit")
    ]
    assert record["classes"][0]["metrics"]["share"] == {
        "value": report.classes[0].metrics["share"].value
    }
    assert record["findings"][0]["example"] == {"row": 17, "value": 0.93}
    assert record == strict(report.to_json())


def test_one_line_and_many_lines(report: Report) -> None:
    assert "\n" not in report.to_json()
    lines = rendered("json", report).splitlines()
    assert sum(line.startswith('    {"name": ') for line in lines) == 3


def test_infinity_is_a_string_and_undefined_is_null(infinite_report: Report) -> None:
    record = strict(rendered("json", infinite_report))
    assert record["metrics"]["cross_entropy"]["value"] == "Infinity"
    assert record["metrics"]["cross_entropy"]["stderr"] is None
    assert record["metrics"]["log_likelihood"]["value"] == "-Infinity"
    assert record["findings"][2]["finite_mean"] == 0.3456


@given(name=names, value=figures)
@example(name="\u2028\u202e\x9b\x1b]52;c;\ud800", value=5e-324)
def test_json_reads_back_and_hides_nothing(report: Report, name: str, value: float | None) -> None:
    text = rendered("json", with_class(report, name, value))
    entry = strict(text)["classes"][0]
    assert entry["name"] == name
    assert entry["metrics"]["cross_entropy"]["value"] == spelled(value)
    text.encode("utf-8")
    assert not {"\x1b", "\x9b", "\u2028", "\u2029", "\u202e", "\x7f"} & set(text)


def test_numpy_scalars_become_plain_numbers(report: Report) -> None:
    np = pytest.importorskip("numpy")
    entry = ClassReport("a", np.int64(3), np.float32(1.5), {"x": Value(np.float64(0.1))})
    record = strict(report._replace(classes=(entry,)).to_json())
    assert record["classes"] == [
        {"name": "a", "rows": 3, "weight": 1.5, "metrics": {"x": {"value": 0.1}}}
    ]
    row = rendered("csv", report._replace(classes=(entry,))).splitlines()[-1]
    assert row == "class,a,x,0.1,,,,,,3,1.5"


def test_what_is_no_json_is_refused(report: Report) -> None:
    with pytest.raises(TypeError, match="object has no place in JSON"):
        report._replace(version=object()).to_json()  # type: ignore[arg-type]


def test_jsonl_has_one_kind_a_line(report: Report) -> None:
    lines = [strict(line) for line in rendered("jsonl", report).splitlines()]
    assert [line["kind"] for line in lines] == ["overall", "class", "class", "class", "finding"]
    assert lines[0]["metrics"] == strict(report.to_json())["metrics"]
    assert lines[0]["source"]["rows"] == 150
    assert [line["class"] for line in lines[1:4]] == ["setosa", "versicolor", "virginica"]
    assert lines[4]["code"] == "sum-to-one"


@given(name=names, value=figures)
def test_jsonl_reads_back(report: Report, name: str, value: float | None) -> None:
    text = rendered("jsonl", with_class(report, name, value))
    assert text.count("\n") == len(text.splitlines()) == 2 + len(report.findings)
    assert strict(text.splitlines()[1])["class"] == name


def test_duckdb_reads_jsonl(report: Report, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "report.jsonl"
    path.write_text(rendered("jsonl", report), encoding="utf-8")
    query = f"SELECT class, metrics.recall.value FROM '{path}' WHERE kind = 'class'"  # noqa: S608 - our own path
    found = duckdb.connect().execute(query).fetchall()
    assert found == [(c.name, c.metrics["recall"].value) for c in report.classes]


def test_csv_is_what_the_page_says(report: Report) -> None:
    lines = rendered("csv", report).splitlines()
    assert lines[0] == "scope,class,metric,value,stderr,lower,upper,confidence,unit,rows,weight"
    accuracy = report.metrics["accuracy"]
    assert accuracy.interval is not None
    lower, upper = accuracy.interval
    assert f"overall,,accuracy,0.97,0.0139,{lower!r},{upper!r},0.95,,150," in lines
    share = report.classes[2].metrics["share"].value
    assert f"class,virginica,share,{share!r},,,,,,50,50.0" in lines
    assert len(lines) == 1 + 6 + 3 * 6


def test_pandas_and_duckdb_read_the_same_numbers(infinite_report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(rendered("csv", infinite_report), encoding="utf-8")
    frame = pd.read_csv(path)
    assert frame["value"].dtype == "float64"
    assert frame["value"][0] == math.inf
    assert pd.isna(frame["stderr"][0])
    duckdb = pytest.importorskip("duckdb")
    query = f"SELECT value::DOUBLE, class, stderr FROM '{path}'"  # noqa: S608 - our own path
    assert duckdb.connect().execute(query).fetchone() == (math.inf, None, None)


@given(name=names, value=figures)
@example(name="", value=None)
@example(name="a\rb", value=-1.0)
@example(name=' ,"\n', value=-math.inf)
def test_csv_reads_back(report: Report, name: str, value: float | None) -> None:
    text = rendered("csv", with_class(report, name, value))
    row = list(csv.reader(io.StringIO(text, newline=""), strict=True))[-1]
    assert len(row) == 11
    guard = "'" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else ""
    assert row[1] == guard + name.encode("utf-8", "backslashreplace").decode()
    expected = "" if value is None or math.isnan(value) else repr(value)
    assert row[3] == expected


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_spreadsheet_takes_a_name_for_a_formula(build: Callable[..., Report], name: str) -> None:
    text = rendered("csv", build((name, "b"), (0.1, 0.2), (5, 5)))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["class"] for row in rows} == {"", "'" + name, "b"}
    assert next(r["value"] for r in rows if r["metric"] == "log_likelihood").startswith("-")


def test_an_empty_name_is_told_from_no_name(build: Callable[..., Report]) -> None:
    lines = rendered("csv", build(("", "b"), (0.1, 0.2), (5, 5))).splitlines()
    assert lines[1].startswith("overall,,")
    assert lines[7].startswith('class,"",')
