"""`xent eval`: scores predictions and reports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.parameters import Inputs, Output, Report, Work, takes
from xentcli.errors import UsageError

if TYPE_CHECKING:
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
    from xentcli.output import check_target, deliver

    form, exports = _forms(output)
    for target in (output.output, *exports):
        check_target(target, sources)
    result = _score(sources, inputs, report, work)
    for target, extra in exports.items():
        deliver(_text(extra, result, output, target), target)
    text = _first_value(result) if output.score_only else _text(form, result, output, output.output)
    deliver(text, output.output)


def _forms(output: Output) -> tuple[Renderer, dict[str, Renderer]]:
    """The form of the main output, and those to be exported by target."""
    form = _form("json" if output.json else output.format, "--format")
    exports: dict[str, Renderer] = {}
    for item in output.export or ():
        name, separator, target = item.partition("=")
        if not separator or not target:
            raise UsageError(f"--export takes FORM=FILE, not '{item}'")
        exports[target] = _form(name, "--export")
    return form, exports


def _form(name: str, option: str) -> Renderer:
    from xentcli import renderers

    try:
        return renderers.get(name)
    except KeyError:
        known = ", ".join(renderers.names())
        raise UsageError(f"{option}: there is no form '{name}'; there are {known}") from None


def _score(sources: list[str], inputs: Inputs, report: Report, work: Work) -> Result:
    from xentcli.evaluation import Files, Options, score
    from xentcli.progress import watching

    options = Options(
        inputs.file(), inputs.columns(), inputs.policy(), report.options(), work.options()
    )
    with watching(sources, wanted=False if work.quiet else work.progress) as watcher:
        return score(Files(sources, options.file), options, watcher)


def _text(form: Renderer, result: Result, output: Output, target: str) -> str:
    import sys

    from xentcli.renderers import RenderOptions

    classes = None if output.all_classes else 30
    if target == "-":
        options = RenderOptions.for_stream(sys.stdout, digits=output.digits, classes=classes)
    else:
        options = RenderOptions(digits=output.digits, classes=classes)
    return form.render(result, options)


def _first_value(result: Result) -> str:
    """The first metric's value as Python, jq and awk read it; empty where it is undefined."""
    value = next(iter(result.metrics.values())).value
    if value is None:
        return "\n"
    return f"{'Infinity' if math.isinf(value) else repr(value)}\n"
