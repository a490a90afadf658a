"""`xent rows`: one line a row, with its loss, in the order of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.options.results import RowsTarget
from xentcli.commands.options.taking import Given, takes
from xentcli.errors import UsageError
from xentcli.options import READING, ReportOptions
from xentcli.options.computing import FIGURES_PANEL, OUTPUT_PANEL
from xentcli.options.declaring import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options


class Selection:
    """Which rows and columns are written."""

    worst: Annotated[
        int | None,
        option(
            "--worst",
            metavar="N",
            panel=OUTPUT_PANEL,
            help="Only the N rows of largest loss, the worst first.",
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        option(
            "--keep",
            metavar="COL",
            panel=OUTPUT_PANEL,
            help="Pass these columns of the input through: a name or a glob; repeatable.",
        ),
    ] = None


@takes("rows", *READING, Selection, ReportOptions, RowsTarget, panels={FIGURES_PANEL: OUTPUT_PANEL})
def rows_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="As for `xent eval`.", show_default=False),
    ],
    *,
    given: Given,
) -> None:
    """Stream each row's number, label, probability of the true class, loss and prediction."""
    from xentcli.commands.output.files import check_target, writing
    from xentcli.commands.output.row_forms import ROW_FORMS, form_named
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options

    selection, out, options = given.value(Selection), given.value(RowsTarget), given.value(Options)
    if selection.worst is not None and selection.worst < 1:
        raise UsageError(f"--worst takes a number from 1 up, not {selection.worst}")
    if options.columns.by or options.columns.cluster:
        raise UsageError(
            "xent rows prints rows, not figures: leave --by and --cluster out",
            hint="--keep passes a column through",
        )
    form = form_named(out.format, out.output)
    check_target(out.output, sources)
    # JSON stays what it is in JSON.
    files = Files(sources, options.file._replace(as_json=form == "jsonl"))
    check_target(out.output, files.paths)
    tables = _tables(files, options, selection)
    # Nothing is written before the first row is known to be good.
    first = next(tables)
    with writing(out.output) as stream:
        writer = ROW_FORMS[form](stream, first.schema)
        writer.write(first)
        for table in tables:
            writer.write(table)
        writer.close()


def _tables(files: Files, options: Options, selection: Selection) -> Iterator[pa.Table]:
    """The tables to be written: at least one, or an error."""
    from itertools import chain

    from xentcli.jobs.evaluate import begin, understand
    from xentcli.jobs.scored_rows import Worst, scored_rows
    from xentcli.layout.naming import select
    from xentcli.layout.schema import missing_column
    from xentcli.options import check
    from xentcli.report.from_sums import no_rows

    check(options.policy, options.report, options.run)
    remaining = files.open()
    opened, telling, table = begin(remaining, options.file)
    layout = understand(telling, table, options)
    names = table.names
    columns: list[str] = []
    for item in selection.keep or ():
        selected = select(item, names)
        if selected is None:
            raise missing_column(item, names, "--keep")
        columns += [n for n in selected if n not in columns]
    several = len(files.paths) > 1
    sources = chain(opened, remaining)
    rows = scored_rows(sources, layout, options, columns, several=several)
    if selection.worst is None:
        count = 0
        for block in rows:
            count += 1
            yield block.table
        if not count:
            raise no_rows(opened[0].path)
        return
    costliest = Worst(selection.worst)
    for block in rows:
        costliest.add(block)
    found = costliest.table()
    if found is None:
        raise no_rows(opened[0].path)
    yield found


COMMAND = rows_command
