"""The comparison as a long, tidy table: one line a figure, for pandas, duckdb and spreadsheets.

`scope` is `overall`, `class`, `slice` or `row`, a row being one of those that changed most. The
parts of the difference that calibration and refinement make are lines of their own. Numbers and
text are written as in the CSV of a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.comparing.comparison import main_of
from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._csv_lines import number_field, text_field
from xentcli.renderers.comparison._verdicts import SLICES, part_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.jobs.comparing.comparison import (
        Candidate,
        ChangedRow,
        Comparison,
        Difference,
        Outcomes,
        Part,
    )

COLUMNS = (
    *("candidate", "scope", "name", "metric", "base_value", "candidate_value"),
    *("difference", "stderr", "lower", "upper", "confidence", "p", "p_holm", "detectable"),
    *("unit", "rows", "weight", "contribution", "wins", "ties", "losses"),
)


def _figure(d: Difference) -> dict[str, str]:
    lower, upper = d.difference.interval or (None, None)
    numbers = {
        "base_value": d.base.value,
        "candidate_value": d.candidate.value,
        "difference": d.difference.value,
        "stderr": d.difference.stderr,
        "lower": lower,
        "upper": upper,
        "confidence": d.difference.confidence,
        "p": d.p,
        "p_holm": d.p_holm,
        "detectable": d.detectable,
    }
    fields = {key: number_field(number) for key, number in numbers.items()}
    unit = d.difference.unit or d.candidate.unit
    return fields | ({} if unit is None else {"unit": text_field(unit)})


def _figures(of: Candidate | Part, contribution: float | None) -> Iterator[dict[str, str]]:
    """A line for each metric; outcomes and the contribution stand beside the one they are of."""
    outcomes: Outcomes | None = of.outcomes
    counts = {} if outcomes is None else {k: str(n) for k, n in outcomes._asdict().items()}
    counts["contribution"] = number_field(contribution)
    main = main_of(tuple(of.metrics)) if of.metrics else 0
    for number, (key, found) in enumerate(of.metrics.items()):
        extent = {"rows": str(of.rows), "weight": number_field(of.weight)}
        own = counts if number == main else {}
        yield {"metric": text_field(key), **_figure(found), **extent, **own}


def _lines(candidate: Candidate) -> Iterator[dict[str, str]]:
    for line in _figures(candidate, None):
        yield {"scope": "overall", **line}
    if candidate.origin is not None:
        unit = text_field(candidate.origin.unit)
        for key, part in (
            ("origin.calibration", candidate.origin.calibration),
            ("origin.refinement", candidate.origin.refinement),
        ):
            difference = number_field(part)
            yield {"scope": "overall", "metric": key, "difference": difference, "unit": unit}
    everything = (("class", "classes", candidate.classes), ("slice", SLICES, candidate.slices))
    for scope, what, parts in everything:
        for entry in parts:
            name = text_field(part_name(entry, what))
            for line in _figures(entry, entry.contribution):
                yield {"scope": scope, "name": name, **line}
    for row in candidate.changed:
        yield {
            "scope": "row",
            "name": text_field(_row_name(row)),
            "metric": "loss",
            "base_value": number_field(row.base),
            "candidate_value": number_field(row.candidate),
            "difference": number_field(row.difference),
        }


def _row_name(row: ChangedRow) -> str:
    """The id of a row, or its number, behind its file where there are several."""
    if row.id is not None:
        return row.id
    return str(row.row) if row.path is None else f"{row.path}:{row.row}"


def render(comparison: Comparison, options: RenderOptions) -> str:
    """One line a figure: of all rows, then of each class, of each slice, of each changed row."""
    lines = [",".join(COLUMNS)]
    for candidate in comparison.candidates:
        name = text_field(candidate.name)
        for fields in _lines(candidate):
            told = {"candidate": name, **fields}
            lines.append(",".join(told.get(column, "") for column in COLUMNS))
    return "\n".join(lines) + "\n"


RENDERER = Renderer(
    name="csv",
    description="a tidy table, one line a figure, at full precision",
    suffixes=(".csv",),
    render=render,
)
