"""Keyword arguments of the Python entry as options."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from xentcli.data_sets import InMemory
from xentcli.evaluation import Options
from xentcli.labels import spell
from xentcli.options import (
    Base,
    ColumnOptions,
    FileOptions,
    Like,
    OnBadRow,
    Policy,
    ReportOptions,
    RunOptions,
    Scale,
    SumToOne,
    TargetScale,
    Task,
    bootstrap_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Choice = TypeVar("Choice", bound=StrEnum)


def options_of(
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
) -> Options:
    """The options that keyword arguments of `xentcli.evaluate` ask for.

    Raises UsageError for a word that is not among those that an argument takes.

    >>> options_of(clip=1e-15, base=2).report.base.value
    '2'
    """
    return Options(
        FileOptions(input_format, delimiter, no_header, encoding),
        ColumnOptions(
            target=(target,) if isinstance(target, str) else tuple(target or ()),
            target_scale=None if target_scale is None else choice(TargetScale, target_scale),
            scores=_columns(scores),
            scale=None if scale is None else choice(Scale, scale),
            task=choice(Task, task),
            classes=_names(classes),
            positive=None if positive is None else spell(positive),
            weight=weight,
            id=id,
            units=count,
            by=(by,) if isinstance(by, str) else tuple(dict.fromkeys(by)),
            cluster=cluster,
        ),
        Policy(
            clip=clip,
            sum_to_one=choice(SumToOne, sum_to_one),
            tolerance=tolerance,
            missing=choice(OnBadRow, missing),
            unknown_label=choice(OnBadRow, unknown_label),
            ignore_label=_labels(ignore_label),
            expect_rows=expect_rows,
            like=None if like is None else choice(Like, like),
        ),
        ReportOptions(
            (metric,) if isinstance(metric, str) else tuple(metric),
            choice(Base, str(base)),
            confidence,
            min_rows=min_rows,
            max_slices=max_slices,
            find_slices=find_slices,
            bootstrap=bootstrap_of(bootstrap, seed),
            calibration=calibration,
        ),
        RunOptions(threads),
    )


def paths_of(data: object) -> list[str] | None:
    """The paths that `data` is, or None where it is a table."""
    if isinstance(data, str | os.PathLike):
        return [os.fspath(data)]
    if isinstance(data, list | tuple) and all(isinstance(p, str | os.PathLike) for p in data):
        return [os.fspath(p) for p in data]
    return None


def _names(classes: Sequence[object] | str | None) -> tuple[str, ...] | None:
    if classes is None:
        return None
    return tuple(classes.split(",")) if isinstance(classes, str) else tuple(map(spell, classes))


def _labels(labels: Sequence[object] | object) -> tuple[str, ...]:
    """One label or several, of any type, as text."""
    if isinstance(labels, list | tuple | set | frozenset):
        return tuple(map(spell, labels))
    return (spell(labels),)


def _columns(scores: Sequence[object] | object) -> str | None:
    """One column or several, as `--scores` takes them."""
    if scores is None:
        return None
    return ",".join(map(spell, scores)) if isinstance(scores, list | tuple) else spell(scores)


def choice(kind: type[Choice], value: str) -> Choice:
    """The member of a word. Raises UsageError with all words for any other."""
    try:
        return kind(value)
    except ValueError:
        from xentcli.errors import UsageError

        known = ", ".join(member.value for member in kind)
        raise UsageError(f"'{value}' is not one of {known}") from None


def table_of(data: Any) -> InMemory:
    """A table in memory as a data set."""
    from xentcli.frames import FrameSource

    source = FrameSource(data)
    return InMemory(source, source.again)
