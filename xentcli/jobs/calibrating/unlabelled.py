"""Rows whose truth is not known, or not looked at: found and decoded by their scores alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import InputError, UsageError
from xentcli.jobs.calibrating.log_scores import Possible
from xentcli.layout import naming, score_columns
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Table, quoted
from xentcli.options import ColumnOptions, Scale
from xentcli.text import shown

if TYPE_CHECKING:
    from typing import Any

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.jobs.calibrating.record import Kept
    from xentcli.layout.layout import Layout
    from xentcli.layout.score_columns import ScoreColumns
    from xentcli.rows.tally import Place


class Unlabelled(Possible):
    """A decoder that takes every row to be of the first class, and reads no target."""

    def _truth(
        self, block: pa.RecordBatch, place: Place
    ) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        del place
        return np.zeros(block.num_rows, dtype=self.labels.dtype), None


def layout_of(table: Table, kept: Kept, scores: str | None, name: str) -> Layout:
    """The layout of the source `name`, whose score columns may be called as they like.

    `scores` is what `--scores` says. Without it, the columns that the calibration was fitted to
    are taken where all of them are there, else those that are named like scores.

    Raises InputError where the classes, or the scale, are not those of the calibration.
    """
    fitted = kept.layout
    known = scores is None and set(fitted.scores) <= set(table.names)
    target = next((t for t in fitted.targets if t in table.names), None)
    if known:
        _check_siblings(table, kept, name)
        columns, shape = fitted.scores, _shape(table, fitted)
    else:
        options = ColumnOptions(scores=scores)
        found = score_columns.find(table, options, target, ())
        columns, shape = _bound(found, kept, name), found.shape
        says = found.why_scale != "the default" and scores is None
        if says and found.scale is not fitted.scale:
            raise InputError(
                f"{name}: {quoted(found.columns, 4)} are named like a {found.scale.value}, "
                f"{kept.name} was fitted to {_MANY[fitted.scale]}"
            )
    if shape is Shape.LABELLED:
        raise InputError(
            f"{name}: '{shown(columns[0])}' names a class beside every score, which apply does "
            "not rewrite",
            hint="write a column for every class, or lists",
        )
    _check_shape(table, columns, shape, kept, name)
    return fitted._replace(targets=(), scores=columns, shape=shape)


_MANY = {
    Scale.PROBABILITY: "probabilities",
    Scale.LOGIT: "logits",
    Scale.LOG_PROBABILITY: "log-probabilities",
}


def _shape(table: Table, fitted: Layout) -> Shape:
    """How the columns lie that have the names known; vectors may name their classes here."""
    column = table.column(fitted.scores[0], "--scores")
    if fitted.shape in (Shape.VECTOR, Shape.LABELLED):
        return Shape.VECTOR if table.named_classes(column) is None else Shape.LABELLED
    return fitted.shape


def _bound(found: ScoreColumns, kept: Kept, name: str) -> tuple[str, ...]:
    """The score columns in the order of the classes."""
    classes = kept.layout.classes
    if found.shape is not Shape.COLUMNS:
        if found.shape is Shape.SINGLE and found.suffixes:
            _check_whose(found.suffixes[0], kept, name)
        return found.columns
    own = found.suffixes or found.columns
    if set(own) == set(classes):
        by_class = dict(zip(own, found.columns, strict=True))
        return tuple(by_class[c] for c in classes)
    if found.suffixes is not None or len(own) != len(classes):
        raise _other_classes(own, kept, name)
    if set(found.columns) != set(kept.layout.scores):
        raise UsageError(
            f"which class does each of {quoted(found.columns, 4)} speak of?",
            hint="name them as the classes with a pattern, such as --scores 'prob_*'",
        )
    return kept.layout.scores


def _check_whose(own: str, kept: Kept, name: str) -> None:
    """Raises InputError where the single score is named as that of another class."""
    whose = kept.layout.classes[kept.layout.positive]
    if own != whose:
        raise InputError(
            f"{name}: the score is that of '{shown(own)}', {kept.name} was fitted to that of "
            f"'{shown(whose)}'"
        )


def _check_siblings(table: Table, kept: Kept, name: str) -> None:
    """Raises InputError for further columns that are named like the scores: more classes."""
    if kept.layout.shape is not Shape.COLUMNS:
        return
    prefixes = {naming.prefix_of(n) for n in kept.layout.scores} - {None}
    known = {*kept.layout.scores, *kept.layout.targets}
    more = [n for n in table.names if n not in known and naming.prefix_of(n) in prefixes]
    if more:
        raise InputError(
            f"{name}: has the score column '{shown(more[0])}', which is none of the classes that "
            f"{kept.name} was fitted to: {quoted(kept.layout.classes)}",
            hint="say which columns are the scores with --scores",
        )


def _check_shape(
    table: Table, columns: tuple[str, ...], shape: Shape, kept: Kept, name: str
) -> None:
    """Raises InputError where the scores are not of the calibration's classes."""
    fitted = kept.layout
    for column in columns:
        table.column(column, "--scores")
    if (shape is Shape.SINGLE) != (fitted.shape is Shape.SINGLE):
        single = "one score column"
        several = "a score for each class"
        has, wants = (single, several) if shape is Shape.SINGLE else (several, single)
        raise InputError(f"{name}: has {has}, {kept.name} was fitted to {wants}")
    size = table.column(columns[0], "--scores").size
    if shape is Shape.VECTOR and size is not None and size != fitted.k:
        raise InputError(
            f"{name}: '{shown(columns[0])}' holds lists of {size}, {kept.name} was fitted to the "
            f"{fitted.k} classes {quoted(fitted.classes)}"
        )


def _other_classes(own: tuple[str, ...], kept: Kept, name: str) -> InputError:
    return InputError(
        f"{name}: the scores are of the classes {quoted(own)}, {kept.name} was fitted to "
        f"{quoted(kept.layout.classes)}",
        hint="a calibration is for the classes that it was fitted to",
    )
