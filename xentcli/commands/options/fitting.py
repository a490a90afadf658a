"""The options of `xent calibrate fit` and `xent calibrate apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from xentcli.commands.options.inputs import option
from xentcli.commands.options.results import OUTPUT_FILE, OUTPUT_PANEL, form_option
from xentcli.errors import UsageError
from xentcli.options import FileOptions, OnBadRow

if TYPE_CHECKING:
    from xentcli.jobs.calibrating.fitting import Request

_FIT, _READ = "What is fitted", "How the rows are read"
_METHODS = ("temperature", "platt", "vector", "isotonic")


class Fit:
    """Which map is fitted, how its worth is found out, and where it goes."""

    method: Annotated[
        str,
        option(
            "--method",
            metavar="NAME",
            panel=_FIT,
            help="temperature (one number), platt (two, for two classes), vector (two a class; "
            "needs scipy) or isotonic (steps). [default: temperature]",
        ),
    ] = "temperature"
    folds: Annotated[
        int,
        option(
            "--folds",
            metavar="N",
            panel=_FIT,
            help="Of the cross-validation; rows of one --id stay together. [default: 5]",
        ),
    ] = 5
    l2: Annotated[
        float,
        option(
            "--l2",
            metavar="X",
            panel=_FIT,
            help="Add X times the squares of how far slopes are from 1 and intercepts from 0. "
            "[default: 0]",
        ),
    ] = 0.0
    l1: Annotated[
        float,
        option(
            "--l1",
            metavar="X",
            panel=_FIT,
            help="The same with absolute values, for vector: most stay 1 and 0. [default: 0]",
        ),
    ] = 0.0
    output: Annotated[
        str,
        option(
            "-o",
            "--output",
            metavar="FILE",
            panel=OUTPUT_PANEL,
            help="Write the calibration to a file, as JSON. [default: it is not kept]",
        ),
    ] = ""
    json: Annotated[bool, option("--json", panel=OUTPUT_PANEL, help="Print what -o writes.")] = (
        False
    )
    quiet: Annotated[
        bool, option("-q", "--quiet", panel=OUTPUT_PANEL, help="No warnings beside --json.")
    ] = False

    def request(self) -> Request:
        """The same, as plain values."""
        from xentcli.jobs.calibrating.fitting import Request
        from xentcli.jobs.calibrating.methods import Method
        from xentcli.jobs.calibrating.vector import Penalty

        if self.method not in _METHODS:
            raise UsageError(
                f"--method: there is no method '{self.method}'; there are {', '.join(_METHODS)}"
            )
        if self.folds < 2:
            raise UsageError(f"--folds takes a number from 2 up, not {self.folds}")
        return Request(Method(self.method), Penalty(self.l1, self.l2), self.folds)


class Application:
    """How the rows to be calibrated are read, and where they go."""

    scores: Annotated[
        str | None,
        option(
            "--scores",
            metavar="COL",
            panel=_READ,
            help="The scores, where they are not named as those that were fitted to: a column, a "
            "glob, a list.",
        ),
    ] = None
    input_format: Annotated[
        str | None,
        option(
            "--input-format",
            metavar="FORMAT",
            panel=_READ,
            help="As for `xent eval`. [told by the first bytes and the name]",
        ),
    ] = None
    delimiter: Annotated[
        str | None, option("--delimiter", metavar="C", panel=_READ, help="[found]")
    ] = None
    no_header: Annotated[
        bool,
        option("--no-header", panel=_READ, help="Columns have no names: they are 1, 2, 3, …"),
    ] = False
    encoding: Annotated[
        str | None,
        option("--encoding", metavar="NAME", panel=_READ, help="Of text. [default: utf-8]"),
    ] = None
    missing: Annotated[
        OnBadRow,
        option("--missing", panel=_READ, help="Rows with a missing score. [default: error]"),
    ] = OnBadRow.ERROR
    format: Annotated[str, form_option("csv, tsv, jsonl, arrow or parquet", "csv")] = ""
    output: Annotated[str, OUTPUT_FILE] = "-"
    quiet: Annotated[bool, option("-q", "--quiet", panel=OUTPUT_PANEL, help="No warnings.")] = False

    def file(self) -> FileOptions:
        """How bytes become columns."""
        return FileOptions(self.input_format, self.delimiter, self.no_header, self.encoding)
