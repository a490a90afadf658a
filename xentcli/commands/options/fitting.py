"""The options that `xent calibrate fit` and `xent calibrate apply` alone have."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from xentcli.commands.options.results import RowsTarget
from xentcli.errors import UsageError
from xentcli.options.computing import OUTPUT_PANEL
from xentcli.options.declaring import option

if TYPE_CHECKING:
    from xentcli.jobs.calibrating.fitting import Request

_METHODS = ("temperature", "platt", "vector", "isotonic")
_fit = partial(option, panel="What is fitted")
_output = partial(option, panel=OUTPUT_PANEL)


class Fit:
    """Which map is fitted, how its worth is found out, and where it goes."""

    method: Annotated[
        str,
        _fit(
            "--method",
            metavar="NAME",
            help="temperature (one number), platt (two, for two classes), vector (two a class; "
            "needs scipy) or isotonic (steps). [default: temperature]",
        ),
    ] = "temperature"
    folds: Annotated[
        int,
        _fit(
            "--folds",
            metavar="N",
            help="Of the cross-validation; rows of one --id stay together. [default: 5]",
        ),
    ] = 5
    l2: Annotated[
        float,
        _fit(
            "--l2",
            metavar="X",
            help="Add X times the squares of how far slopes are from 1 and intercepts from 0. "
            "[default: 0]",
        ),
    ] = 0.0
    l1: Annotated[
        float,
        _fit(
            "--l1",
            metavar="X",
            help="The same with absolute values, for vector: most stay 1 and 0. [default: 0]",
        ),
    ] = 0.0
    output: Annotated[
        str,
        _output(
            "-o",
            "--output",
            metavar="FILE",
            help="Write the calibration to a file, as JSON. [default: it is not kept]",
        ),
    ] = ""
    json: Annotated[bool, _output("--json", help="Print what -o writes.")] = False
    quiet: Annotated[bool, _output("-q", "--quiet", help="No warnings beside --json.")] = False

    def request(self) -> "Request":
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


class Application(RowsTarget):
    """Where calibrated rows go."""

    quiet: Annotated[bool, _output("-q", "--quiet", help="No warnings.")] = False
