"""Names the classes that score columns speak of."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.layout import naming
from xentcli.layout.labels import PAIRS, ClassIndex, Truth
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Table, items_of, quoted
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.score_columns import ScoreColumns
    from xentcli.options import ColumnOptions


class NamedClasses(NamedTuple):
    """The classes in the order of the scores; see `Layout` for `positive` and `truth`."""

    classes: tuple[str, ...]
    why: str
    positive: int = 1
    positional: bool = False
    truth: Truth | None = None


def name_classes(
    table: Table, options: ColumnOptions, labels: Sequence[str], found: ScoreColumns
) -> NamedClasses:
    """The classes, from options, from the columns' names, or from the labels of a single column."""
    if options.classes is not None and len(set(options.classes)) < len(options.classes):
        raise UsageError("--classes names a class twice")
    if found.shape is Shape.SINGLE:
        return _of_single(options, found, labels)
    if options.positive is not None:
        raise UsageError("--positive goes with a single score column; here every class has its own")
    if found.shape is Shape.LABELLED:
        return _of_names(options, found)
    if options.classes is not None:
        width = _width(table, found)
        if width is not None and len(options.classes) != width:
            raise UsageError(
                f"--classes names {len(options.classes)} classes, the scores have {width} entries"
            )
        _refuse_another_order(options.classes, found)
        return NamedClasses(options.classes, "--classes")
    if found.shape is Shape.VECTOR:
        width = _width(table, found)
        if width is None:
            raise InputError(
                f"column '{shown(found.columns[0])}': the length of its lists is not known",
                hint="name the classes with --classes a,b,c",
            )
        return _of_positions(width, labels)
    return _of_columns(table, found, labels)


def _of_names(options: ColumnOptions, found: ScoreColumns) -> NamedClasses:
    """The classes that every row names beside their scores, in whatever order it likes."""
    own = found.suffixes or ()
    if options.classes is None:
        if len(own) < 2:
            raise InputError(
                f"column '{shown(found.columns[0])}' names no class but {quoted(own)}",
                hint="every row has to name every class with its score",
            )
        return NamedClasses(own, "the names beside the scores")
    index = ClassIndex(options.classes)
    strange = [name for name in own if index.find(name) is None]
    if strange or len(own) != len(options.classes):
        raise UsageError(
            f"--classes says {quoted(options.classes)}, the rows name {quoted(own)}",
            hint="leave --classes out: the names say which is which",
        )
    return NamedClasses(options.classes, "--classes")


def _refuse_another_order(classes: tuple[str, ...], found: ScoreColumns) -> None:
    """The columns' own names bind: the same ones in another order are a mistake."""
    own = found.suffixes or found.columns
    if set(own) == set(classes) and own != classes:
        raise UsageError(
            f"--classes says {quoted(classes)}, the columns say {quoted(own)}",
            hint="leave --classes out: the columns' names say which is which",
        )


def _of_single(options: ColumnOptions, found: ScoreColumns, labels: Sequence[str]) -> NamedClasses:
    named = _class_in_name(found, options)
    positive = options.positive or named
    if options.classes is not None:
        if len(options.classes) != 2:
            raise UsageError(f"--classes names {len(options.classes)} classes, one score needs 2")
        if positive is None:
            return NamedClasses(options.classes, "--classes; the score is that of the second")
        place = ClassIndex(options.classes).find(positive)
        if place is None:
            raise UsageError(f"--positive '{shown(positive)}' is not among --classes")
        return NamedClasses(options.classes, "--classes", positive=place)
    if options.positive is not None and named is not None and named != options.positive:
        raise UsageError(
            f"--positive says '{shown(options.positive)}', the column's name says '{shown(named)}'"
        )
    truth = Truth(positive)
    unread = [t for t in labels if truth.find(t) is None]
    names = truth.names([t for t in labels if truth.find(t) is not None])
    if positive is not None and names is None:
        raise InputError(
            f"one score column speaks of two classes; the labels are {quoted(labels)}",
            hint="leave those that are no class out with --ignore-label",
        )
    if unread or names is None:
        raise InputError(
            f"which class does '{shown(found.columns[0])}' speak of? "
            f"the first rows' labels are {quoted(labels)}",
            hint="name it with --positive",
        )
    if options.positive:
        why = "--positive"
    else:
        why = "the column's name" if positive else f"labels like {' and '.join(PAIRS[0])}"
    return NamedClasses(names, why, truth=truth)


def _class_in_name(found: ScoreColumns, options: ColumnOptions) -> str | None:
    """The class that a single score column's name speaks of."""
    if found.suffixes:
        return found.suffixes[0]
    prefix = naming.prefix_of(found.columns[0])
    suffix = None if prefix is None else prefix.class_in(found.columns[0])
    known = (*(options.classes or ()), options.positive)
    return suffix if suffix in known else None


def _of_columns(table: Table, found: ScoreColumns, labels: Sequence[str]) -> NamedClasses:
    """The first way of naming the columns under which every sampled label names one."""
    names = found.columns
    prefix = len(commonprefix(names))  # noqa: RUF071 - of names, not of paths
    known = [naming.prefix_of(n) for n in names]
    ways: list[tuple[tuple[str, ...], str]] = []
    if found.suffixes is not None:
        ways.append((found.suffixes, "the columns' names"))
    if all(p is not None and p == known[0] for p in known) and known[0] is not None:
        ways.append((tuple(known[0].class_in(n) for n in names), "the columns' names"))
    ways.append((names, "the columns' names"))
    if all(len(n) > prefix for n in names):
        ways.append((tuple(n[prefix:] for n in names), "what the columns' names differ in"))
    if found.why == "--scores" and not table.headerless:
        _refuse_two_readings(names, labels)
        ways.append((tuple(map(str, range(len(names)))), "the columns' order, from 0"))
    return _best_way(ways, names, labels)


def _best_way(
    ways: Sequence[tuple[tuple[str, ...], str]], columns: Sequence[str], labels: Sequence[str]
) -> NamedClasses:
    """The way under which most sampled labels name a class; not every label has to be one.

    Raises InputError where two ways do equally well, neither being perfect.
    """
    first_reasons: dict[tuple[str, ...], str] = {}
    for classes, why in ways:
        first_reasons.setdefault(classes, why)
    fits = []
    for classes, why in first_reasons.items():
        index = ClassIndex(classes)
        fits.append((sum(index.find(t) is not None for t in labels), classes, why))
    most = max(fit for fit, _, _ in fits)
    best = [(classes, why) for fit, classes, why in fits if fit == most]
    if 0 < most < len(labels) and len(best) > 1:
        raise InputError(
            f"the classes could be {' or '.join(quoted(classes, 4) for classes, _ in best)}",
            hint="name them in the order of the score columns with --classes a,b,c",
        )
    classes, why = best[0]
    return NamedClasses(classes, why, positional=most > 0 and _are_positions(classes, columns))


def _refuse_two_readings(names: Sequence[str], labels: Sequence[str]) -> None:
    """Columns named by numbers could be meant by name or by place, where the labels fit both."""
    places = tuple(map(str, range(len(names))))
    if not all(name.isdecimal() for name in names) or tuple(names) == places:
        return
    if all(ClassIndex(way).find(t) is not None for way in (names, places) for t in labels):
        raise InputError(
            f"the columns {quoted(names, 4)} could be the classes of their names, or {places[0]} "
            f"to {places[-1]} by their order",
            hint=f"say which with --classes {','.join(names)} or --classes {','.join(places)}",
        )


def _are_positions(classes: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the classes are but the numbers of the columns, which the columns do not say."""
    return tuple(classes) == tuple(map(str, range(len(columns)))) and not any(
        column.endswith(name) for column, name in zip(columns, classes, strict=True)
    )


def _of_positions(width: int, labels: Sequence[str]) -> NamedClasses:
    classes = tuple(map(str, range(width)))
    index = ClassIndex(classes)
    if labels and all(index.find(t) is None for t in labels):
        raise InputError(
            f"the labels are {quoted(labels)}, the scores are lists of {width} without names",
            hint="name the classes in the order of the lists' entries with --classes a,b,c",
        )
    return NamedClasses(classes, "the lists' entries, from 0", positional=True)


def _width(table: Table, found: ScoreColumns) -> int | None:
    """The number of scores of a row, where it is known."""
    if found.shape is Shape.COLUMNS:
        return len(found.columns)
    column = table.column(found.columns[0], "--scores")
    if column.size is not None:
        return column.size
    for value in table.sample.get(column.name, ()):
        if isinstance(value, str):
            return len(items_of(value))
        if isinstance(value, dict):
            return _width_of_struct(value)
        if isinstance(value, list):
            return len(value)
    return None


def _width_of_struct(value: dict[str, object]) -> int | None:
    """The length of a Spark vector: sparse ones say it, dense ones show it."""
    size, values = value.get("size"), value.get("values")
    if isinstance(size, int):
        return size
    return len(values) if isinstance(values, list) else None
