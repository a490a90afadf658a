"""The gate as one JSON object, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import indented

if TYPE_CHECKING:
    from xentcli.jobs.checking.verdicts import Checked


def render(checked: Checked, options: RenderOptions) -> str:
    """The same object as `Checked.to_json`, over several lines."""
    return indented(checked.to_dict()) + "\n"


RENDERER = Renderer(
    name="json",
    description="one JSON object with everything, at full precision",
    suffixes=(".json",),
    render=render,
)
