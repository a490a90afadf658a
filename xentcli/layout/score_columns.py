"""Finds the score columns of a source, and the classes they speak of."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.layout import naming
from xentcli.layout.labels import ClassIndex, is_among
from xentcli.layout.layout import Shape
from xentcli.layout.outcome_names import classes_of_sas, outcome_in
from xentcli.layout.sampled import holds_distributions, is_distribution, refuse_unread
from xentcli.layout.schema import Column, Kind, Table, missing_column, quoted
from xentcli.options import ColumnOptions, Scale
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_CATBOOST = {"probability", "logprobability", "rawformulaval"}


class ScoreColumns(NamedTuple):
    """The columns found: `suffixes` name the classes where the columns' names, or the rows, do.

    `outcome` is the target that the columns' names speak of.
    """

    columns: tuple[str, ...]
    shape: Shape
    scale: Scale
    why: str
    why_scale: str
    suffixes: tuple[str, ...] | None = None
    outcome: str | None = None


def find(
    table: Table, options: ColumnOptions, target: str | None, ignore: Sequence[str]
) -> ScoreColumns:
    """The score columns, by option or by name. Raises InputError where none or several fit."""
    if options.scores is not None:
        return _chosen(table, options.scores, {target, options.weight, options.id})
    # A weight among the scores is an error, to be told later, and no reason to miss a class.
    beside = [c for c in table.columns if c.name not in (target, options.id)]
    free = [c for c in beside if c.name != options.weight]
    strong, weak = _families(table, beside, target, options.classes)
    candidates = _labelled(table, free) + _vectors(table, free) + strong + _singles(table, free)
    candidates = _preferred(candidates or weak or _only_vector(table, free))
    candidates = _of_outcome(candidates, target)
    if len(candidates) > 1:
        groups = " or ".join(quoted(c.columns, 4) for c in candidates)
        raise InputError(
            f"the scores could be {groups}",
            hint=f"say which with --scores, for example --scores '{_spec(candidates[0], table)}'",
        )
    if candidates:
        return candidates[0]
    if target is not None:
        exact = _named_as_classes(table, free, target, ignore)
        if exact is not None:
            return exact
    _refuse_fasttext(table, [c.name for c in free])
    raise InputError(
        f"no column is named like a score; the columns are {quoted(table.names)}",
        hint="name the scores with --scores: a column, a glob such as 'prob_*', or a list a,b,c",
    )


def _chosen(table: Table, spec: str, taken: set[str | None]) -> ScoreColumns:
    """The columns that `--scores` names; a pattern leaves out those `taken` for other things."""
    names: list[str] = []
    items = [spec] if spec in table.names else spec.split(",")
    for item in items:
        selected = naming.select(item, table.names)
        if selected is None:
            if naming.is_pattern(item):
                raise InputError(
                    f"--scores: no column matches '{shown(item)}'",
                    hint=f"the columns are {quoted(table.names)}",
                )
            raise missing_column(item, table.names, "--scores")
        if item in taken:
            raise UsageError(f"--scores: '{shown(item)}' is the target, the weight or the id")
        names += [n for n in selected if n not in names and n not in taken]
    _refuse_fasttext(table, names)
    suffixes = _classes_of_spec(spec, names, table)
    scale, why_scale = _scale_of(names[0])
    columns = {c.name: c for c in table.columns}
    labelled = _labelled(table, [columns[names[0]]]) if len(names) == 1 else []
    if labelled:
        return labelled[0]._replace(why="--scores")
    if len(names) == 1 and table.is_vector(columns[names[0]]):
        return ScoreColumns((names[0],), Shape.VECTOR, scale, "--scores", why_scale)
    shape = Shape.SINGLE if len(names) == 1 else Shape.COLUMNS
    return ScoreColumns(
        tuple(names),
        shape,
        scale,
        "--scores",
        why_scale,
        suffixes,
    )


def _classes_of_spec(spec: str, names: Sequence[str], table: Table) -> tuple[str, ...] | None:
    """The classes that a pattern names by its star; without a header, the order from 0."""
    if table.headerless and len(names) > 1:
        return tuple(map(str, range(len(names))))
    if spec in table.names:
        return None
    starred = [naming.matched_by_star(spec, n) for n in names]
    return None if None in starred else tuple(s for s in starred if s is not None)


def _scale_of(name: str) -> tuple[Scale, str]:
    scale = naming.scale_in_name(name)
    return scale, "the default" if scale is Scale.PROBABILITY else "the columns' name says so"


def _refuse_fasttext(table: Table, names: Sequence[str]) -> None:
    """Raises InputError for columns of labels and probabilities by turns, the likeliest first."""
    for name in names:
        if any(text.startswith("__label__") for text in table.texts(name)):
            raise InputError(
                f"column '{shown(name)}' holds labels with their probabilities, as fastText "
                "writes them",
                hint='put them into JSON lines: {"label": "a", "scores": '
                '[{"label": "a", "prob": 0.9}, …]}',
            )


def _labelled(table: Table, free: Sequence[Column]) -> list[ScoreColumns]:
    """Columns of vectors that name the class of every entry, whatever they are called."""
    found = []
    for column in free:
        classes = table.named_classes(column)
        if classes is not None:
            scale, why_scale = _scale_of(column.name)
            why = "every score stands beside the name of its class"
            outcome = outcome_in(table, column)
            found.append(
                ScoreColumns(
                    (column.name,), Shape.LABELLED, scale, why, why_scale, classes, outcome
                )
            )
    return found


def _vectors(table: Table, free: Sequence[Column]) -> list[ScoreColumns]:
    """Columns of vectors with a name for scores."""
    return [
        ScoreColumns((c.name,), Shape.VECTOR, scale, "a name for vectors of scores", "its name")
        for c in free
        if table.is_vector(c) and table.named_classes(c) is None
        for scale, names in naming.VECTORS.items()
        if c.name.lower() in names
    ]


def _only_vector(table: Table, free: Sequence[Column]) -> list[ScoreColumns]:
    """The only column of vectors, where it is named or looks as if it held scores."""
    vectors = [c for c in free if table.is_vector(c)]
    if len(vectors) != 1:
        return []
    scale, why = _scale_of(vectors[0].name)
    if scale is Scale.PROBABILITY and not holds_distributions(table, vectors[0].name):
        return []
    return [ScoreColumns((vectors[0].name,), Shape.VECTOR, scale, "the only column of lists", why)]


def _families(
    table: Table, free: Sequence[Column], target: str | None, classes: tuple[str, ...] | None
) -> tuple[list[ScoreColumns], list[ScoreColumns]]:
    """Columns that share a known prefix; a single one only where labels name what follows it.

    The second list holds those whose prefix is but a letter, and nothing else says H2O.
    """
    families: dict[naming.Prefix, list[str]] = {}
    for column in free:
        prefix = naming.prefix_of(column.name, table.names)
        if prefix is not None and column.kind in (Kind.NUMBER, Kind.UNTYPED):
            families.setdefault(prefix, []).append(column.name)
    labels = list(dict.fromkeys(table.texts(target))) if target is not None else []
    strong, weak = list[ScoreColumns](), list[ScoreColumns]()
    for prefix, names in families.items():
        refuse_unread(table, free, prefix, names)
        suffixes = tuple(prefix.class_in(n) for n in names)
        if prefix.text == naming.SAS and suffixes != classes:
            suffixes = classes_of_sas(suffixes, target, labels if classes is None else classes)
        index = ClassIndex(suffixes)
        if len(names) == 1 and all(index.find(t) is None for t in labels):
            continue
        sure = prefix.source != "H2O" or any(n.lower() == "predict" for n in table.names)
        (strong if sure else weak).append(
            ScoreColumns(
                tuple(names),
                Shape.SINGLE if len(names) == 1 else Shape.COLUMNS,
                prefix.scale,
                f"columns named '{prefix.text}CLASS{prefix.end}' ({prefix.source})",
                f"'{prefix.text}' says so",
                suffixes,
                prefix.outcome,
            )
        )
    return strong, weak


def _singles(table: Table, free: Sequence[Column]) -> list[ScoreColumns]:
    """Single columns with a name for the score of the positive class."""
    found = []
    for column in free:
        for scale, names in naming.SINGLE_SCORES.items():
            if column.name.lower() not in names:
                continue
            # What a text column of this name holds is told when it is read, but for decisions.
            if column.name.lower() == "y_pred" and not _has_fractions(table, column.name):
                continue
            if column.kind not in (Kind.NUMBER, Kind.UNTYPED):
                continue
            why = "a name for the score of one class"
            found.append(ScoreColumns((column.name,), Shape.SINGLE, scale, why, "its name"))
    return found


def _has_fractions(table: Table, name: str) -> bool:
    return any(x != int(x) for x in table.numbers(name) or () if abs(x) < 2**53)


def _named_as_classes(
    table: Table, free: Sequence[Column], target: str, ignore: Sequence[str]
) -> ScoreColumns | None:
    """Columns named exactly as the classes: numeric ones among which every label has its own."""
    labels = {t for t in table.texts(target) if not is_among(t, ignore)}
    numeric = [c.name for c in free if not naming.is_decision(c.name) and table.is_numeric(c)]
    if not labels or not labels <= set(numeric):
        return None
    # The labels sampled may lack a class, so the widest set that is a distribution wins:
    # all numeric columns, else the run of neighbours around the labels', else theirs alone.
    places = [numeric.index(t) for t in labels]
    neighbours = numeric[min(places) : max(places) + 1]
    exact = [n for n in numeric if n in labels]
    for names in (numeric, neighbours, exact):
        if len(names) > 1 and is_distribution(table, names):
            break
    else:
        return None
    why = "columns named exactly as the labels"
    return ScoreColumns(
        tuple(names), Shape.COLUMNS, Scale.PROBABILITY, why, "the default", tuple(names)
    )


def _preferred(candidates: list[ScoreColumns]) -> list[ScoreColumns]:
    """Where one program writes the same scores on several scales, the probabilities.

    Spark writes `probability` beside `rawPrediction`, CatBoost any of its three.
    """
    names = [c.columns[0].lower() for c in candidates]
    spark = set(names) == {"probability", "rawprediction"}
    catboost = all("class=" in n for n in names) or set(names) <= _CATBOOST
    if spark or catboost:
        return [c for c in candidates if c.scale is Scale.PROBABILITY] or candidates
    return candidates


def _of_outcome(candidates: list[ScoreColumns], target: str | None) -> list[ScoreColumns]:
    """The candidates without those of another outcome, where one speaks of the target itself."""
    if target is None or all((c.outcome or "").lower() != target.lower() for c in candidates):
        return candidates
    return [c for c in candidates if c.outcome is None or c.outcome.lower() == target.lower()]


def _spec(found: ScoreColumns, table: Table) -> str:
    """What a user would write after `--scores` for these columns, and no others."""
    prefix = commonprefix(found.columns)  # noqa: RUF071 - of names, not of paths
    glob = f"{prefix}*"
    if len(found.columns) > 1 and naming.select(glob, table.names) == list(found.columns):
        return glob
    return ",".join(found.columns)
