"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

from typing import Annotated

import typer

from xentcli.commands.each import Each, deliver_each
from xentcli.commands.forms import forms_of, text_of
from xentcli.commands.parameters import Inputs
from xentcli.commands.results import Output, Report, Work
from xentcli.commands.scoring import first_value, options_of, score_files, shows_findings, warn
from xentcli.commands.taking import takes
from xentcli.errors import UsageError

SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="A file, a directory, a glob, or - for standard input. Several are one data set, but "
    "for --each.",
    show_default=False,
)


@takes(inputs=Inputs, each=Each, report=Report, output=Output, work=Work)
def eval_command(
    sources: Annotated[list[str], SOURCES],
    *,
    inputs: Inputs,
    each: Each,
    report: Report,
    output: Output,
    work: Work,
) -> None:
    """Score predictions: cross-entropy, how sure it is, and which classes it comes from."""
    from xentcli.evaluation import Files
    from xentcli.output import check_target, deliver_all

    if each.each:
        if report.all_conventions:
            raise UsageError("--each does not go with --all-conventions")
        deliver_each(sources, options_of(inputs, report, work), output, work)
        return
    forms = forms_of(output)
    for target in forms:
        check_target(target, sources)
    files = Files(sources, inputs.file())
    for target in forms:
        check_target(target, files.paths)
    options = options_of(inputs, report, work)
    if report.all_conventions:
        from xentcli.commands.under_all import deliver_all_conventions

        deliver_all_conventions(files, options, output)
        return
    result = score_files(files, options, output, work)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        texts[output.output] = f"{first_value(result)}\n"
    deliver_all(texts)
    if not work.quiet and not shows_findings(forms, output):
        warn(result.findings)
