"""`xent eval --each`: every source a data set of its own, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from xentcli.errors import UsageError
from xentcli.options.computing import FIGURES_PANEL
from xentcli.options.declaring import option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xentcli.commands.options.results import Output, Work
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options
    from xentcli.report.report import Report

FAMILY = "each"


class Each:
    """Whether the sources are one data set, or a data set each."""

    each: Annotated[
        bool,
        option(
            "--each",
            panel=FIGURES_PANEL,
            help="Score every source by itself, and print them side by side.",
        ),
    ] = False


def deliver_each(
    sources: Sequence[str],
    options: Options,
    output: Output,
    work: Work,
    score: Callable[[Files], Report],
) -> None:
    """Writes the reports of all sources, once every one of them has been scored."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.commands.output.forms import forms_of, text_of
    from xentcli.commands.scoring import first_value, shows_findings, warn
    from xentcli.jobs.evaluate import Files
    from xentcli.jobs.side_by_side import side_by_side
    from xentcli.text import shown

    forms = forms_of(output, FAMILY)
    if list(sources).count("-") > 1:
        raise UsageError("--each: standard input can be read only once")
    for target in forms:
        check_target(target, sources)
    everything = [Files([source], options.file) for source in sources]
    for target in forms:
        check_target(target, [path for files in everything for path in files.paths])
    reports = [score(files) for files in everything]
    result = side_by_side(sources, reports, options.report.confidence)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        lines = zip(map(first_value, reports), map(shown, sources), strict=True)
        texts[output.output] = "".join(f"{value}\t{source}\n" for value, source in lines)
    deliver_all(texts)
    if not work.quiet and not shows_findings(forms, output):
        for source, report in zip(sources, reports, strict=True):
            warn(report.findings, source)
