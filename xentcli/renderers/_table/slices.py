"""The tables of slices: those asked for, the costliest first, and those that a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xentcli.renderers._table.classes import Compared, breakdown, hidden_note
from xentcli.renderers._table.columns import shortened
from xentcli.renderers._table.page import folded
from xentcli.renderers._words.figures import label
from xentcli.renderers._words.found import (
    HEADER,
    MOST_FOUND,
    found_cells,
    found_name,
    found_summary,
)
from xentcli.renderers._words.order import costliest_slices
from xentcli.report.slices import SliceTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.report import Report, SliceReport

_INDENT, _GAP = 2, 2
_NARROWEST = 16
_BAD, _MARKED = "bold red", "excess"
# What goes first where the terminal is narrow.
_OPTIONAL = ("cross-entropy", "rows", "p (Holm)")


def slice_block(
    report: Report, spell: Spelling, *, width: int | None, most: int | None
) -> list[RenderableType]:
    """The table of the costliest `most` slices, and a line on what it leaves out."""
    if not report.slices:
        return []
    title = " · ".join(spell.text(label(name)) for name in report.slices[0].by)
    shown, share = costliest_slices(report, most)
    hidden = len(report.slices) - len(shown)
    what = "slice" if hidden == 1 else "slices"
    note = hidden_note(hidden, what, share, spell)
    tests = _compared(report.slices, shown)
    return breakdown(title, shown, note, spell, width=width, tests=tests)


def _compared(slices: Sequence[SliceReport], shown: Sequence[SliceReport]) -> Compared | None:
    found = tuple(entry.versus_rest for entry in shown)
    if not isinstance(slices, SliceTable) or not any(found):
        return None
    return Compared(found, 1.0 - slices.confidence)


def found_block(report: Report, spell: Spelling, *, width: int | None) -> list[RenderableType]:
    """A sentence on the search, and the slices it found; nothing where there was none."""
    found = report.found_slices
    if found is None:
        return []
    style = "bold" if found.slices else "dim"
    lines = folded(
        Text(found_summary(found, spell), style=style), width, margin=Text(" " * _INDENT)
    )
    shown = found.slices[:MOST_FOUND]
    if not shown:
        return [*lines]
    columns = [
        [title, *cells] for title, cells in zip(HEADER, found_cells(shown, spell), strict=True)
    ]
    names = [found_name(s, spell) for s in shown]
    if width is not None:
        columns = _fitting(columns, width)
        names = [shortened(name, max(_room(columns, width), _NARROWEST), spell) for name in names]
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(Text("slice"), no_wrap=True)
    for title, *_ in columns:
        table.add_column(Text(title), no_wrap=True, justify="right")
    for number, name in enumerate(names):
        first = number == 0
        cells = [
            Text(c[number + 1], style=_BAD if first and c[0] == _MARKED else "") for c in columns
        ]
        table.add_row(Text(name, style="bold" if first else ""), *cells)
    return [*lines, Padding.indent(table, _INDENT)]


def _fitting(columns: list[list[str]], width: int) -> list[list[str]]:
    """The columns that leave room for the names; no number is ever cut."""
    for title in _OPTIONAL:
        if _room(columns, width) < _NARROWEST:
            columns = [c for c in columns if c[0] != title]
    return columns


def _room(columns: list[list[str]], width: int) -> int:
    return width - _INDENT - sum(_GAP + max(map(cell_len, c)) for c in columns)
