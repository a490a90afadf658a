"""The comparison as lines of JSON, for `jq`, duckdb and logs.

Every line has a `kind`, and figures have the shape they have in `-f json`:

- `comparison`, the first line: the baseline, and what holds for all candidates;
- `candidate`, one line a candidate: everything of it but its lists;
- `class`, `slice`, `changed` and `finding`, one line each, with the name of the `candidate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.jobs.comparing.comparison import record_of_comparison
from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.jobs.comparing.comparison import Comparison

_LISTS = {"classes": "class", "slices": "slice", "changed": "changed", "findings": "finding"}


def _records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    record = record_of_comparison(comparison)
    candidates = record.pop("candidates")
    yield {"kind": "comparison", **record}
    for candidate in candidates:
        lists = {kind: candidate.pop(key) for key, kind in _LISTS.items()}
        yield {"kind": "candidate", **candidate}
        for kind, entries in lists.items():
            for entry in entries:
                yield {"kind": kind, "candidate": candidate["name"], **_named(kind, entry)}


def _named(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"class": entry.pop("name"), **entry} if kind == "class" else entry


def render(comparison: Comparison, options: RenderOptions) -> str:
    """One JSON object a line: the baseline, then each candidate and what belongs to it."""
    return lines(_records(comparison))


RENDERER = Renderer(
    name="jsonl",
    description="one JSON object a line: the baseline, then each candidate, class and row",
    suffixes=(".jsonl", ".ndjson"),
    render=render,
)
