"""The options of commands that compute and write something, in groups that they take whole."""

from __future__ import annotations

from typing import Annotated, Any

from xentcli.commands.options.inputs import option
from xentcli.errors import UsageError
from xentcli.options import Base, Keep, ReportOptions, RunOptions, bootstrap_of

_REPORT, OUTPUT_PANEL, _RUN = "What is computed", "Where it goes", "How the work is done"


class Figures:
    """What is computed of the rows, and in which unit."""

    metric: Annotated[
        list[str] | None,
        option(
            "-m",
            "--metric",
            metavar="SPEC",
            panel=_REPORT,
            help="A metric, as in 'accuracy,brier(scale=half)'; repeatable. See `xent metrics`.",
        ),
    ] = None
    base: Annotated[
        Base,
        option("--base", panel=_REPORT, help="Of the logarithm: nats, bits, … [default: e]"),
    ] = Base.E
    confidence: Annotated[
        float,
        option("--confidence", metavar="P", panel=_REPORT, help="[default: 0.95]"),
    ] = 0.95

    min_rows: Annotated[
        int,
        option(
            "--min-rows",
            metavar="N",
            panel=_REPORT,
            help="Sum up slices of fewer rows as '(other)'. [default: 0; --find-slices tests "
            "none of fewer than 30]",
        ),
    ] = 0
    max_slices: Annotated[
        int | None,
        option(
            "--max-slices",
            metavar="N",
            panel=_REPORT,
            help="Sum up all slices but the N of most rows. Allows for as many clusters, too. "
            "[default: 262144; fewer of many classes]",
        ),
    ] = None
    bootstrap: Annotated[
        int | None,
        option(
            "--bootstrap",
            metavar="N",
            panel=_REPORT,
            help="Errors and intervals of every figure from N resamplings of the rows, which "
            "--id tells apart.",
        ),
    ] = None
    seed: Annotated[
        int | None,
        option("--seed", metavar="S", panel=_REPORT, help="Of --bootstrap. [default: 0]"),
    ] = None

    def options(self) -> ReportOptions:
        """The same, as plain values."""
        return ReportOptions(
            tuple(self.metric or ()),
            self.base,
            self.confidence,
            min_rows=self.min_rows,
            max_slices=self.max_slices,
            bootstrap=bootstrap_of(self.bootstrap, self.seed),
        )


class Report(Figures):
    """What is computed of the rows besides: what is looked for in them, and how it is shown."""

    calibration: Annotated[
        bool,
        option(
            "--calibration",
            panel=_REPORT,
            help="How far probabilities can be taken at their word, and what that costs.",
        ),
    ] = False
    find_slices: Annotated[
        bool,
        option(
            "--find-slices",
            panel=_REPORT,
            help="Search the other columns, and pairs of them, for values that lose significantly "
            "more than the rest.",
        ),
    ] = False
    all_conventions: Annotated[
        bool,
        option(
            "--all-conventions",
            panel=_REPORT,
            help="Print the loss as every system has it (see `xent conventions`), and why.",
        ),
    ] = False

    def options(self) -> ReportOptions:
        """The same, as plain values."""
        figures = super().options()
        return figures._replace(find_slices=self.find_slices, calibration=self.calibration)


class Kept:
    """What is kept of a run besides its report."""

    state: Annotated[
        str | None,
        option(
            "--state",
            metavar="FILE",
            panel=OUTPUT_PANEL,
            help="Save what was added up, to be merged, read and compared without the rows.",
        ),
    ] = None
    paired: Annotated[
        bool,
        option(
            "--paired",
            panel=OUTPUT_PANEL,
            help="Keep in --state what lets it be compared row by row; rows are told by --id.",
        ),
    ] = False

    def options(self) -> Keep | None:
        """The same, as plain values."""
        if self.state is None:
            if self.paired:
                raise UsageError("--paired goes with --state")
            return None
        if self.state in ("", "-"):
            raise UsageError("--state takes the name of a file", hint="a report goes to -")
        return Keep(self.paired)


class Work:
    """How the work is done; none of it changes a result."""

    threads: Annotated[
        int | None,
        option("--threads", metavar="N", panel=_RUN, help="[default: the CPUs it may use]"),
    ] = None
    progress: Annotated[
        bool | None,
        option(
            "--progress/--no-progress",
            panel=_RUN,
            help="A progress bar on standard error. [default: on a terminal, when it takes long]",
        ),
    ] = None
    quiet: Annotated[
        bool, option("-q", "--quiet", panel=_RUN, help="No progress bar and no warnings.")
    ] = False

    def options(self) -> RunOptions:
        """The same, as plain values."""
        return RunOptions(self.threads, processes=True)


OUTPUT_FILE = option(
    "-o",
    "--output",
    metavar="FILE",
    panel=OUTPUT_PANEL,
    help="Write to a file, whole or not at all. [default: -, standard output]",
)


def form_option(forms: str, usual: str = "table") -> Any:
    """The option that names a form of output, of those that a command has."""
    return option(
        "-f",
        "--format",
        metavar="FORM",
        panel=OUTPUT_PANEL,
        help=f"{forms}. [default: what -o is named, else {usual}]",
    )


class Written:
    """Where a text goes, in which form, and how it looks."""

    format: Annotated[str, form_option("table, json, jsonl, csv, markdown or parquet")] = ""
    json: Annotated[bool, option("--json", panel=OUTPUT_PANEL, help="Short for -f json.")] = False
    output: Annotated[str, OUTPUT_FILE] = "-"
    export: Annotated[
        list[str] | None,
        option(
            "--export",
            metavar="FORM=FILE",
            panel=OUTPUT_PANEL,
            help="Write another form as well, as in markdown=report.md; repeatable.",
        ),
    ] = None
    digits: Annotated[
        int,
        option(
            "--digits", metavar="N", panel=OUTPUT_PANEL, help="Of what people read. [default: 4]"
        ),
    ] = 4


class Output(Written):
    """Where a report goes, and how it looks."""

    score_only: Annotated[
        bool,
        option(
            "-b",
            "--score-only",
            panel=OUTPUT_PANEL,
            help="Print the first metric's value alone, in full precision.",
        ),
    ] = False
    all_classes: Annotated[
        bool,
        option("--all-classes", panel=OUTPUT_PANEL, help="Show every class, however many."),
    ] = False
