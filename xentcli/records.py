"""Reports as plain containers, shaped as the JSON of `xent eval --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xentcli.report.report import Finding, FoundSlice, Report, Uncertainty, Value


def record_of(report: Report) -> dict[str, Any]:
    """A report; its values stay Python floats, infinity included."""
    record: dict[str, Any] = report._asdict()
    record["source"] = report.source._asdict()
    record["layout"] = report.layout._asdict()
    record["metrics"] = {key: value_record(v) for key, v in report.metrics.items()}
    record["classes"] = [
        {
            "name": c.name,
            "rows": c.rows,
            "weight": c.weight,
            "metrics": {key: value_record(v) for key, v in c.metrics.items()},
        }
        for c in report.classes
    ]
    record["slices"] = [
        {
            "by": dict(s.by),
            "rows": s.rows,
            "weight": s.weight,
            "row_share": s.row_share,
            "metrics": {key: value_record(v) for key, v in s.metrics.items()},
            "versus_rest": None if s.versus_rest is None else s.versus_rest._asdict(),
        }
        for s in report.slices
    ]
    record["findings"] = [finding_record(f) for f in report.findings]
    order = ["schema", "version", "signature", "source", "layout"]
    if report.uncertainty is not None:
        record["uncertainty"] = uncertainty_record(report.uncertainty)
        order.append("uncertainty")
    order += ["metrics", "classes", "slices", "findings"]
    if report.found_slices is not None:
        record["slices_tested"] = report.found_slices.tested
        record["found_slices"] = [_found_record(s) for s in report.found_slices.slices]
        order[-1:] = ["slices_tested", "found_slices", "findings"]
    if report.calibration is not None:
        record["calibration"] = report.calibration.to_dict()
        order.append("calibration")
    return {key: record[key] for key in order}


def uncertainty_record(told: Uncertainty) -> dict[str, Any]:
    """Where errors come from, as plain values."""
    return {key: value for key, value in told._asdict().items() if value is not None}


def value_record(value: Value) -> dict[str, Any]:
    """A figure as plain values; a bare one (nothing but a value) is only `{"value": …}`."""
    if value.stderr is None and value.interval is None and value.unit is None:
        return {"value": value.value}
    return {
        "value": value.value,
        "stderr": value.stderr,
        "interval": None if value.interval is None else list(value.interval),
        "confidence": value.confidence,
        "unit": value.unit,
    }


def _found_record(found: FoundSlice) -> dict[str, Any]:
    return {**found._asdict(), "by": dict(found.by), "interval": list(found.interval)}


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding, its details beside the rest."""
    record: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity,
        "count": finding.count,
        "message": finding.message,
        "remedy": finding.remedy,
        "example": None if finding.example is None else dict(finding.example),
    }
    return record | dict(finding.details)
