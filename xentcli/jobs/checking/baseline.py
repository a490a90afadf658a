"""What differences are from: predictions, the state of a run, or its report."""

from __future__ import annotations

import json
import math
import os
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.figures.values import Value
from xentcli.jobs.checking.verdicts import BaselineReport
from xentcli.jobs.evaluate import Files, InMemory
from xentcli.jobs.states.files import is_a_state
from xentcli.report.json_text import number, text, whole
from xentcli.report.report import (
    SCHEMA,
    ClassReport,
    LayoutReport,
    Report,
    SliceReport,
    SourceReport,
    Uncertainty,
)
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.options import Options


class Baseline(NamedTuple):
    """A baseline: `report` is None for predictions and states, which `data` are then."""

    record: BaselineReport
    report: Report | None = None
    data: Files | InMemory | None = None


def open_baseline(given: str | Report | InMemory, options: Options) -> Baseline:
    """Finds out what a baseline is, and reads it unless it is predictions.

    Raises InputError for what cannot be read, or is no baseline.
    """
    if isinstance(given, Report):
        return Baseline(BaselineReport("<report>", "report", given.signature), given)
    if isinstance(given, InMemory):
        return Baseline(BaselineReport("<baseline>", "predictions", ""), data=given)
    path = given
    if path == "-":
        raise UsageError("--baseline takes a file, not standard input")
    kind = "state" if is_a_state(path) else "predictions"
    record = None if kind == "state" else record_in(path)
    if record is not None:
        report = report_of(record, path)
        return Baseline(BaselineReport(path, "report", report.signature), report)
    return Baseline(BaselineReport(path, kind, ""), data=Files([path], options.file))


# Reports are small; larger files are predictions, unless they begin as a report does.
_MOST_BYTES = 1 << 26
# Squares of figures are to be numbers, too.
_LARGEST = 1e150


def record_in(path: str) -> dict[str, Any] | None:
    """The JSON object of ours that a file is; None for any other file, such as predictions.

    Raises InputError for a file that cannot be read, UsageError for a pipe that holds no such
    object: it could not be read again.
    """
    if not os.path.lexists(path):
        return None  # a glob, or a name that whoever reads predictions has more to say about
    found = _parsed(path)
    schema = None if found is None else found.get("schema")
    if isinstance(schema, str) and schema.startswith("xentcli/"):
        return found
    if not os.path.isfile(path) and not os.path.isdir(path):
        raise UsageError(
            f"--baseline {shown(path)}: of a pipe only reports are read",
            hint="write predictions to a file first",
        )
    return None


def report_of(record: Mapping[str, Any], path: str) -> Report:
    """The report that an object is. Raises InputError for one that is no report, or damaged."""
    schema = record.get("schema")
    if schema != SCHEMA:
        raise InputError(
            f"{shown(path)}: is a {shown(str(schema), 60)}, and no baseline",
            hint="a baseline is what `xent eval --json` prints, or predictions",
        )
    try:
        return _report(record)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        what = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{shown(path)}: is no report of xent: {shown(what, 100)}") from None


def is_ours(path: str) -> bool:
    """Whether a file is a report or a state, and no predictions."""
    try:
        return is_a_state(path) or (os.path.isfile(path) and record_in(path) is not None)
    except (InputError, UsageError):
        return False


def _parsed(path: str) -> dict[str, Any] | None:
    """The one JSON object that a file is; None where it is anything else."""
    if os.path.isdir(path):
        return None
    try:
        with open(path, "rb") as file:
            start = file.read(64)
            if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
                return None
            content = start + file.read(_MOST_BYTES)
            if len(content) >= _MOST_BYTES and b'"xentcli/' not in start:
                return None
            content += file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{shown(path)}: {reason}") from None
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _report(record: Mapping[str, Any]) -> Report:
    layout, source = record["layout"], record["source"]
    uncertainty = record.get("uncertainty")
    return Report(
        version=_text(record["version"]),
        signature=_text(record["signature"]),
        source=SourceReport(
            tuple(map(_text, source["paths"])),
            _text(source["format"]),
            _count(source["rows"]),
            _count(source["rows_read"]),
            source["bytes"],
        ),
        layout=LayoutReport(
            task=_text(layout["task"]),
            target=tuple(map(_text, layout["target"])),
            scores=tuple(map(_text, layout["scores"])),
            scale=_text(layout["scale"]),
            classes=tuple(map(_text, layout["classes"])),
            weight=layout["weight"],
            target_scale=layout.get("target_scale", "label"),
            units=layout.get("units"),
        ),
        metrics=_metrics(record["metrics"]),
        classes=tuple(
            ClassReport(
                _text(c["name"]), _count(c["rows"]), _known(c["weight"]), _metrics(c["metrics"])
            )
            for c in record["classes"]
        ),
        findings=(),
        slices=[
            SliceReport(
                dict(s["by"]), _count(s["rows"]), _known(s["weight"]), _metrics(s["metrics"])
            )
            for s in record["slices"]
        ],
        uncertainty=None if uncertainty is None else _of_errors(uncertainty),
    )


def _metrics(record: Mapping[str, Any]) -> dict[str, Value]:
    return {key: _value(figure) for key, figure in record.items()}


def _value(record: Mapping[str, Any]) -> Value:
    interval = record.get("interval")
    return Value(
        _number(record["value"]),
        _error(record.get("stderr")),
        None if interval is None else (_known(interval[0]), _known(interval[1])),
        _number(record.get("confidence")),
        record.get("unit"),
    )


def _number(value: object) -> float | None:
    """A number, or None, that is not too large to be squared."""
    if value is None:
        return None
    found = number(value)
    if _LARGEST < abs(found) < math.inf:
        raise ValueError(f"{value!r} is too large")
    return found


def _error(value: object) -> float | None:
    """A standard error, which is not negative."""
    found = _number(value)
    if found is not None and found < 0:
        raise ValueError(f"{value!r} is no standard error")
    return found


def _of_errors(record: Mapping[str, Any]) -> Uncertainty:
    """Where the errors come from."""
    clusters, replicates = record.get("clusters"), record.get("replicates")
    return Uncertainty(
        _text(record["method"]),
        None if replicates is None else _count(replicates),
        None,
        None,
        None if clusters is None else _count(clusters),
    )


def _known(value: object) -> float:
    found = _number(value)
    if found is None:
        raise ValueError("a number is missing")
    return found


# The texts and counts of a report.
_text = partial(text, otherwise="is no text")
_count = partial(whole, most=math.inf, otherwise="is no number of rows")
