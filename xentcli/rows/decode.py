"""From Arrow record batches to `Batch`: labels bound, numbers checked, policies applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.layout import Layout, Shape
from xentcli.layout.like import rule_of
from xentcli.numerics import from_arrow
from xentcli.numerics.elementary import surprise
from xentcli.options import Policy, Scale, TargetKind
from xentcli.rows.by_scale import scores_of, single_of
from xentcli.rows.checks import Checks, Kept, Positions
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.label_codes import LabelEncoder
from xentcli.rows.labelled_vectors import LabelledVectors
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Probabilities
from xentcli.rows.single_scores import Single
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.rows.truths import Truths
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa

    from xentcli.layout.rules import Rule
    from xentcli.numerics.arrays import Array, Floats, Mask
    from xentcli.rows.batch import Batch
    from xentcli.rows.scores import Scores


# Losses that differ by less are the same but for a float32's rounding.
_SAME = 1e-6


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
        self._truths = Truths(layout)
        self._rule = rule_of(policy, layout)
        self.labels = LabelEncoder(layout, policy.ignore_label)
        self._kept = Kept(layout, policy, self.labels, self.tally)
        self._named = LabelledVectors(layout) if layout.shape is Shape.LABELLED else None
        self.rows_read = 0

    def decode(self, block: pa.RecordBatch, place: Place) -> Batch:
        """The rows of `block` that are to be scored.

        `place` is that of its first row. Raises RowError for the first row that cannot be
        scored.
        """
        self.rows_read += block.num_rows
        layout = self.layout
        truth, there = self._truth(block, place)
        raw, scored = self._raw(block, place)
        there = from_arrow.both(there, scored)
        low, high = from_arrow.ends(raw)
        if np.isnan(low):
            missing = np.isnan(raw) if raw.ndim == 1 else np.isnan(raw).any(axis=0)
            there = from_arrow.both(there, np.logical_not(missing))
        weights, there = self._numbers(layout.weight, block, there)
        units, there = self._numbers(layout.units, block, there)
        keep = self._kept.rows(truth, there, block, place)
        rows = None
        if keep is not None:
            rows = np.flatnonzero(keep)
            truth, raw = truth[..., keep], raw[..., keep]
            weights = None if weights is None else weights[keep]
            units = None if units is None else units[keep]
            low, high = from_arrow.ends(raw)
        if not raw.flags.owndata and raw.ndim == 2:
            raw = raw.copy()
        positions = Positions(place, rows)
        self._checks.range(raw, low, high, positions)
        self._checks.weights(weights, positions)
        self._checks.units(units, positions)
        if layout.kind in (TargetKind.SOFT, TargetKind.LABELS):
            truth = self._truths.checked(truth, positions)
        other = {
            "place": place,
            "rows": rows,
            "bounds": self._bounds(),
            "epsilon": float(np.finfo(raw.dtype).eps),
            "units": units,
        }
        scores = self._scores(raw, positions)
        if self._rule is not None:
            kind = raw.dtype
            return self._imitated(self._rule, truth, scores, kind, weights, positions, other)
        batch = self._batch(truth, scores, weights, other)
        if self._losses and len(batch):
            self._tally_losses(batch)
        return batch

    def _truth(self, block: pa.RecordBatch, place: Place) -> tuple[Array, Mask | None]:
        """The class of each row, or the (K, n) targets and which rows have them all."""
        kind = self.layout.kind
        if kind is TargetKind.CLASS:
            return self._column(self.layout.targets[0], block, self.labels.encode), None
        if kind is TargetKind.OUTCOME:
            return np.zeros(block.num_rows, dtype=self.labels.dtype), None
        try:
            return self._truths.read(block, place.row)
        except TypeError as error:
            raise RowError(str(error), row=None, column=shown(self.layout.targets[0])) from None

    def _numbers(
        self, name: str | None, block: pa.RecordBatch, there: Mask | None
    ) -> tuple[Floats | None, Mask | None]:
        """A column of numbers beside the scores, and which rows have it, too."""
        if name is None:
            return None, there
        values, present = self._column(name, block, from_arrow.numbers)
        values = values.astype(np.float64, copy=False)
        return values, from_arrow.both(there, from_arrow.both(present, from_arrow.not_nan(values)))

    def _scores(self, raw: Array, positions: Positions) -> Scores:
        """The scores on their own scale, compared with one."""
        layout = self.layout
        if layout.kind is TargetKind.LABELS:
            return single_of(raw.reshape(-1), layout.scale, 1)
        if layout.kind is TargetKind.OUTCOME:
            from xentcli.rows.single_scores import Outcome

            return Outcome(raw, logarithms=layout.scale is Scale.LOG_PROBABILITY)
        scores = scores_of(raw, layout.scale, layout.positive)
        if isinstance(scores, Probabilities | LogProbabilities):
            return self._checks.sums(scores, positions)
        return scores

    def _batch(
        self, truth: Array, scores: Scores, weights: Floats | None, other: dict[str, Any]
    ) -> Batch:
        """The rows with their scores, as batches of their kind."""
        layout = self.layout
        if layout.kind is TargetKind.LABELS and isinstance(scores, Single):
            from xentcli.rows.cell_rows import LabelBatch

            return LabelBatch(layout.k, truth, scores, weights, **other)
        if layout.kind is TargetKind.SOFT:
            from xentcli.rows.cell_rows import SoftBatch

            return SoftBatch(layout.k, truth, scores, weights, **other)
        return ClassBatch(layout.k, truth, scores, weights, **other)

    def _imitated(
        self,
        rule: Rule,
        truth: Array,
        scores: Any,
        kind: Any,
        weights: Floats | None,
        positions: Positions,
        other: dict[str, Any],
    ) -> Batch:
        """The rows as another system sees them; how many losses that changes is tallied."""
        from xentcli.rows import imitate

        own = self._batch(truth, scores, weights, other)
        scale, numbers = self.layout.scale, scores.raw
        if isinstance(scores, Logits) and scale is not Scale.LOGIT:
            # Log-probabilities that were rescaled: what they stand for now.
            scale, numbers = Scale.PROBABILITY, scores.probabilities
        numbers = numbers.astype(kind, copy=False)
        seen = imitate.scores(rule, numbers, scale, getattr(scores, "positive", 1), positions)
        if truth.ndim == 2:
            truth = imitate.beside(truth, rule)
        if weights is not None:
            weights = imitate.beside(weights, rule)
        other["bounds"] = imitate.bounds(rule, kind)
        batch = self._batch(truth, seen, weights, other)
        if len(batch):
            self._tally_infinite(batch)
            plain, theirs = own.row_losses(), batch.row_losses()
            with np.errstate(invalid="ignore"):
                off = np.abs(theirs - plain)
            self._note_convention(batch, np.where(plain == theirs, 0.0, off), plain)
        return batch

    def _note_convention(self, batch: Batch, off: Floats, plain: Floats) -> None:
        """Tallies the rows whose loss is another by convention, beyond the rounding of types."""
        changed = off > np.maximum(_SAME, _SAME * np.where(np.isinf(plain), 0.0, plain))
        if not changed.any():
            return
        worst, first = int(off.argmax()), int(changed.argmax())
        entry = Entry(
            int(np.count_nonzero(changed)),
            Case(batch.place_of(first), float(plain[first])),
            (float(off[worst]), Case(batch.place_of(worst), float(plain[worst]))),
        )
        self.tally.note(Code.CONVENTION, entry)

    def _bounds(self) -> tuple[float, float] | None:
        """What losses are clipped to: -log(1 - EPS) and -log EPS."""
        if not self.policy.clip:
            return None
        low, high = surprise(np.array([1.0 - self.policy.clip, self.policy.clip]))
        return float(low), float(high)

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
                name, block, lambda c: from_arrow.vectors(c, layout.k)
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
        read = [self._column(name, block, from_arrow.numbers) for name in self.layout.scores]
        there: Mask | None = None
        for _, present in read:
            there = from_arrow.both(there, present)
        if self.layout.shape is Shape.SINGLE:
            return read[0][0], there
        kind = np.float32 if all(v.dtype == np.float32 for v, _ in read) else np.float64
        raw = np.empty((len(read), block.num_rows), dtype=kind)
        for k, (values, _) in enumerate(read):
            raw[k] = values
        return raw, there

    def _tally_losses(self, batch: Batch) -> None:
        """Rows whose loss is infinite, or was moved by the clip."""
        if batch.bounds is not None:
            self._note(Code.CLIPPED, batch, batch.clipped())
        else:
            self._tally_infinite(batch)

    def _tally_infinite(self, batch: Batch) -> None:
        """Rows whose loss is infinite, and counts."""
        if batch.loss_ends[1] == np.inf:
            endless = np.isinf(batch.row_losses())
            if batch.row_weights is not None:
                endless &= batch.row_weights > 0
            self._note(Code.ZERO, batch, endless)

    def _note(self, code: Code, batch: Batch, mask: Mask) -> None:
        """Tallies the rows marked, in row order."""
        if mask.any():
            case = Case(batch.place_of(int(mask.argmax())), None)
            self.tally.note(code, Entry(int(np.count_nonzero(mask)), case))
