"""The systems' conventions in formulas: written from their sources, checked against them.

Everything is double precision, save where a system rounds to single precision before it clips
or takes a complement: there the rounding decides the number, and is part of the convention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.differential.terms import Terms, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.differential.cases import Case

    Array = NDArray[Any]

SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)


def log(p: Array) -> Array:
    """The logarithm in double precision; of nothing, minus infinity."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p.astype(np.float64)))


def log_softmax(z: Array) -> Array:
    shifted = z.astype(np.float64) - z.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def softplus(z: Array) -> Array:
    """log(1 + e^z)."""
    return np.asarray(np.logaddexp(0.0, z.astype(np.float64)))


def pick(columns: Array, case: Case) -> Array:
    """The column of each row's class; of an ignored row, the first."""
    chosen = np.where(case.kept, case.truth, 0)
    return np.asarray(columns[np.arange(len(chosen)), chosen])


def weighted(parts: Array, weights: Array) -> Array:
    """-sum of weight times log p over classes, where no weight makes nothing of infinity."""
    return np.asarray(-np.where(weights == 0, 0.0, weights * parts).sum(axis=1))


def over_labels(elements: Array) -> Array:
    """One number a row: the mean over its labels, if it has several."""
    return elements if elements.ndim == 1 else np.asarray(elements.mean(axis=1))


def sizes(case: Case, heft: float = 1.0) -> Array:
    """The largest number that took part in each row: nothing, where probabilities are given."""
    if case.scale != "logit":
        return np.zeros(len(case.truth))
    z = np.abs(case.scores.astype(np.float64))
    return heft * (1.0 + (z if case.single else z.max(axis=1)))


def terms(case: Case, losses: Array, weights: Array | None = None, **rest: Any) -> Terms:
    """A mean over rows: divided by the sum of weights unless ``denominator`` says otherwise."""
    w = np.ones(len(losses)) if weights is None else weights.astype(np.float64)
    return Terms(
        losses=losses,
        weights=w,
        denominator=float(rest.get("denominator", w.sum())),
        magnitudes=rest.get("magnitudes", sizes(case)),
        unit=unit_of(rest.get("dtype", case.scores.dtype)),
        classes=len(case.classes),
    )


def _both_sides(case: Case, p: Array, eps: Any) -> Array:
    """Columns of both classes, clipped to [eps, 1 - eps] in the precision of p."""
    columns = np.stack([1 - p, p], axis=1) if case.single else p
    return np.asarray(np.clip(columns, eps, 1 - eps))


def sklearn_log_loss(case: Case) -> Terms:
    """-sum w log clip(p_y) / sum w, eps that of the scores' type; rows are not rescaled."""
    eps = np.finfo(case.scores.dtype).eps
    losses = -log(pick(_both_sides(case, case.scores, eps), case))
    return terms(case, losses, case.weights)


def yardstick_mn_log_loss(case: Case) -> Terms:
    """As scikit-learn in double precision, whatever the type of the column was."""
    p = case.scores.astype(np.float64)
    losses = -log(pick(_both_sides(case, p, np.finfo(np.float64).eps), case))
    return terms(case, losses, case.weights, dtype=DOUBLE)


def torch_cross_entropy(case: Case) -> Terms:
    """(1 - s) w_y nll + s/K sum_k w_k nll_k; over sum w_y for labels, over n for distributions."""
    parts = log_softmax(case.scores)
    k = len(case.classes)
    w = np.ones(k) if case.class_weights is None else case.class_weights
    magnitudes = sizes(case, float(w.max()))
    q = case.targets * (1 - case.smoothing) + case.smoothing / k
    losses = weighted(parts, q * w)
    if case.kind == "soft":
        return terms(case, losses, magnitudes=magnitudes)
    heft = w[np.where(case.kept, case.truth, 0)] * case.kept
    kept = case.kept.astype(np.float64)
    return terms(case, losses, kept, denominator=heft.sum(), magnitudes=magnitudes)


def torch_nll_loss(case: Case) -> Terms:
    """-sum w_y log p_y / sum w_y: neither clipped nor rescaled, so what cannot be is infinity."""
    parts = case.scores.astype(np.float64) if case.scale != "probability" else log(case.scores)
    w = np.ones(len(case.classes)) if case.class_weights is None else case.class_weights
    return terms(case, -pick(parts, case), w[np.where(case.kept, case.truth, 0)] * case.kept)


def torch_binary_cross_entropy(case: Case) -> Terms:
    """-w (y max(log p, -100) + (1 - y) max(log(1 - p), -100)), over rows times labels."""
    y, p = case.targets, case.scores.astype(np.float64)
    with np.errstate(divide="ignore"):
        losses = -(y * np.maximum(log(p), -100) + (1 - y) * np.maximum(np.log1p(-p), -100))
    return terms(case, over_labels(losses), case.weights, denominator=len(y))


def torch_with_logits(case: Case) -> Terms:
    """w (c y log(1 + e^-z) + (1 - y) log(1 + e^z)), c for positives; over rows times labels."""
    y, z = case.targets, case.scores
    c = np.ones(1) if case.pos_weight is None else case.pos_weight
    losses = over_labels(c * y * softplus(-z) + (1 - y) * softplus(z))
    magnitudes = sizes(case, float(max(1.0, c.max())))
    return terms(case, losses, case.weights, denominator=len(y), magnitudes=magnitudes)


def torch_multilabel_soft_margin(case: Case) -> Terms:
    """The mean over labels, each times its weight, then over rows."""
    y, z = case.targets, case.scores
    w = np.ones(len(case.classes)) if case.class_weights is None else case.class_weights
    losses = (w * (y * softplus(-z) + (1 - y) * softplus(z))).mean(axis=1)
    return terms(case, losses, magnitudes=sizes(case, float(w.max())))


TORCH: dict[str, Callable[[Case], Terms]] = {
    "torch.cross_entropy": torch_cross_entropy,
    "torch.nll_loss": torch_nll_loss,
    "torch.binary_cross_entropy": torch_binary_cross_entropy,
    "torch.binary_cross_entropy_with_logits": torch_with_logits,
    "torch.multilabel_soft_margin_loss": torch_multilabel_soft_margin,
}
