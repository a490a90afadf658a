"""The columns that `--by` names, and the bins that some of them are to be cut into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.layout import bins
from xentcli.layout.schema import Kind, Role, Table
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.layout.bins import Bins
    from xentcli.layout.layout import Layout
    from xentcli.options import ColumnOptions

_NO_NUMBERS = {Kind.TEXT, Kind.BOOLEAN, Kind.LIST, Kind.STRUCT}
_NO_WORDS = {Kind.LIST, Kind.STRUCT}


def read(
    table: Table, options: ColumnOptions
) -> tuple[ColumnOptions, tuple[tuple[str, Bins], ...]]:
    """The options with the columns' names under `by`, and which of these are cut into bins.

    Raises InputError for a column that holds no numbers.
    """
    found = [bins.read(option, table.names) for option in options.by]
    names = tuple(name for name, _ in found)
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--by: '{shown(name)}' is named twice")
    cut = tuple((name, into) for name, into in found if into is not None)
    for name, into in cut:
        column = table.column(name, "--by")
        untyped = column.kind is Kind.UNTYPED
        words = table.numbers(name) is None if untyped else column.kind in _NO_NUMBERS
        if words:
            raise InputError(
                f"--by '{shown(name)}{into}': the column holds {column.type or 'text'}, not numbers"
            )
    return options._replace(by=names), cut


def searched(table: Table, layout: Layout) -> tuple[str, ...]:
    """The columns that may describe rows: all that are read for nothing else, lists aside.

    Bytes are none: they may be no text.
    """
    taken = {*layout.targets, *layout.scores, layout.weight, layout.units, layout.id}
    return tuple(
        c.name
        for c in table.columns
        if c.name not in taken and c.kind not in _NO_WORDS and "binary" not in c.type
    )


def checked(layout: Layout) -> Layout:
    """The layout itself. Raises UsageError where bins are to be of what is read as a label."""
    for name, _ in layout.bins:
        if layout.roles[name] is not Role.NUMBER:
            raise UsageError(f"--by: '{shown(name)}' is read as the truth, and has no bins")
    return layout
