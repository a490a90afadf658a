"""The report as a long, tidy table: one line a figure, for pandas, duckdb and spreadsheets.

Numbers have full precision; infinity is `inf` (pandas, polars and duckdb's `::DOUBLE` read
it); an undefined figure is an empty field. Text that a spreadsheet would take for a
formula gets an apostrophe in front. Lines end in a line feed; fields are quoted as in
RFC 4180, and an empty class name is `""`, apart from the empty field of `overall`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._csv_lines import COLUMNS, figure_lines

if TYPE_CHECKING:
    from xentcli.report.report import Report


def render(report: Report, options: RenderOptions) -> str:
    """A line of names, then one line a figure."""
    return "\n".join([",".join(COLUMNS), *figure_lines(report)]) + "\n"


RENDERER = Renderer(
    name="csv",
    description="a tidy table, one line a figure, at full precision",
    suffixes=(".csv",),
    render=render,
)
