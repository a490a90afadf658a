"""`xent compare`: candidates beside a baseline, row by row."""

from __future__ import annotations

from typing import Annotated

import typer

from xentcli.commands.options.inputs import Inputs, option
from xentcli.commands.options.results import Figures, Output, Work
from xentcli.commands.options.taking import takes
from xentcli.commands.output.forms import bare, forms_of, text_of
from xentcli.commands.scoring import (
    all_states,
    check_output,
    options_of,
    refuse_reading,
    shows_findings,
    warn,
)

_PANEL = "How they are compared"


class Comparing:
    """How sources are compared."""

    name: Annotated[
        list[str] | None,
        option(
            "--name",
            metavar="NAME",
            panel=_PANEL,
            help="What the sources are called, in their order; or the candidates alone. "
            "Repeatable. [their paths]",
        ),
    ] = None
    worst: Annotated[
        int,
        option(
            "--worst",
            metavar="N",
            panel=_PANEL,
            help="Show the N rows that changed most. [default: 5]",
        ),
    ] = 5
    allow_missing: Annotated[
        bool,
        option(
            "--allow-missing",
            panel=_PANEL,
            help="With --id: compare the rows that both have, and say how many have not.",
        ),
    ] = False
    unpaired: Annotated[
        bool,
        option(
            "--unpaired",
            panel=_PANEL,
            help="The sources are of different rows: training against validation, say.",
        ),
    ] = False


BASE = typer.Argument(
    metavar="BASE", help="The baseline: a file, a directory, a glob or a state.", show_default=False
)
CANDIDATES = typer.Argument(
    metavar="CANDIDATE...", help="What is compared with it, each by itself.", show_default=False
)


@takes(comparing=Comparing, inputs=Inputs, figures=Figures, output=Output, work=Work)
def compare_command(
    baseline: Annotated[str, BASE],
    candidates: Annotated[list[str], CANDIDATES],
    *,
    comparing: Comparing,
    inputs: Inputs,
    figures: Figures,
    output: Output,
    work: Work,
) -> None:
    """Compare predictions of the same rows: what changed, how sure that is, and where."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.commands.output.progress import watching
    from xentcli.errors import UsageError
    from xentcli.jobs.comparing.compare import compare
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Comparing as Wanted

    sources = [baseline, *candidates]
    if sources.count("-") > 1:
        raise UsageError("standard input can be one of the sources only")
    if output.score_only and len(candidates) > 1:
        raise UsageError("-b prints one number: compare one candidate")
    forms = forms_of(output, "comparison")
    files = [Files([source], inputs.file()) for source in sources]
    for target in forms:
        check_target(target, [*sources, *(path for part in files for path in part.paths)])
    if all_states([path for part in files for path in part.paths]):
        refuse_reading(inputs)
    check_output(output)
    options = options_of(inputs, figures, work)
    wanted = Wanted(
        tuple(comparing.name or ()), comparing.worst, comparing.allow_missing, comparing.unpaired
    )
    sizes = [part.bytes for part in files]
    size = None if None in sizes else sum(s for s in sizes if s is not None)
    with watching(size, wanted=False if work.quiet else work.progress) as watcher:
        result = compare(files, sources, options, wanted, watcher)
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
