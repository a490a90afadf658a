"""The breakdown of a report as an Arrow table: one row a slice or class, one column a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.numerics import to_arrow
from xentcli.report.report import ClassReport
from xentcli.report.slices import SliceTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.report.report import Report


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
    columns["rows"] = to_arrow.from_numpy(np.asarray(slices.rows, dtype=np.int64))
    columns["weight"] = to_arrow.nan_as_null(np.asarray(slices.weights, dtype=np.float64))
    for key, column in slices.columns.items():
        columns[key] = to_arrow.nan_as_null(column.value)
        ends = zip(("stderr", "lower", "upper"), column[1:4], strict=True)
        for end, values in ends:
            if not np.isnan(values).all():
                columns[f"{key}_{end}"] = to_arrow.nan_as_null(values)
    if slices.weight:
        columns["row_share"] = to_arrow.nan_as_null(slices.weights / slices.weight)
    if slices.tests is not None:
        for name, values in slices.tests._asdict().items():
            rest = np.full(len(slices) - len(values), np.nan)
            columns[f"versus_rest_{name}"] = to_arrow.nan_as_null(np.append(values, rest))
    # A column of the data that is named like one of ours is marked as theirs.
    names = [name if name not in columns else f"by_{name}" for name in slices.by]
    return pa.Table.from_arrays([*_keys(slices), *columns.values()], names=[*names, *columns])


def _texts(words: Sequence[str]) -> pa.Array:
    """Names, however many and long; one that is not text, as of a file's, is escaped."""
    return to_arrow.texts(words, large=True, errors="backslashreplace")


def _keys(slices: SliceTable) -> list[pa.Array]:
    """What the slices' rows have in common, a column each; null for those summed up."""
    if isinstance(slices.keys, np.ndarray):
        columns = [to_arrow.from_numpy(slices.keys)]
    else:
        columns = [_texts([key[i] for key in slices.keys]) for i in range(len(slices.by))]
    if not slices.has_rest:
        return columns
    return [pa.concat_arrays([column, pa.nulls(1, column.type)]) for column in columns]


def _of_classes(member: str, classes: Sequence[ClassReport]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        member: _texts([c.name for c in classes]),
        "rows": to_arrow.from_numpy(np.array([c.rows for c in classes], dtype=np.int64)),
        "weight": to_arrow.nan_as_null(np.array([c.weight for c in classes], dtype=np.float64)),
    }
    for key in dict.fromkeys(key for c in classes for key in c.metrics):
        found = [c.metrics.get(key) for c in classes]
        for end in ("", "stderr", "lower", "upper"):
            values = np.array(
                [np.nan if v is None else _part(v, end) for v in found], dtype=np.float64
            )
            if not end or not np.isnan(values).all():
                columns[f"{key}_{end}" if end else key] = to_arrow.nan_as_null(values)
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _part(value: object, end: str) -> float:
    """One number of a figure, NaN where it is undefined."""
    interval = getattr(value, "interval", None)
    if end in ("lower", "upper"):
        number = None if interval is None else interval[end == "upper"]
    else:
        number = getattr(value, end or "value")
    return np.nan if number is None else float(number)
