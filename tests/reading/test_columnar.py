"""Parquet and Arrow: types as their roles ask for them, and files that are damaged."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import io
import re
import threading
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.reading.reading import arrow_bytes, parquet_bytes, read
from xentcli.errors import InputError
from xentcli.layout.schema import Kind, Role
from xentcli.options import FileOptions
from xentcli.reading import open_source
from xentcli.reading.conform import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

D = decimal.Decimal
LISTS = [[0.25, 0.75], [0.5, 0.5], None, [1.0, 0.0]]
FLOATS = [0.25, None, 1.0, 0.0]


def as_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path)


def as_file(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def as_stream(table: pa.Table, path: Path) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(path, table.schema, options=options) as writer:
        writer.write_table(table)


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "x.parquet": as_parquet,
    "x.arrow": as_file,
    "x.arrows": as_stream,
}


@pytest.fixture(params=list(WRITERS))
def column(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[pa.Array, Role], Any]:
    """Writes an array as a column, and reads it back."""

    def round_trip(array: pa.Array, role: Role) -> list[Any]:
        path = tmp_path / request.param
        WRITERS[request.param](pa.table({"x": array}), path)
        return [x for (x,) in read(path, {"x": role}, block_rows=3)]

    return round_trip


@pytest.mark.parametrize(
    "array",
    [
        pa.array(FLOATS, pa.float64()),
        pa.array(FLOATS, pa.float32()),
        pa.array(FLOATS, pa.float32()).cast(pa.float16()),
        pa.array([D("0.25"), None, D("1.00"), D("0.00")], pa.decimal128(5, 2)),
        pa.array(FLOATS, pa.float64()).dictionary_encode(),
    ],
    ids=lambda array: str(array.type),
)
def test_numbers_of_any_type(column: Callable[..., Any], array: pa.Array) -> None:
    assert column(array, Role.NUMBER) == FLOATS


@pytest.mark.parametrize(
    "type_",
    [
        pa.list_(pa.float64()),
        pa.list_(pa.float32()),
        pa.large_list(pa.float64()),
        pa.list_(pa.float64(), 2),
        pa.list_(pa.decimal128(5, 2)),
        pa.list_(pa.decimal128(5, 2), 2),
        pa.list_(pa.float16()),
    ],
    ids=str,
)
def test_lists_of_any_type(column: Callable[..., Any], type_: pa.DataType) -> None:
    entry: Callable[[float], Any] = float
    if pa.types.is_decimal(type_.value_type):
        entry = D
    elif pa.types.is_float16(type_.value_type):
        entry = np.float16
    values = [None if row is None else [entry(x) for x in row] for row in LISTS]
    assert column(pa.array(values, type_), Role.VECTOR) == LISTS


def test_nulls_in_lists_and_ragged_lists_are_delivered(column: Callable[..., Any]) -> None:
    ragged = [[0.25, None], [], [1.0]]
    assert column(pa.array(ragged), Role.VECTOR) == ragged


def test_structs_are_delivered_as_they_lie(column: Callable[..., Any]) -> None:
    rows = [{"type": 1, "size": None, "indices": None, "values": [0.5, 0.5]}, None]
    type_ = pa.struct(
        [
            ("type", pa.int8()),
            ("size", pa.int32()),
            ("indices", pa.list_(pa.int32())),
            ("values", pa.list_(pa.float64())),
        ]
    )
    assert column(pa.array(rows, type_), Role.VECTOR) == rows


@pytest.mark.parametrize(
    ("array", "labels"),
    [
        (pa.array(["001", None, "NA", ""]), ["001", None, "NA", ""]),
        (pa.array(["001", None], pa.large_string()), ["001", None]),
        (pa.array(["a", "b", "a", None]).dictionary_encode(), ["a", "b", "a", None]),
        (pa.array([b"a", None], pa.binary()), ["a", None]),
        (pa.array([3, None, 2**62]), [3, None, 2**62]),
        (pa.array([True, None, False]), [True, None, False]),
        (pa.array([1.0, None]), [1.0, None]),
        (pa.array([3, 4, 3]).dictionary_encode(), [3, 4, 3]),
        (pa.array([dt.date(2020, 1, 1), None]), ["2020-01-01", None]),
        (pa.array([None, None], pa.null()), [None, None]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_labels_of_any_type(column: Callable[..., Any], array: pa.Array, labels: Any) -> None:
    assert column(array, Role.LABEL) == labels


@pytest.mark.parametrize(
    ("array", "role", "message"),
    [
        (pa.array(["0.5"]), Role.NUMBER, "column 'x' holds string, not numbers"),
        (pa.array([dt.datetime(2020, 1, 1)]), Role.NUMBER, "column 'x' holds timestamp"),  # noqa: DTZ001 # a type without zone
        (pa.array([[0.5]]), Role.NUMBER, "not numbers"),
        (pa.array([0.5]), Role.VECTOR, "column 'x' holds double, not lists of numbers"),
        (pa.array([["a"]]), Role.VECTOR, "not lists of numbers"),
        (pa.array([[0.5]]), Role.LABEL, "which is no label"),
        (pa.array([b"\xe9"]), Role.LABEL, "nvalid"),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_wrong_types_are_named(
    column: Callable[..., Any], array: pa.Array, role: Role, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        column(array, role)


def test_kinds() -> None:
    kinds = {
        Kind.NUMBER: [pa.int8(), pa.float16(), pa.decimal256(40, 3)],
        Kind.TEXT: [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())],
        Kind.BOOLEAN: [pa.bool_()],
        Kind.LIST: [pa.list_(pa.float32()), pa.list_(pa.float32(), 3), pa.large_list(pa.int8())],
        Kind.STRUCT: [pa.struct([("a", pa.int8())])],
        Kind.OTHER: [pa.timestamp("s"), pa.date32(), pa.null()],
    }
    assert all(kind_of(type_) is kind for kind, types in kinds.items() for type_ in types)


def test_fixed_size_lists_tell_their_size(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": pa.array([[1.0, 2.0]], pa.list_(pa.float64(), 2))}), path)
    source = open_source(str(path), FileOptions())
    source.close()
    assert source.columns[0].size == 2


def test_rows_are_numbered_in_the_file(tmp_path: Path) -> None:
    rows: list[tuple[str | None, float | None]] = [("cat", float(i)) for i in range(10)]
    for name, data in {
        "a.parquet": parquet_bytes(rows, row_group_size=4),
        "b.parquet": parquet_bytes(rows),
        "c.arrow": arrow_bytes(rows, stream=False),
        "d.arrows": arrow_bytes(rows, stream=True),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        source = open_source(str(path), FileOptions())
        for index, split in enumerate(source.splits({"p": Role.NUMBER}, block_rows=2, threads=3)):
            done = 0
            for batch in split.batches():
                for row, p in enumerate(batch.column("p").to_pylist()):
                    assert source.place(index, done + row) == f"row {int(p) + 1}"
                done += batch.num_rows
        source.close()


def test_column_names_with_dots(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(
        pa.table({"prob": [[1.0], [2.0]], "prob.a": [0.5, 0.25], "prob.a.b": [1.0, 2.0]}), path
    )
    roles = {"prob.a": Role.NUMBER, "prob": Role.VECTOR}
    assert read(path, roles) == [(0.5, [1.0]), (0.25, [2.0])]


def test_twins_are_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["p", "p"])
    for name, write in WRITERS.items():
        write(table, tmp_path / name)
        with pytest.raises(InputError, match="two columns are named 'p'"):
            read(tmp_path / name)


ROWS: list[tuple[str | None, float | None]] = [("cat", i / 1000) for i in range(1000)]


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "arrows"])
@pytest.mark.parametrize("kept", [0, 1, 4, 7, 12, 100, 2000, -1, -4, -8])
def test_truncated_files(tmp_path: Path, suffix: str, kept: int) -> None:
    data = {
        "parquet": parquet_bytes(ROWS),
        "arrow": arrow_bytes(ROWS, stream=False, rows_a_batch=100),
        "arrows": arrow_bytes(ROWS, stream=True, rows_a_batch=100),
    }[suffix]
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(data[:kept])
    with pytest.raises(InputError, match=re.escape(str(path))) as caught:
        read(path)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "csv", "jsonl", "tsv"])
def test_empty_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.touch()
    for format_ in (None, suffix):
        with pytest.raises(InputError, match=r"x.*: is empty$"):
            read(path, input_format=format_)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_what_is_something_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(InputError, match="is a PNG image, not a table of predictions"):
        read(path)
    path.write_bytes(b"label,p\ncat,0.5\n")
    with pytest.raises(InputError, match=re.escape(str(path))):
        read(path)


@pytest.mark.parametrize("how", [{}, {"use_dictionary": False, "compression": "none"}])
def test_a_wrong_checksum_in_parquet(tmp_path: Path, how: dict[str, Any]) -> None:
    data = bytearray(parquet_bytes(ROWS, write_page_checksum=True, **how))
    data[len(data) // 3] ^= 0xFF
    path = tmp_path / "x.parquet"
    path.write_bytes(data)
    with pytest.raises(InputError, match=re.escape(str(path))):
        read(path)


def test_an_arrow_file_with_bad_offsets(tmp_path: Path) -> None:
    good = pa.record_batch({"label": pa.array(["cat"] * 8), "p": pa.array([0.5] * 8)})
    offsets = np.frombuffer(good.column("label").buffers()[1], np.int32).tobytes()
    for stream in (True, False):
        sink = io.BytesIO()
        begin = pa.ipc.new_stream if stream else pa.ipc.new_file
        with begin(sink, good.schema) as writer:
            writer.write_batch(good)
        data = sink.getvalue()
        assert data.count(offsets[:36]) == 1
        bad = np.full(9, 1 << 30, np.int32).tobytes()
        path = tmp_path / "x.arrow"
        path.write_bytes(data.replace(offsets[:36], bad))
        with pytest.raises(InputError, match=re.escape(str(path))):
            read(path)


def test_a_stream_that_goes_on_behind_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.arrows"
    path.write_bytes(arrow_bytes(ROWS, stream=True) * 2)
    with pytest.raises(InputError, match="goes on behind the end of the Arrow stream"):
        read(path)


def test_extension_types_are_unwrapped(column: Callable[..., Any]) -> None:
    values = [uuid.UUID(int=i).bytes for i in range(2)]
    array = pa.ExtensionArray.from_storage(pa.uuid(), pa.array(values, pa.binary(16)))
    assert column(array, Role.TEXT) == values


def test_one_source_is_read_by_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(parquet_bytes(ROWS, row_group_size=10))
    source = open_source(str(path), FileOptions())
    splits = source.splits({"p": Role.NUMBER}, block_rows=4, threads=4)
    lock = threading.Lock()
    found: list[float] = []

    def work() -> None:
        while True:
            with lock:
                split = next(splits, None)
            if split is None:
                return
            found.extend(x for b in split.batches() for x in b.column(0).to_pylist())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    source.close()
    assert sorted(found) == [p for _, p in ROWS]


@pytest.mark.parametrize("pack", ["parquet", "arrow"])
def test_binary_formats_under_gzip_are_refused(tmp_path: Path, pack: str) -> None:
    data = parquet_bytes(ROWS) if pack == "parquet" else arrow_bytes(ROWS, stream=True)
    path = tmp_path / f"x.{pack}.gz"
    path.write_bytes(gzip.compress(data))
    with pytest.raises(InputError, match=f"is {pack} inside a compressed file"):
        read(path)
