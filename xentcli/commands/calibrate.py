"""`xent calibrate fit` and `xent calibrate apply`: better probabilities from the same model."""

from __future__ import annotations

from typing import Annotated

import typer

from xentcli.commands.options.fitting import Application, Fit
from xentcli.commands.options.taking import Given, takes
from xentcli.errors import InputError
from xentcli.options import READING, ColumnOptions, FileOptions, Policy
from xentcli.options.reading import COLUMNS_PANEL, FILES_PANEL, POLICY_PANEL
from xentcli.text import tell

COMMAND = typer.Typer(
    name="calibrate",
    add_completion=False,
    no_args_is_help=True,
    help="Fit a recalibration that minimises cross-entropy, and apply it.",
)

_PANELS = dict.fromkeys((COLUMNS_PANEL, FILES_PANEL, POLICY_PANEL), "How the rows are read")

VALIDATION = typer.Argument(
    metavar="VAL...",
    help="Predictions with their labels, that the model was not trained on; as for `xent eval`.",
    show_default=False,
)


@COMMAND.command("fit", short_help="Fit a recalibration to labelled predictions.")
@takes("fit", *READING, Fit)
def fit_command(sources: Annotated[list[str], VALIDATION], *, given: Given) -> None:
    """Fit a recalibration, and say what it is worth on rows that it was not fitted to."""
    from xentcli.commands.output.files import check_target, deliver_all
    from xentcli.jobs.calibrating.fitting import fitted
    from xentcli.jobs.calibrating.validation import read
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options
    from xentcli.renderers import RenderOptions, get

    wanted, options = given.value(Fit), given.value(Options)
    request = wanted.request()
    if wanted.output:
        check_target(wanted.output, sources)
    files = Files(sources, options.file)
    if wanted.output:
        check_target(wanted.output, files.paths)
    found = fitted(read(files, options), request, options.policy)
    found = found._replace(target=wanted.output)
    form = get("json" if wanted.json else "table", "calibrate")
    texts = {"-": form.text(found, RenderOptions())}
    if wanted.output:
        texts[wanted.output] = found.to_json()
    deliver_all(texts)
    # The page shows the findings; where it is not printed, those that matter are told apart.
    if not wanted.quiet and (wanted.json or wanted.output == "-"):
        for notice in found.findings:
            if notice.severity == "warning":
                tell(notice.line)


@COMMAND.command("apply", short_help="Rewrite scores by a fitted recalibration.")
@takes("apply", *READING, Application, panels=_PANELS)
def apply_command(
    calibration: Annotated[
        str, typer.Argument(metavar="CAL", help="What `fit -o` wrote.", show_default=False)
    ],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TEST...",
            help="Predictions of the same model, with or without labels; - for standard input.",
            show_default=False,
        ),
    ],
    *,
    given: Given,
) -> None:
    """Rewrite the scores on their own scale; all other columns, and the order, stay."""
    from xentcli.commands.output.files import check_target, writing
    from xentcli.commands.output.row_forms import form_named, verbatim
    from xentcli.jobs.calibrating.applying import Application as Applied
    from xentcli.jobs.calibrating.record import parse
    from xentcli.jobs.evaluate import Files

    wanted, read = given.value(Application), given.value(FileOptions)
    form = form_named(wanted.format, wanted.output)
    check_target(wanted.output, [calibration, *sources])
    kept = parse(_content(calibration), calibration)
    # JSON stays what it is in JSON.
    file = read._replace(as_json=form == "jsonl")
    files = Files(sources, file)
    check_target(wanted.output, files.paths)
    scores, missing = given.value(ColumnOptions).scores, given.value(Policy).missing
    applied = Applied(kept, files, file, scores=scores, missing=missing)
    tables = applied.tables()
    # Nothing is written before the first row is known to be good.
    first = next(tables)
    with writing(wanted.output) as stream:
        writer = verbatim(form, header=not file.no_header)(stream, first.schema)
        writer.write(first)
        for table in tables:
            writer.write(table)
        writer.close()
    if not wanted.quiet:
        for notice in (*kept.doubts, *applied.notices):
            tell(notice.line)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {reason}") from None
