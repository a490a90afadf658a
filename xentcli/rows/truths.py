"""Reads what is known of the truth, where that is more than one label a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.labels import canonical
from xentcli.layout.layout import Layout, Shape
from xentcli.numerics import from_arrow
from xentcli.options import TargetKind, TargetScale
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa

    from xentcli.numerics.arrays import Floats, Mask
    from xentcli.rows.checks import Positions


_MOST_VOTES = 1e15
# How far from one a row's targets may sum: float32 rounding, not another distribution.
_TOLERANCE = 1e-3


class Truths:
    """The targets of one data set: distributions over the classes, votes, or labels on or off."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def read(self, block: pa.RecordBatch, row: int) -> tuple[Floats, Mask | None]:
        """The targets as they lie, (K, n), and which rows have them all.

        `row` is the number of the block's first row. Raises RowError for lists of another
        length; TypeError for what holds no numbers.
        """
        layout = self._layout
        if layout.target_shape is Shape.VECTOR:
            matrix, there, ragged = from_arrow.vectors(block.column(layout.targets[0]), layout.k)
            if ragged is not None:
                raise RowError(
                    f"the list has not {layout.k} entries, one for every class",
                    row=row + ragged,
                    column=shown(layout.targets[0]),
                )
            targets = np.ascontiguousarray(matrix.T, dtype=np.float64)
        else:
            read = _words if layout.target_words else _numbers
            targets = np.array([read(block.column(name)) for name in layout.targets])
            there = None
        if targets.size and np.isnan(targets.min()):
            full: Mask = np.logical_not(np.isnan(targets).any(axis=0))
            there = full if there is None else np.logical_and(there, full)
        if layout.target_shape is Shape.SINGLE:
            other = 1.0 - targets
            targets = np.concatenate((other, targets) if layout.positive else (targets, other))
        return targets, there

    def checked(self, targets: Floats, positions: Positions) -> Floats:
        """The targets as probabilities. Raises RowError for the first row that has none."""
        if not targets.size:
            return targets
        if self._layout.target_scale is TargetScale.COUNT:
            return self._shares(targets, positions)
        wrong = (targets < 0) | (targets > 1)
        if wrong.any():
            hint = "are these votes? --target-scale count makes shares of them"
            self._refuse(targets, wrong, "is not a probability", positions, hint)
        if self._layout.kind is TargetKind.SOFT:
            self._check_sums(targets, positions)
        return targets

    def _check_sums(self, targets: Floats, positions: Positions) -> None:
        sums = targets.sum(axis=0)
        off = np.abs(sums - 1) > _TOLERANCE
        if off.any():
            row = int(off.argmax())
            raise RowError(
                f"the targets sum to {float(sums[row]):.6g}, not to 1",
                row=positions.of(row),
                hint="labels of which a row may have several are --task multilabel; "
                "votes are --target-scale count",
            )

    def _shares(self, votes: Floats, positions: Positions) -> Floats:
        """Votes for each class as its share of all votes of the row."""
        wrong = (votes < 0) | (votes > _MOST_VOTES)
        if wrong.any():
            self._refuse(votes, wrong, "is not a number of votes", positions, None)
        sums = votes.sum(axis=0)
        if not sums.all():
            raise RowError("the row has no votes", row=positions.of(int((sums == 0).argmax())))
        shares: Floats = votes / sums
        return shares

    def _refuse(
        self, targets: Floats, wrong: Mask, problem: str, positions: Positions, hint: str | None
    ) -> None:
        row = int(wrong.any(axis=0).argmax())
        k = int(wrong[:, row].argmax())
        names = self._layout.targets
        raise RowError(
            f"{float(targets[k, row])!r} {problem}",
            row=positions.of(row),
            column=shown(names[min(k, len(names) - 1)]),
            hint=hint,
        )


def _numbers(array: pa.Array) -> Floats:
    """A column of numbers, NaN where missing."""
    return from_arrow.numbers(array)[0].astype(np.float64, copy=False)


def _words(array: pa.Array) -> Floats:
    """A column of truth values, or of numbers, whatever its type: 0 and 1, NaN where missing."""
    text = from_arrow.texts(array)
    if text is None:
        return _numbers(array)
    codes, words, there = text
    table = np.array([_value(word) for word in words] or [np.nan])
    values: Floats = table.take(codes)
    return values if there is None else np.where(there, values, np.nan)


def _value(word: str) -> float:
    """What a word says of a label. Raises TypeError for one that says nothing."""
    try:
        return float(canonical(word)) if word else np.nan
    except ValueError:
        raise TypeError(f"'{shown(word)}' is neither a number nor true or false") from None
