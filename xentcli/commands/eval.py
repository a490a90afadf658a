"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.forms import forms_of, text_of
from xentcli.commands.parameters import Inputs
from xentcli.commands.results import Kept, Output, Report, Work
from xentcli.commands.stored import content_of, report_of_states, states_among
from xentcli.commands.taking import takes
from xentcli.errors import UsageError

if TYPE_CHECKING:
    from xentcli.evaluation import Files, Options, Ran
    from xentcli.options import Keep
    from xentcli.renderers import Renderer
    from xentcli.report import Report as Result

SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="A file, a directory, a glob, or - for standard input; or what --state saved. Several "
    "are one data set.",
    show_default=False,
)


@takes(inputs=Inputs, report=Report, output=Output, kept=Kept, work=Work)
def eval_command(
    sources: Annotated[list[str], SOURCES],
    *,
    inputs: Inputs,
    report: Report,
    output: Output,
    kept: Kept,
    work: Work,
) -> None:
    """Score predictions: cross-entropy, how sure it is, and which classes it comes from."""
    from xentcli.evaluation import Files
    from xentcli.output import check_target, deliver_all

    forms = forms_of(output)
    keep = kept.options()
    targets = [*forms] if kept.state is None else [*forms, kept.state]
    for target in targets:
        check_target(target, sources)
    files = Files(sources, inputs.file())
    for target in targets:
        check_target(target, files.paths)
    _check_kept(kept, forms, report)
    states = states_among(files)
    if report.all_conventions and not states:
        from xentcli.commands.under_all import deliver_all_conventions

        deliver_all_conventions(files, _options(inputs, report, work), output)
        return
    if output.digits < 0:
        raise UsageError(f"--digits takes a number from 0 up, not {output.digits}")
    extra: dict[str, bytes] = {}
    if states:
        result = report_of_states(states, inputs, report, kept)
    else:
        ran = _run(files, _options(inputs, report, work, keep), work)
        result = ran.report(report.options())
        if kept.state is not None:
            extra[kept.state] = content_of(ran, report.options(), kept.state)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        texts[output.output] = _first_value(result)
    deliver_all({**texts, **extra})
    if not work.quiet and not _shows_findings(forms, output):
        _warn(result)


def _shows_findings(forms: dict[str, Renderer], output: Output) -> bool:
    """Whether whoever reads standard output is told of the findings there."""
    form = forms.get("-")
    return form is not None and form.name != "csv" and not output.score_only


def _warn(result: Result) -> None:
    """The findings that matter, on standard error, where the output has no place for them."""
    import sys

    from xentcli.text import shown

    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    for finding in result.findings:
        if finding.severity != "info":
            line = f"{finding.severity}: {shown(finding.message)} [{finding.code}]\n"
            sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding))


def _options(inputs: Inputs, report: Report, work: Work, keep: Keep | None = None) -> Options:
    from xentcli.evaluation import Options

    return Options(
        inputs.file(), inputs.columns(), inputs.policy(), report.options(), work.options(), keep
    )


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


def _run(files: Files, options: Options, work: Work) -> Ran:
    from xentcli.evaluation import run
    from xentcli.progress import watching

    wanted = False if work.quiet else work.progress
    with watching(files.bytes, wanted=wanted) as watcher:
        return run(files, options, watcher)


def _first_value(result: Result) -> str:
    """The first metric's value as Python, jq and awk read it; empty where it is undefined."""
    if not result.metrics:
        raise UsageError("-b: the metric asked for has no figure over all rows")
    value = next(iter(result.metrics.values())).value
    if value is None:
        return "\n"
    return f"{'Infinity' if math.isinf(value) else repr(value)}\n"
