"""The report as one JSON object, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import indented

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report.report import Report


def render(report: Report, options: RenderOptions) -> str:
    """The same object as `Report.to_json`, over several lines."""
    return indented(report.to_dict()) + "\n"


def text_of(record: Mapping[str, Any]) -> str:
    """Plain values that are no report, as a report's are written."""
    return indented(record) + "\n"


RENDERER = Renderer(
    name="json",
    description="one JSON object with everything, at full precision",
    suffixes=(".json",),
    render=render,
)
