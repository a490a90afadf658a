"""What a user may ask for, as plain values: the options of the command line and of Python alike."""

from typing import NamedTuple

from xentcli.errors import UsageError
from xentcli.options.computing import (
    CHANGED,
    MOST_REPLICATES,
    Bootstrap,
    Comparing,
    ComparingKeywords,
    ComputingKeywords,
    Keep,
    ReportOptions,
    RunOptions,
    bootstrap_of,
    check_report,
)
from xentcli.options.reading import (
    READING,
    ColumnOptions,
    FileOptions,
    Policy,
    ReadingKeywords,
    check_policy,
)
from xentcli.options.words import (
    Base,
    Like,
    OnBadRow,
    Scale,
    SumToOne,
    TargetKind,
    TargetScale,
    Task,
)

__all__ = [
    "CHANGED",
    "MOST_REPLICATES",
    "READING",
    "Base",
    "Bootstrap",
    "ColumnOptions",
    "CompareKeywords",
    "Comparing",
    "FileOptions",
    "Keep",
    "Keywords",
    "Like",
    "OnBadRow",
    "Options",
    "Policy",
    "ReportOptions",
    "RunOptions",
    "Scale",
    "SumToOne",
    "TargetKind",
    "TargetScale",
    "Task",
    "bootstrap_of",
    "check",
]


class Options(NamedTuple):
    """All that a scoring run can be asked for."""

    file: FileOptions = FileOptions()
    columns: ColumnOptions = ColumnOptions()
    policy: Policy = Policy()
    report: ReportOptions = ReportOptions()
    run: RunOptions = RunOptions()


class Keywords(ReadingKeywords, ComputingKeywords, total=False):
    """The keyword arguments that ask for the same in Python."""


class CompareKeywords(Keywords, ComparingKeywords, total=False):
    """The same, and those of comparisons."""


def check(policy: Policy, report: ReportOptions, run: RunOptions) -> None:
    """Raises UsageError for values that no option can have."""
    check_policy(policy)
    check_report(report)
    if run.threads is not None and run.threads < 1:
        raise UsageError(f"--threads takes a number from 1 up, not {run.threads}")
