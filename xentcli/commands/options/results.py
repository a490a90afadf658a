"""The options of commands that write something: where it goes, and how it looks."""

from functools import partial
from typing import Annotated

from xentcli.options.computing import FIGURES_PANEL, OUTPUT_PANEL, WORK_PANEL
from xentcli.options.declaring import PATH, PATHS_BEHIND, option

_output = partial(option, panel=OUTPUT_PANEL)


class Shown:
    """What `xent eval` shows that no report holds."""

    all_conventions: Annotated[
        bool,
        option(
            "--all-conventions",
            panel=FIGURES_PANEL,
            help="Print the loss as every system has it (see `xent conventions`), and why.",
        ),
    ] = False


class Kept:
    """Where what was added up is kept, besides its report."""

    state: Annotated[
        str | None,
        _output(
            "--state",
            metavar="FILE",
            help="Save what was added up, to be merged, read and compared without the rows.",
        ),
    ] = None


class Work:
    """What is told of the work while it is done."""

    progress: Annotated[
        bool | None,
        option(
            "--progress/--no-progress",
            panel=WORK_PANEL,
            help="A progress bar on standard error. [default: on a terminal, when it takes long]",
        ),
    ] = None
    quiet: Annotated[
        bool,
        option("-q", "--quiet", panel=WORK_PANEL, help="No progress bar and no warnings."),
    ] = False


_OUTPUT = _output(
    "-o",
    "--output",
    metavar="FILE",
    kind=PATH,
    help="Write to a file, whole or not at all. [default: -, standard output]",
)


def _forms(named: str, usual: str) -> str:
    return f"{named}. [default: what -o is named, else {usual}]"


_FORMAT = _output(
    "-f",
    "--format",
    metavar="FORM",
    help=_forms("table, json, jsonl, csv, markdown or parquet", "table"),
    elsewhere={
        "check": _forms("table, json, github (annotations), markdown or junit", "table"),
        "rows": _forms("csv, tsv, jsonl, arrow or parquet", "csv"),
        "apply": _forms("csv, tsv, jsonl, arrow or parquet", "csv"),
    },
)


class Target:
    """Where the one thing goes that a command writes."""

    output: Annotated[str, _OUTPUT] = "-"


class RowsTarget:
    """Where rows go, and in which form."""

    format: Annotated[str, _FORMAT] = ""
    output: Annotated[str, _OUTPUT] = "-"


class Written:
    """Where a text goes, in which form, and how it looks."""

    format: Annotated[str, _FORMAT] = ""
    json: Annotated[bool, _output("--json", help="Short for -f json.")] = False
    output: Annotated[str, _OUTPUT] = "-"
    export: Annotated[
        list[str] | None,
        _output(
            "--export",
            metavar="FORM=FILE",
            kind=PATHS_BEHIND,
            help="Write another form as well, as in markdown=report.md; repeatable.",
        ),
    ] = None
    digits: Annotated[
        int, _output("--digits", metavar="N", help="Of what people read. [default: 4]")
    ] = 4


class Output(Written):
    """Where a report goes, and how it looks."""

    score_only: Annotated[
        bool,
        _output(
            "-b",
            "--score-only",
            help="Print the first metric's value alone, in full precision.",
        ),
    ] = False
    all_classes: Annotated[
        bool, _output("--all-classes", help="Show every class, however many.")
    ] = False
