"""Finds out which column is what, from names, types, options and a few sample rows.

Pure: opens no file. What is ambiguous is an error that lists the candidates and the option
that decides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.layout import class_names, naming, outcomes, score_columns, target_columns
from xentcli.layout.labels import ClassIndex, is_among
from xentcli.layout.layout import Layout, Shape
from xentcli.layout.schema import Table, quoted
from xentcli.layout.target_columns import TargetColumns
from xentcli.options import ColumnOptions, Scale, TargetScale, Task
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.labels import Truth
    from xentcli.layout.score_columns import ScoreColumns


def resolve(table: Table, options: ColumnOptions, ignore: Sequence[str] = ()) -> Layout:
    """Finds the layout of a source.

    `ignore` holds labels that are left out of the scoring, and so need no class. Raises
    InputError where the columns do not say enough, UsageError where options contradict
    each other or the source.
    """
    if not options.by:
        return _resolve(table, options, ignore)
    from xentcli.layout import by_columns

    options, bins = by_columns.read(table, options)
    return by_columns.checked(_resolve(table, options, ignore)._replace(bins=bins))


def _resolve(table: Table, options: ColumnOptions, ignore: Sequence[str]) -> Layout:
    """The layout, but for the bins of columns that slice the rows."""
    check_named(table, options)
    targets = None
    if options.task is not Task.OUTCOME:
        targets = target_columns.find(table, options)
    if options.task is Task.OUTCOME or (targets is None and outcomes.named(table, options)):
        return outcomes.resolve(table, options)
    return _of_classes(table, options, targets, ignore)


def _of_classes(
    table: Table, options: ColumnOptions, targets: TargetColumns | None, ignore: Sequence[str]
) -> Layout:
    """The layout of scores for classes or labels."""
    if options.units is not None:
        raise UsageError("--count is for --task outcome; the rows here have classes or labels")
    free, found, targets = _columns(table, options, targets, ignore)
    if options.scale is None:
        _check_scale(table, found)
    scale = _target_scale(table, options, targets, found)
    labels = _labels(table, targets, scale, ignore)
    named = class_names.name_classes(free, options, labels, found)
    _check_order(targets, found)
    if scale is not TargetScale.LABEL:
        named = named._replace(truth=None)
    if named.truth is not None and options.positive is None:
        _check_whose_score(table, found, named.truth)
    columns = targets.columns
    if targets.shape is Shape.COLUMNS:
        ordered = options.classes is not None
        own = found.suffixes or ()
        columns = target_columns.bound(targets, named.classes, own, by_order=ordered)
    return Layout(
        task=_task(options.task, len(named.classes), found.shape),
        targets=columns,
        scores=found.columns,
        shape=found.shape,
        scale=options.scale or found.scale,
        classes=named.classes,
        positive=named.positive,
        positional=named.positional,
        truth=named.truth,
        weight=options.weight,
        id=options.id,
        target_shape=targets.shape,
        target_scale=scale,
        target_words=targets.shape is Shape.COLUMNS and target_columns.are_words(table, columns),
        units=options.units,
        by=options.by,
        cluster=options.cluster,
        reasons=(
            ("target", targets.why),
            ("scores", found.why),
            ("scale", "--scale" if options.scale else found.why_scale),
            ("classes", named.why),
        ),
    )


def _columns(
    table: Table, options: ColumnOptions, targets: TargetColumns | None, ignore: Sequence[str]
) -> tuple[Table, ScoreColumns, TargetColumns]:
    """The table that the scores are in, the scores' columns, and the targets'."""
    if targets is not None:
        target_columns.check(targets, options)
    several = targets is not None and targets.several
    target = None if targets is None else targets.columns[0]
    free = _without(table, targets.columns) if targets is not None and several else table
    found = score_columns.find(free, options, None if several else target, ignore)
    if targets is None:
        name, why = _target_by_content(table, options, found), "its values are the classes"
        targets = TargetColumns((name,), Shape.SINGLE, why)
    if options.weight in (*targets.columns, *found.columns):
        raise UsageError(f"--weight '{options.weight}' is also the target or a score")
    return free, found, targets


def _check_order(targets: TargetColumns, found: ScoreColumns) -> None:
    """Refuses a list for a truth beside scores that name their classes: its order is not said."""
    if targets.shape is Shape.VECTOR and found.suffixes is not None:
        raise InputError(
            f"'{shown(targets.columns[0])}' holds lists, whose entries have no names, beside "
            f"scores that name their classes",
            hint="write a target column for every class, or the scores as a list in the same order",
        )


def _without(table: Table, names: Sequence[str]) -> Table:
    """The table but for some of its columns."""
    return table._replace(columns=tuple(c for c in table.columns if c.name not in names))


def _labels(
    table: Table, targets: TargetColumns, scale: TargetScale, ignore: Sequence[str]
) -> list[str]:
    """The names of classes that the truth speaks of, as far as is known."""
    if targets.several:
        return list(targets.suffixes or ())
    if scale is not TargetScale.LABEL:
        return []
    texts = dict.fromkeys(table.texts(targets.columns[0]))
    return [t for t in texts if not is_among(t, ignore)]


def _target_scale(
    table: Table, options: ColumnOptions, targets: TargetColumns, found: ScoreColumns
) -> TargetScale:
    """What the targets hold: distributions where there are several, or fractions; else labels."""
    if options.target_scale is not None:
        wanted = options.target_scale
        if wanted is not TargetScale.LABEL and not targets.several:
            _check_fraction(targets, found, wanted)
        return wanted
    if targets.several:
        return TargetScale.PROBABILITY
    column = table.column(targets.columns[0], "--target")
    named = options.classes is not None or options.positive is not None
    fractional = (
        found.shape is Shape.SINGLE
        and not named
        and table.is_numeric(column)
        and target_columns.is_fractional(table, column.name)
    )
    return TargetScale.PROBABILITY if fractional else TargetScale.LABEL


def _check_fraction(targets: TargetColumns, found: ScoreColumns, wanted: TargetScale) -> None:
    """One column can hold the probability of the second of two classes, and no more."""
    if wanted is TargetScale.COUNT:
        raise UsageError(
            f"--target-scale count needs the votes for every class, not only "
            f"'{shown(targets.columns[0])}'",
            hint="name a column a class, or one of lists, with --target",
        )
    if found.shape is not Shape.SINGLE:
        raise UsageError(
            "--target-scale probability with one target goes with one score column",
            hint="give a target for every class: several columns, or lists",
        )


def check_named(table: Table, options: ColumnOptions) -> None:
    """Raises InputError for columns named by options that are not there."""
    single = (
        ("--weight", options.weight),
        ("--id", options.id),
        ("--count", options.units),
        ("--cluster", options.cluster),
    )
    for option, name in (*single, *(("--by", name) for name in options.by)):
        if name is not None:
            table.column(name, option)


def _target_by_content(table: Table, options: ColumnOptions, found: ScoreColumns) -> str:
    """The outcome of tidymodels, named as it was in the data: the only column of class names.

    Elsewhere a column of class names may as well be the model's own decision, and is not
    guessed: it can only be suggested.
    """
    index = ClassIndex(options.classes or found.suffixes or ())
    taken = {*found.columns, options.weight, options.id}
    fitting = []
    for name in table.names:
        if name in taken or naming.is_decision(name):
            continue
        texts = table.texts(name)
        if texts and all(index.find(t) is not None for t in texts):
            fitting.append(name)
    tidymodels = {n.lower() for n in table.names} >= {".pred_class"}
    if tidymodels and len(fitting) == 1:
        return fitting[0]
    wanted = f"--target '{shown(fitting[0])}'" if len(fitting) == 1 else "--target COL"
    if found.columns[0].lower() in naming.EITHER:
        wanted += ", or say --task outcome if the scores are those of what happened"
    raise InputError(
        f"no column is named like a true label; the columns are {quoted(table.names)}",
        hint=f"name it, if it is there, with {wanted}",
    )


def _check_scale(table: Table, found: ScoreColumns) -> None:
    """Refuses to take for logits, for their name alone, what looks like probabilities."""
    if found.scale is not Scale.LOGIT or found.shape in (Shape.VECTOR, Shape.LABELLED):
        return
    columns = [table.numbers(name) or [] for name in found.columns]
    rows = list(zip(*columns, strict=False))
    inside = bool(rows) and all(0 <= x <= 1 for row in rows for x in row)
    if inside and (len(columns) == 1 or all(abs(sum(row) - 1) <= 0.02 for row in rows)):
        raise InputError(
            f"{quoted(found.columns, 4)}: named like logits, with values like probabilities",
            hint="say which with --scale probability or --scale logit",
        )


def _check_whose_score(table: Table, found: ScoreColumns, truth: Truth) -> None:
    """Refuses a single score that looks like that of whichever class was decided for."""
    if found.scale is not Scale.PROBABILITY:
        return
    scores = table.sample.get(found.columns[0], ())
    for name in table.names:
        if not naming.is_decision(name):
            continue
        decided = [
            (truth.find(spell(decision)), float(str(score).replace(",", ".")))
            for decision, score in zip(table.sample.get(name, ()), scores, strict=False)
            if decision is not None and _is_number(score)
        ]
        if {side for side, _ in decided} == {0, 1} and min(p for _, p in decided) >= 0.5:
            raise InputError(
                f"'{shown(found.columns[0])}' is never below 0.5: it looks like the probability "
                f"of the class in '{shown(name)}', not of one class",
                hint="if it is that of one class, name that with --positive",
            )


def _is_number(value: object) -> bool:
    try:
        return not math.isnan(float(str(value).replace(",", ".")))
    except ValueError:
        return False


def _task(wanted: Task, k: int, shape: Shape) -> Task:
    if wanted is Task.MULTILABEL and shape is Shape.SINGLE:
        raise UsageError("--task multilabel needs a score for every label, there is one column")
    if wanted is Task.BINARY and k != 2:
        raise UsageError(f"--task binary needs two classes, the scores speak of {k}")
    if wanted is Task.MULTICLASS and shape is Shape.SINGLE:
        raise UsageError("--task multiclass needs a score for every class, there is one column")
    if wanted is Task.AUTO:
        return Task.BINARY if k == 2 else Task.MULTICLASS
    return wanted
