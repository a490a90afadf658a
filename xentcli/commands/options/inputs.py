"""The options that commands share, each declared once, in groups that a command takes whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xentcli.options import (
    ColumnOptions,
    FileOptions,
    Like,
    OnBadRow,
    Policy,
    Scale,
    SumToOne,
    TargetScale,
    Task,
)


def option(*names: str, panel: str, help: str, metavar: str | None = None) -> Any:  # noqa: A002 - typer's own word
    """A typer option that also comes from the environment variable XENT_NAME."""
    longest = max(names[0].split("/")[0], *(n.split("/")[0] for n in names), key=len)
    variable = "XENT_" + longest.lstrip("-").replace("-", "_").upper()
    return typer.Option(
        *names,
        # Square brackets are rich's markup.
        help=help.replace("[", r"\["),
        metavar=metavar,
        rich_help_panel=panel,
        envvar=variable,
        show_envvar=False,
        show_default=False,
    )


_COLUMNS, _FILES, _POLICY = "Which column is what", "How files are read", "Rows that are not right"


class Inputs:
    """How predictions are read: the options of every command that reads them."""

    target: Annotated[
        list[str] | None,
        option(
            "--target",
            metavar="COL",
            panel=_COLUMNS,
            help="The true label; for soft targets and labels a column each (repeat it, or a glob "
            "'true_*'), or one of lists. [found by name]",
        ),
    ] = None
    target_scale: Annotated[
        TargetScale | None,
        option(
            "--target-scale",
            panel=_COLUMNS,
            help="What the target holds: labels, probabilities (soft targets), or votes, which "
            "are made shares. [label; probability for several columns]",
        ),
    ] = None
    scores: Annotated[
        str | None,
        option(
            "--scores",
            metavar="COL",
            panel=_COLUMNS,
            help="The predicted scores: a column, a glob ('prob_*'), a list (a,b,c), a range of "
            "numbered columns (2-11), a column of lists. [found by name]",
        ),
    ] = None
    scale: Annotated[
        Scale | None,
        option("--scale", panel=_COLUMNS, help="What the scores are. [read off their name]"),
    ] = None
    task: Annotated[Task, option("--task", panel=_COLUMNS, help="[default: auto]")] = Task.AUTO
    classes: Annotated[
        str | None,
        option(
            "--classes",
            metavar="A,B,C",
            panel=_COLUMNS,
            help="The classes in the order of the score columns or list entries.",
        ),
    ] = None
    positive: Annotated[
        str | None,
        option(
            "--positive",
            metavar="NAME",
            panel=_COLUMNS,
            help="The class that a single score column speaks of.",
        ),
    ] = None
    weight: Annotated[
        str | None, option("--weight", metavar="COL", panel=_COLUMNS, help="The rows' weights.")
    ] = None
    id: Annotated[
        str | None,
        option(
            "--id",
            metavar="COL",
            panel=_COLUMNS,
            help="What names a row: `xent compare` matches rows by it, `xent rows` shows it, "
            "--state and --bootstrap tell rows apart by it.",
        ),
    ] = None
    by: Annotated[
        list[str] | None,
        option(
            "--by",
            metavar="COL",
            panel=_COLUMNS,
            help="Report every value of this column by itself; repeat it to cross columns. "
            "'age[18,65]' cuts numbers into bins, 'age[q4]' into quartiles.",
        ),
    ] = None
    cluster: Annotated[
        str | None,
        option(
            "--cluster",
            metavar="COL",
            panel=_COLUMNS,
            help="Rows with the same value here are not independent: user, patient, document.",
        ),
    ] = None
    count: Annotated[
        str | None,
        option(
            "--count",
            metavar="COL",
            panel=_COLUMNS,
            help="How many units (bytes, characters, words) a row stands for.",
        ),
    ] = None
    input_format: Annotated[
        str | None,
        option(
            "--input-format",
            metavar="FORMAT",
            panel=_FILES,
            help="csv, tsv, jsonl, parquet, arrow, orc, excel, stata, sas7bdat, xport or "
            "spss. [told by the first bytes and the name]",
        ),
    ] = None
    delimiter: Annotated[
        str | None, option("--delimiter", metavar="C", panel=_FILES, help="[found]")
    ] = None
    no_header: Annotated[
        bool,
        option("--no-header", panel=_FILES, help="Columns have no names: they are 1, 2, 3, …"),
    ] = False
    encoding: Annotated[
        str | None,
        option("--encoding", metavar="NAME", panel=_FILES, help="Of text. [default: utf-8]"),
    ] = None
    clip: Annotated[
        float,
        option(
            "--clip",
            metavar="EPS",
            panel=_POLICY,
            help="Clip probabilities to [EPS, 1-EPS]. [default: 0, nothing is clipped]",
        ),
    ] = 0.0
    sum_to_one: Annotated[
        SumToOne,
        option(
            "--sum-to-one",
            panel=_POLICY,
            help="What to do about rows that do not sum to one. [default: warn]",
        ),
    ] = SumToOne.WARN
    tolerance: Annotated[
        float,
        option("--tolerance", metavar="X", panel=_POLICY, help="How far off. [default: 0.001]"),
    ] = 1e-3
    missing: Annotated[
        OnBadRow,
        option("--missing", panel=_POLICY, help="Rows with a missing value. [default: error]"),
    ] = OnBadRow.ERROR
    unknown_label: Annotated[
        OnBadRow,
        option(
            "--unknown-label", panel=_POLICY, help="Labels that name no class. [default: error]"
        ),
    ] = OnBadRow.ERROR
    ignore_label: Annotated[
        list[str] | None,
        option(
            "--ignore-label",
            metavar="L",
            panel=_POLICY,
            help="Leave out rows with this label (padding: -100). Repeatable.",
        ),
    ] = None
    expect_rows: Annotated[
        int | None,
        option("--expect-rows", metavar="N", panel=_POLICY, help="Fail unless N rows are scored."),
    ] = None
    like: Annotated[
        Like | None,
        option(
            "--like",
            panel=_POLICY,
            help="Adopt a system's conventions, so that its number comes out. See `xent "
            "conventions`.",
        ),
    ] = None

    def file(self) -> FileOptions:
        """How bytes become columns."""
        return FileOptions(self.input_format, self.delimiter, self.no_header, self.encoding)

    def columns(self) -> ColumnOptions:
        """Which column is what."""
        return ColumnOptions(
            target=tuple(self.target or ()),
            target_scale=self.target_scale,
            scores=self.scores,
            scale=self.scale,
            task=self.task,
            classes=None if self.classes is None else tuple(self.classes.split(",")),
            positive=self.positive,
            weight=self.weight,
            id=self.id,
            units=self.count,
            by=tuple(dict.fromkeys(self.by or ())),
            cluster=self.cluster,
        )

    def policy(self) -> Policy:
        """What is done about rows that are not as they should be."""
        return Policy(
            clip=self.clip,
            sum_to_one=self.sum_to_one,
            tolerance=self.tolerance,
            missing=self.missing,
            unknown_label=self.unknown_label,
            ignore_label=tuple(self.ignore_label or ()),
            expect_rows=self.expect_rows,
            like=self.like,
        )
