"""Finds out which column is what, from names, types, options and a few sample rows.

Pure: opens no file. What is ambiguous is an error that lists the candidates and the option
that decides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli import class_names, naming, score_columns
from xentcli.errors import InputError, UsageError
from xentcli.labels import ClassIndex, spell
from xentcli.layout import Layout, Shape
from xentcli.options import ColumnOptions, Scale, Task
from xentcli.outcomes import targets
from xentcli.schema import Table, quoted
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.labels import Truth
    from xentcli.score_columns import ScoreColumns


def resolve(table: Table, options: ColumnOptions, ignore: Sequence[str] = ()) -> Layout:
    """Finds the layout of a source.

    `ignore` holds labels that are left out of the scoring, and so need no class. Raises
    InputError where the columns do not say enough, UsageError where options contradict
    each other or the source.
    """
    target, why_target = find_target(table, options)
    found = score_columns.find(table, options, target, ignore)
    if target is None:
        target, why_target = _target_by_content(table, options, found), "its values are the classes"
    for option, name in (("--weight", options.weight), ("--id", options.id)):
        if name is not None:
            table.column(name, option)
    if options.weight in (target, *found.columns):
        raise UsageError(f"--weight '{options.weight}' is also the target or a score")
    if options.scale is None:
        _check_scale(table, found)
    named = class_names.name_classes(table, options, target, found, ignore)
    if named.truth is not None and options.positive is None:
        _check_whose_score(table, found, named.truth)
    return Layout(
        task=_task(options.task, len(named.classes), found.shape),
        target=target,
        scores=found.columns,
        shape=found.shape,
        scale=options.scale or found.scale,
        classes=named.classes,
        positive=named.positive,
        positional=named.positional,
        truth=named.truth,
        weight=options.weight,
        id=options.id,
        reasons=(
            ("target", why_target),
            ("scores", found.why),
            ("scale", "--scale" if options.scale else found.why_scale),
            ("classes", named.why),
        ),
    )


def find_target(table: Table, options: ColumnOptions) -> tuple[str | None, str]:
    """The column of the true label, by option or by name, and why; None where no name says it."""
    if options.target is not None:
        return table.column(options.target, "--target").name, "--target"
    taken = {options.weight, options.id, options.scores}
    outcomes = [n for n in targets(table) if n not in taken]
    known = [n for n in table.names if n.lower() in naming.TARGETS and n not in taken]
    known += [n for n in outcomes if n not in known]
    if len(known) > 1:
        raise InputError(
            f"several columns could be the true label: {quoted(known)}",
            hint=f"say which with --target, for example --target '{shown(known[0])}'",
        )
    if not known:
        return None, ""
    return known[0], "the scores' names name it" if known[0] in outcomes else "a name for labels"


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
    if wanted is Task.BINARY and k != 2:
        raise UsageError(f"--task binary needs two classes, the scores speak of {k}")
    if wanted is Task.MULTICLASS and shape is Shape.SINGLE:
        raise UsageError("--task multiclass needs a score for every class, there is one column")
    if wanted is Task.AUTO:
        return Task.BINARY if k == 2 else Task.MULTICLASS
    return wanted
