"""What the readers' tests share: files of rows in every format, and reading them back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.reading.tables import (
    Row,
    dta_bytes,
    ods_bytes,
    orc_bytes,
    sav_bytes,
    table,
    xls_bytes,
    xlsx_bytes,
    xpt_bytes,
)
from xentcli.errors import RowError
from xentcli.layout.schema import Role
from xentcli.options import FileOptions
from xentcli.reading import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from xentcli.reading.source import Split

ROLES = {"label": Role.LABEL, "p": Role.NUMBER}


def read(
    path: Path | str,
    roles: Mapping[str, Role] = ROLES,
    *,
    block_rows: int = 1 << 16,
    threads: int = 2,
    **options: Any,
) -> list[tuple[Any, ...]]:
    """All rows as tuples, in the order of `roles`; errors told as the program tells them."""
    source = open_source(str(path), FileOptions(**options))
    rows: list[tuple[Any, ...]] = []
    with closing(source):
        for index, split in enumerate(source.splits(roles, block_rows=block_rows, threads=threads)):
            try:
                rows += rows_of(split, roles, block_rows)
            except RowError as error:
                place = source.place(index, error.row) if error.row is not None else None
                raise error.located(source.path, place) from error
    return rows


def rows_of(split: Split, roles: Mapping[str, Role], block_rows: int) -> list[tuple[Any, ...]]:
    """The rows of a split as tuples, its batches checked."""
    rows: list[tuple[Any, ...]] = []
    for batch in split.batches():
        assert batch.schema.names == list(roles)
        assert batch.num_rows <= block_rows
        batch.validate(full=True)
        rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    return rows


def csv_bytes(rows: Sequence[Row], delimiter: str = ",", newline: str = "\n") -> bytes:
    """The rows under a header, quoted where they must be."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(["label", "p"])
    writer.writerows([label or "", "" if p is None else repr(p)] for label, p in rows)
    return text.getvalue().encode()


def jsonl_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as objects, one a line."""
    return "".join(
        json.dumps({"label": label, "p": p}, ensure_ascii=False) + "\n" for label, p in rows
    ).encode()


def parquet_bytes(rows: Sequence[Row], **how: Any) -> bytes:
    """The rows as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table(rows), sink, **how)
    return sink.getvalue()


def arrow_bytes(rows: Sequence[Row], *, stream: bool, rows_a_batch: int = 3) -> bytes:
    """The rows as an Arrow IPC file or stream of small record batches."""
    sink = io.BytesIO()
    content = table(rows)
    begin = pa.ipc.new_stream if stream else pa.ipc.new_file
    with begin(sink, content.schema) as writer:
        writer.write_table(content, max_chunksize=rows_a_batch)
    return sink.getvalue()


def zstd(data: bytes) -> bytes:
    """`data` under zstd, by Arrow's own compressor."""
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


FORMATS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "plain.csv": csv_bytes,
    "crlf.csv": lambda rows: csv_bytes(rows, newline="\r\n"),
    "semicolon.csv": lambda rows: csv_bytes(rows, ";"),
    "tabs.tsv": lambda rows: csv_bytes(rows, "\t"),
    "marked.csv": lambda rows: b"\xef\xbb\xbf" + csv_bytes(rows),
    "packed.csv.gz": lambda rows: gzip.compress(csv_bytes(rows)),
    "packed.csv.zst": lambda rows: zstd(csv_bytes(rows)),
    "lines.jsonl": jsonl_bytes,
    "packed.jsonl.gz": lambda rows: gzip.compress(jsonl_bytes(rows)),
    "packed.jsonl.zst": lambda rows: zstd(jsonl_bytes(rows)),
    "one.parquet": parquet_bytes,
    "groups.parquet": lambda rows: parquet_bytes(rows, row_group_size=2),
    "file.arrow": lambda rows: arrow_bytes(rows, stream=False),
    "stream.arrows": lambda rows: arrow_bytes(rows, stream=True),
    "stripes.orc": orc_bytes,
    "book.xlsx": xlsx_bytes,
    "book.ods": ods_bytes,
    "book.xls": xls_bytes,
    "set.dta": dta_bytes,
    "old.dta": lambda rows: dta_bytes(rows, version=114),
    "set.sav": sav_bytes,
    "packed.zsav": lambda rows: sav_bytes(rows, row_compress=False, compress=True),
    "set.xpt": xpt_bytes,
}

# What cannot hold every text and every number holds rows that are easier on it.
EASY = {"set.dta", "old.dta", "set.sav", "packed.zsav", "set.xpt"}
