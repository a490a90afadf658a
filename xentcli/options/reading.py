"""What a user may ask for of how predictions are read: files, columns, and rows not in order."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, NamedTuple, TypedDict

from xentcli.errors import UsageError
from xentcli.options.declaring import (
    COLUMNS,
    DISTINCT_COLUMNS,
    LABEL,
    LABELS,
    LISTED_COLUMNS,
    LISTED_LABELS,
    NUMBERED,
    option,
)
from xentcli.options.words import Like, OnBadRow, Scale, SumToOne, TargetScale, Task

COLUMNS_PANEL = "Which column is what"
FILES_PANEL = "How files are read"
POLICY_PANEL = "Rows that are not right"

_READING = frozenset({"eval", "rows", "inspect", "compare", "check", "fit"})
_APPLYING = _READING | {"apply"}
_column = partial(option, panel=COLUMNS_PANEL, commands=_READING)
_file = partial(option, panel=FILES_PANEL, commands=_APPLYING)
_policy = partial(option, panel=POLICY_PANEL, commands=_READING)


class ColumnOptions(NamedTuple):
    """Which column is what. None (no `target`) means: find it by name."""

    target: Annotated[
        tuple[str, ...],
        _column(
            "--target",
            metavar="COL",
            kind=COLUMNS,
            help="The true label; for soft targets and labels a column each (repeat it, or a glob "
            "'true_*'), or one of lists. [found by name]",
            python="The true label's column, or those of soft targets or labels; found by name "
            "otherwise, like all columns.",
        ),
    ] = ()
    target_scale: Annotated[
        TargetScale | None,
        _column(
            "--target-scale",
            help="What the target holds: labels, probabilities (soft targets), or votes, which "
            "are made shares. [label; probability for several columns]",
            python="`label`, `probability` (soft targets) or `count` (votes).",
        ),
    ] = None
    scores: Annotated[
        str | None,
        _column(
            "--scores",
            metavar="COL",
            kind=LISTED_COLUMNS,
            commands=_APPLYING,
            help="The predicted scores: a column, a glob ('prob_*'), a list (a,b,c), a range of "
            "numbered columns (2-11), a column of lists. [found by name]",
            elsewhere={
                "apply": "The scores, where they are not named as those that were fitted to: a "
                "column, a glob, a list."
            },
            python="The score columns: a name, a glob, or a list of names.",
        ),
    ] = None
    scale: Annotated[
        Scale | None,
        _column(
            "--scale",
            help="What the scores are. [read off their name]",
            python="`probability`, `logit` or `log-probability`; read off the names otherwise.",
        ),
    ] = None
    task: Annotated[
        Task,
        _column(
            "--task",
            help="[default: auto]",
            python="`auto`, `binary`, `multiclass`, `multilabel` or `outcome`.",
        ),
    ] = Task.AUTO
    classes: Annotated[
        tuple[str, ...] | None,
        _column(
            "--classes",
            metavar="A,B,C",
            kind=LISTED_LABELS,
            help="The classes in the order of the score columns or list entries.",
            python="The classes in the order of the score columns or list entries.",
        ),
    ] = None
    positive: Annotated[
        str | None,
        _column(
            "--positive",
            metavar="NAME",
            kind=LABEL,
            help="The class that a single score column speaks of.",
            python="The class that a single score column speaks of.",
        ),
    ] = None
    weight: Annotated[
        str | None,
        _column(
            "--weight",
            metavar="COL",
            kind=NUMBERED,
            help="The rows' weights.",
            python="The column of row weights, finite and not negative.",
        ),
    ] = None
    id: Annotated[
        str | None,
        _column(
            "--id",
            metavar="COL",
            kind=NUMBERED,
            help="What names a row: `xent compare` matches rows by it, `xent rows` shows it, "
            "--state and --bootstrap tell rows apart by it.",
            python="The column that names rows, and tells them apart for `bootstrap`.",
        ),
    ] = None
    by: Annotated[
        tuple[str, ...],
        _column(
            "--by",
            metavar="COL",
            kind=DISTINCT_COLUMNS,
            help="Report every value of this column by itself; repeat it to cross columns. "
            "'age[18,65]' cuts numbers into bins, 'age[q4]' into quartiles.",
            python="The column, or columns, by whose values rows are reported apart. "
            '`"age[18,65]"` cuts numbers into bins, `"age[q4]"` into quartiles.',
        ),
    ] = ()
    cluster: Annotated[
        str | None,
        _column(
            "--cluster",
            metavar="COL",
            kind=NUMBERED,
            help="Rows with the same value here are not independent: user, patient, document.",
            python="The column whose equal values make rows depend on each other.",
        ),
    ] = None
    units: Annotated[
        str | None,
        _column(
            "--count",
            metavar="COL",
            kind=NUMBERED,
            help="How many units (bytes, characters, words) a row stands for.",
            python="The column of how many units (bytes, words) a row stands for.",
        ),
    ] = None


class FileOptions(NamedTuple):
    """How the bytes of a file become named columns.

    `as_json` has what passes through from JSON lines delivered as the JSON that it was, for
    JSON lines to be made of it.
    """

    input_format: Annotated[
        str | None,
        _file(
            "--input-format",
            metavar="FORMAT",
            help="csv, tsv, jsonl, parquet, arrow, orc, excel, stata, sas7bdat, xport or "
            "spss. [told by the first bytes and the name]",
            elsewhere={"apply": "As for `xent eval`. [told by the first bytes and the name]"},
            python="`csv`, `tsv`, `jsonl`, `parquet`, `arrow`, `orc`, `excel`, `stata`, "
            "`sas7bdat`, `xport` or `spss`.",
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        _file("--delimiter", metavar="C", help="[found]", python="Of CSV; found otherwise."),
    ] = None
    no_header: Annotated[
        bool,
        _file(
            "--no-header",
            help="Columns have no names: they are 1, 2, 3, …",
            python="Whether columns have numbers for names.",
        ),
    ] = False
    encoding: Annotated[
        str | None,
        _file(
            "--encoding",
            metavar="NAME",
            help="Of text. [default: utf-8]",
            python="Of text; UTF-8 otherwise.",
        ),
    ] = None
    as_json: bool = False


class Policy(NamedTuple):
    """What is done about rows and numbers that are not as they should be.

    `clip` is the EPS of `[EPS, 1-EPS]`; `tolerance` the largest |sum - 1| that passes; `like`
    names a system whose conventions are adopted.
    """

    clip: Annotated[
        float,
        _policy(
            "--clip",
            metavar="EPS",
            help="Clip probabilities to [EPS, 1-EPS]. [default: 0, nothing is clipped]",
            python="EPS of [EPS, 1-EPS], to which probabilities are clipped; 0 clips nothing.",
        ),
    ] = 0.0
    sum_to_one: Annotated[
        SumToOne,
        _policy(
            "--sum-to-one",
            help="What to do about rows that do not sum to one. [default: warn]",
            python="`warn`, `error`, `ignore` or `rescale`.",
        ),
    ] = SumToOne.WARN
    tolerance: Annotated[
        float,
        _policy(
            "--tolerance",
            metavar="X",
            help="How far off. [default: 0.001]",
            python="How far from one a row may sum.",
        ),
    ] = 1e-3
    missing: Annotated[
        OnBadRow,
        _policy(
            "--missing",
            commands=_APPLYING,
            help="Rows with a missing value. [default: error]",
            elsewhere={"apply": "Rows with a missing score. [default: error]"},
            python="`error` or `drop`: what happens to rows with a missing value.",
        ),
    ] = OnBadRow.ERROR
    unknown_label: Annotated[
        OnBadRow,
        _policy(
            "--unknown-label",
            help="Labels that name no class. [default: error]",
            python="`error` or `drop`: what happens to labels that name no class.",
        ),
    ] = OnBadRow.ERROR
    ignore_label: Annotated[
        tuple[str, ...],
        _policy(
            "--ignore-label",
            metavar="L",
            kind=LABELS,
            help="Leave out rows with this label (padding: -100). Repeatable.",
            python="Labels whose rows are left out.",
        ),
    ] = ()
    expect_rows: Annotated[
        int | None,
        _policy(
            "--expect-rows",
            metavar="N",
            help="Fail unless N rows are scored.",
            python="Fail unless so many rows are scored.",
        ),
    ] = None
    like: Annotated[
        Like | None,
        _policy(
            "--like",
            help="Adopt a system's conventions, so that its number comes out. See `xent "
            "conventions`.",
            python="A system whose conventions are adopted: `sklearn`, `torch`, `keras`, "
            "`xgboost`, `lightgbm` or `yardstick`.",
        ),
    ] = None


READING = (ColumnOptions, FileOptions, Policy)


class ReadingKeywords(TypedDict, total=False):
    """The types that these options may have in Python."""

    target: str | Sequence[str]
    target_scale: TargetScale | str | None
    scores: object
    scale: Scale | str | None
    task: Task | str
    classes: Sequence[object] | str | None
    positive: object
    weight: str | None
    id: str | None
    by: str | Sequence[str]
    cluster: str | None
    count: str | None
    clip: float
    sum_to_one: SumToOne | str
    tolerance: float
    missing: OnBadRow | str
    unknown_label: OnBadRow | str
    ignore_label: object
    expect_rows: int | None
    like: Like | str | None
    input_format: str | None
    delimiter: str | None
    no_header: bool
    encoding: str | None


def check_policy(policy: Policy) -> None:
    """Raises UsageError for values that no option of a policy can have."""
    if not 0 <= policy.clip < 0.5:
        raise UsageError(f"--clip takes a number from 0 to below 0.5, not {policy.clip:g}")
    if policy.clip and policy.like is not None:
        raise UsageError(f"--clip and --like {policy.like.value} say two things: give one of them")
    if not 0 <= policy.tolerance < math.inf:
        raise UsageError(f"--tolerance takes a number from 0 up, not {policy.tolerance:g}")
    if policy.expect_rows is not None and policy.expect_rows < 0:
        raise UsageError(f"--expect-rows takes a number from 0 up, not {policy.expect_rows}")
