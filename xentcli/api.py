"""The Python side: the same engine, the same numbers and the same errors as the command line."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from xentcli.arguments import choice, completed, options_of, paths_of, table_of
from xentcli.errors import UsageError
from xentcli.jobs.checking import gate
from xentcli.jobs.checking.requirement import parse_all
from xentcli.jobs.checking.verdicts import DecideOn, OnInconclusive
from xentcli.jobs.evaluate import Files, InMemory, score
from xentcli.jobs.states.among import score_or_read
from xentcli.options import Base, OnBadRow, SumToOne, Task
from xentcli.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.jobs.checking.verdicts import Checked
    from xentcli.jobs.comparing.comparison import Comparison
    from xentcli.options import Like, Scale, TargetScale

Path = str | os.PathLike[str]


def evaluate(
    data: Path | Sequence[Path] | Any,
    *,
    target: str | Sequence[str] = (),
    target_scale: TargetScale | str | None = None,
    scores: object = None,
    scale: Scale | str | None = None,
    task: Task | str = Task.AUTO,
    classes: Sequence[object] | str | None = None,
    positive: object = None,
    weight: str | None = None,
    id: str | None = None,  # noqa: A002 - the option's name
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    count: str | None = None,
    metric: str | Sequence[str] = (),
    base: Base | str | float = Base.E,
    confidence: float = 0.95,
    min_rows: int = 0,
    max_slices: int | None = None,
    find_slices: bool = False,
    bootstrap: int | None = None,
    seed: int | None = None,
    calibration: bool = False,
    clip: float = 0.0,
    sum_to_one: SumToOne | str = SumToOne.WARN,
    tolerance: float = 1e-3,
    missing: OnBadRow | str = OnBadRow.ERROR,
    unknown_label: OnBadRow | str = OnBadRow.ERROR,
    ignore_label: object = (),
    expect_rows: int | None = None,
    like: Like | str | None = None,
    input_format: str | None = None,
    delimiter: str | None = None,
    no_header: bool = False,
    encoding: str | None = None,
    threads: int | None = None,
) -> Report:
    """Scores predictions and reports, as `xent eval` does.

    Args:
        data: A path, or several that are one data set; or a table: a pandas DataFrame, an
            Arrow table, or anything with `__arrow_c_stream__`, such as a polars frame or a
            duckdb result.
        target: The true label's column, or those of soft targets or labels; found by name
            otherwise, like all columns.
        target_scale: `label`, `probability` (soft targets) or `count` (votes).
        scores: The score columns: a name, a glob, or a list of names.
        scale: `probability`, `logit` or `log-probability`; read off the names otherwise.
        task: `auto`, `binary`, `multiclass`, `multilabel` or `outcome`.
        classes: The classes in the order of the score columns or list entries.
        positive: The class that a single score column speaks of.
        weight: The column of row weights, finite and not negative.
        id: The column that names rows, and tells them apart for `bootstrap`.
        by: The column, or columns, by whose values rows are reported apart. `"age[18,65]"` cuts
            numbers into bins, `"age[q4]"` into quartiles.
        cluster: The column whose equal values make rows depend on each other.
        count: The column of how many units (bytes, words) a row stands for.
        metric: Metrics such as `"brier(scale=half)"`; the default set otherwise.
        base: `e`, 2 or 10.
        confidence: Of the intervals, between 0 and 1.
        min_rows: Slices of fewer rows are summed up as one; of those searched for, they are not
            tested (by default: fewer than 30).
        max_slices: All but so many slices, those with most rows, are summed up, too.
        find_slices: Whether to search the other columns, and pairs of them, for values that lose
            significantly more than the rest (`Report.found_slices`).
        bootstrap: Errors and intervals of every figure from so many resamplings of the rows.
        seed: Of `bootstrap`; 0 otherwise.
        calibration: Whether to say how far probabilities can be taken at their word.
        clip: EPS of [EPS, 1-EPS], to which probabilities are clipped; 0 clips nothing.
        sum_to_one: `warn`, `error`, `ignore` or `rescale`.
        tolerance: How far from one a row may sum.
        missing: `error` or `drop`: what happens to rows with a missing value.
        unknown_label: `error` or `drop`: what happens to labels that name no class.
        ignore_label: Labels whose rows are left out.
        expect_rows: Fail unless so many rows are scored.
        like: A system whose conventions are adopted: `sklearn`, `torch`, `keras`, `xgboost`,
            `lightgbm` or `yardstick`.
        input_format: `csv`, `tsv`, `jsonl`, `parquet`, `arrow`, `orc`, `excel`, `stata`,
            `sas7bdat`, `xport` or `spss`.
        delimiter: Of CSV; found otherwise.
        no_header: Whether columns have numbers for names.
        encoding: Of text; UTF-8 otherwise.
        threads: As many as there are processors otherwise. Never changes a result.

    Returns:
        The report; see `xentcli.report.report.Report`.

    Raises:
        InputError: The data cannot be read, or a row cannot be scored.
        UsageError: The arguments contradict each other or the data.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": [1, 0], "prob": [0.5, 0.5]})
    >>> evaluate(frame, base=2).metrics["cross_entropy"].value
    1.0
    """
    given = {name: value for name, value in locals().items() if name != "data"}
    options = options_of(SimpleNamespace(**given))
    paths = paths_of(data)
    if paths is None:
        return score(table_of(data), options)
    return score_or_read(Files(paths, options.file), options)


def compare(
    baseline: Path | Sequence[Path] | Any,
    /,
    *candidates: Path | Sequence[Path] | Any,
    names: Sequence[str] = (),
    worst: int = 5,
    allow_missing: bool = False,
    unpaired: bool = False,
    **options: Any,
) -> Comparison:
    """Compares predictions with a baseline, row by row, as `xent compare` does.

    Args:
        baseline: What all are compared with: a path, several that are one data set, a state, or
            a table.
        candidates: What is compared with it, each by itself.
        names: What they are called: all of them, or the candidates alone.
        worst: How many of the rows that changed most are told.
        allow_missing: With `id`: whether rows that one side lacks are left out.
        unpaired: Whether the data are of different rows.
        options: Those of `evaluate`: `id` matches rows, which else are matched by their order.

    Returns:
        The comparison; see `xentcli.jobs.comparing.comparison.Comparison`.

    Raises:
        InputError: The data cannot be read, or are not of the same rows.
        UsageError: The arguments contradict each other or the data.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": [1, 0, 1], "prob": [0.5, 0.5, 0.8]})
    >>> found = compare(frame, frame.assign(prob=[0.75, 0.25, 0.8]), base=2)
    >>> found.candidates[0].metrics["cross_entropy"].difference.value
    -0.38997500048077083
    """
    from xentcli.jobs.comparing.compare import compare as compared
    from xentcli.options import Comparing

    wanted = Comparing(tuple(names), worst, allow_missing, unpaired)
    asked = options_of(completed(options, evaluate, compare))
    data: list[Files | InMemory] = []
    titles: list[str] = []
    given = (baseline, *candidates)
    # Names are of all, or of all but the baseline; any other number is an error further on.
    own = dict(enumerate(names, start=len(given) - len(names)))
    for number, part in enumerate(given):
        paths = paths_of(part)
        titles.append(f"<{number}>" if paths is None else paths[0])
        name = str(own.get(number, titles[-1]))
        data.append(table_of(part, name) if paths is None else Files(paths, asked.file))
    return compared(data, titles, asked, wanted)


# What requirements themselves say, and what no figure of a requirement is read off.
_LEFT_OUT = frozenset({"metric", "min_rows", "max_slices", "find_slices", "calibration"})


def check(
    data: Path | Sequence[Path] | Any,
    *,
    require: str | Sequence[str],
    baseline: Path | Report | Any | None = None,
    decide_on: DecideOn | str = DecideOn.ESTIMATE,
    inconclusive: OnInconclusive | str = OnInconclusive.PASS,
    **options: Any,
) -> Checked:
    """Holds requirements against predictions, as `xent check` does; reads no configuration.

    Args:
        data: A path, several that are one data set, or a table, as for `xentcli.evaluate`.
        require: Requirements such as `"class[spam].recall >= 0.9"`; see docs/check.md.
        baseline: What `delta.` is from: predictions, the JSON of a report, or a `Report`.
        decide_on: `estimate`, or `interval`, which may be inconclusive.
        inconclusive: `pass` or `fail`: what becomes of a gate that the data leave open.
        options: Those of `xentcli.evaluate`: `target`, `base`, `confidence`, `bootstrap`, …

    Returns:
        A verdict for each requirement; `passed`, `exit_code` and `verdict` are those of all.

    Raises:
        InputError: The data cannot be read, or have no such class, slice or figure.
        UsageError: A requirement or an option cannot be.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": [1, 0], "prob": [0.75, 0.25]})
    >>> found = check(frame, require=["accuracy >= 0.9", "cross_entropy < 0.2"])
    >>> [judged.verdict.value for judged in found.requirements], found.passed
    (['pass', 'fail'], False)
    """
    asked = options_of(completed(options, evaluate, check, _LEFT_OUT))
    terms = gate.Terms(
        parse_all([require] if isinstance(require, str) else require),
        _baseline(baseline),
        choice(DecideOn, decide_on),
        choice(OnInconclusive, inconclusive),
    )
    paths = paths_of(data)
    return gate.check(table_of(data) if paths is None else Files(paths, asked.file), terms, asked)


def _baseline(given: Any) -> str | Report | InMemory | None:
    if given is None or isinstance(given, Report):
        return given
    paths = paths_of(given)
    if paths is None:
        return table_of(given, "<baseline>")
    if len(paths) != 1:
        raise UsageError("a baseline is one path, a table, or a report")
    return paths[0]
