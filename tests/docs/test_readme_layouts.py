"""The README's table of layouts: a file with each header is read without a single option."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xentcli import naming

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| ([^|]+) \| `([^`]+)` \| (a column a class|one column|a column of \w+) \|$",
    (ROOT / "README.md").read_text("utf-8"),
    re.MULTILINE,
)
# Two rows: the truth is cat at 3/4, then dog at 1/4.
P = ((0.75, 0.25), (0.75, 0.25))
LOSS = (math.log(4 / 3) + math.log(4)) / 2
VECTOR = pa.struct(
    {
        "type": pa.int8(),
        "size": pa.int32(),
        "indices": pa.list_(pa.int32()),
        "values": pa.list_(pa.float64()),
    }
)
PLAIN = {"pred": ["cat", "cat"], ".pred_class": ["cat", "cat"], "rowIndex": [1, 2]}


def on_scale(name: str, p: float) -> float:
    plain = name.lower()
    if "log_prob" in plain or "logprob" in plain:
        return math.log(p)
    return math.log(p) if "logit" in plain or plain.startswith("raw") else p


def column(name: str, shape: str) -> pa.Array:
    """Two rows of the column that a header names."""
    if name in PLAIN or name == "prediction":
        return pa.array(PLAIN.get(name, [0, 0]))
    if name.lower() in naming.TARGETS:
        return pa.array(["cat", "dog"] if shape == "a column a class" else [0, 1])
    if shape == "a column a class":
        return pa.array([on_scale(name, row[name.endswith("dog")]) for row in P])
    if shape == "one column":
        return pa.array([on_scale(name, row[1]) for row in P])
    lists = [[on_scale(name, p) for p in row] for row in P]
    if shape == "a column of lists":
        return pa.array(lists)
    empty = {"type": 1, "size": None, "indices": None}
    return pa.array([{**empty, "values": values} for values in lists], VECTOR)


def test_the_table_is_there() -> None:
    assert len(ROWS) >= 11


@pytest.mark.parametrize(("writer", "header", "shape"), ROWS, ids=[r[1] for r in ROWS])
def test_each_header_is_read(
    generate: ModuleType, tmp_path: Path, writer: str, header: str, shape: str
) -> None:
    assert writer
    columns: dict[str, Any] = {name: column(name, shape) for name in header.split(",")}
    table = pa.table(columns)
    if shape.startswith("a column of"):
        name = "file.parquet"
        pq.write_table(table, tmp_path / name)
    else:
        name = "file.csv"
        rows = [header, *(",".join(map(str, row.values())) for row in table.to_pylist())]
        (tmp_path / name).write_text("\n".join(rows) + "\n")
    report = json.loads(generate.Session(tmp_path).run(f"xent eval {name} --json"))
    assert report["findings"] == []
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(LOSS, rel=1e-14)


def test_every_name_that_the_readme_promises_is_known() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    promised = readme.split("Labels go by")[1].split("Beside")[0].split("scores by")
    assert set(re.findall(r"`(\w+)`", promised[0])) == set(naming.TARGETS)
    prefixes, singles = promised[1].split("for a single column by")
    known = {p.text for p in naming.PREFIXES}
    assert set(re.findall(r"`(\w+)`", prefixes)) <= known
    names = {n for found in naming.SINGLE_SCORES.values() for n in found}
    assert set(re.findall(r"`(\w+)`", singles)) <= names
