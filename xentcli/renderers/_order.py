"""Which classes and findings come first: those that cost most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.report import ClassReport, Finding, Report, Value

_SEVERITIES = ("error", "warning", "info")


def figure(entry: ClassReport, key: str) -> float | None:
    """The value of one of a class's figures, None if it is undefined or absent."""
    found: Value | None = entry.metrics.get(key)
    return None if found is None or found.value is None or math.isnan(found.value) else found.value


def costliest_first(classes: Sequence[ClassReport]) -> list[ClassReport]:
    """The classes by share of the loss, then by loss, descending; those without rows last.

    An infinite loss has no shares, so that it is the loss that decides there.
    """

    def cost(entry: ClassReport) -> tuple[bool, float, float]:
        share, loss = figure(entry, "share"), figure(entry, "cross_entropy")
        return (entry.rows == 0, -(share or 0.0), -(loss or 0.0))

    return sorted(classes, key=cost)


def overall_metrics(report: Report) -> dict[str, Value]:
    """The overall figures, without those that only classes have, such as the share."""
    by_class = set(metric_keys(report.classes)) if report.source.rows else set()
    return {
        key: value
        for key, value in report.metrics.items()
        if value.value is not None or key not in by_class
    }


def metric_keys(classes: Sequence[ClassReport]) -> list[str]:
    """The figures that any class has, in the order in which they first come up."""
    return list(dict.fromkeys(key for entry in classes for key in entry.metrics))


def gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    """The findings by severity; within one, as they came."""
    known = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
    return sorted(findings, key=lambda finding: known.get(finding.severity, len(known)))
