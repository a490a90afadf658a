"""`xent check`: holds predictions against requirements, and says so with its exit code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.options.gate import Config, Gate, GateOutput
from xentcli.commands.options.results import Work
from xentcli.commands.options.taking import Given, takes
from xentcli.commands.output.forms import forms_of, text_of
from xentcli.commands.scoring import all_states, check_output, options_of, refuse_reading, warn
from xentcli.errors import OutputError, UsageError, XentError
from xentcli.options import READING, ColumnOptions, FileOptions, ReportOptions, RunOptions
from xentcli.text import tell

if TYPE_CHECKING:
    from xentcli.jobs.checking.gate import Terms
    from xentcli.jobs.checking.verdicts import Checked
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options

SOURCES = typer.Argument(
    metavar="[SOURCE]...",
    help="Predictions, as for `xent eval`; those that the configuration names otherwise.",
    show_default=False,
)
_SUMMARY = "GITHUB_STEP_SUMMARY"


@takes("check", Gate, Config, *READING, ReportOptions, GateOutput, RunOptions, Work)
def check_command(
    context: typer.Context,
    sources: Annotated[list[str] | None, SOURCES] = None,
    *,
    given: Given,
) -> None:
    """Hold predictions against requirements: exit code 0 if all are met, 1 if one is not."""
    try:
        checked = _held(context, sources, given)
    except XentError as error:
        if given.value(GateOutput).format == "github":
            _annotate(error)
        raise
    raise typer.Exit(checked.exit_code)


def _annotate(error: XentError) -> None:
    """Has GitHub show, beside the run, why there is no verdict; standard output stays empty."""
    from xentcli.renderers.check.github import message, title

    told = ". ".join(filter(None, (error.message, error.hint)))
    tell(f"::error title={title('xent check: no verdict')}::{message(told)}")


def _held(
    context: typer.Context,
    sources: list[str] | None,
    given: Given,
) -> Checked:
    """The verdict, which is told; its exit code is left to be given."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.jobs.checking.baseline import is_ours
    from xentcli.jobs.evaluate import Files

    config, output, work = given.value(Config), given.value(GateOutput), given.value(Work)
    if config.no_config and config.config is not None:
        raise UsageError("--config and --no-config say two things: give one of them")
    if not sources:
        raise UsageError(
            "there is nothing to check", hint="name predictions, or a `source` in xent.toml"
        )
    check_output(output)
    if "bootstrap" in given and given.value(ColumnOptions).by:
        raise UsageError("--bootstrap does not go with --by", hint="slices have formulas")
    terms = _terms(context, given.value(Gate))
    summary = _summary_file() if output.summary else None
    forms = forms_of(output, "check")
    targets = [*forms, *([summary] if summary is not None else [])]
    if summary is not None and os.path.realpath(summary) in map(os.path.realpath, forms):
        raise UsageError(f"--summary: '{summary}' is written to already")
    read = [*sources, *([terms.baseline] if isinstance(terms.baseline, str) else [])]
    for target in targets:
        check_target(target, read)
    files = Files(sources, given.value(FileOptions))
    for target in targets:
        check_target(target, files.paths)
    against = [terms.baseline] if isinstance(terms.baseline, str) else []
    if all_states(files.paths) and all(is_ours(path) for path in against):
        refuse_reading(given)
    checked = _checked(files, terms, options_of(given), work)
    texts = {target: text_of(form, checked, output, target) for target, form in forms.items()}
    deliver_all(texts)
    if summary is not None:
        _append(summary, checked, output)
    if not work.quiet and "-" not in forms:
        warn(checked.findings)
    return checked


def _checked(files: Files, terms: Terms, options: Options, work: Work) -> Checked:
    import functools

    from xentcli.commands.output.progress import watching
    from xentcli.jobs.checking.gate import check

    wanted = False if work.quiet else work.progress
    return check(files, terms, options, functools.partial(watching, wanted=wanted))


def _terms(context: typer.Context, gate: Gate) -> Terms:
    from xentcli.jobs.checking.gate import Terms
    from xentcli.jobs.checking.requirement import parse_all

    texts = gate.require or ()
    if _origin(context, "require") == "ENVIRONMENT":
        # A list from the environment comes split at spaces, which requirements hold.
        texts = [os.environ["XENT_REQUIRE"]]
    requirements = parse_all(texts)
    baseline = gate.baseline
    if _origin(context, "baseline") != "COMMANDLINE" and not any(r.delta for r in requirements):
        # Other requirements of the same table may need it.
        baseline = None
    return Terms(requirements, baseline, gate.decide_on, gate.inconclusive)


def _origin(context: typer.Context, name: str) -> str:
    """Where an option's value is from: COMMANDLINE, ENVIRONMENT, DEFAULT_MAP or DEFAULT."""
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def _summary_file() -> str:
    path = os.environ.get(_SUMMARY)
    if not path:
        raise UsageError(
            f"--summary needs ${_SUMMARY}, which GitHub Actions sets",
            hint="elsewhere, write Markdown with --export markdown=FILE",
        )
    return path


def _append(path: str, checked: Checked, output: GateOutput) -> None:
    """Adds the Markdown of this gate to what earlier steps have written."""
    from xentcli import renderers

    options = renderers.RenderOptions(digits=output.digits)
    text = renderers.get("markdown", "check").text(checked, options) + "\n"
    try:
        with open(path, "ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None


COMMAND = check_command
