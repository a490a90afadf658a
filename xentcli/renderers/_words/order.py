"""Which classes and findings come first: those that cost most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.figures.values import Value
    from xentcli.report.report import Finding, Report, SliceReport


class Part(Protocol):
    """A part of the rows: those of a class, or of a slice."""

    @property
    def name(self) -> str:
        """What the part is called."""
        ...

    @property
    def rows(self) -> int:
        """How many rows it has."""
        ...

    @property
    def weight(self) -> float:
        """Their weight."""
        ...

    @property
    def metrics(self) -> Mapping[str, Value]:
        """Its figures."""
        ...


AnyPart = TypeVar("AnyPart", bound=Part)
_SEVERITIES = ("error", "warning", "info")


def figure(entry: Part, key: str) -> float | None:
    """The value of one of a class's figures, None if it is undefined or absent."""
    found: Value | None = entry.metrics.get(key)
    return None if found is None or found.value is None or math.isnan(found.value) else found.value


def costliest_first(classes: Sequence[AnyPart]) -> list[AnyPart]:
    """The classes by share of the loss, then by loss, descending; those without rows last.

    An infinite loss has no shares, so that it is the loss that decides there.
    """

    def cost(entry: Part) -> tuple[bool, float, float]:
        share, loss = figure(entry, "share"), figure(entry, "cross_entropy")
        return (entry.rows == 0, -(share or 0.0), -(loss or 0.0))

    return sorted(classes, key=cost)


def costliest_slices(report: Report, most: int | None) -> tuple[list[SliceReport], float | None]:
    """The `most` costliest slices, and the share of the loss that the others have."""
    from xentcli.report.slices import SliceTable

    slices = report.slices
    if not isinstance(slices, SliceTable) or most is None or len(slices) <= most:
        return _worst_first(slices), None
    shown = [slices[i] for i in slices.costliest(most)]
    if slices.has_rest:
        shown.append(slices[-1])
    shares = [share for entry in shown if (share := figure(entry, "share")) is not None]
    return shown, 1.0 - math.fsum(shares) if shares else None


def _worst_first(slices: Sequence[SliceReport]) -> list[SliceReport]:
    """The slices by loss, or by the first figure there is, descending; those summed up last."""
    keys = metric_keys(slices)
    key = "cross_entropy" if "cross_entropy" in keys else next(iter(keys), "")
    return sorted(slices, key=lambda entry: (entry.is_rest, -(figure(entry, key) or 0.0)))


def overall_metrics(report: Report) -> dict[str, Value]:
    """The overall figures, without those that only classes have, such as the share."""
    by_class = set(metric_keys(report.classes)) if report.source.rows else set()
    return {
        key: value
        for key, value in report.metrics.items()
        if value.value is not None or key not in by_class
    }


def metric_keys(classes: Sequence[Part]) -> list[str]:
    """The figures that any class has, in the order in which they first come up."""
    return list(dict.fromkeys(key for entry in classes for key in entry.metrics))


def gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    """The findings by severity; within one, as they came."""
    known = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
    return sorted(findings, key=lambda finding: known.get(finding.severity, len(known)))
