"""`xent rows`: one line a row, with its loss, in the order of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.commands.options.inputs import Inputs, option
from xentcli.commands.options.results import OUTPUT_FILE, OUTPUT_PANEL, form_option
from xentcli.commands.options.taking import takes
from xentcli.errors import UsageError
from xentcli.options import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from xentcli.jobs.evaluate import Files


class RowOutput:
    """Which rows and columns are written, where, and how they look."""

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
    base: Annotated[
        Base, option("--base", panel=OUTPUT_PANEL, help="Of the logarithm. [default: e]")
    ] = Base.E
    format: Annotated[str, form_option("csv, tsv, jsonl, arrow or parquet", "csv")] = ""
    output: Annotated[str, OUTPUT_FILE] = "-"


@takes(inputs=Inputs, out=RowOutput)
def rows_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="As for `xent eval`.", show_default=False),
    ],
    *,
    inputs: Inputs,
    out: RowOutput,
) -> None:
    """Stream each row's number, label, probability of the true class, loss and prediction."""
    from xentcli.commands.output.files import check_target, writing
    from xentcli.commands.output.row_forms import ROW_FORMS, form_named
    from xentcli.jobs.evaluate import Files

    if out.worst is not None and out.worst < 1:
        raise UsageError(f"--worst takes a number from 1 up, not {out.worst}")
    if inputs.by or inputs.cluster:
        raise UsageError(
            "xent rows prints rows, not figures: leave --by and --cluster out",
            hint="--keep passes a column through",
        )
    form = form_named(out.format, out.output)
    check_target(out.output, sources)
    # JSON stays what it is in JSON.
    files = Files(sources, inputs.file()._replace(as_json=form == "jsonl"))
    check_target(out.output, files.paths)
    tables = _tables(files, inputs, out)
    # Nothing is written before the first row is known to be good.
    first = next(tables)
    with writing(out.output) as stream:
        writer = ROW_FORMS[form](stream, first.schema)
        writer.write(first)
        for table in tables:
            writer.write(table)
        writer.close()


def _tables(files: Files, inputs: Inputs, out: RowOutput) -> Iterator[pa.Table]:
    """The tables to be written: at least one, or an error."""
    from itertools import chain

    from xentcli.jobs.evaluate import begin, understand
    from xentcli.jobs.scored_rows import Worst, scored_rows
    from xentcli.layout.naming import select
    from xentcli.layout.schema import missing_column
    from xentcli.options import Options, ReportOptions, check
    from xentcli.report.from_sums import no_rows

    options = Options(
        inputs.file(), inputs.columns(), inputs.policy(), ReportOptions(base=out.base)
    )
    check(options.policy, options.report, options.run)
    remaining = files.open()
    opened, telling, table = begin(remaining, options.file)
    layout = understand(telling, table, options)
    names = table.names
    columns: list[str] = []
    for item in out.keep or ():
        selected = select(item, names)
        if selected is None:
            raise missing_column(item, names, "--keep")
        columns += [n for n in selected if n not in columns]
    several = len(files.paths) > 1
    sources = chain(opened, remaining)
    rows = scored_rows(sources, layout, options, columns, several=several)
    if out.worst is None:
        count = 0
        for block in rows:
            count += 1
            yield block.table
        if not count:
            raise no_rows(opened[0].path)
        return
    costliest = Worst(out.worst)
    for block in rows:
        costliest.add(block)
    found = costliest.table()
    if found is None:
        raise no_rows(opened[0].path)
    yield found


COMMAND = rows_command
