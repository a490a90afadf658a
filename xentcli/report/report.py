"""What a run found: frozen, unrounded values that know no screen.

A `Report` is a pure function of a sum (see ARCHITECTURE.md). Undefined figures are
None; an infinite loss is `math.inf`. Renderers turn reports into text; only they round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from xentcli.figures.values import Value
    from xentcli.report.calibration import CalibrationReport

SCHEMA = "xentcli/report/1"


class ClassReport(NamedTuple):
    """The rows whose true class is `name`: their number, weight and figures."""

    name: str
    rows: int
    weight: float
    metrics: Mapping[str, Value]


class VersusRest(NamedTuple):
    """How a slice's loss differs from that of all other rows, by Welch's test.

    `difference` is in `unit`, `p` two-sided, and `p_holm` corrected for the number of slices.
    Undefined figures are None: an infinite loss, or fewer than ten rows on a side.
    """

    difference: float | None
    stderr: float | None
    p: float | None
    p_holm: float | None
    unit: str | None = None


class SliceReport(NamedTuple):
    """The rows that have the values `by` (column to value): their number, weight and figures.

    `row_share` is their share of all rows, or of the weight. Slices that are summed up as one
    have None for all values.
    """

    by: Mapping[str, str | None]
    rows: int
    weight: float
    metrics: Mapping[str, Value]
    row_share: float | None = None
    versus_rest: VersusRest | None = None

    @property
    def is_rest(self) -> bool:
        """Whether these are slices without lines of their own, summed up."""
        return None in self.by.values()

    @property
    def name(self) -> str:
        """The values in one text."""
        texts = ("(other)" if v is None else v or "(missing)" for v in self.by.values())
        return " · ".join(texts)


class FoundSlice(NamedTuple):
    """A slice that was found to lose more than the rest of the rows.

    `loss` is its mean loss, `difference` that less the mean loss of the rest, `interval` two-sided
    by Student's t. `p` is the probability of so large a difference where there is none,
    `p_holm` the same for the most extreme of all slices tested. `excess` is the share of the
    total loss that would be gone if the slice lost no more than the rest.
    """

    by: Mapping[str, str]
    rows: int
    loss: float
    difference: float
    stderr: float
    interval: tuple[float, float]
    p: float
    p_holm: float
    excess: float

    @property
    def name(self) -> str:
        """Its columns and values in one text."""
        return " · ".join(f"{name} = {value}" for name, value in self.by.items())


class FoundSlices(NamedTuple):
    """What a search for slices found, the largest excess first.

    `tested` is how many slices, of at least `min_rows` rows, were tested; `endless` says that
    none was because losses are infinite.
    """

    slices: tuple[FoundSlice, ...]
    tested: int
    min_rows: int
    confidence: float
    endless: bool = False


@dataclass(frozen=True)
class Finding:
    """Something the reader of the figures should know.

    `severity` is `info`, `warning` or `error`; `count` the rows (or things) concerned;
    `example` the first of them, as plain JSON values; `details` figures that belong to
    the finding (`finite_mean`, `clipped` for infinite losses).
    """

    code: str
    severity: str
    count: int
    message: str
    remedy: str | None = None
    example: Mapping[str, Any] | None = None
    details: Mapping[str, float | int | None] = field(default_factory=dict)


class SourceReport(NamedTuple):
    """Where the rows came from. `rows` were scored, `rows_read` were read."""

    paths: tuple[str, ...]
    format: str
    rows: int
    rows_read: int
    bytes: int | None


class LayoutReport(NamedTuple):
    """Which column was taken for what."""

    task: str
    target: tuple[str, ...]
    scores: tuple[str, ...]
    scale: str
    classes: tuple[str, ...]
    weight: str | None
    target_scale: str = "label"
    units: str | None = None

    @property
    def member(self) -> str:
        """What one of `classes` is called."""
        return "label" if self.task == "multilabel" else "class"


class Uncertainty(NamedTuple):
    """Where standard errors and intervals come from, where that is not a formula.

    `method` is `bootstrap`: of so many `replicates`, drawn from `seed`, in which rows of one
    `identity` (`id`, `cluster` or `content`) occur together. Or it is `clustered`: from sums by
    cluster, of which there are so many `clusters`.
    """

    method: str
    replicates: int | None = None
    seed: int | None = None
    identity: str | None = None
    clusters: int | None = None


class Report(NamedTuple):
    """Everything one run found.

    `metrics` maps a metric's canonical spec (`cross_entropy`, `brier(scale=half)`) to
    its figure over all rows; `classes` holds the breakdown in the order of the layout, `slices`
    that by the columns of `--by`. `found_slices` and `calibration` are None unless asked for.
    """

    version: str
    signature: str
    source: SourceReport
    layout: LayoutReport
    metrics: Mapping[str, Value]
    classes: tuple[ClassReport, ...]
    findings: tuple[Finding, ...]
    slices: Sequence[SliceReport] = ()
    found_slices: FoundSlices | None = None
    uncertainty: Uncertainty | None = None
    schema: str = SCHEMA
    calibration: CalibrationReport | None = None

    def __str__(self) -> str:
        """The table that `xent eval` prints."""
        from xentcli.renderers import RenderOptions, get

        return get("table").text(self, RenderOptions())

    def __repr__(self) -> str:
        figures = ", ".join(f"{key}={value.value}" for key, value in self.metrics.items())
        return f"<Report of {self.source.rows} rows: {figures}>"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain containers, shaped as the JSON of `xent eval --json`.

        Values stay Python floats, infinity included; `to_json` spells them for JSON.
        """
        return record_of(self)

    def to_json(self) -> str:
        """The report as one line of RFC 8259 JSON: the same object as `xent eval --json`."""
        from xentcli.report.json_text import one_line

        return one_line(self.to_dict())

    def to_pandas(self) -> pd.DataFrame:
        """The per-class table as a DataFrame, or the per-slice table where there are slices.

        One row a class (or slice), one column a figure: `rows`, `weight`, then each metric's
        value, and `METRIC_stderr` where there is one. The index holds the classes' names or
        the slices' values. Undefined figures are NaN.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for c in self.slices or self.classes:
            row: dict[str, Any] = {"rows": c.rows, "weight": c.weight}
            if isinstance(c, SliceReport) and c.versus_rest is not None:
                row |= {f"versus_rest_{k}": v for k, v in c.versus_rest._asdict().items()}
                row.pop("versus_rest_unit")
            for key, v in c.metrics.items():
                row[key] = float("nan") if v.value is None else v.value
                if v.stderr is not None:
                    row[f"{key}_stderr"] = v.stderr
            rows.append(row)
        index: pd.Index[Any] = pd.Index([c.name for c in self.classes], name=self.layout.member)
        if self.slices:
            keys = [tuple(s.by.values()) for s in self.slices]
            index = pd.MultiIndex.from_tuples(keys, names=list(self.slices[0].by))
        return pd.DataFrame(rows, index=index)


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
