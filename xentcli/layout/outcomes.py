"""The layout of outcomes: scores of what happened, which no truth stands beside."""

from __future__ import annotations

import re

from xentcli.errors import InputError, UsageError
from xentcli.layout import naming
from xentcli.layout.layout import Layout, Shape
from xentcli.layout.schema import Table, quoted
from xentcli.options import ColumnOptions, Scale, Task
from xentcli.text import shown


def named(table: Table, options: ColumnOptions) -> bool:
    """Whether names say that a source holds the scores of what happened, and no more.

    A column of tokens says so beside `logprob`, and `--count` does; a name such as
    `token_logprob` says it alone. Scores of classes beside it say that it is something else.
    Whoever asks knows that nothing is named as a truth.
    """
    asked = (options.scores, options.classes, options.positive, options.target_scale)
    if options.task is not Task.AUTO or any(asked) or _speaks_of_classes(table):
        return False
    names = {name.lower() for name in table.names}
    known = {name for names in naming.OUTCOMES.values() for name in names}
    tokens = options.units is not None or not names.isdisjoint(naming.TOKENS)
    return bool(names & known) or (tokens and bool(names & {*naming.EITHER, *naming.LOSSES}))


def _speaks_of_classes(table: Table) -> bool:
    """Whether any column is named like the score of a class, or holds vectors."""
    singles = {name for names in naming.SINGLE_SCORES.values() for name in names}
    singles -= {*naming.EITHER}
    return any(
        (naming.prefix_of(c.name) is not None and c.name.lower() not in naming.EITHER)
        or c.name.lower() in singles
        or table.is_vector(c)
        for c in table.columns
    )


def resolve(table: Table, options: ColumnOptions) -> Layout:
    """The layout of a task `outcome`.

    Raises UsageError for options that speak of classes, InputError where no column is named
    like a score.
    """
    for option, value in (
        ("--target", options.target),
        ("--classes", options.classes),
        ("--positive", options.positive),
        ("--target-scale", options.target_scale),
    ):
        if value:
            raise UsageError(f"{option} does not go with --task outcome: the score is all there is")
    name, scale, why = _score(table, options)
    if (options.scale or scale) is Scale.LOGIT:
        raise UsageError("--task outcome needs (log-)probabilities: a logit says nothing alone")
    if options.weight == name:
        raise UsageError(f"--weight '{options.weight}' is also the score")
    return Layout(
        task=Task.OUTCOME,
        targets=(),
        scores=(name,),
        shape=Shape.SINGLE,
        scale=options.scale or scale,
        classes=(),
        positive=0,
        weight=options.weight,
        id=options.id,
        units=options.units,
        by=options.by,
        cluster=options.cluster,
        reasons=(
            ("scores", why),
            ("scale", "--scale" if options.scale else "its name"),
        ),
    )


def _score(table: Table, options: ColumnOptions) -> tuple[str, Scale, str]:
    """The column of the outcomes' scores, its scale, and why."""
    if options.scores is not None:
        name = table.column(options.scores, "--scores").name
        if name.lower() in naming.LOSSES:
            raise InputError(_negative(name), hint=_NEGATE)
        if options.scale is None and re.search(r"log_?(2|10)", name.lower()):
            raise InputError(
                f"'{shown(name)}' is named like a logarithm of another base",
                hint="log-probabilities are natural logarithms: multiply them by ln 2 or ln 10",
            )
        return name, naming.scale_in_name(name), "--scores"
    taken = {options.weight, options.id, options.units, *options.by}
    names = {**naming.OUTCOMES}
    names[Scale.PROBABILITY] = (*names[Scale.PROBABILITY], "prob", "probability", "p")
    names[Scale.LOG_PROBABILITY] = (*names[Scale.LOG_PROBABILITY], *naming.EITHER)
    found = [
        (name, scale)
        for scale, known in names.items()
        for name in table.names
        if name.lower() in known and name not in taken
    ]
    if len(found) == 1:
        return (*found[0], "a name for the score of what happened")
    if found:
        raise InputError(
            f"the score could be {quoted([name for name, _ in found])}",
            hint=f"say which with --scores, for example --scores '{shown(found[0][0])}'",
        )
    losses = [name for name in table.names if name.lower() in naming.LOSSES]
    if losses:
        raise InputError(_negative(losses[0]), hint=_NEGATE)
    raise InputError(
        f"no column is named like the score of an outcome; the columns are {quoted(table.names)}",
        hint="name it with --scores",
    )


_NEGATE = (
    "give the scores themselves, as a column of log-probabilities: the loss with its sign changed"
)


def _negative(name: str) -> str:
    return f"'{shown(name)}' is named like a loss, the negative of what is scored"
