"""Reports side by side as one JSON object, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import indented

if TYPE_CHECKING:
    from xentcli.jobs.side_by_side import SideBySide

# Each report is broken into lines as it is by itself.
_LEVELS = 4


def render(found: SideBySide, options: RenderOptions) -> str:
    """One object, over several lines."""
    return indented(found.to_dict(), _LEVELS) + "\n"


RENDERER = Renderer(
    name="json",
    description="one JSON object with everything, at full precision",
    suffixes=(".json",),
    render=render,
)
