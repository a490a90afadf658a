"""Tables for the layout to be found in: typed ones, and those of text formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.layout.resolve import resolve
from xentcli.layout.schema import Column, Kind, Table
from xentcli.options import ColumnOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.layout.layout import Layout


def kind_of(values: Sequence[object]) -> Kind:
    """What a typed column of these values holds."""
    first = next((v for v in values if v is not None), None)
    if isinstance(first, bool):
        return Kind.BOOLEAN
    if isinstance(first, int | float):
        return Kind.NUMBER
    if isinstance(first, list):
        return Kind.LIST
    return Kind.STRUCT if isinstance(first, dict) else Kind.TEXT


def typed(columns: Mapping[str, Any]) -> Table:
    """As a Parquet file shows it."""
    return Table(tuple(Column(n, kind_of(v)) for n, v in columns.items()), columns)


def untyped(columns: Mapping[str, Any]) -> Table:
    """As a CSV file shows it: every value a text."""
    texts = {n: [None if v is None else str(v) for v in values] for n, values in columns.items()}
    return Table(tuple(Column(n, Kind.UNTYPED) for n in columns), texts)


BOTH = (typed, untyped)


def found(table: Table, ignore: Sequence[str] = (), **options: Any) -> Layout:
    """The layout of a table."""
    if isinstance(options.get("target"), str):
        options["target"] = (options["target"],)
    return resolve(table, ColumnOptions(**options), ignore)


def spark(values: Sequence[float]) -> dict[str, object]:
    """A dense vector as Spark writes it to Parquet."""
    return {"type": 1, "size": None, "indices": None, "values": list(values)}


def sparse(size: int, entries: Mapping[int, float]) -> dict[str, object]:
    """A sparse vector as Spark writes it to Parquet."""
    return {"type": 0, "size": size, "indices": list(entries), "values": list(entries.values())}
