"""The decomposition of a binary loss by scikit-learn's isotonic regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import xlogy
from sklearn.isotonic import IsotonicRegression

from tests.metrics import oracle
from tests.metrics.calibrated import probabilities

if TYPE_CHECKING:
    from tests.laws.rows import Rows


class Parts(NamedTuple):
    """The loss and what it is made of, in nats."""

    loss: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def parts_of(rows: Rows) -> Parts:
    """L, L - L(isotonic), H - L(isotonic), H."""
    y = (rows.truth == 1).astype(np.float64)
    w = np.ones(len(rows)) if rows.weights is None else rows.weights
    fitted = IsotonicRegression(y_min=0, y_max=1).fit(probabilities(rows)[1], y, sample_weight=w)
    p = fitted.predict(probabilities(rows)[1])
    best = -float(np.sum(w * (xlogy(y, p) + xlogy(1 - y, 1 - p))) / w.sum())
    share = float(np.sum(w * y) / w.sum())
    uncertainty = -float(xlogy(share, share) + xlogy(1 - share, 1 - share))
    loss = oracle.mean(oracle.losses(rows), oracle.weights(rows))
    return Parts(loss, loss - best, uncertainty - best, uncertainty)
