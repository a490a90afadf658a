"""Tables of the table form: columns that know their width, bars, and names cut to a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._figures import Spelling

INDENT, GAP = 2, 2
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Column(NamedTuple):
    """A column; one that is `optional` may be left out where the terminal is narrow."""

    title: str
    cells: tuple[Text, ...]
    right: bool = True
    optional: bool = False

    @property
    def width(self) -> int:
        """How many cells of the terminal it takes."""
        return max(cell_len(self.title), *(cell.cell_len for cell in self.cells))

    @property
    def padded(self) -> tuple[Text, ...]:
        """The cells, numbers moved to the right; they have one width, so that points align."""
        if not self.right:
            return self.cells
        return tuple(Text(" " * (self.width - cell.cell_len)) + cell for cell in self.cells)


def total_width(columns: Sequence[Column]) -> int:
    """How wide a table of these columns is, its indent included."""
    return INDENT + sum(column.width for column in columns) + GAP * (len(columns) - 1)


def table_of(
    columns: Sequence[Column],
    styles: Sequence[str | None],
    notes: Sequence[str],
    left_out: Sequence[str] = (),
) -> list[RenderableType]:
    """The table, a style a row, and dim lines below it: notes, and which columns had no room."""
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        heading = Text(column.title, justify="right" if column.right else "left")
        table.add_column(heading, no_wrap=True)
    for style, *cells in zip(styles, *(column.padded for column in columns), strict=True):
        table.add_row(*cells, style=style)
    if left_out:
        notes = [*notes, f"not shown at this width: {', '.join(left_out)}"]
    return [
        Padding.indent(table, INDENT),
        *(Padding.indent(Text(note, style="dim"), INDENT) for note in notes),
    ]


def bar_of(part: float, width: int, spell: Spelling) -> str:
    """A bar as long as `part` of `width`, to an eighth of a character; never quite nothing."""
    if part <= 0:
        return ""
    if spell.ascii:
        return "#" * max(1, round(part * width))
    whole, rest = divmod(max(1, round(part * width * 8)), 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def shortened(name: str, most: int | None, spell: Spelling) -> str:
    """A name of at most `most` cells, the last of which say that there was more."""
    if most is None or cell_len(name) <= most:
        return name
    return set_cell_size(name, most - len(spell.ellipsis)) + spell.ellipsis
