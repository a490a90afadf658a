"""Columns that are named as scores and hold no numbers: an error, never a class less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.layout import naming
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.schema import Column, Table


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
        if len(names) > 1 and table.has_rows and all(map(_is_number, values)):
            raise InputError(
                f"column '{shown(column.name)}' is named as a score like '{shown(names[0])}', and "
                f"holds {'text' if values else 'no values'}, not numbers",
                hint="write it as numbers, or name the scores with --scores",
            )


def _is_number(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True
