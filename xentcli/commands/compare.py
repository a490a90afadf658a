"""`xent compare`: candidates beside a baseline, row by row."""

from __future__ import annotations

from typing import Annotated

import typer

from xentcli.commands.options.results import Output, Work
from xentcli.commands.options.taking import Given, takes
from xentcli.commands.output.forms import bare, forms_of, text_of
from xentcli.commands.scoring import (
    all_states,
    check_output,
    options_of,
    refuse_reading,
    shows_findings,
    warn,
)
from xentcli.options import READING, Comparing, FileOptions, ReportOptions, RunOptions

BASE = typer.Argument(
    metavar="BASE", help="The baseline: a file, a directory, a glob or a state.", show_default=False
)
CANDIDATES = typer.Argument(
    metavar="CANDIDATE...", help="What is compared with it, each by itself.", show_default=False
)


@takes("compare", Comparing, *READING, ReportOptions, Output, RunOptions, Work)
def compare_command(
    baseline: Annotated[str, BASE],
    candidates: Annotated[list[str], CANDIDATES],
    *,
    given: Given,
) -> None:
    """Compare predictions of the same rows: what changed, how sure that is, and where."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.commands.output.progress import watching
    from xentcli.errors import UsageError
    from xentcli.jobs.comparing.compare import compare
    from xentcli.jobs.evaluate import Files

    output, work = given.value(Output), given.value(Work)
    sources = [baseline, *candidates]
    if sources.count("-") > 1:
        raise UsageError("standard input can be one of the sources only")
    if output.score_only and len(candidates) > 1:
        raise UsageError("-b prints one number: compare one candidate")
    forms = forms_of(output, "comparison")
    file = given.value(FileOptions)
    files = [Files([source], file) for source in sources]
    for target in forms:
        check_target(target, [*sources, *(path for part in files for path in part.paths)])
    if all_states([path for part in files for path in part.paths]):
        refuse_reading(given)
    check_output(output)
    options = options_of(given)
    sizes = [part.bytes for part in files]
    size = None if None in sizes else sum(s for s in sizes if s is not None)
    with watching(size, wanted=False if work.quiet else work.progress) as watcher:
        result = compare(files, sources, options, given.value(Comparing), watcher)
    texts = {target: text_of(form, result, output, target) for target, form in forms.items()}
    if output.score_only:
        difference = next(iter(result.candidates[0].metrics.values())).difference
        texts[output.output] = f"{bare(difference.value)}\n"
    deliver_all(texts)
    if not work.quiet and not shows_findings(forms, output):
        warn(result.findings, result.name)
        for candidate in result.candidates:
            warn(candidate.findings, candidate.name)


COMMAND = compare_command
