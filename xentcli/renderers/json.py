"""Any report as one JSON object, for programs: a form of every family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import indented

if TYPE_CHECKING:
    from collections.abc import Mapping


class Recorded(Protocol):
    """What a command found, whatever it is."""

    def to_dict(self) -> Mapping[str, Any]:
        """The same as plain containers, with its `schema`."""
        ...


# Reports within are broken into lines as they are by themselves, and so is what a candidate has.
_LEVELS = {"xentcli/comparison/1": 4, "xentcli/each/1": 4}


def render(found: Recorded, options: RenderOptions) -> str:
    """The same object as `to_json`, over several lines."""
    record = found.to_dict()
    return indented(record, _LEVELS.get(record["schema"], 2)) + "\n"


RENDERER = Renderer(
    name="json",
    description="one JSON object with everything, at full precision",
    suffixes=(".json",),
    render=render,
)
