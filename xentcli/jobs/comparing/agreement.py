"""Whether two data sets are of the same rows: one truth, and one weight, for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import InputError
from xentcli.layout.labels import canonical
from xentcli.layout.schema import Kind
from xentcli.options import TargetKind
from xentcli.report.report import Finding
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.jobs.comparing.sides import Side
    from xentcli.layout.layout import Layout
    from xentcli.layout.schema import Table
    from xentcli.numerics.arrays import Array


# Targets that are written with other digits are the same.
_SAME = 1e-6


def classes_of(base: Side, side: Side) -> NDArray[np.intp]:
    """The baseline's number of each class of another data set, by their names.

    Raises InputError where they are not of one task and one set of classes.
    """
    ours, theirs = base.layout, side.layout
    if ours.kind is not theirs.kind:
        raise InputError(
            f"{side.path}: is read as {theirs.kind.value} targets, {base.path} as "
            f"{ours.kind.value} targets",
            hint="--task and --target-scale say how both are to be read",
        )
    speak = [None if truth is None else truth.positive for truth in (ours.truth, theirs.truth)]
    if speak[0] and speak[1] and canonical(speak[0]) != canonical(speak[1]):
        raise InputError(
            f"{side.path}: its score is of the class '{shown(speak[1])}', that of {base.path} of "
            f"'{shown(speak[0])}'",
            hint="--target and --scores with --positive say what a column of another name is of",
        )
    if ours.kind is TargetKind.OUTCOME:
        return np.zeros(1, dtype=np.intp)
    numbers = _numbers(ours, theirs) if ours.k == theirs.k else []
    if sorted(numbers) != list(range(ours.k)):
        raise InputError(
            f"{side.path}: its classes are {_listed(theirs.classes)}; those of {base.path} are "
            f"{_listed(ours.classes)}",
            hint="--classes names them, in the order of the scores of both",
        )
    return np.array(numbers, dtype=np.intp)


def _numbers(ours: Layout, theirs: Layout) -> list[int]:
    """The number here of each class there; -1 for a class that is none here."""
    if theirs.truth is not None and ours.truth is not None:
        # Two words each, which the labels alone tell: no and yes are the same in both.
        return list(range(ours.k))
    if theirs.truth is not None:
        places = [theirs.truth.find(name) for name in ours.classes]
        return [places.index(j) if j in places else -1 for j in range(theirs.k)]
    find = ours.finder()
    return [-1 if (found := find(name)) is None else found for name in theirs.classes]


def _listed(classes: tuple[str, ...], most: int = 6) -> str:
    names = ", ".join(f"'{shown(name)}'" for name in classes[:most])
    return names + (f", … ({len(classes):,})" if len(classes) > most else "")


class Truth:
    """The truth of the rows of a data set, spelled as the baseline spells it."""

    def __init__(self, numbers: NDArray[np.intp]) -> None:
        self._numbers = numbers
        self._same = bool(np.array_equal(numbers, np.arange(len(numbers))))
        self._kind = np.uint8 if len(numbers) <= 1 << 8 else np.uint32

    def of(self, truth: Array | None) -> Array | None:
        """The number of each row's class, or its column of targets; None of outcomes."""
        if truth is None:
            return None
        if truth.ndim == 2:
            return truth if self._same else truth[np.argsort(self._numbers)]
        numbers = truth if self._same else self._numbers.take(truth)
        return numbers.astype(self._kind, copy=False)


def truths(base: Side, side: Side) -> tuple[Truth, Truth]:
    """How the truth of either data set is spelled. Raises what `classes_of` does."""
    return Truth(classes_of(base, base)), Truth(classes_of(base, side))


def first_other(ours: Array | None, theirs: Array | None, *, weights: bool = False) -> int | None:
    """The first row whose truth, or weight, is another; None where all are the same."""
    if ours is None or theirs is None:
        return None
    if ours.dtype.kind == "f":
        other = np.abs(ours - theirs) > _SAME * (np.abs(ours) if weights else 1.0)
    else:
        other = ours != theirs
    if other.ndim == 2:
        other = other.any(axis=0)
    return int(other.argmax()) if other.any() else None


# Columns that are commonly named so tell rows apart.
_NAMES = re.compile(r"(?:.*[_. -])?(?:id|uuid|guid|key|index|idx|file|filename|path)|.*(?:Id|ID)")
_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.UNTYPED)


def order_findings(base: Side, side: Side) -> tuple[Finding, ...]:
    """What is said where both have a column of ids, and the first rows other ones.

    Labels that agree do not say that rows do: files that are sorted by them agree as well.
    """
    for column in base.table.columns:
        if column.name in base.layout.roles or not _NAMES.fullmatch(column.name):
            continue
        differing = _differing(base.table, side.table, column.name)
        if differing:
            name = f"'{shown(column.name)}'"
            message = (
                f"the column {name} names other rows in {shown(side.name)} than in "
                f"{shown(base.name)}, and rows are matched by their order: if it tells rows apart, "
                "these are not the same"
            )
            remedy = f"match them by it: --id {shown(column.name)}"
            return (Finding("order-differs", "warning", differing, message, remedy),)
    return ()


def _differing(base: Table, side: Table, name: str) -> int:
    """How many of the first rows have another value in a column of distinct ones."""
    columns = [column for table in (base, side) for column in table.columns if column.name == name]
    if len(columns) < 2 or any(column.kind not in _KINDS for column in columns):
        return 0
    ours, theirs = (
        ["" if value is None else spell(value) for value in table.sample.get(name, ())]
        for table in (base, side)
    )
    most = min(len(ours), len(theirs))
    if len(set(ours[:most])) < most or len(set(theirs[:most])) < most:
        return 0
    return sum(a != b for a, b in zip(ours, theirs, strict=False))
