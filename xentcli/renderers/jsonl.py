"""The report as lines of JSON, for `jq`, duckdb and logs.

Every line has a `kind`, and figures have the shape they have in `-f json`:

- `overall`, the first line: everything of the report but its lists;
- `class`, one line a class: `class` (its name), `rows`, `weight`, `metrics`;
- `slice`, one line a slice, where there are slices;
- `found_slice`, one line a slice that `--find-slices` found;
- `calibration`, and `bin`, one line a bin, with `--calibration`;
- `finding`, one line a finding: `code`, `severity`, `count`, `message` …

So `jq 'select(.kind == "class") | {class, recall: .metrics.recall.value}'`, or in duckdb
`SELECT class, metrics.recall.value FROM 'report.jsonl' WHERE kind = 'class'`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.renderers import Renderer, RenderOptions
from xentcli.report.json_text import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.report.report import Report


def _records(report: Report) -> Iterator[dict[str, Any]]:
    record = report.to_dict()
    classes, slices = record.pop("classes"), record.pop("slices")
    findings = record.pop("findings")
    found = record.pop("found_slices", [])
    calibration = record.pop("calibration", None)
    yield {"kind": "overall", **record}
    for entry in classes:
        yield {"kind": "class", "class": entry.pop("name"), **entry}
    for entry in slices:
        yield {"kind": "slice", **entry}
    for entry in found:
        yield {"kind": "found_slice", **entry}
    if calibration is not None:
        bins = calibration.pop("bins")
        yield {"kind": "calibration", **calibration}
        for entry in bins:
            yield {"kind": "bin", **entry}
    for entry in findings:
        yield {"kind": "finding", **entry}


def render(report: Report, options: RenderOptions) -> str:
    """One JSON object a line: the overall figures, then classes, slices and findings."""
    return lines(_records(report))


RENDERER = Renderer(
    name="jsonl",
    description="one JSON object a line: the overall figures, then each class and finding",
    suffixes=(".jsonl", ".ndjson"),
    render=render,
)
