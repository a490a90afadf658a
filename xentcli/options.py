"""What a user may ask for, as plain values: the options of the command line and of Python alike."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

from xentcli.errors import UsageError

MOST_REPLICATES = 100_000


class Scale(StrEnum):
    """What the scores are: probabilities, logits (any reals) or logarithms of probabilities."""

    PROBABILITY = "probability"
    LOGIT = "logit"
    LOG_PROBABILITY = "log-probability"


class Task(StrEnum):
    """What a row is: one of two classes, of several, any number of labels, or an outcome.

    An outcome is what happened, and its score all there is.
    """

    AUTO = "auto"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    OUTCOME = "outcome"


class TargetScale(StrEnum):
    """What the target holds: a label, probabilities of the classes, or votes for them."""

    LABEL = "label"
    PROBABILITY = "probability"
    COUNT = "count"


class TargetKind(StrEnum):
    """What is known of the truth of a row: its class, a distribution, its labels, or nothing.

    Metrics say which kinds they are for.
    """

    CLASS = "class"
    SOFT = "soft"
    LABELS = "labels"
    OUTCOME = "outcome"


class SumToOne(StrEnum):
    """What happens to a row whose probabilities do not sum to one within the tolerance."""

    WARN = "warn"
    ERROR = "error"
    IGNORE = "ignore"
    RESCALE = "rescale"


class OnBadRow(StrEnum):
    """What happens to a row that cannot be scored: it ends the run, or is left out and counted."""

    ERROR = "error"
    DROP = "drop"


class Base(StrEnum):
    """The base of the logarithm: nats, bits or hartleys."""

    E = "e"
    TWO = "2"
    TEN = "10"

    @property
    def unit(self) -> str:
        """The name of one unit of loss in this base."""
        return {"e": "nats", "2": "bits", "10": "hartleys"}[self.value]

    @property
    def nats(self) -> float:
        """How many nats one unit is: the natural logarithm of the base."""
        return {"e": 1.0, "2": 0.6931471805599453, "10": 2.302585092994046}[self.value]


class Like(StrEnum):
    """A system whose number is wanted."""

    SKLEARN = "sklearn"
    TORCH = "torch"
    KERAS = "keras"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    YARDSTICK = "yardstick"


class FileOptions(NamedTuple):
    """How the bytes of a file become named columns.

    `as_json` has what passes through from JSON lines delivered as the JSON that it was, for
    JSON lines to be made of it.
    """

    input_format: str | None = None
    delimiter: str | None = None
    no_header: bool = False
    encoding: str | None = None
    as_json: bool = False


class ColumnOptions(NamedTuple):
    """Which column is what. None (no `target`) means: find it by name."""

    target: tuple[str, ...] = ()
    target_scale: TargetScale | None = None
    scores: str | None = None
    scale: Scale | None = None
    task: Task = Task.AUTO
    classes: tuple[str, ...] | None = None
    positive: str | None = None
    weight: str | None = None
    id: str | None = None
    units: str | None = None
    by: tuple[str, ...] = ()
    cluster: str | None = None


class Policy(NamedTuple):
    """What is done about rows and numbers that are not as they should be.

    `clip` is the EPS of `[EPS, 1-EPS]`; `tolerance` the largest |sum - 1| that passes; `like`
    names a system whose conventions are adopted.
    """

    clip: float = 0.0
    sum_to_one: SumToOne = SumToOne.WARN
    tolerance: float = 1e-3
    missing: OnBadRow = OnBadRow.ERROR
    unknown_label: OnBadRow = OnBadRow.ERROR
    ignore_label: tuple[str, ...] = ()
    expect_rows: int | None = None
    like: Like | None = None


def check(policy: Policy, report: ReportOptions, run: RunOptions) -> None:
    """Raises UsageError for values that no option can have."""
    if not 0 <= policy.clip < 0.5:
        raise UsageError(f"--clip takes a number from 0 to below 0.5, not {policy.clip:g}")
    if policy.clip and policy.like is not None:
        raise UsageError(f"--clip and --like {policy.like.value} say two things: give one of them")
    if not 0 <= policy.tolerance < math.inf:
        raise UsageError(f"--tolerance takes a number from 0 up, not {policy.tolerance:g}")
    if policy.expect_rows is not None and policy.expect_rows < 0:
        raise UsageError(f"--expect-rows takes a number from 0 up, not {policy.expect_rows}")
    if not 0 < report.confidence < 1:
        raise UsageError(
            f"--confidence takes a number between 0 and 1, not {report.confidence:g}",
            hint="0.95 stands for 95 %",
        )
    if report.min_rows < 0:
        raise UsageError(f"--min-rows takes a number from 0 up, not {report.min_rows}")
    if report.max_slices is not None and report.max_slices < 1:
        raise UsageError(f"--max-slices takes a number from 1 up, not {report.max_slices}")
    if report.bootstrap is not None:
        _check_bootstrap(*report.bootstrap)
    if run.threads is not None and run.threads < 1:
        raise UsageError(f"--threads takes a number from 1 up, not {run.threads}")


def _check_bootstrap(replicates: int, seed: int) -> None:
    if not 2 <= replicates <= MOST_REPLICATES:
        raise UsageError(
            f"--bootstrap takes a number from 2 to {MOST_REPLICATES:,}, not {replicates:,}",
            hint="1000 replicates give an error within some 2 % of itself",
        )
    if not 0 <= seed < 1 << 64:
        raise UsageError(f"--seed takes a number from 0 to below 2^64, not {seed}")


class Bootstrap(NamedTuple):
    """Errors from resampling the rows so many times over, by draws that the seed decides."""

    replicates: int
    seed: int = 0


def bootstrap_of(replicates: int | None, seed: int | None) -> Bootstrap | None:
    """What `--bootstrap` and `--seed` ask for. Raises UsageError for a seed of nothing."""
    if replicates is not None:
        return Bootstrap(replicates, seed or 0)
    if seed is not None:
        raise UsageError("--seed goes with --bootstrap")
    return None


class Keep(NamedTuple):
    """What is kept of a run for a state file besides its sums; `paired` for comparisons by row."""

    paired: bool = False


class ReportOptions(NamedTuple):
    """What is computed of the rows, and in which unit.

    Slices of fewer rows than `min_rows`, and those that are not among the `max_slices` with most
    rows, are summed up. Without `bootstrap`, errors are formulas.
    """

    metrics: tuple[str, ...] = ()
    base: Base = Base.E
    confidence: float = 0.95
    min_rows: int = 0
    max_slices: int | None = None
    find_slices: bool = False
    bootstrap: Bootstrap | None = None
    calibration: bool = False


class RunOptions(NamedTuple):
    """How the work is done. None of this changes a result.

    `processes` allows workers to be processes of their own, which a program that has
    threads must not.
    """

    threads: int | None = None
    block_rows: int | None = None
    processes: bool = False


class Options(NamedTuple):
    """All that a scoring run can be asked for."""

    file: FileOptions = FileOptions()
    columns: ColumnOptions = ColumnOptions()
    policy: Policy = Policy()
    report: ReportOptions = ReportOptions()
    run: RunOptions = RunOptions()


CHANGED = 5


class Comparing(NamedTuple):
    """What a comparison can be asked for besides what scoring can.

    `names` are those of the baseline and the candidates, or of the candidates alone; `worst` is
    how many of the rows that changed most are told. `allow_missing` compares the rows whose ids
    both have, `unpaired` data sets of different rows; `means_only` leaves out figures that are no
    means of a number of each row. So many slices have `lines` of their own, unless more are asked
    for.
    """

    names: tuple[str, ...] = ()
    worst: int = CHANGED
    allow_missing: bool = False
    unpaired: bool = False
    means_only: bool = False
    lines: int = 1000
