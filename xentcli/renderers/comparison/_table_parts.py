"""The tables of classes, slices and rows: where a difference comes from, worsenings first."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers._table.columns import Column, Room, bar_of, fitted, shortened, table_of
from xentcli.renderers._words.figures import aligned, errors, label
from xentcli.renderers.comparison._verdicts import (
    LOSS,
    Verdict,
    direction,
    part_name,
    surprise,
    verdict,
    weightiest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from xentcli.jobs.comparing.comparison import ChangedRow, Difference, Part
    from xentcli.renderers._words.figures import Spelling

_EMPTY = "dim"
_BOTH = ("base", "candidate")
_FEWEST = (*_BOTH, "rows")
_ROOMS = (
    *(Room(24), Room(12), Room(10, 24), Room(8, 16)),
    *(Room(12, 24, without=("base",)), Room(8, 16, without=("base",))),
    *(Room(12, 24, without=_BOTH), Room(8, 16, without=_BOTH), Room(6, 8, without=_BOTH)),
    *(Room(0, 16, without=_FEWEST), Room(0, 8, without=_FEWEST)),
)
_GIVING_WAY = ("p (Holm)", "p", "contribution")
_ROW_ROOMS = (Room(), Room(0, 24), Room(0, 12), Room(0, 8))


def part_block(
    title: str,
    what: str,
    parts: Sequence[Part],
    spell: Spelling,
    *,
    width: int | None,
    most: int | None,
    level: float,
) -> list[RenderableType]:
    """The table of the `most` parts that move the difference most, and what it leaves out."""
    if not parts:
        return []
    shown = weightiest(parts, most)
    names = [spell.text(part_name(part, what)) or '""' for part in shown]
    make = partial(_part_columns, title, names, shown, spell, level)
    columns, left_out = fitted(make, _ROOMS, width, _GIVING_WAY)
    notes = [] if len(shown) == len(parts) else [_hidden(what, parts, shown, spell)]
    return table_of(columns, [None if p.rows else _EMPTY for p in shown], notes, left_out)


def _hidden(what: str, parts: Sequence[Part], shown: Sequence[Part], spell: Spelling) -> str:
    number = len(parts) - len(shown)
    return (
        f"and {spell.quantity(number)} more {what} that move it less "
        "(--all-classes, -f csv or json: all)"
    )


def loss_of(part: Part) -> Difference | None:
    """The difference of a part's loss, or of the first figure it has."""
    return part.metrics.get(LOSS) or next(iter(part.metrics.values()), None)


def _part_columns(
    title: str,
    names: Sequence[str],
    shown: Sequence[Part],
    spell: Spelling,
    level: float,
    room: Room,
) -> list[Column]:
    found = [loss_of(part) for part in shown]
    said = [Verdict.UNKNOWN if d is None else verdict(d, level) for d in found]
    cut = [shortened(name, room.name, spell) for name in names]
    styles = [v.style for v in said]
    columns = [
        Column(title, tuple(map(Text, cut, map(_name_style, said))), right=False),
        Column("rows", _plain(spell.quantity(part.rows) for part in shown)),
        Column("base", _plain(spell.number(d and d.base.value) for d in found)),
        Column("candidate", _plain(spell.number(d and d.candidate.value) for d in found)),
        difference_column(found, spell, styles),
    ]
    if any(d is not None and surprise(d) is not None for d in found):
        holm = any(d is not None and d.p_holm is not None for d in found)
        p = aligned("" if d is None else spell.p_value(surprise(d)) for d in found)
        columns.append(Column("p (Holm)" if holm else "p", tuple(map(Text, p))))
    columns.append(verdict_column(said))
    if any(part.contribution is not None for part in shown):
        columns.append(_contributions(shown, said, spell, room.bar))
    return [c for c in columns if c.width or c.title]


def _name_style(said: Verdict) -> str:
    return "bold" if said is Verdict.WORSE else ""


def _plain(texts: Iterable[str]) -> tuple[Text, ...]:
    return tuple(map(Text, aligned(texts)))


def difference_column(
    found: Sequence[Difference | None], spell: Spelling, styles: Sequence[str]
) -> Column:
    """Differences with their signs and standard errors."""
    values = [None if d is None else d.difference.value for d in found]
    numbers = aligned(spell.undefined if value is None else spell.signed(value) for value in values)
    tails = errors((None if d is None else d.difference.stderr for d in found), spell)
    cells = (
        Text.assemble((number, style), (tail, "dim"))
        for number, tail, style in zip(numbers, tails, styles, strict=True)
    )
    return Column("difference", tuple(cells))


def verdict_column(said: Sequence[Verdict]) -> Column:
    """A word where a difference is more than chance."""
    cells = (Text(v.word, style=f"bold {v.style}" if v.word else "") for v in said)
    return Column("", tuple(cells), right=False)


def _contributions(
    shown: Sequence[Part], said: Sequence[Verdict], spell: Spelling, bar: int
) -> Column:
    """What every part adds to the difference: worsenings to the right of an axis."""
    sign = direction(shown)
    values = [part.contribution for part in shown]
    numbers = aligned(spell.undefined if v is None else spell.signed(v) for v in values)
    finite = [v for v in values if v is not None and math.isfinite(v)]
    largest = max(map(abs, finite), default=0.0)
    left = any(sign * v < 0 for v in finite)
    right = any(sign * v > 0 for v in finite)
    half = bar // 2 if left and right else bar
    cells = []
    for value, number, v in zip(values, numbers, said, strict=True):
        cell = Text(number, style=v.style)
        if bar and largest and value is not None and math.isfinite(value):
            style = "red" if sign * value > 0 else "green"
            before, after = _both_ways(sign * value / largest, half, spell)
            axis = "|" if spell.ascii else "│"
            cell.append("  ")
            if left:
                cell.append(before.rjust(half), style=style)
            cell.append(axis, style="dim")
            cell.append(after, style=style)
        cells.append(cell)
    return Column("contribution", tuple(cells), right=False)


def _both_ways(part: float, width: int, spell: Spelling) -> tuple[str, str]:
    """What stands left and right of the axis, for a part between -1 and 1; never quite nothing."""
    if not part:
        return "", ""
    if part > 0:
        return "", bar_of(part, width, spell)
    if spell.ascii:
        return bar_of(-part, width, spell), ""
    # There are no eighths that begin on the right.
    whole, rest = divmod(max(1, round(-part * width * 2)), 2)
    return "▐" * rest + "█" * whole, ""


def changed_block(
    rows: Sequence[ChangedRow], member: str, spell: Spelling, *, width: int | None
) -> list[RenderableType]:
    """The rows that changed most."""
    if not rows:
        return []
    make = partial(_row_columns, rows, member, spell)
    columns, left_out = fitted(make, _ROW_ROOMS, width, (member, "base", "candidate"))
    return table_of(columns, [None] * len(rows), (), left_out)


def _row_columns(
    rows: Sequence[ChangedRow], member: str, spell: Spelling, room: Room
) -> list[Column]:
    def texts(values: Sequence[str | None]) -> tuple[Text, ...]:
        shown = (spell.undefined if v is None else spell.text(v) or '""' for v in values)
        return tuple(Text(shortened(v, room.name, spell)) for v in shown)

    columns = [Column("row", _plain(f"{row.row:,}" for row in rows))]
    if any(row.path is not None for row in rows):
        columns.insert(0, Column("file", texts([row.path for row in rows]), right=False))
    if any(row.id is not None for row in rows):
        columns.append(Column("id", texts([row.id for row in rows]), right=False))
    if any(row.label is not None for row in rows):
        columns.append(Column(member, texts([row.label for row in rows]), right=False))
    changes = aligned(spell.signed(row.difference) for row in rows)
    styles = ["red" if row.difference > 0 else "green" for row in rows]
    return [
        *columns,
        Column("base", _plain(spell.number(row.base) for row in rows)),
        Column("candidate", _plain(spell.number(row.candidate) for row in rows)),
        Column("change", tuple(map(Text, changes, styles))),
    ]


def slice_title(parts: Sequence[Part], spell: Spelling) -> str:
    """The columns that slices are made by."""
    return spell.separator.join(spell.text(label(name)) for name in parts[0].by)
