"""What a comparison found: frozen, unrounded values that know no screen.

A `Comparison` is of one baseline and one or more candidates, scored on the same rows, or, unpaired,
on rows of their own. Every difference is the candidate's figure less the baseline's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.report.report import finding_record, uncertainty_record, value_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.figures.values import Value
    from xentcli.report.report import Finding, LayoutReport, SourceReport, Uncertainty

SCHEMA = "xentcli/comparison/1"


class Pairing(StrEnum):
    """Which row of the candidate belongs to which of the baseline.

    ORDER: the one at the same place. ID: the one with the same id. SKETCH: the rows are the same,
    but only sketches of their losses are left. NONE: rows have nothing to do with each other.
    """

    ORDER = "order"
    ID = "id"
    SKETCH = "sketch"
    NONE = "none"


class Difference(NamedTuple):
    """A figure of the baseline, of the candidate, and the difference between them.

    `p` is two-sided, of a difference so large where there is none; `p_holm` is corrected for
    the number of candidates, or of classes or slices. `detectable` is the smallest true
    difference that these rows would show to be one in four of five cases. `better` is what the
    metric says of itself: `lower`, `higher`, or words where it is neither.
    """

    base: Value
    candidate: Value
    difference: Value
    p: float | None = None
    p_holm: float | None = None
    detectable: float | None = None
    better: str = "lower"


class Outcomes(NamedTuple):
    """Rows whose loss is smaller with the candidate, the same, and larger."""

    wins: int
    ties: int
    losses: int


class Part(NamedTuple):
    """The rows of a class or a slice, whose values `by` (column to value) are.

    `contribution` is the part of the difference of the cross-entropy that these rows make: over
    all parts they sum to it. Slices that are summed up as one have None for all values.
    """

    by: Mapping[str, str | None]
    rows: int
    weight: float
    metrics: Mapping[str, Difference]
    outcomes: Outcomes | None = None
    contribution: float | None = None

    @property
    def name(self) -> str:
        """The values in one text."""
        texts = ("(other)" if v is None else v or "(missing)" for v in self.by.values())
        return " · ".join(texts)


class Origin(NamedTuple):
    """The difference of the cross-entropy as what one temperature would undo, and the rest.

    `calibration` is the difference of the two calibration losses, `refinement` that of the losses
    at the best temperature of each; they sum to the difference.
    """

    calibration: float
    refinement: float
    unit: str


def main_of(keys: Sequence[str]) -> int:
    """Which of some metrics outcomes, contributions and the largest changes are of.

    That is the cross-entropy, wherever it stands; else the first.
    """
    return keys.index("cross_entropy") if "cross_entropy" in keys else 0


class ChangedRow(NamedTuple):
    """A row whose loss changed: its number in the baseline (from 1), id, true class and losses.

    `path` is the file that it is in, where the baseline has several.
    """

    row: int
    id: str | None
    label: str | None
    base: float
    candidate: float
    difference: float
    path: str | None = None


class Candidate(NamedTuple):
    """One candidate beside the baseline.

    `metrics` maps a metric's canonical spec to its difference over all rows, `changed` are
    the rows that changed most, the largest change first. `rows` and `weight` are those compared.
    `pairing` and `origin` may differ from candidate to candidate. `uncertainty` says where errors
    come from where that is not a formula of the rows.
    """

    name: str
    source: SourceReport
    signature: str
    pairing: Pairing
    rows: int
    weight: float
    metrics: Mapping[str, Difference]
    outcomes: Outcomes | None = None
    classes: tuple[Part, ...] = ()
    slices: tuple[Part, ...] = ()
    origin: Origin | None = None
    changed: tuple[ChangedRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    uncertainty: Uncertainty | None = None


class Comparison(NamedTuple):
    """Candidates beside one baseline: `name`, `source`, `signature` and `layout` are its own.

    `confidence` is that of all intervals; `findings` are of the baseline.
    """

    version: str
    name: str
    source: SourceReport
    signature: str
    layout: LayoutReport
    confidence: float
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...] = ()
    schema: str = SCHEMA

    def __str__(self) -> str:
        """The table that `xent compare` prints."""
        from xentcli.renderers import RenderOptions, get

        return get("table", "comparison").text(self, RenderOptions())

    def __repr__(self) -> str:
        found = ", ".join(
            f"{c.name}: " + ", ".join(f"{k}={d.difference.value}" for k, d in c.metrics.items())
            for c in self.candidates
        )
        return f"<Comparison with {self.name}: {found}>"

    def to_dict(self) -> dict[str, Any]:
        """The same as plain containers, shaped as the JSON of `xent compare --json`."""
        return record_of_comparison(self)

    def to_json(self) -> str:
        """The same as one line of JSON."""
        from xentcli.report.json_text import one_line

        return one_line(self.to_dict())


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
