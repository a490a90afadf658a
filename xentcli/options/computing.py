"""What a user may ask for of what is computed, how the work is done, and what is kept of it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, NamedTuple, TypedDict

from xentcli.errors import UsageError
from xentcli.options.declaring import NUMBERED, TEXTS, Kind, option
from xentcli.options.words import Base

FIGURES_PANEL = "What is computed"
OUTPUT_PANEL = "Where it goes"
WORK_PANEL = "How the work is done"
_COMPARING_PANEL = "How they are compared"

MOST_REPLICATES = 100_000
_EVAL = frozenset({"eval"})
_REPORTS = frozenset({"eval", "compare"})
_FIGURES = _REPORTS | {"check"}
_figure = partial(option, panel=FIGURES_PANEL)
_comparing = partial(option, panel=_COMPARING_PANEL)


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


class ReportOptions(NamedTuple):
    """What is computed of the rows, and in which unit.

    Slices of fewer rows than `min_rows`, and those that are not among the `max_slices` with most
    rows, are summed up. Without `bootstrap`, errors are formulas.
    """

    metrics: Annotated[
        tuple[str, ...],
        _figure(
            "-m",
            "--metric",
            metavar="SPEC",
            kind=TEXTS,
            commands=_REPORTS,
            help="A metric, as in 'accuracy,brier(scale=half)'; repeatable. See `xent metrics`.",
            python='Metrics such as `"brier(scale=half)"`; the default set otherwise.',
        ),
    ] = ()
    base: Annotated[
        Base,
        _figure(
            "--base",
            kind=NUMBERED,
            commands=_FIGURES | {"rows"},
            help="Of the logarithm: nats, bits, … [default: e]",
            elsewhere={"rows": "Of the logarithm. [default: e]"},
            python="`e`, 2 or 10.",
        ),
    ] = Base.E
    confidence: Annotated[
        float,
        _figure(
            "--confidence",
            metavar="P",
            commands=_FIGURES,
            help="[default: 0.95]",
            python="Of the intervals, between 0 and 1.",
        ),
    ] = 0.95
    min_rows: Annotated[
        int,
        _figure(
            "--min-rows",
            metavar="N",
            commands=_REPORTS,
            help="Sum up slices of fewer rows as '(other)'. [default: 0; --find-slices tests "
            "none of fewer than 30]",
            python="Slices of fewer rows are summed up as one; of those searched for, they are "
            "not tested (by default: fewer than 30).",
        ),
    ] = 0
    max_slices: Annotated[
        int | None,
        _figure(
            "--max-slices",
            metavar="N",
            commands=_REPORTS,
            help="Sum up all slices but the N of most rows. Allows for as many clusters, too. "
            "[default: 262144; fewer of many classes]",
            python="All but so many slices, those with most rows, are summed up, too.",
        ),
    ] = None
    bootstrap: Annotated[
        Bootstrap | None,
        _figure(
            "--bootstrap",
            metavar="N",
            kind=Kind(int | None, bootstrap_of),
            commands=_FIGURES,
            help="Errors and intervals of every figure from N resamplings of the rows, which "
            "--id tells apart.",
            elsewhere={
                "check": "Errors and intervals of every figure from N resamplings of the rows, "
                "slices aside; --id tells rows apart."
            },
            python="Errors and intervals of every figure from so many resamplings of the rows.",
        ),
        _figure(
            "--seed",
            metavar="S",
            kind=Kind(int | None),
            commands=_FIGURES,
            help="Of --bootstrap. [default: 0]",
            python="Of `bootstrap`; 0 otherwise.",
        ),
    ] = None
    calibration: Annotated[
        bool,
        _figure(
            "--calibration",
            commands=_EVAL,
            help="How far probabilities can be taken at their word, and what that costs.",
            python="Whether to say how far probabilities can be taken at their word.",
        ),
    ] = False
    find_slices: Annotated[
        bool,
        _figure(
            "--find-slices",
            commands=_EVAL,
            help="Search the other columns, and pairs of them, for values that lose significantly "
            "more than the rest.",
            python="Whether to search the other columns, and pairs of them, for values that lose "
            "significantly more than the rest (`Report.found_slices`).",
        ),
    ] = False


class RunOptions(NamedTuple):
    """How the work is done. None of this changes a result.

    `processes` allows workers to be processes of their own, which a program that has
    threads must not.
    """

    threads: Annotated[
        int | None,
        option(
            "--threads",
            metavar="N",
            panel=WORK_PANEL,
            help="[default: the CPUs it may use]",
            python="As many as there are processors otherwise. Never changes a result.",
        ),
    ] = None
    block_rows: int | None = None
    processes: bool = False


class ComputingKeywords(TypedDict, total=False):
    """The types that these options may have in Python."""

    metric: str | Sequence[str]
    base: Base | str | float
    confidence: float
    min_rows: int
    max_slices: int | None
    bootstrap: int | None
    seed: int | None
    calibration: bool
    find_slices: bool
    threads: int | None


class Keep(NamedTuple):
    """What is kept of a run for a state file besides its sums; `paired` for comparisons by row."""

    paired: Annotated[
        bool,
        option(
            "--paired",
            panel=OUTPUT_PANEL,
            help="Keep in --state what lets it be compared row by row; rows are told by --id.",
        ),
    ] = False


CHANGED = 5


class Comparing(NamedTuple):
    """What a comparison can be asked for besides what scoring can.

    `names` are those of the baseline and the candidates, or of the candidates alone; `worst` is
    how many of the rows that changed most are told. `allow_missing` compares the rows whose ids
    both have, `unpaired` data sets of different rows; `means_only` leaves out figures that are no
    means of a number of each row. So many slices have `lines` of their own, unless more are asked
    for.
    """

    names: Annotated[
        tuple[str, ...],
        _comparing(
            "--name",
            metavar="NAME",
            kind=TEXTS,
            help="What the sources are called, in their order; or the candidates alone. "
            "Repeatable. [their paths]",
            keyword="names",
            python="What they are called: all of them, or the candidates alone.",
        ),
    ] = ()
    worst: Annotated[
        int,
        _comparing(
            "--worst",
            metavar="N",
            help="Show the N rows that changed most. [default: 5]",
            python="How many of the rows that changed most are told.",
        ),
    ] = CHANGED
    allow_missing: Annotated[
        bool,
        _comparing(
            "--allow-missing",
            help="With --id: compare the rows that both have, and say how many have not.",
            python="With `id`: whether rows that one side lacks are left out.",
        ),
    ] = False
    unpaired: Annotated[
        bool,
        _comparing(
            "--unpaired",
            help="The sources are of different rows: training against validation, say.",
            python="Whether the data are of different rows.",
        ),
    ] = False
    means_only: bool = False
    lines: int = 1000


class ComparingKeywords(TypedDict, total=False):
    """The types that these options may have in Python."""

    names: Sequence[str]
    worst: int
    allow_missing: bool
    unpaired: bool


def check_report(report: ReportOptions) -> None:
    """Raises UsageError for values that no option of a report can have."""
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


def _check_bootstrap(replicates: int, seed: int) -> None:
    if not 2 <= replicates <= MOST_REPLICATES:
        raise UsageError(
            f"--bootstrap takes a number from 2 to {MOST_REPLICATES:,}, not {replicates:,}",
            hint="1000 replicates give an error within some 2 % of itself",
        )
    if not 0 <= seed < 1 << 64:
        raise UsageError(f"--seed takes a number from 0 to below 2^64, not {seed}")
