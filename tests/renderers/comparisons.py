"""Comparisons to render: made of plain numbers, so that no other part of xentcli is needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from xentcli.figures.values import Value
from xentcli.jobs.comparing.comparison import (
    Candidate,
    ChangedRow,
    Comparison,
    Difference,
    Origin,
    Outcomes,
    Pairing,
    Part,
)
from xentcli.report.report import Finding, LayoutReport, SourceReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNATURE = "xent|task:multiclass|k:3|rows:600|base:e|clip:0|sum:warn|weight:none|v:0.1.0"
CLASSES = ("ham", "spam", "phishing")


def difference(
    base: float | None,
    candidate: float | None,
    stderr: float | None = 0.004,
    p: float | None = None,
    p_holm: float | None = None,
    better: str = "lower",
    unit: str | None = None,
    detectable: float | None = None,
) -> Difference:
    """A figure that differs so much; the interval is what the standard error says."""
    gap = None
    if base is not None and candidate is not None and not (math.isinf(base) and base == candidate):
        gap = candidate - base
    if gap is None or stderr is None or math.isinf(gap):
        value = Value(gap, unit=unit)
    else:
        value = Value(gap, stderr, (gap - 1.96 * stderr, gap + 1.96 * stderr), 0.95, unit)
    before, after = (Value(x, None if x is None else 0.02, unit=unit) for x in (base, candidate))
    return Difference(before, after, value, p, p_holm, detectable, better)


def part(
    by: Mapping[str, str | None],
    rows: int,
    base: float | None,
    candidate: float | None,
    contribution: float | None,
    stderr: float | None = 0.01,
    p_holm: float | None = None,
) -> Part:
    """The rows of a class or slice."""
    p = None if p_holm is None else p_holm / 3
    found = difference(base, candidate, stderr, p, p_holm, unit="nats")
    metrics = {"cross_entropy": found}
    outcomes = Outcomes(rows // 2, rows - rows // 2 - rows // 3, rows // 3)
    return Part(by, rows, float(rows), metrics, outcomes, contribution)


PARTS = (
    part({"label": "ham"}, 300, 0.21, 0.18, -0.015, 0.009, 0.0021),
    part({"label": "spam"}, 200, 0.35, 0.47, 0.04, 0.02, 0.0004),
    part({"label": "phishing"}, 100, 0.52, 0.505, -0.0025, 0.03, 0.62),
)
SLICES = (
    part({"country": "DE"}, 350, 0.3, 0.29, -0.0058, 0.01, 0.41),
    part({"country": ""}, 200, 0.31, 0.394, 0.028, 0.012, 0.00001),
    part({"country": None}, 50, 0.3, 0.30364, 0.0003, 0.02, None),
)
CHANGED = (
    ChangedRow(17, "mail-0017", "spam", 0.0213, 4.7215, 4.7002),
    ChangedRow(311, "mail-0311", "ham", 3.1415, 0.2718, -2.8697),
    ChangedRow(9, None, "phishing", 0.5, 1.25, 0.75),
)
WARNING = Finding(
    "sum-to-one",
    "warning",
    3,
    "3 of 600 rows have probabilities that do not sum to 1 within 0.001",
    "--sum-to-one rescale divides each row by its sum; error refuses them",
    {"row": 17, "value": 0.93},
)


def metrics(
    shift: float = 0.0225, p: float = 0.0002, p_holm: float | None = None
) -> dict[str, Difference]:
    """The figures of a candidate that loses so much more."""
    loss = difference(0.3083, 0.3083 + shift, 0.006, p, p_holm, unit="nats", detectable=0.0168)
    other = p_holm and 1.0
    total = -600 * 0.3083
    return {
        "cross_entropy": loss,
        "brier": difference(0.1712, 0.1712 + shift / 2, 0.004, p, p_holm),
        "accuracy": difference(0.905, 0.9033, 0.005, 0.74, other, "higher"),
        "log_likelihood": difference(total, total - 600 * shift, None, better="higher"),
    }


def candidate(name: str = "new.csv", **changed: Any) -> Candidate:
    """A candidate that is worse than the baseline, but for what is `changed`."""
    made = Candidate(
        name,
        SourceReport((name,), "csv", 600, 600, 31415),
        SIGNATURE,
        Pairing.ORDER,
        600,
        600.0,
        metrics(),
        Outcomes(251, 2, 347),
        PARTS,
        origin=Origin(0.0205, 0.002, "nats"),
    )
    return made._replace(**changed)


def comparison(
    candidates: Sequence[Candidate] = (), name: str = "base.csv", **changed: Any
) -> Comparison:
    """Candidates beside a baseline."""
    scores = tuple(f"prob_{c}" for c in CLASSES)
    layout = LayoutReport("multiclass", ("label",), scores, "probability", CLASSES, None)
    source = SourceReport((name,), "csv", 600, 600, 31000)
    everyone = tuple(candidates) or (candidate(),)
    made = Comparison("0.1.0", name, source, SIGNATURE, layout, 0.95, everyone)
    return made._replace(**changed)


def worse() -> Comparison:
    """One candidate that is worse, with everything that a page may hold."""
    return comparison([candidate(slices=SLICES, changed=CHANGED, findings=(WARNING,))])


def better() -> Comparison:
    """One that is better."""
    found = metrics(-0.0123, 0.0002)
    turned = tuple(
        part(p.by, p.rows, 0.3, 0.3 + shift, shift * p.rows / 600, 0.01, p_holm)
        for p, shift, p_holm in zip(PARTS, (-0.04, -0.001, 0.0482), (1e-7, 0.93, 0.6), strict=True)
    )
    origin = Origin(-0.02, 0.0077, "nats")
    return comparison([candidate(metrics=found, classes=turned, origin=origin)])


def undecided() -> Comparison:
    """One that cannot be told from the baseline."""
    return comparison([candidate(metrics=metrics(-0.0003, 0.71), classes=(), origin=None)])


def several() -> Comparison:
    """Three candidates, one of which is surely better."""
    return comparison(
        [
            candidate("models/wide.csv", metrics=metrics(0.0225, 0.0002, 0.0004)),
            candidate("models/deep.csv", metrics=metrics(-0.0213, 0.0001, 0.0003)),
            candidate("models/tiny.csv", metrics=metrics(-0.0021, 0.41, 0.41), findings=(WARNING,)),
        ]
    )


def endless() -> Comparison:
    """A candidate that gives what happened the probability zero."""
    found = {
        "cross_entropy": difference(0.3083, math.inf, None, unit="nats"),
        "accuracy": difference(0.905, 0.9033, 0.005, 0.74, None, "higher"),
    }
    parts = (
        part({"label": "ham"}, 300, 0.21, 0.18, -0.015, 0.009, 0.0021),
        part({"label": "spam"}, 200, 0.35, math.inf, math.inf, None),
        part({"label": "phishing"}, 0, None, None, None, None),
    )
    return comparison([candidate(metrics=found, classes=parts, origin=None)])
