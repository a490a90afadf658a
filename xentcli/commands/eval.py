"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.forms import forms_of, text_of, warn
from xentcli.commands.parameters import Inputs
from xentcli.commands.results import Output, Report, Work
from xentcli.commands.taking import takes
from xentcli.errors import UsageError

if TYPE_CHECKING:
    from xentcli.evaluation import Files, Options
    from xentcli.renderers import Renderer
    from xentcli.report import Report as Result

SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="A file, a directory, a glob, or - for standard input. Several are one data set.",
    show_default=False,
)


@takes(inputs=Inputs, report=Report, output=Output, work=Work)
def eval_command(
    sources: Annotated[list[str], SOURCES],
    *,
    inputs: Inputs,
    report: Report,
    output: Output,
    work: Work,
) -> None:
    """Score predictions: cross-entropy, how sure it is, and which classes it comes from."""
    from xentcli.evaluation import Files
    from xentcli.output import check_target, deliver_all

    forms = forms_of(output)
    for target in forms:
        check_target(target, sources)
    files = Files(sources, inputs.file())
    for target in forms:
        check_target(target, files.paths)
    if report.all_conventions:
        from xentcli.commands.under_all import deliver_all_conventions

        deliver_all_conventions(files, _options(inputs, report, work), output)
        return
    result = _score(files, inputs, report, output, work)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        texts[output.output] = _first_value(result)
    deliver_all(texts)
    if not work.quiet and not _shows_findings(forms, output):
        warn(result.findings)


def _shows_findings(forms: dict[str, Renderer], output: Output) -> bool:
    """Whether whoever reads standard output is told of the findings there."""
    form = forms.get("-")
    return form is not None and form.name != "csv" and not output.score_only


def _options(inputs: Inputs, report: Report, work: Work) -> Options:
    from xentcli.evaluation import Options

    return Options(
        inputs.file(), inputs.columns(), inputs.policy(), report.options(), work.options()
    )


def _score(files: Files, inputs: Inputs, report: Report, output: Output, work: Work) -> Result:
    from xentcli.evaluation import score
    from xentcli.progress import watching

    if output.digits < 0:
        raise UsageError(f"--digits takes a number from 0 up, not {output.digits}")
    options = _options(inputs, report, work)
    wanted = False if work.quiet else work.progress
    with watching(files.bytes, wanted=wanted) as watcher:
        return score(files, options, watcher)


def _first_value(result: Result) -> str:
    """The first metric's value as Python, jq and awk read it; empty where it is undefined."""
    if not result.metrics:
        raise UsageError("-b: the metric asked for has no figure over all rows")
    value = next(iter(result.metrics.values())).value
    if value is None:
        return "\n"
    return f"{'Infinity' if math.isinf(value) else repr(value)}\n"
