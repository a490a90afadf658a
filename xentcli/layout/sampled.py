"""Whether sampled scores look like distributions: inside [0, 1], and one in all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.layout import naming
from xentcli.layout.schema import items_of
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.schema import Column, Table

# How far the sampled rows may be from one for columns to be taken for one distribution.
_LOOSE = 0.02


def holds_distributions(table: Table, name: str) -> bool:
    """Whether every list in a column is one."""
    sampled = table.sample.get(name, ())
    lists = [v for v in sampled if isinstance(v, list) and all(_is_number(x) for x in v)]
    lists += [[float(item) for item in items_of(v)] for v in sampled if isinstance(v, str)]
    return bool(lists) and all(
        len(v) > 1 and all(0 <= x <= 1 for x in v) and abs(sum(v) - 1) <= _LOOSE for v in lists
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal)


def is_distribution(table: Table, names: Sequence[str]) -> bool:
    """Whether the columns together are one in every row."""
    columns = [table.numbers(n) or [] for n in names]
    rows = list(zip(*columns, strict=False))
    return bool(rows) and all(
        all(0 <= x <= 1 for x in row) and abs(sum(row) - 1) <= _LOOSE for row in rows
    )


def refuse_unread(
    table: Table, free: Sequence[Column], prefix: naming.Prefix, names: Sequence[str]
) -> None:
    """Raises InputError for a score that would be left out, as it holds numbers as text, or none.

    Without it, the others would be read as the scores of fewer classes.
    """
    for column in free:
        if column.name in names or naming.prefix_of(column.name, table.names) != prefix:
            continue
        values = [value for value in table.sample.get(column.name, ()) if value is not None]
        if len(names) > 1 and table.has_rows and all(map(_spells_number, values)):
            raise InputError(
                f"column '{shown(column.name)}' is named as a score like '{shown(names[0])}', and "
                f"holds {'text' if values else 'no values'}, not numbers",
                hint="write it as numbers, or name the scores with --scores",
            )


def _spells_number(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True
