"""Reports to render: made of plain numbers, so that no other part of xentcli is needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from xentcli.figures.values import Value
from xentcli.report.report import ClassReport, Finding, LayoutReport, Report, SourceReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIGNATURE = "xent|task:multiclass|k:3|rows:150|base:e|clip:0|sum:warn|weight:none|v:0.1.0"


def figure(value: float | None, stderr: float | None = None, unit: str | None = None) -> Value:
    if value is None or stderr is None:
        return Value(value, unit=unit)
    interval = (value - 1.96 * stderr, value + 1.96 * stderr)
    return Value(value, stderr, interval, 0.95, unit)


def class_report(name: str, rows: int, loss: float, share: float | None) -> ClassReport:
    if rows == 0:
        keys = ("cross_entropy", "share", "mean_probability", "recall", "precision", "f1")
        return ClassReport(name, 0, 0.0, {key: Value(None) for key in keys})
    p_true = math.exp(-loss)
    metrics = {
        "cross_entropy": figure(loss, loss / 8 if loss < math.inf else None, "nats"),
        "share": Value(share),
        "mean_probability": Value(p_true),
        "recall": Value(1 / (1 + loss / 9)),
        "precision": Value(1 / (1 + loss / 11)),
        "f1": Value(1 / (1 + loss / 10)),
    }
    return ClassReport(name, rows, float(rows), metrics)


def make_report(
    names: Sequence[str] = ("setosa", "versicolor", "virginica"),
    losses: Sequence[float] = (0.0123, 0.2456, 0.1123),
    rows: Sequence[int] = (50, 50, 50),
    findings: Sequence[Finding] = (),
    paths: Sequence[str] = ("iris.csv",),
) -> Report:
    """A report as `xent eval` would make it, with made-up figures beside the losses."""
    total, count = math.fsum(n * x for n, x in zip(rows, losses, strict=True)), sum(rows)
    finite = 0 < total < math.inf
    classes = tuple(
        class_report(name, n, loss, n * loss / total if finite else None)
        for name, loss, n in zip(names, losses, rows, strict=True)
    )
    loss = total / count if count else None
    stderr = None if loss is None or math.isinf(loss) else loss / 12
    metrics = {
        "cross_entropy": figure(loss, stderr, "nats"),
        "perplexity": figure(None if loss is None else math.exp(loss), stderr),
        "normalized_cross_entropy": figure(None if loss is None else loss / 1.0986),
        "brier": figure(0.0571, 0.0094),
        "accuracy": figure(0.97, 0.0139),
        "log_likelihood": figure(-total, unit="nats"),
    }
    task = "binary" if len(names) == 2 else "multiclass"
    scores = tuple(f"prob_{name}" for name in names)
    return Report(
        version="0.1.0",
        signature=SIGNATURE,
        source=SourceReport(tuple(paths), "csv", count, count, 5120),
        layout=LayoutReport(task, ("label",), scores, "probability", tuple(names), None),
        metrics=metrics,
        classes=classes,
        findings=tuple(findings),
    )


SUMS = Finding(
    "sum-to-one",
    "warning",
    3,
    "3 of 150 rows have probabilities that do not sum to 1 within 0.001",
    "--sum-to-one rescale divides each row by its sum; error refuses them",
    {"row": 17, "value": 0.93},
)
ZERO = Finding(
    "zero-probability",
    "error",
    2,
    "2 rows give their true class the probability zero: their loss is infinite",
    "--clip 1e-7 bounds the loss of a row at 16.1 nats",
    {"row": 4, "class": "dog"},
    {"finite_mean": 0.3456, "clipped": 0.8123},
)
DROPPED = Finding("missing", "info", 12, "12 rows have no label and were left out")


@pytest.fixture(scope="session")
def report() -> Report:
    return make_report(findings=(SUMS,))


@pytest.fixture(scope="session")
def infinite_report() -> Report:
    return make_report(
        ("cat", "dog", "emu"),
        (0.2, math.inf, 0.5),
        (60, 40, 50),
        findings=(DROPPED, SUMS, ZERO),
    )


@pytest.fixture(scope="session")
def build() -> Callable[..., Report]:
    """`make_report`, for tests that vary names and figures."""
    return make_report
