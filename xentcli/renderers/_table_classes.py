"""The per-class table: where the loss comes from, the costliest class first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xentcli.renderers._figures import aligned, errors, label
from xentcli.renderers._headline import HEADLINE
from xentcli.renderers._order import costliest_first, figure, metric_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._figures import Spelling
    from xentcli.renderers._order import Part
    from xentcli.report import Report, VersusRest

_INDENT, _GAP = 2, 2
_SHARE = "share"
_TITLES = {"mean_probability": "mean p", "f1": "F1"}
_SHORT = {"precision": "prec."}
_WORST, _OTHERS, _EMPTY, _BETTER = "bold red", "cyan", "dim", "green"
_EIGHTHS = " ▏▎▍▌▋▊▉"


class _Room(NamedTuple):
    """How a table gives way: the widths of the bar and of class names, and short titles."""

    bar: int
    name: int | None = None
    short: bool = False


class Compared(NamedTuple):
    """The tests of the slices shown against the rest, and below which p they count."""

    found: tuple[VersusRest | None, ...]
    level: float

    def _counts(self, index: int) -> bool:
        test = self.found[index]
        return test is not None and test.p_holm is not None and test.p_holm < self.level

    def worse(self, index: int) -> bool:
        """Whether a slice surely loses more than the rest."""
        test = self.found[index]
        return self._counts(index) and test is not None and (test.difference or 0.0) > 0

    def better(self, index: int) -> bool:
        """Whether a slice surely loses less than the rest."""
        return self._counts(index) and not self.worse(index)


_LONGEST_BAR = 24
_STEPS = (_Room(24), _Room(10), _Room(8, 24), _Room(5, 16, short=True))
_NARROWEST = _Room(0, 8, short=True)


class _Column(NamedTuple):
    title: str
    cells: tuple[Text, ...]
    right: bool = True
    optional: bool = False

    @property
    def width(self) -> int:
        return max(cell_len(self.title), *(cell.cell_len for cell in self.cells))

    @property
    def padded(self) -> tuple[Text, ...]:
        """The cells, numbers moved to the right; they have one width, so that points align."""
        if not self.right:
            return self.cells
        return tuple(Text(" " * (self.width - cell.cell_len)) + cell for cell in self.cells)


def class_block(
    report: Report, spell: Spelling, *, width: int | None, most: int | None
) -> list[RenderableType]:
    """The table of the costliest `most` classes, and a line on what it leaves out."""
    ranked = costliest_first(report.classes)
    shown, hidden = ranked[:most], ranked[len(ranked[:most]) :]
    shares = [share for entry in hidden if (share := figure(entry, _SHARE)) is not None]
    member = report.layout.member
    plural = member if len(hidden) == 1 else "labels" if member == "label" else "classes"
    note = hidden_note(len(hidden), plural, sum(shares) if shares else None, spell)
    return breakdown(member, shown, note, spell, width=width)


def breakdown(
    title: str,
    shown: Sequence[Part],
    note: str | None,
    spell: Spelling,
    *,
    width: int | None,
    tests: Compared | None = None,
) -> list[RenderableType]:
    """The table of classes or slices, the costliest first, and a line on what it leaves out."""
    if not shown:
        return []
    columns, left_out = _fitting(title, shown, spell, width, tests)
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        heading = Text(column.title, justify="right" if column.right else "left")
        table.add_column(heading, no_wrap=True)
    for entry, *cells in zip(shown, *(column.padded for column in columns), strict=True):
        table.add_row(*cells, style=None if entry.rows else _EMPTY)
    notes = [note] if note else []
    if left_out:
        notes.append(f"not shown at this width: {', '.join(left_out)}")
    return [
        Padding.indent(table, _INDENT),
        *(Padding.indent(Text(note, style="dim"), _INDENT) for note in notes),
    ]


def hidden_note(number: int, what: str, share: float | None, spell: Spelling) -> str | None:
    """What a table leaves out: so many classes or slices, and their part of the loss."""
    if not number:
        return None
    cost = "" if share is None else f", {spell.percent(share)} of the loss"
    return f"and {spell.quantity(number)} more {what}{cost} (--all-classes, -f csv or json: all)"


def _fitting(
    title: str,
    entries: Sequence[Part],
    spell: Spelling,
    width: int | None,
    tests: Compared | None,
) -> tuple[list[_Column], list[str]]:
    """The columns that fit the width, and the titles of those left out for it.

    Bars give way first, then names, then whole columns from the right. What is left at the
    end is shown whole, however narrow the terminal: no number is ever cut.
    """
    # A p value says more than a bar.
    for room in _STEPS if tests is None else (*_STEPS, _Room(0, 16, short=True)):
        columns = _columns(title, entries, spell, room, tests)
        if width is None:
            return columns, []
        if (spare := width - _total(columns)) >= 0:
            bar = min(_LONGEST_BAR, room.bar + spare)
            return _columns(title, entries, spell, room._replace(bar=bar), tests), []
    left_out: list[str] = []
    while width is not None and _total(columns) > width and columns[-1].optional:
        left_out.insert(0, columns.pop().title)
    if width is not None and _total(columns) > width:
        columns = [c for c in _columns(title, entries, spell, _NARROWEST, tests) if not c.optional]
    return columns, left_out


def _total(columns: Sequence[_Column]) -> int:
    return _INDENT + sum(column.width for column in columns) + _GAP * (len(columns) - 1)


def _columns(
    title: str,
    entries: Sequence[Part],
    spell: Spelling,
    room: _Room,
    tests: Compared | None,
) -> list[_Column]:
    names = [_shortened(spell.text(entry.name) or '""', room.name, spell) for entry in entries]
    worst = _worst(entries) if tests is None or tests.worse(0) else None
    columns = [
        _Column(
            title,
            tuple(Text(n, style="bold" if i == worst else "") for i, n in enumerate(names)),
            right=False,
        ),
        _Column("rows", tuple(map(Text, aligned(spell.quantity(entry.rows) for entry in entries)))),
    ]
    keys = metric_keys(entries)
    if HEADLINE in keys:
        columns.append(_loss_column(entries, spell, worst))
    if _SHARE in keys:
        columns.append(_share_column(entries, spell, room.bar, worst))
    if tests is not None:
        columns += _test_columns(tests, spell)
    for key in keys:
        if key not in {HEADLINE, _SHARE}:
            cells = aligned(spell.number(figure(entry, key)) for entry in entries)
            short = _SHORT.get(key) if room.short else None
            heading = spell.text(short or _TITLES.get(key) or label(key))
            columns.append(_Column(heading, tuple(map(Text, cells)), optional=True))
    return columns


def _test_columns(tests: Compared, spell: Spelling) -> list[_Column]:
    """How much more the rows cost than all others, and how surprising that is."""
    signed = aligned(
        spell.undefined if t is None or t.difference is None else spell.signed(t.difference)
        for t in tests.found
    )
    p = aligned("" if t is None else spell.p_value(t.p_holm) for t in tests.found)
    styles = [
        _WORST if tests.worse(i) else _BETTER if tests.better(i) else ""
        for i in range(len(tests.found))
    ]
    return [
        _Column("vs rest", tuple(map(Text, signed, styles)), optional=True),
        _Column("p (Holm)", tuple(map(Text, p, styles)), optional=True),
    ]


def _worst(entries: Sequence[Part]) -> int | None:
    """The row that the eye is led to: the first, unless there is nothing to tell apart."""
    alive = [entry for entry in entries if entry.rows]
    if len(alive) < 2 or not (figure(alive[0], _SHARE) or figure(alive[0], HEADLINE)):
        return None
    return 0


def _loss_column(entries: Sequence[Part], spell: Spelling, worst: int | None) -> _Column:
    losses = aligned(spell.number(figure(entry, HEADLINE)) for entry in entries)
    found = [entry.metrics.get(HEADLINE) for entry in entries]
    tails = errors((None if value is None else value.stderr for value in found), spell)
    cells = (
        Text.assemble((loss, _WORST if number == worst else ""), (tail, "dim"))
        for number, (loss, tail) in enumerate(zip(losses, tails, strict=True))
    )
    return _Column(label(HEADLINE), tuple(cells))


def _share_column(entries: Sequence[Part], spell: Spelling, bar: int, worst: int | None) -> _Column:
    shares = [figure(entry, _SHARE) for entry in entries]
    texts = aligned(spell.percent(share) for share in shares)
    largest = max((share for share in shares if share), default=0.0)
    cells = []
    for number, (share, text) in enumerate(zip(shares, texts, strict=True)):
        cell = Text(text.rjust(len(_SHARE)), style=_WORST if number == worst and share else "")
        if bar and share and largest > 0:
            style = _WORST if number == worst else _OTHERS
            cell = Text.assemble(cell, " ", (_bar(share / largest, bar, spell), style))
        cells.append(cell)
    return _Column(_SHARE, tuple(cells), right=False)


def _bar(part: float, width: int, spell: Spelling) -> str:
    """A bar as long as `part` of `width`, to an eighth of a character; never quite nothing."""
    if part <= 0:
        return ""
    if spell.ascii:
        return "#" * max(1, round(part * width))
    whole, rest = divmod(max(1, round(part * width * 8)), 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def _shortened(name: str, most: int | None, spell: Spelling) -> str:
    if most is None or cell_len(name) <= most:
        return name
    return set_cell_size(name, most - len(spell.ellipsis)) + spell.ellipsis
