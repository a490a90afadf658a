"""The breakdown as a Parquet table: one row a slice, or a class, one column a figure.

The columns are what the rows are broken down by, `rows`, `weight`, and for each metric its
value and, where there are such, `METRIC_stderr`, `METRIC_lower` and `METRIC_upper`. Undefined
figures are null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions

if TYPE_CHECKING:
    from xentcli.report.report import Report


def render(report: Report, options: RenderOptions) -> bytes:
    """The table as the bytes of a Parquet file."""
    from xentcli.report.arrow_table import parquet_of

    return parquet_of(report)


RENDERER = Renderer(
    name="parquet",
    description="the slices, or the classes, as a Parquet table, one column a figure",
    suffixes=(".parquet",),
    render=render,
)
