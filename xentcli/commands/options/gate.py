"""The options of `xent check`, in groups that it takes whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xentcli.commands.options.inputs import option
from xentcli.commands.options.results import OUTPUT_PANEL, Written, form_option
from xentcli.jobs.checking.verdicts import DecideOn, OnInconclusive
from xentcli.options import Base, ReportOptions, bootstrap_of

_GATE, _CONFIG, _REPORT = "What is required", "Where options come from", "What is computed"


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


def _eager(*names: str, help: str, callback: Any = None, **more: Any) -> Any:  # noqa: A002 - typer's own word
    return typer.Option(
        *names,
        help=help.replace("[", r"\["),
        rich_help_panel=_CONFIG,
        is_eager=True,
        callback=callback,
        show_default=False,
        **more,
    )


class Gate:
    """What is required, of what, and what decides."""

    require: Annotated[
        list[str] | None,
        option(
            "--require",
            metavar="REQ",
            panel=_GATE,
            help="As in 'cross_entropy <= 0.35', 'class[spam].recall >= 0.9', "
            "'slice[country=DE].brier < 0.5', 'delta.cross_entropy <= 0.01', 'rows >= 1000'; "
            "repeatable.",
        ),
    ] = None
    baseline: Annotated[
        str | None,
        option(
            "--baseline",
            metavar="FILE",
            panel=_GATE,
            help="What delta. is from: predictions, a state, or the JSON of `xent eval --json`.",
        ),
    ] = None
    decide_on: Annotated[
        DecideOn,
        option(
            "--decide-on",
            panel=_GATE,
            help="The figure itself, or the whole of its interval, which may leave it open. "
            "[default: estimate]",
        ),
    ] = DecideOn.ESTIMATE
    inconclusive: Annotated[
        OnInconclusive,
        option(
            "--inconclusive",
            panel=_GATE,
            help="What becomes of a gate that the data leave open; fail is exit code 4. "
            "[default: pass]",
        ),
    ] = OnInconclusive.PASS


class Config:
    """Where options come from that are not on the command line."""

    no_config: Annotated[
        bool, _eager("--no-config", help="Read no xent.toml and no pyproject.toml.")
    ] = False
    config: Annotated[
        str | None,
        _eager(
            "--config",
            metavar="FILE",
            callback=_from_file,
            envvar="XENT_CONFIG",
            show_envvar=False,
            help="A file with a table [check] or [tool.xentcli.check] of options. [default: the "
            "nearest xent.toml or pyproject.toml, up to the root of the repository]",
        ),
    ] = None


class Figures:
    """In which unit figures are, and how sure their intervals."""

    base: Annotated[
        Base,
        option("--base", panel=_REPORT, help="Of the logarithm: nats, bits, … [default: e]"),
    ] = Base.E
    confidence: Annotated[
        float, option("--confidence", metavar="P", panel=_REPORT, help="[default: 0.95]")
    ] = 0.95
    bootstrap: Annotated[
        int | None,
        option(
            "--bootstrap",
            metavar="N",
            panel=_REPORT,
            help="Errors and intervals of every figure from N resamplings of the rows, slices "
            "aside; --id tells rows apart.",
        ),
    ] = None
    seed: Annotated[
        int | None,
        option("--seed", metavar="S", panel=_REPORT, help="Of --bootstrap. [default: 0]"),
    ] = None

    def options(self) -> ReportOptions:
        """The same, as plain values."""
        return ReportOptions(
            base=self.base,
            confidence=self.confidence,
            bootstrap=bootstrap_of(self.bootstrap, self.seed),
        )


class GateOutput(Written):
    """Where the verdict goes, and how it looks."""

    format: Annotated[str, form_option("table, json, github (annotations), markdown or junit")] = ""
    summary: Annotated[
        bool,
        option(
            "--summary",
            panel=OUTPUT_PANEL,
            help="Append Markdown to the file that $GITHUB_STEP_SUMMARY names.",
        ),
    ] = False
    all_classes = False
