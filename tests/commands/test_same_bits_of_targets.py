"""The same bits of soft targets, votes, labels and outcomes, whatever holds the rows."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.commands.conftest import Xent

    Floats = NDArray[np.float64]

ROWS = 9_000
NAMES = ("ant", "bee", "cow")
OPTIONS = {
    "soft": (),
    "votes": ("--target-scale", "count"),
    "labels": ("--task", "multilabel"),
    "outcomes": ("--count", "count"),
}


def targets(kind: str, rng: np.random.Generator) -> Floats:
    """(n, K) targets, all of which a float32 holds."""
    if kind == "votes":
        return rng.integers(0, 5, (ROWS, 3)) + np.eye(3)[rng.integers(0, 3, ROWS)]
    if kind == "labels":
        return rng.integers(0, 5, (ROWS, 3)) / 4.0
    cuts = np.sort(rng.integers(0, 257, (ROWS, 2)), axis=1) / 256
    return np.asarray(np.diff(cuts, axis=1, prepend=0.0, append=1.0))


def columns(kind: str, seed: int = 7) -> dict[str, Floats]:
    """Columns of numbers none of which is round, in float32's precision."""
    rng = np.random.default_rng(seed)
    found = {"weight": rng.exponential(size=ROWS)}
    if kind == "outcomes":
        found["count"] = rng.integers(1, 9, ROWS).astype(np.float64)
        found["logprob"] = -(rng.exponential(size=ROWS) ** 3)
        return {n: v.astype(np.float32).astype(np.float64) for n, v in found.items()}
    q, p = targets(kind, rng), rng.dirichlet(np.full(3, 0.3), ROWS).clip(1e-30, 1)
    for k, name in enumerate(NAMES):
        found[f"q_{name}"], found[f"prob_{name}"] = q[:, k], p[:, k]
    return {n: v.astype(np.float32).astype(np.float64) for n, v in found.items()}


def as_csv(data: dict[str, Floats]) -> bytes:
    text = io.StringIO()
    rows = zip(*(v.tolist() for v in data.values()), strict=True)
    csv.writer(text, lineterminator="\n").writerows([list(data), *rows])
    return text.getvalue().encode()


def as_jsonl(data: dict[str, Floats]) -> bytes:
    rows = zip(*(v.tolist() for v in data.values()), strict=True)
    return "".join(json.dumps(dict(zip(data, row, strict=True))) + "\n" for row in rows).encode()


def as_parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=2_001)
    return sink.getvalue()


def in_lists(data: dict[str, Floats], *, fixed: bool, narrow: bool) -> pa.Table:
    """Targets and scores as lists, or fixed-size lists, of float64 or float32."""
    entry = pa.float32() if narrow else pa.float64()
    found: dict[str, Any] = {"weight": data["weight"]}
    for prefix, name in (("q", "label"), ("prob", "probs")):
        rows = np.stack([data[f"{prefix}_{n}"] for n in NAMES], axis=1)
        kind = pa.list_(entry, 3) if fixed else pa.list_(entry)
        found[name] = pa.array(list(rows.astype(entry.to_pandas_dtype())), kind)
    return pa.table(found)


def figures(xent: Xent, kind: str, *sources: str, stdin: bytes = b"") -> dict[str, Any]:
    report = xent.eval(*sources, *OPTIONS[kind], "--weight", "weight", stdin=stdin)
    assert report["source"]["rows"] == ROWS
    return {"metrics": report["metrics"], "classes": report["classes"]}


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_format_order_and_number_of_threads(xent: Xent, kind: str) -> None:
    data = columns(kind)
    text = as_csv(data)
    xent.write("a.csv", text)
    expected = figures(xent, kind, "a.csv", "--threads", "1")
    assert figures(xent, kind, "-", "--threads", "3", stdin=text) == expected
    xent.write("a.jsonl", as_jsonl(data))
    assert figures(xent, kind, "a.jsonl", "--threads", "3") == expected
    xent.write("a.parquet", as_parquet(pa.table(data)))
    assert figures(xent, kind, "a.parquet", "--threads", "3") == expected
    order = np.random.default_rng(0).permutation(ROWS)
    shuffled = {name: values[order] for name, values in data.items()}
    parts = (
        ("a.csv", as_csv),
        ("b.jsonl", as_jsonl),
        ("c.parquet", lambda d: as_parquet(pa.table(d))),
    )
    for i, (name, write) in enumerate(parts):
        xent.write(f"data/{name}", write({n: v[i::3] for n, v in shuffled.items()}))
    assert figures(xent, kind, "data") == expected


@pytest.mark.parametrize("kind", ["soft", "votes", "labels"])
def test_lists_hold_what_columns_do(xent: Xent, kind: str) -> None:
    data = columns(kind)
    xent.write("a.csv", as_csv(data))
    expected = figures(xent, kind, "a.csv", "--sum-to-one", "ignore")
    for fixed, narrow in ((False, False), (True, False), (True, True)):
        xent.write("a.parquet", as_parquet(in_lists(data, fixed=fixed, narrow=narrow)))
        named = ("--classes", ",".join(NAMES), "--sum-to-one", "ignore")
        assert figures(xent, kind, "a.parquet", *named) == expected


def test_the_order_of_rows_does_not_change_what_each_costs(xent: Xent) -> None:
    data = columns("soft")
    some = {name: values[:50] for name, values in data.items()}
    xent.write("a.csv", as_csv(some))
    xent.write("b.csv", as_csv({name: values[::-1] for name, values in some.items()}))
    pages = [xent.run("rows", name).assert_done().splitlines()[1:] for name in ("a.csv", "b.csv")]
    there, back = ([line.split(",", 1)[1] for line in page] for page in pages)
    assert there == back[::-1]
