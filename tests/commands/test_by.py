"""`--by`: every value of a column by itself, whatever holds the rows and however they come."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Xent

ROWS = 9_000
COUNTRIES = ("DE", "FR", 'a, "b"', "=cmd()", "é")
SMALL = "g,label,prob_a,prob_b\nx,a,0.5,0.5\ny,b,0.2,0.8\nx,b,0.4,0.6\n"


def make_rows() -> list[dict[str, Any]]:
    draw = random.Random(5)  # noqa: S311 - no secrets here
    return [
        {
            "country": draw.choice(COUNTRIES),
            "year": draw.randint(-3, 40),
            "label": draw.choice("ab"),
            "prob": draw.random(),
            "weight": draw.random(),
        }
        for _ in range(ROWS)
    ]


def write(rows: list[dict[str, Any]], folder: Path, form: str) -> str:
    if form == "csv":
        with (folder / "rows.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif form == "jsonl":
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "rows.jsonl").write_text(text)
    else:
        pq.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet", row_group_size=1000)
    return f"rows.{form}"


@pytest.mark.parametrize("by", [("country",), ("year",), ("year", "country")])
def test_the_same_bits_in_every_form_and_order(xent: Xent, by: tuple[str, ...]) -> None:
    options = [o for name in by for o in ("--by", name)]
    options += ["--weight", "weight", "--positive", "b", "-m", "cross_entropy,accuracy,f1"]
    rows = make_rows()
    reports = [
        xent.eval(write(rows, xent.folder, form), *options) for form in ("csv", "jsonl", "parquet")
    ]
    random.Random(1).shuffle(rows)  # noqa: S311 - no secrets here
    reports.append(xent.eval(write(rows, xent.folder, "csv"), *options))
    text = (xent.folder / "rows.csv").read_text()
    reports.append(xent.eval("-", *options, "--threads", "3", stdin=text))
    assert len(reports[0]["slices"]) == len({tuple(str(row[n]) for n in by) for row in rows})
    for report in reports[1:]:
        assert report["slices"] == reports[0]["slices"]
        assert report["metrics"] == reports[0]["metrics"]
    # The whole is what it is without slices.
    plain = xent.eval("rows.csv", *options[2 * len(by) :])
    assert plain["metrics"] == reports[0]["metrics"]
    assert plain["classes"] == reports[0]["classes"]


def test_parts_with_values_of_other_types_are_one_data_set(xent: Xent) -> None:
    rows = make_rows()
    write(rows[:4000], xent.folder, "parquet")
    write(rows[4000:], xent.folder, "csv")
    options = ("--by", "year", "--positive", "b")
    both = xent.eval("rows.parquet", "rows.csv", *options)
    write(rows, xent.folder, "csv")
    assert both["slices"] == xent.eval("rows.csv", *options)["slices"]


def test_what_is_left_out_makes_no_slice(xent: Xent) -> None:
    xent.write(
        "rows.csv", "g,label,prob_a,prob_b\nx,a,0.5,0.5\ny,?,0.2,0.8\nz,a,,0.6\n,b,0.4,0.6\n"
    )
    options = ("--ignore-label", "?", "--missing", "drop", "--by", "g")
    slices = xent.eval("rows.csv", *options)["slices"]
    assert [(s["by"], s["rows"]) for s in slices] == [({"g": ""}, 1), ({"g": "x"}, 1)]


def test_the_forms(xent: Xent) -> None:
    xent.write("rows.csv", SMALL)
    page = xent.run("eval", "rows.csv", "--by", "g", "-m", "cross_entropy").assert_done()
    assert page.index("  x     2  0.6020 ± 0.0912  84.4%") < page.index("  y     1  0.2231")
    forms = ("csv=out.csv", "markdown=out.md", "jsonl=out.jsonl", "parquet=out.parquet")
    exports = [o for form in forms for o in ("--export", form)]
    report = xent.eval("rows.csv", "--by", "g", "-m", "cross_entropy", *exports)
    values = {s["by"]["g"]: s["metrics"]["cross_entropy"]["value"] for s in report["slices"]}
    lines = csv.DictReader(io.StringIO((xent.folder / "out.csv").read_text()))
    sliced = [x for x in lines if (x["scope"], x["metric"]) == ("slice", "cross_entropy")]
    assert {x["class"]: float(x["value"]) for x in sliced} == values
    assert "| g | rows | cross-entropy | share |" in (xent.folder / "out.md").read_text()
    records = map(json.loads, (xent.folder / "out.jsonl").read_text().splitlines())
    assert [r["by"] for r in records if r["kind"] == "slice"] == [{"g": "x"}, {"g": "y"}]
    table = pq.read_table(xent.folder / "out.parquet")
    assert table["g"].to_pylist() == ["x", "y"]
    assert (
        dict(zip(table["g"].to_pylist(), table["cross_entropy"].to_pylist(), strict=True)) == values
    )
    assert table["cross_entropy_stderr"].to_pylist()[1] is None


def test_classes_as_a_table(xent: Xent) -> None:
    xent.write("rows.csv", SMALL)
    xent.run("eval", "rows.csv", "-o", "classes.parquet").assert_done()
    table = pq.read_table(xent.folder / "classes.parquet").to_pylist()
    assert [row["class"] for row in table] == ["a", "b"]
    assert [row["rows"] for row in table] == [1, 2]


def test_the_truth_itself_may_slice(xent: Xent) -> None:
    xent.write("rows.csv", SMALL)
    report = xent.eval("rows.csv", "--by", "label")
    by_class = {c["name"]: c["metrics"]["cross_entropy"]["value"] for c in report["classes"]}
    by_slice = {s["by"]["label"]: s["metrics"]["cross_entropy"]["value"] for s in report["slices"]}
    assert by_class == by_slice


def test_infinite_losses_stay_in_their_slice(xent: Xent) -> None:
    xent.write("rows.csv", "g,label,prob_a,prob_b\nx,a,1,0\ny,a,0,1\ny,a,0.5,0.5\n")
    report = xent.eval("rows.csv", "--by", "g", "-m", "cross_entropy,perplexity,brier")
    found = [{k: v["value"] for k, v in s["metrics"].items()} for s in report["slices"]]
    assert found[0] == {"cross_entropy": 0.0, "perplexity": 1.0, "brier": 0.0, "share": None}
    assert found[1] == {
        "cross_entropy": "Infinity", "perplexity": "Infinity", "brier": 1.25, "share": None
    }  # fmt: skip


def test_a_column_that_is_not_there(xent: Xent) -> None:
    xent.write("rows.csv", SMALL)
    xent.run("eval", "rows.csv", "--by", "h").assert_error("--by: there is no column 'h'", "'g'")


def test_too_many_slices_are_summed_up(xent: Xent) -> None:
    classes = 3000
    names = [f"c{k}" for k in range(classes)]
    table = {"g": list(range(900)), "label": ["c0"] * 900}
    lists = pa.array([[1 / classes] * classes] * 900, pa.list_(pa.float32(), classes))
    both = pa.table({**table, "probs": lists})
    pq.write_table(both, xent.folder / "wide.parquet")
    options = ("--classes", ",".join(names), "--by", "g", "-m", "cross_entropy")
    report = xent.eval("wide.parquet", *options)
    assert sum(s["rows"] for s in report["slices"]) == 900
    assert report["slices"][-1]["by"] == {"g": None}
    assert "too-many-slices" in [f["code"] for f in report["findings"]]


def test_the_table_leads_to_what_is_worse(xent: Xent) -> None:
    lines = ["label,prob,g"]
    lines += [f"1,{0.9 - 0.001 * i},good" for i in range(40)]
    lines += [f"1,{0.2 + 0.001 * i},=bad" for i in range(40)]
    lines += [f"1,{0.8},rare" for _ in range(3)]
    xent.write("rows.csv", "\n".join(lines))
    page = xent.run("eval", "rows.csv", "--by", "g", "--min-rows", "10").assert_done()
    table = page[page.index("vs rest") :].splitlines()
    assert [line.split()[0] for line in table[1:4]] == ["=bad", "good", "(other)"]
    assert "<0.001" in table[1]
    assert "slices-summed-up" in page
    sheet = xent.run("eval", "rows.csv", "--by", "g", "-f", "csv").assert_done()
    assert "slice,'=bad,versus_rest.p_holm,0.0,,,,,,40,40.0" not in sheet
    assert any(line.startswith("slice,'=bad,versus_rest,1.") for line in sheet.splitlines())


@pytest.mark.parametrize(
    "options", [("--min-rows", "-1"), ("--max-slices", "0"), ("--max-slices", "x")]
)
def test_options_of_slices_that_cannot_be(xent: Xent, options: tuple[str, str]) -> None:
    xent.write("rows.csv", SMALL)
    result = xent.run("eval", "rows.csv", "--by", "label", *options)
    assert (result.code, result.stdout) == (2, "")
    assert options[0] in result.stderr


def test_columns_are_named_one_at_a_time(xent: Xent) -> None:
    xent.write("a.csv", "g,h,label,prob_a,prob_b\nx,y,a,0.5,0.5\n")
    xent.run("eval", "a.csv", "--by", "g,h").assert_error("--by g --by h")
    xent.run("rows", "a.csv", "--keep", "g,h").assert_error("--keep g --keep h")


def test_slices_are_named_alike_in_every_format(xent: Xent) -> None:
    days = [dt.datetime(2024, 1, day, hour) for day in (1, 2) for hour in (0, 0)]  # noqa: DTZ001
    times = [day.replace(hour=10, minute=30) for day in days]
    labels = ["a", "b"] * 2
    columns = {"label": labels, "prob_a": [0.5] * 4, "prob_b": [0.5] * 4}
    more: dict[str, list[Any]] = {
        "on": [True, False] * 2,
        "day": days,
        "time": times,
        "n": [1.0, 2.0] * 2,
    }
    pq.write_table(pa.table(columns | more), xent.folder / "a.parquet")
    header = ",".join([*columns, *more])
    rows = [
        f"{label},0.5,0.5,{on},{day:%Y-%m-%d},{time},{n}"
        for label, on, day, time, n in zip(labels, *more.values(), strict=True)
    ]
    xent.write("a.csv", "\n".join([header, *rows]) + "\n")
    for name, keys in (
        ("on", ["false", "true"]),
        ("day", ["2024-01-01", "2024-01-02"]),
        ("time", ["2024-01-01 10:30:00", "2024-01-02 10:30:00"]),
        ("n", ["1", "2"]),
    ):
        for file in ("a.csv", "a.parquet"):
            slices = xent.eval(file, "--by", name)["slices"]
            assert [part["by"][name] for part in slices] == keys, (name, file)
