"""The options that `xent check` alone has."""

from functools import partial
from typing import Annotated

import typer

from xentcli.commands.options.results import Written
from xentcli.jobs.checking.verdicts import DecideOn, OnInconclusive
from xentcli.options.computing import OUTPUT_PANEL
from xentcli.options.declaring import PATH, option


def _from_file(context: typer.Context, value: str | None) -> str | None:
    """Makes the table of a file the defaults of all options that are read after this one."""
    if context.resilient_parsing or (value is None and context.params.get("no_config")):
        return value
    from xentcli.commands.options import defaults
    from xentcli.commands.options.defaults import set_defaults

    table = defaults.found() if value is None else defaults.named(value)
    if table is not None:
        set_defaults(context, table)
    return value


_gate = partial(option, panel="What is required")
_config = partial(option, panel="Where options come from", is_eager=True)


class Gate:
    """What is required, of what, and what decides."""

    require: Annotated[
        list[str] | None,
        _gate(
            "--require",
            metavar="REQ",
            help="As in 'cross_entropy <= 0.35', 'class[spam].recall >= 0.9', "
            "'slice[country=DE].brier < 0.5', 'delta.cross_entropy <= 0.01', 'rows >= 1000'; "
            "repeatable.",
        ),
    ] = None
    baseline: Annotated[
        str | None,
        _gate(
            "--baseline",
            metavar="FILE",
            kind=PATH,
            help="What delta. is from: predictions, a state, or the JSON of `xent eval --json`.",
        ),
    ] = None
    decide_on: Annotated[
        DecideOn,
        _gate(
            "--decide-on",
            help="The figure itself, or the whole of its interval, which may leave it open. "
            "[default: estimate]",
        ),
    ] = DecideOn.ESTIMATE
    inconclusive: Annotated[
        OnInconclusive,
        _gate(
            "--inconclusive",
            help="What becomes of a gate that the data leave open; fail is exit code 4. "
            "[default: pass]",
        ),
    ] = OnInconclusive.PASS


class Config:
    """Where options come from that are not on the command line."""

    no_config: Annotated[
        bool,
        _config("--no-config", envvar=None, help="Read no xent.toml and no pyproject.toml."),
    ] = False
    config: Annotated[
        str | None,
        _config(
            "--config",
            metavar="FILE",
            callback=_from_file,
            help="A file with a table [check] or [tool.xentcli.check] of options. [default: the "
            "nearest xent.toml or pyproject.toml, up to the root of the repository]",
        ),
    ] = None


class GateOutput(Written):
    """Where the verdict goes, and how it looks."""

    summary: Annotated[
        bool,
        option(
            "--summary",
            panel=OUTPUT_PANEL,
            help="Append Markdown to the file that $GITHUB_STEP_SUMMARY names.",
        ),
    ] = False
    all_classes = False
