"""The same rows give the same bits, whatever holds them, in whatever order and pieces."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.commands.conftest import Xent

ROWS = 30_000  # more than a mebibyte of text, and more than one block
NAMES = ("ant", "bee", "cow")
COLUMNS = ("label", "weight", *(f"prob_{n}" for n in NAMES))
Row = tuple[str, float, float, float, float]


def make_rows() -> list[Row]:
    """Rows of every size of loss, none of whose numbers is round."""
    draw = random.Random(20_240_229)  # noqa: S311 - no secrets here
    rows = []
    for _ in range(ROWS):
        parts = [draw.expovariate(1) ** 3 + 1e-12 for _ in NAMES]
        total = sum(parts)
        rows.append((draw.choice(NAMES), draw.random(), *(p / total for p in parts)))
    return rows  # type: ignore[return-value] # three classes


def as_csv(rows: Sequence[Row], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue().encode()


def as_jsonl(rows: Sequence[Row]) -> bytes:
    lines = (json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)
    return "".join(lines).encode()


def as_table(rows: Sequence[Row]) -> pa.Table:
    return pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


def as_parquet(rows: Sequence[Row]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(as_table(rows), sink, row_group_size=7_001)
    return sink.getvalue()


def as_arrow(rows: Sequence[Row], *, stream: bool) -> bytes:
    sink, table = io.BytesIO(), as_table(rows)
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=4_999)
    return sink.getvalue()


def as_zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


FORMS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "a.csv": as_csv,
    "a.tsv": lambda rows: as_csv(rows, "\t"),
    "a.jsonl": as_jsonl,
    "a.parquet": as_parquet,
    "a.arrow": lambda rows: as_arrow(rows, stream=False),
    "a.arrows": lambda rows: as_arrow(rows, stream=True),
    "a.csv.gz": lambda rows: gzip.compress(as_csv(rows), 1),
    "a.csv.zst": lambda rows: as_zstd(as_csv(rows)),
    "a.jsonl.zst": lambda rows: as_zstd(as_jsonl(rows)),
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_rows()


def figures(xent: Xent, *sources: str, stdin: bytes = b"") -> dict[str, Any]:
    report = xent.eval(*sources, "--weight", "weight", stdin=stdin)
    assert report["source"]["rows"] == ROWS
    return {key: report[key] for key in ("metrics", "classes", "signature", "layout")}


@pytest.fixture(scope="module")
def expected(
    rows: list[Row], program: type[Xent], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The figures of the rows as one CSV file, read by one thread."""
    xent = program(tmp_path_factory.mktemp("expected"))
    xent.write("a.csv", as_csv(rows))
    return figures(xent, "a.csv", "--threads", "1")


@pytest.mark.parametrize("name", FORMS)
def test_every_format_and_every_number_of_threads(
    xent: Xent, rows: list[Row], expected: dict[str, Any], name: str
) -> None:
    xent.write(name, FORMS[name](rows))
    assert figures(xent, name, "--threads", "4") == expected


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl.zst", "a.parquet", "a.arrow", "a.arrows"])
def test_standard_input(xent: Xent, rows: list[Row], expected: dict[str, Any], name: str) -> None:
    assert figures(xent, "-", stdin=FORMS[name](rows)) == expected


def test_one_thread_on_row_groups(xent: Xent, rows: list[Row], expected: dict[str, Any]) -> None:
    xent.write("a.parquet", as_parquet(rows))
    assert figures(xent, "a.parquet", "--threads", "1") == expected


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_shuffled_rows_in_parts_of_any_size(
    xent: Xent, rows: list[Row], expected: dict[str, Any], name: str
) -> None:
    draw = random.Random(7)  # noqa: S311 - no secrets here
    shuffled = draw.sample(rows, len(rows))
    cuts = [0, *sorted(draw.sample(range(1, ROWS), 5)), ROWS]
    for i, (start, end) in enumerate(pairwise(cuts)):
        xent.write(f"data/{i}-{name}", FORMS[name](shuffled[start:end]))
    assert figures(xent, "data") == expected


def test_parts_in_different_formats(xent: Xent, rows: list[Row], expected: dict[str, Any]) -> None:
    piece = ROWS // len(FORMS) + 1
    for i, (name, write) in enumerate(FORMS.items()):
        xent.write(f"data/{i}{name}", write(rows[i * piece : (i + 1) * piece]))
    assert figures(xent, "data") == expected
