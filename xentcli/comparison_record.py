"""Comparisons as plain containers, shaped as the JSON of `xent compare --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.records import finding_record, uncertainty_record, value_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.jobs.comparing.comparison import (
        Candidate,
        ChangedRow,
        Comparison,
        Difference,
        Part,
    )


def record_of_comparison(comparison: Comparison) -> dict[str, Any]:
    """A comparison; its values stay Python floats, infinity included."""
    return {
        "schema": comparison.schema,
        "version": comparison.version,
        "confidence": comparison.confidence,
        "base": {
            "name": comparison.name,
            "source": comparison.source._asdict(),
            "signature": comparison.signature,
            "layout": comparison.layout._asdict(),
            "findings": [finding_record(f) for f in comparison.findings],
        },
        "candidates": [_candidate_record(c) for c in comparison.candidates],
    }


def _candidate_record(candidate: Candidate) -> dict[str, Any]:
    record: dict[str, Any] = candidate._asdict()
    record["source"] = candidate.source._asdict()
    record["pairing"] = candidate.pairing.value
    record["metrics"] = _metrics_record(candidate.metrics)
    record["outcomes"] = None if candidate.outcomes is None else candidate.outcomes._asdict()
    record["origin"] = None if candidate.origin is None else candidate.origin._asdict()
    record["classes"] = [
        # A class is named by one value, which may be empty.
        {"name": next(iter(part.by.values()), None), **_part_record(part)}
        for part in candidate.classes
    ]
    record["slices"] = [{"by": dict(part.by), **_part_record(part)} for part in candidate.slices]
    record["changed"] = [_changed_record(row) for row in candidate.changed]
    record["findings"] = [finding_record(f) for f in candidate.findings]
    told = candidate.uncertainty
    record["uncertainty"] = None if told is None else uncertainty_record(told)
    order = (
        *("name", "source", "signature", "pairing", "rows", "weight", "metrics", "outcomes"),
        *("uncertainty", "origin", "classes", "slices", "changed", "findings"),
    )
    return {key: record[key] for key in order}


def _changed_record(row: ChangedRow) -> dict[str, Any]:
    return {
        "path": row.path,
        "row": row.row,
        "id": row.id,
        "label": row.label,
        "base_loss": row.base,
        "candidate_loss": row.candidate,
        "difference": row.difference,
    }


def _part_record(part: Part) -> dict[str, Any]:
    return {
        "rows": part.rows,
        "weight": part.weight,
        "contribution": part.contribution,
        "outcomes": None if part.outcomes is None else part.outcomes._asdict(),
        "metrics": _metrics_record(part.metrics),
    }


def _metrics_record(metrics: Mapping[str, Difference]) -> dict[str, Any]:
    return {key: difference_record(d) for key, d in metrics.items()}


def difference_record(difference: Difference) -> dict[str, Any]:
    """A figure of both sides, and how they differ."""
    return {
        "base": value_record(difference.base),
        "candidate": value_record(difference.candidate),
        "difference": value_record(difference.difference),
        "p": difference.p,
        "p_holm": difference.p_holm,
        "detectable": difference.detectable,
        "better": difference.better,
    }
