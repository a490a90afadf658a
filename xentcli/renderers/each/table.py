"""Reports side by side for a person at a terminal: a line a source, the best first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._table.columns import Column, Room, fewer, fitted, shortened, table_of
from xentcli.renderers._table.findings import finding_lines
from xentcli.renderers._table.page import folded, printed, sentence_text
from xentcli.renderers._words.figures import Spelling, aligned, errors
from xentcli.renderers.each import _words as words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.jobs.side_by_side import SideBySide

_INDENT = "  "


def _columns(found: SideBySide, spell: Spelling, room: Room) -> list[Column]:
    best = [i == found.best for i in found.order]
    cells = (
        Text(shortened(name, room.name, spell), style="bold" if first else "")
        for name, first in zip(words.names(found, spell), best, strict=True)
    )
    rows = aligned(spell.quantity(found.reports[i].source.rows) for i in found.order)
    marks = tuple(Text("best" if first else "", style="bold green") for first in best)
    columns = [Column("source", tuple(cells), right=False), Column("", marks, right=False)]
    columns = [c for c in columns if c.width]
    columns.append(Column("rows", tuple(map(Text, rows))))
    return [*columns, *(_figures(found, key, spell) for key in words.keys(found))]


def _figures(found: SideBySide, key: str, spell: Spelling) -> Column:
    values = words.column(found, key)
    numbers = aligned(spell.number(None if v is None else v.value) for v in values)
    tails = errors((None if v is None else v.stderr for v in values), spell)
    best = [i == found.best and key == found.metric for i in found.order]
    cells = (
        Text.assemble((number, "bold green" if first else ""), (tail, "dim"))
        for number, tail, first in zip(numbers, tails, best, strict=True)
    )
    return Column(words.title(found, key, spell), tuple(cells))


def blocks(found: SideBySide, options: RenderOptions) -> list[list[RenderableType]]:
    """The parts of the page, each a list of things to print without a gap; some are empty."""
    spell = Spelling(options.digits, options.ascii)
    title, sentence = words.summary(found, spell)
    style = "bold green" if found.best is not None else "bold yellow"
    line = Text.assemble((title, style), "  ", sentence_text(sentence))
    head: list[RenderableType] = [*folded(line, options.width, margin=Text(_INDENT))]
    optional = [words.title(found, k, spell) for k in words.keys(found) if k != found.metric]
    make = partial(_columns, found, spell)
    columns, left_out = fitted(make, fewer(optional), options.width, ("rows",))
    table = table_of(columns, [None] * len(found.order), (), left_out)
    told = (
        line
        for note in words.notes(found)
        for line in folded(Text(note, style="dim"), options.width, margin=Text(_INDENT))
    )
    findings: list[RenderableType] = []
    for name, i in zip(words.names(found, spell), found.order, strict=True):
        own = found.reports[i].findings
        findings += finding_lines(own, spell, width=options.width, of=name)
    signatures = dict.fromkeys(found.reports[i].signature for i in found.order)
    return [
        [Text(words.setting(found, spell), style="dim")],
        head if len(found.sources) > 1 else [],
        [*table, *told],
        findings,
        [Text(spell.text(signature), style="dim") for signature in signatures],
    ]


def render(found: SideBySide, options: RenderOptions) -> str:
    """The page: the best, if there is one, the table, findings by source, signatures."""
    return printed(blocks(found, options), options)


RENDERER = Renderer(
    name="table",
    description="a page for people, with colour where the terminal has it",
    suffixes=(".txt",),
    render=render,
)
