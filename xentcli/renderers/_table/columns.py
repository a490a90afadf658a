"""Tables of the table form: columns that know their width, bars, and names cut to a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling

INDENT, GAP = 2, 2
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Room(NamedTuple):
    """How a table gives way: the widths of the bar and of names, short titles, fewer columns."""

    bar: int = 0
    name: int | None = None
    short: bool = False
    without: tuple[str, ...] = ()


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


def fitted(
    make: Callable[[Room], list[Column]],
    rooms: Sequence[Room],
    width: int | None,
    giving_way: Sequence[str],
) -> tuple[list[Column], list[str]]:
    """The columns in the first room that fits `width`, and the titles of those left out for it.

    Where none fits, columns go in the order of `giving_way`; what is left at the end is shown
    whole, however narrow the terminal: no number is ever cut. A bar that fits grows as it can.
    """
    if width is None:
        return make(rooms[0]), []
    for room in rooms:
        columns, left_out = _within(make(room), room)
        if (spare := width - total_width(columns)) >= 0:
            wider = room._replace(bar=min(rooms[0].bar, room.bar + spare if room.bar else 0))
            return _within(make(wider), wider)
    for title in giving_way:
        if total_width(columns) > width and any(c.title == title for c in columns):
            columns = [c for c in columns if c.title != title]
            left_out.append(title)
    return columns, left_out


def fewer(optional: Sequence[str]) -> list[Room]:
    """Rooms in which long names give way first, then columns from the right, then names again."""
    cut = Room(0, 24)
    last = range(len(optional) - 1, -1, -1)
    rooms = (cut._replace(without=tuple(optional[i:])) for i in last)
    return [Room(), Room(0, 32), cut, *rooms, Room(0, 12, without=tuple(optional))]


def _within(columns: list[Column], room: Room) -> tuple[list[Column], list[str]]:
    """The columns that a room has, and the titles of the others."""
    left_out = [c.title for c in columns if c.title in room.without]
    return [c for c in columns if c.title not in room.without], left_out


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
