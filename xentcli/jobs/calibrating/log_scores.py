"""Scores as log-scores, and calibrated log-scores on the scale and in the shape of the old ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.layout import Shape
from xentcli.numerics.elementary import exp, surprise
from xentcli.options import Scale
from xentcli.rows.decode import Decoder
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Probabilities

if TYPE_CHECKING:
    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats
    from xentcli.rows.batch import Batch
    from xentcli.rows.scores import Scores
    from xentcli.rows.tally import Place


# The neighbours of 0 and 1: where the logarithm is finite, a probability may not round to them.
_LEAST, _LARGEST = 2.0**-1022, 1 - 2.0**-53


def log_scores(scores: Scores, clip: float = 0.0) -> Floats:
    """The (K, n) matrix of logits as they are, or of log-probabilities.

    With `clip`, of probabilities within [clip, 1 - clip].
    """
    if isinstance(scores, Logits) and not clip:
        return scores.raw.astype(np.float64)
    surprises = scores.surprises()
    if clip:
        low, high = surprise(np.array([1.0 - clip, clip]))
        surprises = surprises.clip(low, high)
    negative: Floats = -surprises
    return negative


def on_scale(z: Floats, layout: Layout) -> Floats:
    """Log-scores as the layout has its scores: on its scale, (K, n), or n of a single score."""
    single = layout.shape is Shape.SINGLE
    own, other = layout.positive, 1 - layout.positive
    if layout.scale is Scale.LOGIT:
        logit: Floats = z[own] - z[other] if single else z
        return logit
    surprises = Logits(z).surprises()
    if layout.scale is Scale.LOG_PROBABILITY:
        negative: Floats = -(surprises[own] if single else surprises)
        # A certain class has the logarithm 0, not -0.
        return negative + 0.0
    p = exp(-surprises)
    p[(p == 0) & (surprises < np.inf)] = _LEAST
    if not single:
        return p
    column: Floats = p[own]
    column[(column == 1) & (surprises[other] < np.inf)] = _LARGEST
    return column


class Possible(Decoder):
    """A decoder that refuses rows whose classes all have the probability 0.

    Such a row is scored, at an infinite loss and with a warning about its sum. There is no
    distribution that it could stand for, unless its probabilities are clipped.
    """

    def decode(self, block: pa.RecordBatch, place: Place) -> Batch:
        batch = super().decode(block, place)
        scores = batch.scores
        if self.policy.clip or not isinstance(scores, Probabilities | LogProbabilities):
            return batch
        none = scores.top == (0.0 if isinstance(scores, Probabilities) else -float("inf"))
        if none.any():
            row = batch.place_of(int(none.argmax())).row
            raise RowError("every class of the row has the probability 0", row=row)
        return batch
