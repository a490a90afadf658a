"""`xentcli.check`: the gate for Python, with the verdicts and the errors of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.api import evaluate
from xentcli.arguments import choice, completed, options_of, paths_of, table_of
from xentcli.errors import UsageError
from xentcli.jobs.checking import gate
from xentcli.jobs.checking.requirement import parse_all
from xentcli.jobs.checking.verdicts import DecideOn, OnInconclusive
from xentcli.jobs.evaluate import Files, InMemory
from xentcli.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.api import Path
    from xentcli.jobs.checking.verdicts import Checked

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
