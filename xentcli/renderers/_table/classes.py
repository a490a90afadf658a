"""The per-class table: where the loss comes from, the costliest class first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from xentcli.renderers._table.columns import Column, Room, bar_of, shortened, table_of, total_width
from xentcli.renderers._words.figures import aligned, errors, label
from xentcli.renderers._words.headline import HEADLINE
from xentcli.renderers._words.order import costliest_first, figure, metric_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling
    from xentcli.renderers._words.order import Part
    from xentcli.report.report import Report, VersusRest

_SHARE = "share"
_TITLES = {"mean_probability": "mean p", "f1": "F1"}
_SHORT = {"precision": "prec."}
_WORST, _OTHERS, _EMPTY, _BETTER = "bold red", "cyan", "dim", "green"


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
_STEPS = (Room(24), Room(10), Room(8, 24), Room(5, 16, short=True))
_NARROWEST = Room(0, 8, short=True)


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
    styles = [None if entry.rows else _EMPTY for entry in shown]
    return table_of(columns, styles, [note] if note else [], left_out)


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
) -> tuple[list[Column], list[str]]:
    """The columns that fit the width, and the titles of those left out for it.

    Bars give way first, then names, then whole columns from the right. What is left at the
    end is shown whole, however narrow the terminal: no number is ever cut.
    """
    # A p value says more than a bar.
    for room in _STEPS if tests is None else (*_STEPS, Room(0, 16, short=True)):
        columns = _columns(title, entries, spell, room, tests)
        if width is None:
            return columns, []
        if (spare := width - total_width(columns)) >= 0:
            bar = min(_LONGEST_BAR, room.bar + spare)
            return _columns(title, entries, spell, room._replace(bar=bar), tests), []
    left_out: list[str] = []
    while width is not None and total_width(columns) > width and columns[-1].optional:
        left_out.insert(0, columns.pop().title)
    if width is not None and total_width(columns) > width:
        columns = [c for c in _columns(title, entries, spell, _NARROWEST, tests) if not c.optional]
    return columns, left_out


def _columns(
    title: str,
    entries: Sequence[Part],
    spell: Spelling,
    room: Room,
    tests: Compared | None,
) -> list[Column]:
    names = [shortened(spell.text(entry.name) or '""', room.name, spell) for entry in entries]
    worst = _worst(entries) if tests is None or tests.worse(0) else None
    columns = [
        Column(
            title,
            tuple(Text(n, style="bold" if i == worst else "") for i, n in enumerate(names)),
            right=False,
        ),
        Column("rows", tuple(map(Text, aligned(spell.quantity(entry.rows) for entry in entries)))),
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
            columns.append(Column(heading, tuple(map(Text, cells)), optional=True))
    return columns


def _test_columns(tests: Compared, spell: Spelling) -> list[Column]:
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
        Column("vs rest", tuple(map(Text, signed, styles)), optional=True),
        Column("p (Holm)", tuple(map(Text, p, styles)), optional=True),
    ]


def _worst(entries: Sequence[Part]) -> int | None:
    """The row that the eye is led to: the first, unless there is nothing to tell apart."""
    alive = [entry for entry in entries if entry.rows]
    if len(alive) < 2 or not (figure(alive[0], _SHARE) or figure(alive[0], HEADLINE)):
        return None
    return 0


def _loss_column(entries: Sequence[Part], spell: Spelling, worst: int | None) -> Column:
    losses = aligned(spell.number(figure(entry, HEADLINE)) for entry in entries)
    found = [entry.metrics.get(HEADLINE) for entry in entries]
    tails = errors((None if value is None else value.stderr for value in found), spell)
    cells = (
        Text.assemble((loss, _WORST if number == worst else ""), (tail, "dim"))
        for number, (loss, tail) in enumerate(zip(losses, tails, strict=True))
    )
    return Column(label(HEADLINE), tuple(cells))


def _share_column(entries: Sequence[Part], spell: Spelling, bar: int, worst: int | None) -> Column:
    shares = [figure(entry, _SHARE) for entry in entries]
    texts = aligned(spell.percent(share) for share in shares)
    largest = max((share for share in shares if share), default=0.0)
    cells = []
    for number, (share, text) in enumerate(zip(shares, texts, strict=True)):
        cell = Text(text.rjust(len(_SHARE)), style=_WORST if number == worst and share else "")
        if bar and share and largest > 0:
            style = _WORST if number == worst else _OTHERS
            cell = Text.assemble(cell, " ", (bar_of(share / largest, bar, spell), style))
        cells.append(cell)
    return Column(_SHARE, tuple(cells), right=False)
