"""The breakdown of a report as an Arrow table: one row a slice or class, one column a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.report.report import ClassReport
from xentcli.report.slices import SliceTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.report.report import Report

    Floats = NDArray[np.float64]


def parquet_of(report: Report) -> bytes:
    """The breakdown as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    # Figures hardly repeat: a dictionary of them costs time and saves no room.
    pq.write_table(table(report), sink, use_dictionary=False)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def table(report: Report) -> pa.Table:
    """The breakdown as an Arrow table."""
    if not report.slices:
        whole = ClassReport("", report.source.rows, float(report.source.rows), report.metrics)
        return _of_classes(report.layout.member, report.classes or (whole,))
    slices = report.slices
    if not isinstance(slices, SliceTable):
        raise TypeError("slices are a SliceTable")
    columns: dict[str, pa.Array] = {}
    columns["rows"] = _plain(np.asarray(slices.rows, dtype=np.int64), pa.int64())
    columns["weight"] = _numbers(np.asarray(slices.weights))
    for key, column in slices.columns.items():
        columns[key] = _numbers(column.value)
        ends = zip(("stderr", "lower", "upper"), column[1:4], strict=True)
        for end, values in ends:
            if not np.isnan(values).all():
                columns[f"{key}_{end}"] = _numbers(values)
    if slices.weight:
        columns["row_share"] = _numbers(slices.weights / slices.weight)
    if slices.tests is not None:
        for name, values in slices.tests._asdict().items():
            rest = np.full(len(slices) - len(values), np.nan)
            columns[f"versus_rest_{name}"] = _numbers(np.append(values, rest))
    # A column of the data that is named like one of ours is marked as theirs.
    names = [name if name not in columns else f"by_{name}" for name in slices.by]
    return pa.Table.from_arrays([*_keys(slices), *columns.values()], names=[*names, *columns])


def _keys(slices: SliceTable) -> list[pa.Array]:
    """What the slices' rows have in common, a column each; null for those summed up."""
    if isinstance(slices.keys, np.ndarray):
        columns = [_plain(slices.keys, pa.int64())]
    else:
        columns = [_texts([key[i] for key in slices.keys]) for i in range(len(slices.by))]
    if not slices.has_rest:
        return columns
    return [pa.concat_arrays([column, pa.nulls(1, column.type)]) for column in columns]


def _of_classes(member: str, classes: Sequence[ClassReport]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        member: _texts([c.name for c in classes]),
        "rows": _plain(np.array([c.rows for c in classes], dtype=np.int64), pa.int64()),
        "weight": _numbers(np.array([c.weight for c in classes], dtype=np.float64)),
    }
    for key in dict.fromkeys(key for c in classes for key in c.metrics):
        found = [c.metrics.get(key) for c in classes]
        for end in ("", "stderr", "lower", "upper"):
            values = np.array(
                [np.nan if v is None else _part(v, end) for v in found], dtype=np.float64
            )
            if not end or not np.isnan(values).all():
                columns[f"{key}_{end}" if end else key] = _numbers(values)
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _part(value: object, end: str) -> float:
    """One number of a figure, NaN where it is undefined."""
    interval = getattr(value, "interval", None)
    if end in ("lower", "upper"):
        number = None if interval is None else interval[end == "upper"]
    else:
        number = getattr(value, end or "value")
    return np.nan if number is None else float(number)


def _plain(values: NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    """Numbers as an Arrow array, without the import of pandas that pa.array costs."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values.tobytes())])


def _numbers(values: Floats) -> pa.Array:
    """Numbers as an Arrow array, null where they are NaN."""
    known = ~np.isnan(values)
    bits = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    data = pa.py_buffer(np.ascontiguousarray(values, dtype=np.float64).tobytes())
    return pa.Array.from_buffers(pa.float64(), len(values), [bits, data])


def _texts(words: Sequence[str]) -> pa.Array:
    encoded = [w.encode("utf-8", "backslashreplace") for w in words]
    offsets = np.concatenate(([0], np.cumsum([len(w) for w in encoded]))).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)
