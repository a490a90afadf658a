"""From Arrow record batches to `Batch`: labels bound, numbers checked, policies applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli import columns
from xentcli.batch import Batch
from xentcli.checks import Checks, Positions
from xentcli.encode import LabelEncoder
from xentcli.errors import RowError
from xentcli.labelled_vectors import LabelledVectors
from xentcli.labels import canonical
from xentcli.layout import Layout, Shape
from xentcli.matrix_scores import LogProbabilities, Probabilities
from xentcli.naming import nearest
from xentcli.options import OnBadRow, Policy
from xentcli.scales import scores_of
from xentcli.schema import quoted
from xentcli.tally import Case, Code, Entry, Place, Tally
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]


class Decoder:
    """Turns the record batches of one data set into batches, and tallies what it did.

    One per worker: it keeps the labels seen, and is not shared between threads. `losses`
    says whether losses are of interest, and so whether infinite ones are to be tallied.
    """

    def __init__(self, layout: Layout, policy: Policy, *, losses: bool = True) -> None:
        self.layout = layout
        self.policy = policy
        self._losses = losses
        self.tally = Tally()
        self._checks = Checks(layout, policy, self.tally)
        self.labels = LabelEncoder(layout, policy.ignore_label)
        self._named = LabelledVectors(layout) if layout.shape is Shape.LABELLED else None
        self.rows_read = 0

    def decode(self, block: pa.RecordBatch, place: Place) -> Batch:
        """The rows of `block` that are to be scored.

        `place` is that of its first row. Raises RowError for the first row that cannot be
        scored.
        """
        self.rows_read += block.num_rows
        truth = self._column(self.layout.target, block, self.labels.encode)
        raw, there = self._raw(block, place)
        low, high = _ends(raw)
        if np.isnan(low):
            missing = np.isnan(raw) if raw.ndim == 1 else np.isnan(raw).any(axis=0)
            there = _both(there, np.logical_not(missing))
        weights = None
        if self.layout.weight is not None:
            weights, weighted = self._column(self.layout.weight, block, columns.numbers)
            weights = weights.astype(np.float64, copy=False)
            there = _both(there, _both(weighted, _not_nan(weights)))
        keep = self._keep(truth, there, block, place)
        rows = None
        if keep is not None:
            rows = np.flatnonzero(keep)
            truth, raw = truth[keep], raw[..., keep]
            weights = None if weights is None else weights[keep]
            low, high = _ends(raw)
        if not raw.flags.owndata and raw.ndim == 2:
            raw = raw.copy()
        positions = Positions(place, rows)
        self._checks.range(raw, low, high, positions)
        if weights is not None:
            self._checks.weights(weights, positions)
        scores = scores_of(raw, self.layout.scale, self.layout.positive)
        if isinstance(scores, Probabilities | LogProbabilities):
            scores = self._checks.sums(scores, positions)
        batch = Batch(
            self.layout.k,
            truth,
            scores,
            weights,
            place=place,
            rows=rows,
            clip=self.policy.clip,
            epsilon=float(np.finfo(raw.dtype).eps),
        )
        if self._losses and len(batch):
            self._tally_losses(batch)
        return batch

    def _column(self, name: str, block: pa.RecordBatch, read: Any) -> Any:
        try:
            return read(block.column(name))
        except TypeError as error:
            raise RowError(str(error), row=None, column=shown(name)) from None

    def _raw(self, block: pa.RecordBatch, place: Place) -> tuple[Array, Mask | None]:
        """The scores as a (K, n) matrix or a single column, and which rows have them all."""
        layout = self.layout
        if self._named is not None:
            return self._labelled(self._named, block, place)
        if layout.shape is Shape.VECTOR:
            name = layout.scores[0]
            matrix, there, ragged = self._column(
                name, block, lambda c: columns.vectors(c, layout.k)
            )
            if ragged is not None:
                raise RowError(
                    f"the list has not {layout.k} entries, one for every class",
                    row=place.row + ragged,
                    column=shown(name),
                )
            raw = np.ascontiguousarray(matrix.T)
        else:
            raw, there = self._matrix(block)
        return raw, there

    def _labelled(
        self, named: LabelledVectors, block: pa.RecordBatch, place: Place
    ) -> tuple[Array, Mask | None]:
        name = self.layout.scores[0]
        try:
            raw, there = self._column(name, block, named.bind)
        except RowError as error:
            row = None if error.row is None else place.row + error.row
            raise RowError(error.message, row=row, column=shown(name)) from None
        return raw, there

    def _matrix(self, block: pa.RecordBatch) -> tuple[Array, Mask | None]:
        read = [self._column(name, block, columns.numbers) for name in self.layout.scores]
        there: Mask | None = None
        for _, present in read:
            there = _both(there, present)
        if self.layout.shape is Shape.SINGLE:
            return read[0][0], there
        kind = np.float32 if all(v.dtype == np.float32 for v, _ in read) else np.float64
        raw = np.empty((len(read), block.num_rows), dtype=kind)
        for k, (values, _) in enumerate(read):
            raw[k] = values
        return raw, there

    def _keep(
        self, truth: Array, there: Mask | None, block: pa.RecordBatch, place: Place
    ) -> Mask | None:
        """Which rows are scored; None for all. What is dropped is tallied."""
        bad = truth >= self.labels.unknown
        if there is None and not bad.any():
            return None
        missing = truth == self.labels.missing
        if there is not None:
            missing |= ~there & (truth != self.labels.ignored)
        unknown = truth == self.labels.unknown
        problems = []
        if missing.any() and self.policy.missing is OnBadRow.ERROR:
            problems.append(self._missing(int(missing.argmax()), truth, block, place))
        if unknown.any() and self.policy.unknown_label is OnBadRow.ERROR:
            problems.append(self._unknown(int(unknown.argmax()), block, place))
        if problems:
            raise min(problems, key=lambda p: p.row or 0)
        ignored = truth == self.labels.ignored
        unknown &= ~missing
        for code, mask in (
            (Code.IGNORED, ignored),
            (Code.MISSING, missing),
            (Code.UNKNOWN, unknown),
        ):
            if mask.any():
                first = int(mask.argmax())
                value = None if code is Code.MISSING else self._label(first, block)
                case = Case(place.moved(first), value)
                self.tally.note(code, Entry(int(np.count_nonzero(mask)), case))
        keep: Mask = ~(ignored | missing | unknown)
        return keep

    def _label(self, row: int, block: pa.RecordBatch) -> str:
        return str(block.column(self.layout.target)[row].as_py())

    def _missing(self, row: int, truth: Array, block: pa.RecordBatch, place: Place) -> RowError:
        name = self.layout.target
        if truth[row] != self.labels.missing:
            wanted = [*self.layout.scores, *([self.layout.weight] if self.layout.weight else [])]
            for candidate in wanted:
                value = block.column(candidate)[row].as_py()
                if value is None or isinstance(value, list | dict) or np.isnan(value):
                    name = candidate
                    break
        return RowError(
            "the value is missing",
            row=place.row + row,
            column=shown(name),
            hint="leave such rows out with --missing drop",
        )

    def _unknown(self, row: int, block: pa.RecordBatch, place: Place) -> RowError:
        label = self._label(row, block)
        near = nearest(label, self.layout.classes)
        if self.layout.truth is not None:
            hint = "name the class the score speaks of with --positive"
        elif self.layout.positional and label == str(self.layout.k):
            numbers = ",".join(map(str, range(1, self.layout.k + 1)))
            hint = f"are the labels counted from 1? say --classes {shown(numbers, 40)}"
        elif near:
            hint = f"did you mean {quoted(near)}?"
        elif canonical(label).startswith("-"):
            hint = f"padding? leave it out with --ignore-label={shown(label, 40)}"
        else:
            hint = "name the classes with --classes, or leave such rows out: --unknown-label drop"
        return RowError(
            f"the label '{shown(label, 60)}' is none of the classes {quoted(self.layout.classes)}",
            row=place.row + row,
            column=shown(self.layout.target),
            hint=hint,
        )

    def _tally_losses(self, batch: Batch) -> None:
        """Rows whose loss is infinite, or was moved by the clip."""
        if self.policy.clip:
            self._note_in_class_order(Code.CLIPPED, batch, batch.loss != batch.unclipped_loss)
        elif batch.loss_ends[1] == np.inf:
            endless = np.isinf(batch.loss)
            if batch.weights is not None:
                endless &= batch.weights > 0
            self._note_in_class_order(Code.ZERO, batch, endless)

    def _note_in_class_order(self, code: Code, batch: Batch, mask: Mask) -> None:
        if mask.any():
            first = int(batch.in_row_order(mask).argmax())
            case = Case(batch.place_of(first), None)
            self.tally.note(code, Entry(int(np.count_nonzero(mask)), case))


def _ends(raw: Array) -> tuple[float, float]:
    """The smallest and the largest score; NaN where one is NaN."""
    if not raw.size:
        return 0.0, 0.0
    flat = raw.reshape(-1)
    return float(np.minimum.reduce(flat)), float(np.maximum.reduce(flat))


def _both(a: Mask | None, b: Mask | None) -> Mask | None:
    if a is None or b is None:
        return b if a is None else a
    return a & b


def _not_nan(values: Array) -> Mask | None:
    if values.size and np.isnan(values.min()):
        there: Mask = ~np.isnan(values)
        return there
    return None
