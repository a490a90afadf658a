"""The comparison as one JSON object, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.comparing.comparison import record_of_comparison
from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import indented

if TYPE_CHECKING:
    from xentcli.jobs.comparing.comparison import Comparison

# Down to one line for each metric, class, slice and row of a candidate.
_LEVELS = 4


def render(comparison: Comparison, options: RenderOptions) -> str:
    """One object, over several lines."""
    return indented(record_of_comparison(comparison), _LEVELS) + "\n"


RENDERER = Renderer(
    name="json",
    description="one JSON object with everything, at full precision",
    suffixes=(".json",),
    render=render,
)
