"""Keyword arguments of the Python entry as options."""

from __future__ import annotations

import os
from enum import StrEnum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from xentcli.errors import UsageError
from xentcli.layout.naming import nearest
from xentcli.options import (
    Base,
    ColumnOptions,
    FileOptions,
    Like,
    OnBadRow,
    Options,
    Policy,
    ReportOptions,
    RunOptions,
    Scale,
    SumToOne,
    TargetScale,
    Task,
    bootstrap_of,
)
from xentcli.reading.data_sets import InMemory
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Choice = TypeVar("Choice", bound=StrEnum)


def completed(
    options: Mapping[str, Any],
    evaluate: Callable[..., object],
    caller: Callable[..., object],
    without: frozenset[str] = frozenset(),
) -> SimpleNamespace:
    """Keyword arguments that a function passes on to `evaluate`, with the defaults of others.

    Raises UsageError for one that there is not, or that is among those it does `without`.

    >>> def evaluate(data, *, clip=0.0, base="e"): ...
    >>> def compare(*data, names=(), **options): ...
    >>> completed({"clip": 0.1}, evaluate, compare)
    namespace(clip=0.1, base='e')
    """
    every: dict[str, Any] = getattr(evaluate, "__kwdefaults__", {})
    known = every.keys() - without
    for name in options:
        if name not in known:
            near = nearest(name, sorted({*known, *(getattr(caller, "__kwdefaults__", None) or ())}))
            hint = f"did you mean {' or '.join(near)}?" if near else None
            raise UsageError(f"{caller.__name__}() has no option '{shown(name)}'", hint=hint)
    return SimpleNamespace(**{**every, **options})


def options_of(given: SimpleNamespace) -> Options:
    """The options that the keyword arguments of `xentcli.evaluate` ask for.

    Raises UsageError for a word that is not among those that an argument takes.
    """
    return Options(
        FileOptions(given.input_format, given.delimiter, given.no_header, given.encoding),
        ColumnOptions(
            target=(given.target,) if isinstance(given.target, str) else tuple(given.target or ()),
            target_scale=None
            if given.target_scale is None
            else choice(TargetScale, given.target_scale),
            scores=_columns(given.scores),
            scale=_chosen(Scale, given.scale),
            task=choice(Task, given.task),
            classes=_names(given.classes),
            positive=None if given.positive is None else spell(given.positive),
            weight=given.weight,
            id=given.id,
            units=given.count,
            by=(given.by,) if isinstance(given.by, str) else tuple(dict.fromkeys(given.by)),
            cluster=given.cluster,
        ),
        Policy(
            clip=given.clip,
            sum_to_one=choice(SumToOne, given.sum_to_one),
            tolerance=given.tolerance,
            missing=choice(OnBadRow, given.missing),
            unknown_label=choice(OnBadRow, given.unknown_label),
            ignore_label=_labels(given.ignore_label),
            expect_rows=given.expect_rows,
            like=_chosen(Like, given.like),
        ),
        ReportOptions(
            (given.metric,) if isinstance(given.metric, str) else tuple(given.metric),
            choice(Base, str(given.base)),
            given.confidence,
            min_rows=given.min_rows,
            max_slices=given.max_slices,
            find_slices=given.find_slices,
            bootstrap=bootstrap_of(given.bootstrap, given.seed),
            calibration=given.calibration,
        ),
        RunOptions(given.threads),
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
        known = ", ".join(member.value for member in kind)
        raise UsageError(f"'{value}' is not one of {known}") from None


def _chosen(kind: type[Choice], value: str | None) -> Choice | None:
    return None if value is None else choice(kind, value)


def table_of(data: Any, name: str = "<data>") -> InMemory:
    """A table in memory as a data set, which errors call so."""
    from xentcli.reading.memory import FrameSource

    source = FrameSource(data, name)
    return InMemory(source, source.again)
