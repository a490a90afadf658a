"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.each import Each, deliver_each
from xentcli.commands.options.results import Kept, Output, Shown, Work
from xentcli.commands.options.taking import Given, takes
from xentcli.commands.output.forms import forms_of, text_of
from xentcli.commands.scoring import (
    check_output,
    content_of,
    first_value,
    options_of,
    report_of_states,
    run_files,
    shows_findings,
    warn,
)
from xentcli.errors import UsageError
from xentcli.options import READING, Keep, ReportOptions, RunOptions

if TYPE_CHECKING:
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options
    from xentcli.renderers import Renderer
    from xentcli.report.report import Report as Result

SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="A file, a directory, a glob, or - for standard input; or what --state saved. Several "
    "are one data set, but for --each.",
    show_default=False,
)


@takes("eval", *READING, Each, ReportOptions, Shown, Output, Kept, Keep, RunOptions, Work)
def eval_command(sources: Annotated[list[str], SOURCES], *, given: Given) -> None:
    """Score predictions: cross-entropy, how sure it is, and which classes it comes from."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.jobs.evaluate import Files
    from xentcli.jobs.states.among import states_among

    options, output, work = options_of(given), given.value(Output), given.value(Work)
    shown, state = given.value(Shown), _state(given)
    check_output(output)

    def score(files: Files) -> tuple[Result, dict[str, bytes]]:
        return _scored(files, options, given, state)

    if given.value(Each).each:
        if shown.all_conventions or state is not None:
            raise UsageError("--each does not go with --all-conventions or --state")
        deliver_each(sources, options, output, work, lambda files: score(files)[0])
        return
    forms = forms_of(output)
    targets = [*forms] if state is None else [*forms, state]
    for target in targets:
        check_target(target, sources)
    files = Files(sources, options.file)
    for target in targets:
        check_target(target, files.paths)
    if state is not None:
        _check_kept(state, forms, options.report, shown)
    if shown.all_conventions and not states_among(files):
        _deliver_all_conventions(files, options, output)
        return
    result, extra = score(files)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        texts[output.output] = f"{first_value(result)}\n"
    deliver_all({**texts, **extra})
    if not work.quiet and not shows_findings(forms, output):
        warn(result.findings)


def _scored(
    files: Files,
    options: Options,
    given: Given,
    path: str | None,
) -> tuple[Result, dict[str, bytes]]:
    """The report of predictions, or of states; and the state of the run, where one is wanted."""
    from xentcli.jobs.states.among import states_among

    states = states_among(files)
    if states:
        return report_of_states(states, given, options), {}
    keep = None if path is None else given.value(Keep)
    ran = run_files(files, options, given.value(Work), keep)
    state = {} if path is None else {path: content_of(ran, options.report, path)}
    return ran.report(options.report), state


_CONVENTION_FORMS = ("table", "json")


def _deliver_all_conventions(files: Files, options: Options, output: Output) -> None:
    """Writes the loss as every system has it. Raises UsageError for what has no such form."""
    from xentcli.commands.output.files import deliver
    from xentcli.jobs.all_conventions import under_all
    from xentcli.renderers import RenderOptions, get

    form = "json" if output.json else output.format or "table"
    if form not in _CONVENTION_FORMS or output.export or output.score_only:
        raise UsageError(
            f"--all-conventions is written as {' or '.join(_CONVENTION_FORMS)}",
            hint="--like NAME gives one system's number in every form",
        )
    found = under_all(files, options)
    text = get(form, "conventions").text(found, RenderOptions(digits=output.digits))
    deliver(text, output.output)


def _state(given: Given) -> str | None:
    """The file of a state. Raises UsageError for one that cannot be."""
    state = given.value(Kept).state
    if state is None and given.value(Keep).paired:
        raise UsageError("--paired goes with --state")
    if state in ("", "-"):
        raise UsageError("--state takes the name of a file", hint="a report goes to -")
    return state


def _check_kept(
    state: str, forms: dict[str, Renderer], report: ReportOptions, shown: Shown
) -> None:
    """Raises UsageError for a state that cannot be made."""
    import os

    if os.path.realpath(state) in {os.path.realpath(target) for target in forms}:
        raise UsageError(f"--state: '{state}' is written to already")
    for asked, option in (
        (report.bootstrap is not None and report.bootstrap.replicates, "--bootstrap"),
        (report.find_slices, "--find-slices"),
        (shown.all_conventions, "--all-conventions"),
    ):
        if asked:
            raise UsageError(f"--state does not go with {option}, which needs the rows")


COMMAND = eval_command
