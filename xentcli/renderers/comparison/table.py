"""The comparison for a person at a terminal, drawn by rich.

With one candidate: the verdict, the metrics, and where the difference comes from. With several:
all side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._table.findings import finding_lines
from xentcli.renderers._table.page import printed
from xentcli.renderers._words.figures import Spelling, named
from xentcli.renderers.comparison import _words as words
from xentcli.renderers.comparison._table_parts import changed_block, part_block, slice_title
from xentcli.renderers.comparison._table_several import ranking_block
from xentcli.renderers.comparison._table_single import headline_block, metric_block
from xentcli.renderers.comparison._verdicts import SLICES, base_findings, level_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.jobs.comparing.comparison import Candidate, Comparison


def blocks(comparison: Comparison, options: RenderOptions) -> list[list[RenderableType]]:
    """The parts of the page, each a list of things to print without a gap; some are empty."""
    spell = Spelling(options.digits, options.ascii)
    candidates = comparison.candidates
    told = Text(words.setting(comparison, candidates, spell), style="dim")
    several = len(candidates) > 1
    found = finding_lines(
        base_findings(comparison), spell, width=options.width, of=named(comparison.name, spell)
    )
    for c in candidates:
        of = named(c.name, spell) if several else ""
        found += finding_lines(c.findings, spell, width=options.width, of=of)
    middle = (
        [ranking_block(comparison, spell, width=options.width)]
        if several
        else [b for c in candidates for b in _single(comparison, c, spell, options)]
    )
    return [[told], *middle, found, _signatures(comparison, spell)]


def _single(
    comparison: Comparison, candidate: Candidate, spell: Spelling, options: RenderOptions
) -> list[list[RenderableType]]:
    width, most, level = options.width, options.classes, level_of(comparison)
    member = comparison.layout.member
    plural = "labels" if member == "label" else "classes"
    found = [
        headline_block(comparison, candidate, spell, width=width),
        metric_block(comparison, candidate, spell, width=width),
        part_block(member, plural, candidate.classes, spell, width=width, most=most, level=level),
    ]
    if candidate.slices:
        title = slice_title(candidate.slices, spell)
        slices = candidate.slices
        found.append(part_block(title, SLICES, slices, spell, width=width, most=most, level=level))
    return [*found, changed_block(candidate.changed, member, spell, width=width)]


def _signatures(comparison: Comparison, spell: Spelling) -> list[RenderableType]:
    """What one has to know to compare these numbers with others, each line once."""
    lines = dict.fromkeys([comparison.signature, *(c.signature for c in comparison.candidates)])
    return [Text(spell.text(line), style="dim") for line in lines]


def render(comparison: Comparison, options: RenderOptions) -> str:
    """The page: who is compared, the verdict, where it comes from, findings, signatures."""
    return printed(blocks(comparison, options), options)


RENDERER = Renderer(
    name="table",
    description="a page for people, with colour where the terminal has it",
    suffixes=(".txt",),
    render=render,
)
