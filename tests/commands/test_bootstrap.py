"""`--bootstrap`: the same errors whatever holds the rows and however they come; what it refuses."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands.test_import_cost import loaded

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

ROWS = 40_000  # more than one block, and enough bytes for a second worker
NAMES = ("ant", "bee", "cow")
COLUMNS = ("id", "label", *(f"prob_{n}" for n in NAMES))
DRAWN = ("--bootstrap", "40", "--seed", "11")
Row = tuple[int, str, float, float, float]
SMALL = "id,g,label,prob_a,prob_b\n" + "".join(
    f"{i},{'xy'[i % 2]},{'ab'[i % 3 % 2]},{(i + 1) / 64},{1 - (i + 1) / 64}\n" for i in range(60)
)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    draw = random.Random(1)  # noqa: S311 - no secrets here
    found = []
    for i in range(ROWS):
        parts = [draw.expovariate(1) ** 3 + 1e-12 for _ in NAMES]
        p = [part / sum(parts) for part in parts]
        found.append((7 * i, draw.choice(NAMES), *p))
    return found  # type: ignore[return-value] # three classes


def as_csv(rows: list[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue()


def results(report: dict[str, Any]) -> list[Any]:
    """Everything but where the rows came from."""
    return [report[key] for key in ("metrics", "classes", "uncertainty", "findings", "signature")]


@pytest.mark.parametrize("identity", [(), ("--id", "id")], ids=["content", "id"])
def test_the_same_bits_in_every_form_order_and_number_of_threads(
    xent: Xent, rows: list[Row], identity: tuple[str, ...]
) -> None:
    options = (*DRAWN, *identity)
    text = as_csv(rows)
    xent.write("rows.csv", text)
    known = xent.eval("rows.csv", *options, "--threads", "1")
    assert known["uncertainty"] == {
        "method": "bootstrap",
        "replicates": 40,
        "seed": 11,
        "identity": "id" if identity else "content",
    }
    assert all(f["stderr"] > 0 for c in known["classes"] for f in c["metrics"].values())

    def check(*arguments: str, stdin: str = "") -> None:
        assert results(xent.eval(*arguments, *options, stdin=stdin)) == results(known)

    check("rows.csv", "--threads", "4")
    check("-", stdin=text)
    moved = random.Random(2).sample(rows, len(rows))  # noqa: S311 - no secrets here
    xent.write("a.csv", as_csv(moved[:9_001]))
    xent.write("b.csv", as_csv(moved[9_001:]))
    check("a.csv", "b.csv")
    lines = (json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in moved)
    xent.write("rows.jsonl", "".join(lines))
    check("rows.jsonl", "--threads", "2")
    table = pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, xent.folder / "rows.parquet", row_group_size=7_001)
    check("rows.parquet", "--threads", "3")


def test_figures_and_everything_else_stay_as_they_are(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    plain, drawn = (xent.eval("small.csv", *extra) for extra in ((), ("--bootstrap", "50")))
    assert "uncertainty" not in plain
    assert list(drawn)[:7] == [
        *("schema", "version", "signature", "source", "layout", "uncertainty", "metrics")
    ]
    for key in ("source", "layout", "findings"):
        assert plain[key] == drawn[key]
    for key, value in plain["metrics"].items():
        assert drawn["metrics"][key]["value"] == value["value"]
    assert "|errors:bootstrap(50,seed:0,by:content)|" in drawn["signature"]
    assert (
        drawn["signature"].replace("errors:bootstrap(50,seed:0,by:content)|", "")
        == (plain["signature"])
    )


def test_the_table_says_where_errors_come_from(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    out = xent.run("eval", "small.csv", "--bootstrap", "50", "--id", "id").assert_done()
    assert "\nerrors by bootstrap: 50 resamplings of rows, by their id\nxent|" in out


def test_a_table_of_every_figure_has_their_errors(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    out = xent.run("eval", "small.csv", "--bootstrap", "50", "-f", "csv").assert_done()
    lines = list(csv.DictReader(io.StringIO(out)))
    errors = {line["metric"]: line["stderr"] for line in lines if line["class"] == "a"}
    assert float(errors["f1"]) > 0
    assert float(errors["share"]) > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--bootstrap", "1"), ("--bootstrap takes a number from 2 to 100,000, not 1",)),
        (("--bootstrap", "100001"), ("--bootstrap takes a number from 2",)),
        (("--bootstrap", "-5"), ("--bootstrap takes a number from 2",)),
        (("--bootstrap", "many"), ("many",)),
        (("--seed", "3"), ("--seed goes with --bootstrap",)),
        (("--bootstrap", "9", "--seed", "-1"), ("--seed takes a number from 0",)),
        (("--bootstrap", "9", "--by", "g"), ("--bootstrap does not go with --by", "hint: ")),
        (("--bootstrap", "9", "--all-conventions"), ("--all-conventions and --bootstrap",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_nonsense_is_refused(xent: Xent, arguments: tuple[str, ...], words: tuple[str]) -> None:
    xent.write("small.csv", SMALL)
    xent.run("eval", "small.csv", *arguments).assert_error(*words, code=2)


def test_too_many_sums_are_refused(xent: Xent) -> None:
    names = [f"c{k}" for k in range(60)]
    head = ",".join(["label", *(f"prob_{name}" for name in names)])
    row = ",".join(["c0", *(["0.0625"] * 16), *(["0"] * 44)])
    xent.write("wide.csv", f"{head}\n{row}\n")
    found = xent.run("eval", "wide.csv", "--bootstrap", "50000")
    found.assert_error("--bootstrap 50000 of 60 classes", "up to 8,738 replicates", code=2)


def test_identical_rows_need_an_id(xent: Xent) -> None:
    xent.write("twice.csv", "id,label,prob\n" + "1,1,0.5\n2,0,0.25\n3,1,0.75\n" * 40)
    xent.run("eval", "twice.csv", "--bootstrap", "200").assert_error(
        "twice.csv: rows are identical to others, some ", "hint: name a column", "--id", code=3
    )
    found = xent.eval("twice.csv", "--bootstrap", "200", "--id", "id")
    assert [f["code"] for f in found["findings"]] == ["repeated-id"]


def test_an_id_that_is_not_there(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    found = xent.run("eval", "small.csv", "--bootstrap", "9", "--id", "row")
    found.assert_error("there is no column 'row'", code=3)


def test_an_id_may_be_a_column_that_is_read_anyway(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    by = {name: xent.eval("small.csv", "--bootstrap", "50", "--id", name) for name in ("prob_a",)}
    assert by["prob_a"]["uncertainty"]["identity"] == "id"
    assert not by["prob_a"]["findings"]


def test_rows_that_are_left_out_are_not_drawn(xent: Xent) -> None:
    lines = SMALL.splitlines(keepends=True)
    xent.write("small.csv", "".join(lines))
    holes = [lines[0], "900,x,,0.5,0.5\n", *lines[1:30], "901,y,?,0.5,0.5\n", *lines[30:]]
    xent.write("holes.csv", "".join(holes))
    options = ("--bootstrap", "30", "--id", "id", "--classes", "a,b")
    plain = xent.eval("small.csv", *options)
    more = xent.eval("holes.csv", *options, "--missing", "drop", "--ignore-label", "?")
    assert (more["metrics"], more["classes"]) == (plain["metrics"], plain["classes"])


def test_nothing_is_loaded_for_it_otherwise(xent: Xent) -> None:
    xent.write("small.csv", SMALL)
    own = {"numerics.draws", "sums.replicates", "sums.resampling", "report.bootstrap"}
    plain = loaded(xent, "eval", "small.csv")
    drawn = loaded(xent, "eval", "small.csv", "--bootstrap", "9")
    assert not plain & {f"xentcli.{name}" for name in own}
    assert drawn >= {f"xentcli.{name}" for name in own}
    assert not {m for m in drawn if m.split(".")[0] in ("pandas", "scipy")}
    assert "numpy.random" not in drawn
