"""Reports side by side as a long, tidy table: the CSV of each, behind a column of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._csv_lines import COLUMNS, figure_lines, text_field

if TYPE_CHECKING:
    from xentcli.jobs.side_by_side import SideBySide


def render(found: SideBySide, options: RenderOptions) -> str:
    """One line a figure, source by source in the order in which they were named."""
    lines = [",".join(("source", *COLUMNS))]
    for source, report in zip(found.sources, found.reports, strict=True):
        name = text_field(source)
        lines += [f"{name},{line}" for line in figure_lines(report)]
    return "\n".join(lines) + "\n"


RENDERER = Renderer(
    name="csv",
    description="a tidy table, one line a figure, at full precision",
    suffixes=(".csv",),
    render=render,
)
