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

from xentcli.layout import naming

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| ([^|]+) \| `([^`]+)` \| (a column a class|one column|a column of \w+|the outcome's) \|$",
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
DECIDED = {"pred", ".pred_class", "response", "scored labels", "f_bad", "i_bad", "predict"}
OUTCOMES = {"species", "BAD"}
PREDICTED = {"predicted_species"}
PASSENGERS = {
    "rowIndex": [1, 2],
    "row_ids": [1, 2],
    "token": ["the", "end"],
    "q_cat": [1, 0],
    "q_dog": [0, 1],
}


def on_scale(name: str, p: float) -> float:
    plain = name.lower()
    if "log_prob" in plain or "logprob" in plain:
        return math.log(p)
    return math.log(p) if "logit" in plain or plain.startswith("raw") else p


def column(name: str, header: list[str], shape: str) -> pa.Array:
    """Two rows of the column that a header names."""
    if name in PASSENGERS:
        return pa.array(PASSENGERS[name])
    if shape == "the outcome's":
        return pa.array([on_scale(name, row[k]) for k, row in enumerate(P)])
    if name.lower() in naming.TARGETS or name in OUTCOMES:
        named = shape not in {"one column", "a column of lists", "a column of vectors"}
        numbers = any(other.endswith("1") for other in header)
        return pa.array(["cat", "dog"] if named and not numbers else [0, 1])
    if naming.is_decision(name) or name.lower() in DECIDED or name in PREDICTED - set(header[-1:]):
        return pa.array([0, 0] if name == "prediction" else ["cat", "cat"])
    if shape in {"a column a class", "one column"}:
        dog = shape == "one column" or name.rstrip(")").endswith(("dog", "1"))
        return pa.array([on_scale(name, row[dog]) for row in P])
    return vectors(name, shape)


def vectors(name: str, shape: str) -> pa.Array:
    """Two rows of a column of vectors; the classes that are named change their places."""
    lists = [[on_scale(name, p) for p in row] for row in P]
    orders = (["cat", "dog"], ["dog", "cat"])
    placed = [
        row if names[0] == "cat" else row[::-1] for names, row in zip(orders, lists, strict=True)
    ]
    match shape:
        case "a column of lists":
            return pa.array(lists)
        case "a column of pairs":
            return pa.array(
                [
                    [{"label": c, "prob": p} for c, p in zip(names, row, strict=True)]
                    for names, row in zip(orders, placed, strict=True)
                ]
            )
        case "a column of structs":
            both = zip(orders, placed, strict=True)
            return pa.array([{"classes": names, "scores": row} for names, row in both])
    empty = {"type": 1, "size": None, "indices": None}
    return pa.array([{**empty, "values": values} for values in lists], VECTOR)


def test_the_table_is_there() -> None:
    assert len(ROWS) >= 21


@pytest.mark.parametrize(("writer", "header", "shape"), ROWS, ids=[r[1] for r in ROWS])
def test_each_header_is_read(
    generate: ModuleType, tmp_path: Path, writer: str, header: str, shape: str
) -> None:
    assert writer
    columns: dict[str, Any] = {
        name: column(name, header.split(","), shape) for name in header.split(",")
    }
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
