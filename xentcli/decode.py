"""From Arrow record batches to `Batch`: labels bound, numbers checked, policies applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli import columns
from xentcli.batch import Batch
from xentcli.encode import LabelEncoder
from xentcli.errors import RowError
from xentcli.layout import Layout, Shape
from xentcli.naming import nearest
from xentcli.options import OnBadRow, Policy, Scale, SumToOne
from xentcli.schema import quoted
from xentcli.scores import LogProbabilities, Probabilities, scores_of
from xentcli.tally import Case, Code, Entry, Place, Tally
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]

# Squares of weighted losses stay finite and exactly summable below these.
_LARGEST_LOGIT = 1e60
_LARGEST_WEIGHT = 1e60


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
        self.labels = LabelEncoder(layout, policy.ignore_label)
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
            there = _both(there, ~np.isnan(raw) if raw.ndim == 1 else ~np.isnan(raw).any(axis=0))
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
        positions = _Positions(place, rows)
        self._check_range(raw, low, high, positions)
        if weights is not None:
            self._check_weights(weights, positions)
        scores = scores_of(raw, self.layout.scale, self.layout.positive)
        if isinstance(scores, Probabilities | LogProbabilities):
            scores = self._check_sums(scores, positions)
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
                if value is None or value != value or isinstance(value, list | dict):
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
        elif near:
            hint = f"did you mean {quoted(near)}? leave such rows out with --unknown-label drop"
        else:
            hint = "leave such rows out with --unknown-label drop, or name the classes"
        return RowError(
            f"the label '{shown(label, 60)}' is none of the classes {quoted(self.layout.classes)}",
            row=place.row + row,
            column=shown(self.layout.target),
            hint=hint,
        )

    def _check_range(self, raw: Array, low: float, high: float, positions: _Positions) -> None:
        if not raw.size:
            return
        scale = self.layout.scale
        if scale is Scale.PROBABILITY:
            if low < 0 or high > 1:
                self._out_of_range(raw, (raw < 0) | (raw > 1), "is not a probability", positions)
            return
        if scale is Scale.LOG_PROBABILITY and high > 0:
            problem = "is not the logarithm of a probability: it is above 0"
            self._out_of_range(raw, raw > 0, problem, positions)
        if high > _LARGEST_LOGIT or low < -_LARGEST_LOGIT:
            # -inf is a probability of zero.
            huge = (np.abs(raw.astype(np.float64)) > _LARGEST_LOGIT) & (raw != -np.inf)
            if huge.any():
                self._out_of_range(raw, huge, "is too large to be scored", positions)
        if scale is Scale.LOGIT and raw.ndim == 2 and low == -np.inf:
            hopeless = raw.max(axis=0) == -np.inf
            if hopeless.any():
                raise RowError(
                    "every logit of the row is -inf", row=positions.of(int(hopeless.argmax()))
                )

    def _out_of_range(self, raw: Array, wrong: Mask, problem: str, positions: _Positions) -> None:
        rows = wrong if raw.ndim == 1 else wrong.any(axis=0)
        row = int(rows.argmax())
        k = 0 if raw.ndim == 1 else int(wrong[:, row].argmax())
        value = float(raw[row] if raw.ndim == 1 else raw[k, row])
        name = self.layout.scores[min(k, len(self.layout.scores) - 1)]
        raise RowError(
            f"{value!r} {problem}",
            row=positions.of(row),
            column=shown(name),
            hint=_other_scale(raw, self.layout.scale),
        )

    def _check_weights(self, weights: Array, positions: _Positions) -> None:
        if len(weights) and not (weights.min() >= 0 and weights.max() <= _LARGEST_WEIGHT):
            wrong = ~((weights >= 0) & (weights <= _LARGEST_WEIGHT))
            row = int(wrong.argmax())
            raise RowError(
                f"{float(weights[row])!r} is not a weight: weights are finite and not negative",
                row=positions.of(row),
                column=shown(self.layout.weight or ""),
            )

    def _check_sums(
        self, scores: Probabilities | LogProbabilities, positions: _Positions
    ) -> Probabilities | LogProbabilities:
        """Compares each row's sum with one, and does what the policy says about it."""
        policy = self.policy
        if policy.sum_to_one is SumToOne.IGNORE or not scores.rows:
            return scores
        sums = scores.sums
        low, high = float(sums.min()), float(sums.max())
        if policy.sum_to_one is SumToOne.RESCALE:
            return scores if low == high == 1 else self._rescaled(scores, positions)
        if max(1 - low, high - 1) > policy.tolerance:
            self._note_sums(sums, np.abs(sums - 1) > policy.tolerance, positions)
        return scores

    def _note_sums(self, sums: Array, off: Mask, positions: _Positions) -> None:
        first = int(off.argmax())
        value = float(sums[first])
        if self.policy.sum_to_one is SumToOne.ERROR:
            raise RowError(
                f"the probabilities sum to {value:.6g}, not to 1",
                row=positions.of(first),
                hint="see --sum-to-one and --tolerance",
            )
        distance = np.abs(sums - 1)
        worst = int(distance.argmax())
        self.tally.note(
            Code.SUM,
            Entry(
                int(np.count_nonzero(off)),
                Case(positions.place_of(first), value),
                (float(distance[worst]), Case(positions.place_of(worst), float(sums[worst]))),
            ),
        )

    def _rescaled(
        self, scores: Probabilities | LogProbabilities, positions: _Positions
    ) -> Probabilities:
        sums = scores.sums
        if float(sums.min()) <= 0:
            row = int((sums <= 0).argmax())
            raise RowError("the probabilities sum to 0", row=positions.of(row))
        changed = sums != 1
        first = int(changed.argmax())
        case = Case(positions.place_of(first), float(sums[first]))
        self.tally.note(Code.RESCALED, Entry(int(np.count_nonzero(changed)), case))
        return Probabilities(scores.probabilities.astype(np.float64) / sums)

    def _tally_losses(self, batch: Batch) -> None:
        """Rows whose loss is infinite, or was moved by the clip."""
        if self.policy.clip:
            self._note_in_class_order(Code.CLIPPED, batch, batch.loss != batch.unclipped_loss)
        elif batch.loss_ends[1] == np.inf:
            self._note_in_class_order(Code.ZERO, batch, np.isinf(batch.loss))

    def _note_in_class_order(self, code: Code, batch: Batch, mask: Mask) -> None:
        if mask.any():
            first = int(batch.in_row_order(mask).argmax())
            case = Case(batch.place_of(first), None)
            self.tally.note(code, Entry(int(np.count_nonzero(mask)), case))


class _Positions:
    """Where the rows of a batch stand, some having been left out."""

    def __init__(self, place: Place, rows: NDArray[np.int64] | None) -> None:
        self._place = place
        self._rows = rows

    def place_of(self, row: int) -> Place:
        return self._place.moved(row if self._rows is None else int(self._rows[row]))

    def of(self, row: int) -> int:
        """The row's number within its split."""
        return self.place_of(row).row


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


def _other_scale(raw: Array, scale: Scale) -> str | None:
    """What the numbers look like, when they are not on the scale they were taken for."""
    low, high = float(raw.min()), float(raw.max())
    if scale is Scale.PROBABILITY and high <= 0:
        return "these look like log-probabilities: try --scale log-probability"
    if scale is Scale.PROBABILITY and low >= 0 and 1.5 < high <= 100:
        return "these look like percentages (divide by 100) or logits (--scale logit)"
    if scale is Scale.PROBABILITY and (low < -0.5 or high > 1.5):
        return "these look like logits: try --scale logit"
    if scale is Scale.LOG_PROBABILITY and low < 0:
        return "these look like logits: try --scale logit"
    return None
