"""Checks of scores and weights: what no row may hold, and whether rows sum to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.options import Policy, Scale, SumToOne, TargetKind
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Matrix, Probabilities
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.text import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]

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
