"""Which figure of a report a requirement is on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.figures.values import Value
from xentcli.layout.labels import ClassIndex
from xentcli.layout.naming import nearest
from xentcli.report.slices import SliceTable
from xentcli.sums.slices.values import as_sliced
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xentcli.jobs.checking.requirement import Requirement
    from xentcli.jobs.comparing.comparison import Candidate, Part
    from xentcli.report.report import Report, SliceReport

    Sliced = SliceReport | Part

_MISSING = "(missing)"
_MOST_LISTED = 8


class Figure(NamedTuple):
    """A value, and the number of rows that it is of."""

    value: Value
    rows: int


class Chosen(NamedTuple):
    """A class or slice: its figures, or differences, its rows, and what messages call it."""

    metrics: Mapping[str, Any]
    rows: int
    told: str


def figure_of(report: Report, requirement: Requirement, name: str = "") -> Figure:
    """The figure of a report that a requirement is on; `name` tells the report in errors.

    Raises InputError for a class or slice that is not there or has no rows, and for a figure
    that is undefined; UsageError for one that there is none of its kind.
    """
    where = f"{name}: " if name else ""
    part = part_of(report, requirement, report.layout.member, where)
    metrics, rows, of = part or Chosen(report.metrics, report.source.rows, "all rows")
    if not rows:
        raise InputError(f"{requirement.named}: {where}{of} {'has' if part else 'are'} no rows")
    if requirement.metric is None:
        return Figure(Value(float(rows)), rows)
    value = metrics.get(requirement.key)
    if value is None:
        raise _no_such_figure(requirement, metrics, where, of)
    if value.value is None or math.isnan(value.value):
        raise InputError(f"{requirement.named}: {where}{requirement.key} of {of} is undefined")
    return Figure(value, rows)


def part_of(
    whole: Report | Candidate, requirement: Requirement, member: str, where: str = ""
) -> Chosen | None:
    """The class or slice that a requirement is on; None for all rows.

    Raises InputError for one that is not there.
    """
    if requirement.class_name is not None:
        names = [part.name for part in whole.classes]
        own = whole.classes[class_place(names, requirement, where, member)]
        return Chosen(own.metrics, own.rows, f"{member} '{shown(own.name, 60)}'")
    if requirement.slice:
        part = whole.slices[slice_place(whole.slices, requirement, where)]
        return Chosen(part.metrics, part.rows, f"slice '{shown(part.name, 60)}'")
    return None


def _no_such_figure(
    requirement: Requirement, metrics: Mapping[str, Value], where: str, of: str
) -> UsageError | InputError:
    """The error for a metric without a figure of this kind, or that a file does not hold."""
    key = shown(requirement.key)
    if where:
        known = ", ".join(shown(name) for name in metrics) or "none"
        return InputError(
            f"{requirement.named}: {where}holds no {key} of {of}",
            hint=f'it holds {known}; add it with xent eval … -m "{key}" --json',
        )
    if requirement.class_name is None and not requirement.slice:
        return UsageError(
            f"{requirement.named}: {key} has no figure over all rows",
            hint=f"it has one by class: class[NAME].{key}",
        )
    kind = "slice" if requirement.slice else "class"
    return UsageError(f"{requirement.named}: {key} has no figure by {kind}")


def class_place(
    names: Sequence[str], requirement: Requirement, where: str = "", member: str = "class"
) -> int:
    """Where the class that a requirement names stands, in any spelling of a number."""
    wanted = requirement.class_name or ""
    number = ClassIndex(names).find(wanted)
    if number is not None:
        return number
    problem = f"{requirement.named}: {where}there is no {member} '{shown(wanted, 60)}'"
    if not names:
        problem = f"{requirement.named}: {where}there are no classes here, only outcomes"
    raise InputError(problem, hint=_hint(wanted, names))


def slice_place(slices: Sequence[Sliced], requirement: Requirement, where: str = "") -> int:
    """Where the slice that a requirement names stands."""
    wanted = tuple(_values(slices, requirement, where))
    known = list(_keys(slices))
    place = next((i for i, key in enumerate(known) if tuple(key) == wanted), None)
    if place is None:
        # Spelled otherwise, as 1.0 and True are.
        plain = tuple(map(as_sliced, wanted))
        place = next((i for i, key in enumerate(known) if tuple(key) == plain), None)
    if place is None and _MISSING in wanted:
        # What reports call a missing value, where no value is spelled so.
        empty = tuple("" if value == _MISSING else value for value in wanted)
        place = next((i for i, key in enumerate(known) if tuple(key) == empty), None)
    if place is None and any("[" in column for column in requirement.columns):
        # Bins are named `[18, 65)` and `>= 65`: spaces are easily forgotten.
        squeezed = tuple(map(_squeezed, wanted))
        there = [i for i, key in enumerate(known) if tuple(map(_squeezed, key)) == squeezed]
        place = there[0] if len(there) == 1 else None
    if place is not None:
        return place
    names = [" · ".join(value or _MISSING for value in key) for key in known if None not in key]
    text = " · ".join(value or _MISSING for value in wanted)
    raise InputError(
        f"{requirement.named}: {where}there is no slice '{shown(text, 60)}'",
        hint=_hint(text, names),
    )


def _values(slices: Sequence[Sliced], requirement: Requirement, where: str) -> Iterator[str]:
    """The values of the slice in the order of the report's columns."""
    by = list(slices[0].by) if len(slices) else []
    bare = {_column(name, by): value for name, value in requirement.slice}
    if set(bare) != set(by):
        sliced = ", ".join(f"'{shown(name)}'" for name in by)
        raise InputError(
            f"{requirement.named}: {where}has no slices by these columns",
            hint=f"it has some by {sliced}" if by else "make it with xent eval … --by",
        )
    for column in by:
        yield bare[column]


def _column(name: str, by: Sequence[str]) -> str:
    """The column's name without the bins that it is cut into."""
    return name if name in by or not name.endswith("]") else name[: name.rindex("[")]


def _keys(slices: Sequence[Sliced]) -> Iterator[Sequence[str | None]]:
    """The values of all slices; of very many, without their figures."""
    if isinstance(slices, SliceTable):
        return (slices.values_of(i) for i in range(len(slices)))
    return (tuple(entry.by.values()) for entry in slices)


def _squeezed(value: str | None) -> str:
    return "" if value is None else "".join(value.split())


def _hint(wanted: str, names: Sequence[str]) -> str | None:
    near = [shown(name, 60) for name in nearest(wanted, names)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not names:
        return None
    listed = ", ".join(shown(name, 60) for name in names[:_MOST_LISTED])
    return f"there are {listed}" + (
        f" and {len(names) - _MOST_LISTED:,} more" if len(names) > _MOST_LISTED else ""
    )
