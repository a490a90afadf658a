"""Whether rows that are matched by their order may be others all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xentcli.layout.labels import spell
from xentcli.layout.schema import Kind
from xentcli.report.report import Finding
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.jobs.comparing.sides import Side
    from xentcli.layout.schema import Table

# Columns that are commonly named so tell rows apart.
_NAMES = re.compile(r"(?:.*[_. -])?(?:id|uuid|guid|key|index|idx|file|filename|path)|.*(?:Id|ID)")
_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.UNTYPED)


def order_findings(base: Side, side: Side) -> tuple[Finding, ...]:
    """What is said where both have a column of ids, and the first rows other ones.

    Labels that agree do not say that rows do: files that are sorted by them agree as well.
    """
    for column in base.table.columns:
        if column.name in base.layout.roles or not _NAMES.fullmatch(column.name):
            continue
        differing = _differing(base.table, side.table, column.name)
        if differing:
            name = f"'{shown(column.name)}'"
            message = (
                f"the column {name} names other rows in {shown(side.name)} than in "
                f"{shown(base.name)}, and rows are matched by their order: if it tells rows apart, "
                "these are not the same"
            )
            remedy = f"match them by it: --id {shown(column.name)}"
            return (Finding("order-differs", "warning", differing, message, remedy),)
    return ()


def _differing(base: Table, side: Table, name: str) -> int:
    """How many of the first rows have another value in a column of distinct ones."""
    columns = [column for table in (base, side) for column in table.columns if column.name == name]
    if len(columns) < 2 or any(column.kind not in _KINDS for column in columns):
        return 0
    ours, theirs = (
        ["" if value is None else spell(value) for value in table.sample.get(name, ())]
        for table in (base, side)
    )
    most = min(len(ours), len(theirs))
    if len(set(ours[:most])) < most or len(set(theirs[:most])) < most:
        return 0
    return sum(a != b for a, b in zip(ours, theirs, strict=False))
