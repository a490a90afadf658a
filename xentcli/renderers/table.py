"""The report for a person at a terminal, drawn by rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._table.classes import class_block
from xentcli.renderers._table.findings import finding_block
from xentcli.renderers._table.metrics import headline_block, metric_block
from xentcli.renderers._table.page import printed
from xentcli.renderers._table.slices import found_block, slice_block
from xentcli.renderers._words.figures import Spelling
from xentcli.renderers._words.headline import source_line, uncertainty_line

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.report.report import Report


def blocks(report: Report, options: RenderOptions) -> list[list[RenderableType]]:
    """The parts of the page, each a list of things to print without a gap; some are empty."""
    spell = Spelling(options.digits, options.ascii)
    return [
        [Text(source_line(report, spell), style="dim")],
        headline_block(report, spell, width=options.width),
        metric_block(report, spell, width=options.width),
        _calibration(report, spell, options),
        class_block(report, spell, width=options.width, most=options.classes),
        slice_block(report, spell, width=options.width, most=options.classes),
        found_block(report, spell, width=options.width),
        finding_block(report, spell, width=options.width),
        [Text(line, style="dim") for line in _last_lines(report, spell)],
    ]


def _last_lines(report: Report, spell: Spelling) -> list[str]:
    """What one has to know to compare these numbers with others."""
    errors = uncertainty_line(report.uncertainty, spell)
    return [*([errors] if errors else []), spell.text(report.signature)]


def _calibration(report: Report, spell: Spelling, options: RenderOptions) -> list[RenderableType]:
    if report.calibration is None:
        return []
    from xentcli.renderers._table.calibration import calibration_block

    return calibration_block(report, spell, width=options.width)


def render(report: Report, options: RenderOptions) -> str:
    """The page: source, headline, metrics, classes, findings and, last, the signature."""
    return printed(blocks(report, options), options)


RENDERER = Renderer(
    name="table",
    description="a page for people, with colour where the terminal has it",
    suffixes=(".txt",),
    render=render,
)
