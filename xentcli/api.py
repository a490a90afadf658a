"""The Python side: the same engine, the same numbers and the same errors as the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Unpack

from xentcli.arguments import SCORING, by_option, keywords, paths_of, table_of, takes
from xentcli.errors import UsageError
from xentcli.jobs.checking import gate
from xentcli.jobs.checking.requirement import parse_all
from xentcli.jobs.checking.verdicts import DecideOn, OnInconclusive
from xentcli.jobs.evaluate import Files, InMemory, score
from xentcli.jobs.states.among import score_or_read
from xentcli.options import Comparing, Options
from xentcli.options.declaring import built, choice
from xentcli.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.jobs.checking.verdicts import Checked
    from xentcli.jobs.comparing.comparison import Comparison
    from xentcli.options import CompareKeywords, Keywords

Path = str | os.PathLike[str]


@takes(*SCORING)
def evaluate(data: Path | Sequence[Path] | Any, **options: Unpack[Keywords]) -> Report:
    """Scores predictions and reports, as `xent eval` does.

    Args:
        data: A path, or several that are one data set; or a table: a pandas DataFrame, an
            Arrow table, or anything with `__arrow_c_stream__`, such as a polars frame or a
            duckdb result.
        options: What else is asked for.

    Returns:
        The report; see `xentcli.Report`.

    Raises:
        InputError: The data cannot be read, or a row cannot be scored.
        UsageError: The arguments contradict each other or the data.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": [1, 0], "prob": [0.5, 0.5]})
    >>> evaluate(frame, base=2).metrics["cross_entropy"].value
    1.0
    """
    known = keywords(*SCORING)
    for name in options:
        if name not in known:
            raise TypeError(f"evaluate() got an unexpected keyword argument '{name}'")
    asked = built(Options, by_option(options, evaluate, known))
    paths = paths_of(data)
    if paths is None:
        return score(table_of(data), asked)
    return score_or_read(Files(paths, asked.file), asked)


@takes(Comparing, others=True)
def compare(
    baseline: Path | Sequence[Path] | Any,
    /,
    *candidates: Path | Sequence[Path] | Any,
    **options: Unpack[CompareKeywords],
) -> Comparison:
    """Compares predictions with a baseline, row by row, as `xent compare` does.

    Args:
        baseline: What all are compared with: a path, several that are one data set, a state, or
            a table.
        candidates: What is compared with it, each by itself.
        options: Those of `evaluate`: `id` matches rows, which else are matched by their order.

    Returns:
        The comparison; see `xentcli.Comparison`.

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

    typed = by_option(options, compare, keywords(*SCORING, Comparing))
    asked, wanted = built(Options, typed), built(Comparing, typed)
    data: list[Files | InMemory] = []
    titles: list[str] = []
    given = (baseline, *candidates)
    # Names are of all, or of all but the baseline; any other number is an error further on.
    own = dict(enumerate(wanted.names, start=len(given) - len(wanted.names)))
    for number, part in enumerate(given):
        paths = paths_of(part)
        titles.append(f"<{number}>" if paths is None else paths[0])
        name = str(own.get(number, titles[-1]))
        data.append(table_of(part, name) if paths is None else Files(paths, asked.file))
    return compared(data, titles, asked, wanted)


def check(
    data: Path | Sequence[Path] | Any,
    *,
    require: str | Sequence[str],
    baseline: Path | Report | Any | None = None,
    decide_on: DecideOn | str = DecideOn.ESTIMATE,
    inconclusive: OnInconclusive | str = OnInconclusive.PASS,
    **options: Unpack[Keywords],
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
    # Not what requirements themselves say, nor what no figure of a requirement is read off.
    known = keywords(*SCORING, command="check")
    asked = built(Options, by_option(options, check, known))
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
