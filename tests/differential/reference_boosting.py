"""The conventions of XGBoost and LightGBM.

XGBoost keeps predictions, labels and weights in single precision and takes each row's loss in
it; the sums are double. LightGBM's scores are double, its labels and weights single.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.differential.reference import DOUBLE, SINGLE, log, pick, sizes, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.differential.cases import Case
    from tests.differential.terms import Terms

    Array = NDArray[Any]

XGBOOST_FLOOR = np.float32(1e-16)
LIGHTGBM_EPSILON = np.float32(1e-15)
# What a row below it costs: LightGBM takes the logarithm of its constant in single precision.
LIGHTGBM_COST = float(-np.log(LIGHTGBM_EPSILON))
XENTROPY_FLOOR = 1e-12


def single(values: Array) -> Array:
    return values.astype(np.float32)


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), every step rounded to the precision of z."""
    one = z.dtype.type(1)
    with np.errstate(over="ignore"):
        return np.asarray(one / (np.exp(-z) + one))


def softmax(z: Array) -> Array:
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def complement_noise(case: Case, y: Array, p: Array, unit: float) -> Array:
    """What one rounding of p does to log(1 - p), in units of that rounding: p / (1 - p).

    Only logits suffer it: probabilities are given, and their complement is exact above a half.
    Where 1 + e^-z is 1, beyond all doubt, there is nothing left to be noisy.
    """
    if case.scale != "logit":
        return np.zeros(len(case.truth))
    raised = np.exp(np.minimum(-case.scores.astype(np.float64), 0))
    noisy = np.where(raised < unit / 4, 0.0, (1 - y) * p / np.maximum(1 - p, unit))
    return np.asarray(noisy if noisy.ndim == 1 else noisy.max(axis=1))


def xgboost_logloss(case: Case) -> Terms:
    """y log max(p, 1e-16) + (1 - y) log max(1 - p, 1e-16), in single precision; over sum w."""
    y, scores = single(case.targets), single(case.scores)
    p = sigmoid(scores) if case.scale == "logit" else scores
    lost = y * log(np.maximum(p, XGBOOST_FLOOR))
    spared = (1 - y) * log(np.maximum(np.float32(1) - p, XGBOOST_FLOOR))
    losses = -(lost + spared)
    noise = complement_noise(case, y, p.astype(np.float64), 2.0**-24)
    losses = losses if losses.ndim == 1 else losses.mean(axis=1)
    w = None if case.weights is None else single(case.weights)
    return terms(case, losses, w, dtype=SINGLE, magnitudes=sizes(case) + noise)


def xgboost_mlogloss(case: Case) -> Terms:
    """-log max(p_y, 1e-16) in single precision, rows not rescaled; over sum w."""
    scores = single(case.scores)
    p = softmax(scores) if case.scale == "logit" else scores
    w = None if case.weights is None else single(case.weights)
    return terms(case, -log(np.maximum(pick(p, case), XGBOOST_FLOOR)), w, dtype=SINGLE)


def _floored(p: Array) -> Array:
    """-log p, or LightGBM's cost of what is not above its epsilon."""
    kept = p > LIGHTGBM_EPSILON
    return np.where(kept, -log(np.where(kept, p, 1.0)), LIGHTGBM_COST)


def _probability(case: Case) -> Array:
    scores = case.scores.astype(np.float64)
    if case.scale != "logit":
        return scores
    return sigmoid(scores) if case.single else softmax(scores)


def lightgbm_binary_logloss(case: Case) -> Terms:
    """-log of p or 1 - p, whichever is the row's, if above 1e-15; over sum w."""
    p = _probability(case)
    losses = _floored(np.where(case.truth > 0, p, 1 - p))
    noise = complement_noise(case, case.targets, p, 2.0**-53)
    w = None if case.weights is None else single(case.weights)
    return terms(case, losses, w, dtype=DOUBLE, magnitudes=sizes(case) + noise)


def lightgbm_multi_logloss(case: Case) -> Terms:
    """-log p_y if above 1e-15, rows not rescaled; over sum w."""
    w = None if case.weights is None else single(case.weights)
    return terms(case, _floored(pick(_probability(case), case)), w, dtype=DOUBLE)


def lightgbm_cross_entropy(case: Case) -> Terms:
    """y log max(p, 1e-12) + (1 - y) log max(1 - p, 1e-12); over sum w in single precision."""
    y, p = single(case.targets).astype(np.float64), _probability(case)
    lost = y * log(np.maximum(p, XENTROPY_FLOOR))
    losses = -(lost + (1 - y) * log(np.maximum(1 - p, XENTROPY_FLOOR)))
    noise = complement_noise(case, y, p, 2.0**-53)
    w = None if case.weights is None else single(case.weights)
    rest = {} if w is None else {"denominator": sum_by_pairs(w)}
    return terms(case, losses, w, dtype=DOUBLE, magnitudes=sizes(case) + noise, **rest)


def sum_by_pairs(w: Array) -> float:
    """The sum as LightGBM's cross_entropy adds up weights: two by two, in single precision."""
    total = np.float32(w[0]) if len(w) % 2 else np.float32(w[0] + w[1])
    for i in range(2 - len(w) % 2, len(w), 2):
        total = np.float32(total + np.float32(w[i] + w[i + 1]))
    return float(total)


BOOSTING: dict[str, Callable[[Case], Terms]] = {
    "xgboost.logloss": xgboost_logloss,
    "xgboost.mlogloss": xgboost_mlogloss,
    "lightgbm.binary_logloss": lightgbm_binary_logloss,
    "lightgbm.multi_logloss": lightgbm_multi_logloss,
    "lightgbm.cross_entropy": lightgbm_cross_entropy,
}
