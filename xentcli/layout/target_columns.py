"""Finds the columns that hold the truth: a label, a distribution over the classes, or labels."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.layout import naming, outcome_names
from xentcli.layout.labels import ClassIndex
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Kind, Table, missing_column, quoted
from xentcli.options import ColumnOptions, TargetScale, Task
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence


class TargetColumns(NamedTuple):
    """The columns found: `suffixes` name the classes (or labels) where their names do."""

    columns: tuple[str, ...]
    shape: Shape
    why: str
    suffixes: tuple[str, ...] | None = None

    @property
    def several(self) -> bool:
        """Whether a row's truth is more than one label."""
        return self.shape is not Shape.SINGLE


def find(table: Table, options: ColumnOptions) -> TargetColumns | None:
    """The columns of the truth, by option or by name; None where no name says it."""
    if options.target:
        return _chosen(table, options.target)
    taken = {options.weight, options.id, options.scores, options.units}
    spoken_of = [n for n in outcome_names.targets(table) if n not in taken]
    known = [n for n in table.names if n.lower() in naming.TARGETS and n not in taken]
    known += [n for n in spoken_of if n not in known]
    # What rows are sliced by may be the truth, but hardly where there is another.
    known = [n for n in known if n not in options.by] or known
    families = [f for f in _families(table, taken) if not set(f.columns) <= set(known)]
    if known:
        families = [f for f in families if _names_classes(table, f)]
    if len(known) + len(families) > 1:
        listed = [*known, *(name for f in families for name in f.columns)]
        hint = f"'{shown(known[0])}'" if known else f"'{shown(families[0].columns[0])}'"
        raise InputError(
            f"several columns could be the true label: {quoted(listed)}",
            hint=f"say which with --target, for example --target {hint}",
        )
    if families:
        return families[0]
    if not known:
        return None
    why = "the scores' names name it" if known[0] in spoken_of else "a name for labels"
    return _single(table, known[0], why)


def _single(table: Table, name: str, why: str) -> TargetColumns:
    """One column: of labels, or of lists."""
    vector = table.is_vector(table.column(name, "--target"))
    return TargetColumns((name,), Shape.VECTOR if vector else Shape.SINGLE, why)


def _chosen(table: Table, items: Sequence[str]) -> TargetColumns:
    """The columns that `--target` names, once or several times."""
    names: list[str] = []
    for item in items:
        selected = naming.select(item, table.names)
        if selected is None:
            if naming.is_pattern(item):
                raise InputError(
                    f"--target: no column matches '{shown(item)}'",
                    hint=f"the columns are {quoted(table.names)}",
                )
            raise missing_column(item, table.names, "--target")
        names += [n for n in selected if n not in names]
    if len(names) == 1 and items[0] == names[0]:
        return _single(table, names[0], "--target")
    return TargetColumns(tuple(names), Shape.COLUMNS, "--target", _suffixes(items, names))


def _suffixes(items: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """The classes that the names of several target columns end in."""
    if len(items) == 1:
        starred = [naming.matched_by_star(items[0], n) for n in names]
        if None not in starred:
            return tuple(s for s in starred if s is not None)
    for prefix in naming.TARGET_PREFIXES:
        if all(n.lower().startswith(prefix) and len(n) > len(prefix) for n in names):
            return tuple(n[len(prefix) :] for n in names)
    return None


def _families(table: Table, taken: set[str | None]) -> list[TargetColumns]:
    """Two or more columns of numbers whose names share a prefix for targets."""
    found = []
    for prefix in naming.TARGET_PREFIXES:
        names = [
            c.name
            for c in table.columns
            if c.name not in taken
            and c.kind in (Kind.NUMBER, Kind.UNTYPED, Kind.BOOLEAN)
            and c.name.lower().startswith(prefix)
            and len(c.name) > len(prefix)
        ]
        if len(names) > 1:
            suffixes = tuple(n[len(prefix) :] for n in names)
            why = f"columns named '{prefix}CLASS'"
            found.append(TargetColumns(tuple(names), Shape.COLUMNS, why, suffixes))
    return found


def _names_classes(table: Table, family: TargetColumns) -> bool:
    """Whether what a family's names end in is what scores' names end in, too."""
    prefixes = {name: naming.prefix_of(name, table.names) for name in table.names}
    ends = {prefix.class_in(name) for name, prefix in prefixes.items() if prefix is not None}
    return set(family.suffixes or ()) <= ends


def bound(
    found: TargetColumns, classes: tuple[str, ...], scores: Sequence[str], *, by_order: bool
) -> tuple[str, ...]:
    """The target columns in the order of the classes.

    Columns bind by what their names end in, or by what they differ in: to the classes, or to
    what the columns of `scores` end in. By their order only where `--classes` gave one and
    the names say nothing. Raises InputError where they do not name the classes.
    """
    columns = found.columns
    prefix = len(commonprefix(columns))  # noqa: RUF071 - of names, not of paths
    ways = [found.suffixes, columns, tuple(n[prefix:] for n in columns)]
    for wanted in (classes, scores):
        for names in ways:
            if names is None or len(wanted) != len(columns):
                continue
            index = ClassIndex(names)
            places = [index.find(name) for name in wanted]
            if None not in places and len(set(places)) == len(columns):
                return tuple(columns[p] for p in places if p is not None)
    if by_order and len(columns) == len(classes):
        return columns
    raise InputError(
        f"the target columns {quoted(columns, 4)} do not name the classes {quoted(classes, 4)}",
        hint="name a target and a score column alike for every class, or say --classes a,b,c",
    )


def are_words(table: Table, columns: Sequence[str]) -> bool:
    """Whether targets are truth values, as programs keep or spell them, in one of the columns."""
    for name in columns:
        if table.column(name, "--target").kind is Kind.BOOLEAN:
            return True
        texts = table.texts(name)
        if texts and all(text.lower() in ("true", "false") for text in texts):
            return True
    return False


def is_fractional(table: Table, name: str) -> bool:
    """Whether a column of numbers from 0 to 1 holds any between them, which are no labels."""
    numbers = table.numbers(name) or []
    return all(0 <= x <= 1 for x in numbers) and any(0 < x < 1 for x in numbers)


def check(found: TargetColumns, options: ColumnOptions) -> None:
    """Raises UsageError for options that do not go with the columns."""
    scale = options.target_scale
    if found.several and scale is TargetScale.LABEL:
        raise UsageError("--target-scale label goes with a single target column")
    if options.task is Task.MULTILABEL and not found.several:
        raise UsageError(
            "--task multilabel needs a target for every label: several columns, or one of lists",
            hint="for example --target 'true_*'",
        )
    if options.task is Task.MULTILABEL and scale is TargetScale.COUNT:
        raise UsageError("--target-scale count is for votes for classes, not for labels")
