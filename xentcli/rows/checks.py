"""Checks of scores and weights: what no row may hold, and whether rows sum to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.labels import canonical
from xentcli.layout.naming import nearest
from xentcli.layout.schema import quoted
from xentcli.options import OnBadRow, Policy, Scale, SumToOne, TargetKind
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Matrix, Probabilities
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Array, Mask
    from xentcli.rows.label_codes import LabelEncoder


# Squares of weighted losses stay finite and exactly summable below these.
_LARGEST_LOGIT = 1e60
_LARGEST_WEIGHT = 1e60
_SMALLEST_WEIGHT = 1e-60
_MOST_UNITS = 1e15


class Positions:
    """Where the rows of a batch stand, some having been left out."""

    def __init__(self, place: Place, rows: NDArray[np.int64] | None) -> None:
        self._place = place
        self._rows = rows

    def place_of(self, row: int) -> Place:
        """The row's place in the data."""
        return self._place.moved(row if self._rows is None else int(self._rows[row]))

    def of(self, row: int) -> int:
        """The row's number within its split."""
        return self.place_of(row).row


class Checks:
    """The checks of one data set; what they notice goes to the tally."""

    def __init__(self, layout: Layout, policy: Policy, tally: Tally) -> None:
        self._layout = layout
        self._policy = policy
        self._tally = tally

    def range(self, raw: Array, low: float, high: float, positions: Positions) -> None:
        """Raises RowError for the first score that its scale does not have."""
        if not raw.size:
            return
        scale = self._layout.scale
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
        labels = self._layout.kind is TargetKind.LABELS
        if scale is Scale.LOGIT and raw.ndim == 2 and not labels and low == -np.inf:
            hopeless = raw.max(axis=0) == -np.inf
            if hopeless.any():
                raise RowError(
                    "every logit of the row is -inf", row=positions.of(int(hopeless.argmax()))
                )

    def _out_of_range(self, raw: Array, wrong: Mask, problem: str, positions: Positions) -> None:
        rows = wrong if raw.ndim == 1 else wrong.any(axis=0)
        row = int(rows.argmax())
        k = 0 if raw.ndim == 1 else int(wrong[:, row].argmax())
        value = float(raw[row] if raw.ndim == 1 else raw[k, row])
        name = self._layout.scores[min(k, len(self._layout.scores) - 1)]
        hint = _other_scale(raw, self._layout.scale)
        if self._layout.kind is TargetKind.OUTCOME and self._layout.scale is Scale.LOG_PROBABILITY:
            hint = "losses are the negative: write their negative, in a column of its own"
        raise RowError(
            f"{value!r} {problem}",
            row=positions.of(row),
            column=shown(name),
            hint=hint,
        )

    def weights(self, weights: Array | None, positions: Positions) -> None:
        """Raises RowError for the first weight that is negative or not finite."""
        if weights is None or not len(weights):
            return
        if weights.min() >= _SMALLEST_WEIGHT and weights.max() <= _LARGEST_WEIGHT:
            return
        wrong = (weights != 0) & ~((weights >= _SMALLEST_WEIGHT) & (weights <= _LARGEST_WEIGHT))
        if wrong.any():
            row = int(wrong.argmax())
            raise RowError(
                f"{float(weights[row])!r} is not a weight: weights are 0 or from 1e-60 to 1e60",
                row=positions.of(row),
                column=shown(self._layout.weight or ""),
            )

    def units(self, units: Array | None, positions: Positions) -> None:
        """Raises RowError for the first count that is negative or not finite."""
        if units is None or not len(units) or (units.min() >= 0 and units.max() <= _MOST_UNITS):
            return
        row = int(((units < 0) | (units > _MOST_UNITS)).argmax())
        raise RowError(
            f"{float(units[row])!r} is not a number of units",
            row=positions.of(row),
            column=shown(self._layout.units or ""),
        )

    def sums(self, scores: Probabilities | LogProbabilities, positions: Positions) -> Matrix:
        """Compares each row's sum with one, and does what the policy says about it."""
        policy = self._policy
        if policy.sum_to_one is SumToOne.IGNORE or not scores.rows:
            return scores
        if policy.sum_to_one is SumToOne.RESCALE and isinstance(scores, LogProbabilities):
            # What rescaling makes of log-probabilities is what logits stand for.
            hopeless = scores.top == -np.inf
            if hopeless.any():
                row = positions.of(int(hopeless.argmax()))
                raise RowError("every log-probability of the row is -inf", row=row)
            self._note_rescaled(scores.sums, positions)
            return Logits(scores.raw)
        sums = scores.sums
        low, high = float(sums.min()), float(sums.max())
        if policy.sum_to_one is SumToOne.RESCALE:
            return scores if low == high == 1 else self._rescaled(scores, positions)
        if max(1 - low, high - 1) > policy.tolerance:
            self._note_sums(sums, np.abs(sums - 1) > policy.tolerance, positions)
        return scores

    def _note_sums(self, sums: Array, off: Mask, positions: Positions) -> None:
        first = int(off.argmax())
        value = float(sums[first])
        if self._policy.sum_to_one is SumToOne.ERROR:
            raise RowError(
                f"the probabilities sum to {value:.6g}, not to 1",
                row=positions.of(first),
                hint="see --sum-to-one and --tolerance",
            )
        distance = np.abs(sums - 1)
        worst = int(distance.argmax())
        self._tally.note(
            Code.SUM,
            Entry(
                int(np.count_nonzero(off)),
                Case(positions.place_of(first), value),
                (float(distance[worst]), Case(positions.place_of(worst), float(sums[worst]))),
            ),
        )

    def _note_rescaled(self, sums: Array, positions: Positions) -> None:
        changed = sums != 1
        if changed.any():
            first = int(changed.argmax())
            case = Case(positions.place_of(first), float(sums[first]))
            self._tally.note(Code.RESCALED, Entry(int(np.count_nonzero(changed)), case))

    def _rescaled(
        self, scores: Probabilities | LogProbabilities, positions: Positions
    ) -> Probabilities:
        sums = scores.sums
        if float(sums.min()) <= 0:
            row = int((sums <= 0).argmax())
            raise RowError("the probabilities sum to 0", row=positions.of(row))
        self._note_rescaled(sums, positions)
        return Probabilities(scores.probabilities.astype(np.float64) / sums)


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


class Kept:
    """Decides which rows are scored; what is dropped goes to the tally."""

    def __init__(self, layout: Layout, policy: Policy, labels: LabelEncoder, tally: Tally) -> None:
        self._layout = layout
        self._policy = policy
        self._labels = labels
        self._tally = tally

    def rows(
        self, truth: Array, there: Mask | None, block: pa.RecordBatch, place: Place
    ) -> Mask | None:
        """Which rows are scored; None for all. What is dropped is tallied."""
        if truth.ndim == 2 or not self._layout.targets:
            # Nothing but a missing value can be wrong with the truth here.
            if there is None:
                return None
            truth = np.where(there, 0, self._labels.missing)
        bad = truth >= self._labels.unknown
        if there is None and not bad.any():
            return None
        missing = truth == self._labels.missing
        if there is not None:
            missing |= ~there & (truth != self._labels.ignored)
        unknown = truth == self._labels.unknown
        problems = []
        if missing.any() and self._policy.missing is OnBadRow.ERROR:
            problems.append(self._missing(int(missing.argmax()), truth, block, place))
        if unknown.any() and self._policy.unknown_label is OnBadRow.ERROR:
            problems.append(self._unknown(int(unknown.argmax()), block, place))
        if problems:
            raise min(problems, key=lambda p: p.row or 0)
        ignored = truth == self._labels.ignored
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
                self._tally.note(code, Entry(int(np.count_nonzero(mask)), case))
        keep: Mask = ~(ignored | missing | unknown)
        return keep

    def _label(self, row: int, block: pa.RecordBatch) -> str:
        return str(block.column(self._layout.targets[0])[row].as_py())

    def _missing(self, row: int, truth: Array, block: pa.RecordBatch, place: Place) -> RowError:
        layout = self._layout
        hard = layout.kind is TargetKind.CLASS and bool(layout.targets)
        name = layout.targets[0] if layout.targets else layout.scores[0]
        if not hard or truth[row] != self._labels.missing:
            others = (name for name in (layout.weight, layout.units) if name is not None)
            for candidate in (*(() if hard else layout.targets), *layout.scores, *others):
                value = block.column(candidate)[row].as_py()
                if _misses(value):
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
        near = nearest(label, self._layout.classes)
        if _is_fraction(label) and self._layout.k == 2:
            hint = "is it a probability? read the labels as such with --target-scale probability"
        elif self._layout.truth is not None:
            hint = "name the class the score speaks of with --positive"
        elif self._layout.positional and label == str(self._layout.k):
            numbers = ",".join(map(str, range(1, self._layout.k + 1)))
            hint = f"are the labels counted from 1? say --classes {shown(numbers, 40)}"
        elif near:
            hint = f"did you mean {quoted(near)}?"
        elif canonical(label).startswith("-"):
            hint = f"padding? leave it out with --ignore-label={shown(label, 40)}"
        else:
            hint = "name the classes with --classes, or leave such rows out: --unknown-label drop"
        return RowError(
            f"the label '{shown(label, 60)}' is none of the classes {quoted(self._layout.classes)}",
            row=place.row + row,
            column=shown(self._layout.targets[0]),
            hint=hint,
        )


def _misses(value: Any) -> bool:
    """Whether a cell holds nothing, or a list or a vector in which an entry does."""
    if isinstance(value, dict):
        return value.get("values") is None or _misses(value["values"])
    if isinstance(value, list):
        return any(map(_misses, value))
    return value is None or bool(np.isnan(float(value)))


def _is_fraction(label: str) -> bool:
    try:
        return 0 < float(label) < 1
    except ValueError:
        return False
