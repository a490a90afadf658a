"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.each import Each, deliver_each
from xentcli.commands.options.inputs import Inputs
from xentcli.commands.options.results import Kept, Output, Report, Work
from xentcli.commands.options.taking import takes
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

if TYPE_CHECKING:
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Keep, Options
    from xentcli.renderers import Renderer
    from xentcli.report.report import Report as Result

SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="A file, a directory, a glob, or - for standard input; or what --state saved. Several "
    "are one data set, but for --each.",
    show_default=False,
)


@takes(inputs=Inputs, each=Each, report=Report, output=Output, kept=Kept, work=Work)
def eval_command(
    sources: Annotated[list[str], SOURCES],
    *,
    inputs: Inputs,
    each: Each,
    report: Report,
    output: Output,
    kept: Kept,
    work: Work,
) -> None:
    """Score predictions: cross-entropy, how sure it is, and which classes it comes from."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.jobs.evaluate import Files
    from xentcli.jobs.states.among import states_among

    options = options_of(inputs, report, work)
    keep = kept.options()
    check_output(output)

    def score(files: Files) -> tuple[Result, dict[str, bytes]]:
        return _scored(files, options, inputs, report, kept, work, keep)

    if each.each:
        if report.all_conventions or kept.state is not None:
            raise UsageError("--each does not go with --all-conventions or --state")
        deliver_each(sources, options, output, work, lambda files: score(files)[0])
        return
    forms = forms_of(output)
    targets = [*forms] if kept.state is None else [*forms, kept.state]
    for target in targets:
        check_target(target, sources)
    files = Files(sources, inputs.file())
    for target in targets:
        check_target(target, files.paths)
    _check_kept(kept, forms, report)
    if report.all_conventions and not states_among(files):
        from xentcli.commands.under_all import deliver_all_conventions

        deliver_all_conventions(files, options, output)
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
    inputs: Inputs,
    report: Report,
    kept: Kept,
    work: Work,
    keep: Keep | None,
) -> tuple[Result, dict[str, bytes]]:
    """The report of predictions, or of states; and the state of the run, where one is wanted."""
    from xentcli.jobs.states.among import states_among

    states = states_among(files)
    if states:
        return report_of_states(states, inputs, report, kept), {}
    ran = run_files(files, options, work, keep)
    state = {} if kept.state is None else {kept.state: content_of(ran, options.report, kept.state)}
    return ran.report(options.report), state


def _check_kept(kept: Kept, forms: dict[str, Renderer], report: Report) -> None:
    """Raises UsageError for a state that cannot be made."""
    import os

    if kept.state is None:
        return
    if os.path.realpath(kept.state) in {os.path.realpath(target) for target in forms}:
        raise UsageError(f"--state: '{kept.state}' is written to already")
    for asked, option in (
        (report.bootstrap, "--bootstrap"),
        (report.find_slices, "--find-slices"),
        (report.all_conventions, "--all-conventions"),
    ):
        if asked:
            raise UsageError(f"--state does not go with {option}, which needs the rows")


COMMAND = eval_command
