"""Which scores a block has, given how they lie and on which scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.options import Scale
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Matrix, Probabilities
from xentcli.rows.single_scores import Single, SingleLogit, SingleLogProbability, SingleProbability

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Array
    from xentcli.rows.scores import Scores


def scores_of(raw: Array, scale: Scale, positive: int) -> Scores:
    """The scores of a block: a (K, n) matrix, or one column of n for the class `positive`."""
    if raw.ndim == 1:
        return single_of(raw, scale, positive)
    matrix: dict[Scale, type[Matrix]] = {
        Scale.PROBABILITY: Probabilities,
        Scale.LOGIT: Logits,
        Scale.LOG_PROBABILITY: LogProbabilities,
    }
    return matrix[scale](raw)


def single_of(raw: Array, scale: Scale, positive: int) -> Single:
    """The scores of one of two classes, `positive`."""
    single: dict[Scale, type[Single]] = {
        Scale.PROBABILITY: SingleProbability,
        Scale.LOGIT: SingleLogit,
        Scale.LOG_PROBABILITY: SingleLogProbability,
    }
    return single[scale](raw, positive)


def of_kind(kind: type[Scores], raw: Array, positive: int) -> Scores:
    """Scores of a kind, from a (K, n) matrix, or from one line of n for the class `positive`."""
    if issubclass(kind, Single):
        return kind(raw[0], positive)
    if issubclass(kind, Matrix):
        return kind(raw)
    raise TypeError(kind)
