"""The sentences that stand beside the cross-entropy, in whatever form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.renderers._words.figures import Spelling, listed
from xentcli.renderers._words.order import costliest_first, figure

if TYPE_CHECKING:
    from xentcli.report.report import Finding, LayoutReport, Report, Uncertainty

HEADLINE = "cross_entropy"
_BASELINE = "normalized_cross_entropy"
_INFINITE = "zero-probability"
_NAME_LIMIT = 60


def source_line(report: Report, spell: Spelling) -> str:
    """What was read: files, rows, task, classes."""
    source, layout = report.source, report.layout
    rows = f"{spell.quantity(source.rows)} row{'' if source.rows == 1 else 's'}"
    if source.rows_read != source.rows:
        rows = f"{spell.quantity(source.rows)} of {spell.quantity(source.rows_read)} rows"
    parts = [listed([spell.text(path) for path in source.paths]), rows, spell.text(layout.task)]
    if layout.classes:
        parts.append(class_count(layout, spell))
    if layout.target_scale != "label" and layout.member == "class":
        parts.append("soft targets")
    if layout.weight is not None:
        parts.append(f"weighted by {spell.text(layout.weight)}")
    return spell.separator.join(part for part in parts if part)


def class_count(layout: LayoutReport, spell: Spelling) -> str:
    """How many classes, or labels, there are."""
    ending = "es" if layout.member == "class" else "s"
    number = len(layout.classes)
    return f"{spell.quantity(number)} {layout.member}{'' if number == 1 else ending}"


def baseline_line(report: Report, spell: Spelling) -> str | None:
    """How the loss compares with that of predicting every class by its frequency."""
    found = report.metrics.get(_BASELINE)
    if found is None or found.value is None or not math.isfinite(found.value):
        return None
    share, of = spell.percent(found.value), report.layout.member
    if found.value > 1:
        return f"worse than predicting the {of} frequencies: {share} of what that would cost"
    return f"{share} of what predicting the {of} frequencies would cost"


_NOTEWORTHY = 1.1


def worst_line(report: Report, spell: Spelling) -> tuple[str, str] | None:
    """The costliest class, and what it costs; None where there is nothing to tell apart."""
    alive = [entry for entry in report.classes if entry.rows]
    if len(alive) < 2:
        return None
    worst = costliest_first(alive)[0]
    share, weight = figure(worst, "share"), sum(entry.weight for entry in alive)
    if report.layout.member == "label":
        # Every row counts for every label, so that equal parts are what is no news.
        if not share or share < _NOTEWORTHY / len(alive):
            return None
        name = spell.text(worst.name, limit=_NAME_LIMIT)
        return name, f" costs most: {spell.percent(share)} of the loss"
    # A class that costs what its rows would suggest is no news.
    if not share or not weight or share < _NOTEWORTHY * worst.weight / weight:
        return None
    plain = report.layout.weight is None and report.layout.target_scale == "label"
    of = "rows" if plain else "weight"
    part = spell.percent(worst.weight / weight)
    name = spell.text(worst.name, limit=_NAME_LIMIT)
    return name, f" costs most: {spell.percent(share)} of the loss on {part} of the {of}"


_DRAWN = {
    "content": "rows",
    "id": "rows, by their id",
    "cluster": "whole clusters of rows",
}


def uncertainty_line(found: Uncertainty | None, spell: Spelling) -> str | None:
    """Where errors and intervals come from; None where that is a formula."""
    if found is None:
        return None
    if found.method == "clustered":
        number = spell.quantity(found.clusters or 0)
        return f"errors from {number} clusters of rows that are not independent"
    drawn = _DRAWN.get(found.identity or "", "rows")
    return f"errors by bootstrap: {spell.quantity(found.replicates or 0)} resamplings of {drawn}"


def infinity_finding(report: Report) -> Finding | None:
    """The finding that explains an infinite cross-entropy."""
    headline = report.metrics.get(HEADLINE)
    if headline is None or headline.value is None or not math.isinf(headline.value):
        return None
    return next((finding for finding in report.findings if finding.code == _INFINITE), None)


def infinity_lines(report: Report, spell: Spelling) -> list[str]:
    """What the loss would be without the rows that make it infinite, and clipped."""
    finding = infinity_finding(report)
    if finding is None:
        return []
    unit = report.metrics[HEADLINE].unit
    spelled = {
        "finite_mean": "over the other rows",
        "clipped": "with probabilities clipped as scikit-learn does",
    }
    rows = f"{spell.quantity(finding.count)} of {spell.quantity(report.source.rows)} rows"
    lines = [f"{rows} give their true class the probability 0"]
    return lines + [
        f"{spell.number(finding.details[key])}{f' {unit}' if unit else ''} {words}"
        for key, words in spelled.items()
        if finding.details.get(key) is not None
    ]
