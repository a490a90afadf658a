"""Decodes rows in which something is possible: of others, no map makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import RowError
from xentcli.rows.decode import Decoder
from xentcli.rows.matrix_scores import LogProbabilities, Probabilities

if TYPE_CHECKING:
    import pyarrow as pa

    from xentcli.rows.batch import Batch
    from xentcli.rows.tally import Place


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
