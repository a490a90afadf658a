"""Reports side by side as lines of JSON, for `jq`, duckdb and logs.

The first line has the `kind` `each`: the order, the best and the tests. Then comes one line a
source of the kind `report`, with the name of the source as `of` and all of its report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.jobs.side_by_side import SideBySide


def _records(found: SideBySide) -> Iterator[dict[str, Any]]:
    record = found.to_dict()
    reports = record.pop("reports")
    yield {"kind": "each", **record}
    for source, report in zip(found.sources, reports, strict=True):
        yield {"kind": "report", "of": source, **report}


def render(found: SideBySide, options: RenderOptions) -> str:
    """One JSON object a line: what holds for all, then each report."""
    return lines(_records(found))


RENDERER = Renderer(
    name="jsonl",
    description="one JSON object a line: what holds for all, then each report",
    suffixes=(".jsonl", ".ndjson"),
    render=render,
)
