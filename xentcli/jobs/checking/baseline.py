"""What differences are from: predictions, the state of a run, or its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import UsageError
from xentcli.jobs.checking import recorded
from xentcli.jobs.checking.verdicts import BaselineReport
from xentcli.jobs.evaluate import Files, InMemory
from xentcli.jobs.states.marks import is_a_state
from xentcli.report.report import Report

if TYPE_CHECKING:
    from xentcli.jobs.evaluate import Options


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
    record = None if kind == "state" else recorded.record_in(path)
    if record is not None:
        report = recorded.report_of(record, path)
        return Baseline(BaselineReport(path, "report", report.signature), report)
    return Baseline(BaselineReport(path, kind, ""), data=Files([path], options.file))
