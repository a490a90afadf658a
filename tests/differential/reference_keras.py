"""The conventions of Keras 3 and of TensorFlow's own functions.

A Keras loss is single precision throughout: what it is given is rounded to it first. Clipping is
to [1e-7, 1 - 1e-7], rounded to single precision too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.differential.reference import (
    SINGLE,
    log,
    log_softmax,
    over_labels,
    sizes,
    softplus,
    terms,
    weighted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.differential.cases import Case
    from tests.differential.terms import Terms

    Array = NDArray[Any]

EPSILON = 1e-7


def clip(p: Array) -> Array:
    """The ends are rounded to the precision of p: in single, the upper one is 1 - 2^-23."""
    return np.asarray(np.clip(p, p.dtype.type(EPSILON), p.dtype.type(1 - EPSILON)))


def log_complement(p: Array, backend: str) -> Array:
    """log(1 - p), 1 - p rounded to the precision of p; Torch has it exact, by log1p."""
    return np.asarray(np.log1p(-p.astype(np.float64))) if backend == "torch" else log(1 - p)


def taken(case: Case, backend: str) -> Array:
    """The scores as the function sees them.

    A loss rounds them to single precision. A metric does not, on TensorFlow and Torch; that
    shows where 1 - p is clipped: 1e-7 costs 16.118, 2^-23 15.942.
    """
    kept = ".metrics." in case.function and backend in {"tensorflow", "torch"}
    return case.scores if kept else case.scores.astype(np.float32)


def rescaled(p: Array) -> Array:
    """Rows divided by their sums, rounded once."""
    wide = p.astype(np.float32).astype(np.float64)
    return np.asarray((wide / wide.sum(axis=1, keepdims=True)).astype(np.float32))


def smoothed(case: Case) -> Array:
    """The targets, moved towards the uniform distribution; over two classes for single columns."""
    y, s = case.targets, case.smoothing
    wide = case.kind in {"labels", "soft"} and not case.single
    return np.asarray(y * (1 - s) + s / (len(case.classes) if wide else 2))


def reduced(case: Case, losses: Array, heft: float = 1.0) -> Terms:
    """A loss divides by rows, ignored ones aside, and never by weights; a metric by weights."""
    w = case.row_weights.astype(np.float32) * case.kept
    count = w.sum(dtype=np.float64) if ".metrics." in case.function else case.kept.sum()
    computed = case.smoothing > 0 or "Categorical" in case.function or "Focal" in case.function
    magnitudes = (sizes(case) + computed) * heft
    return terms(case, losses, w, denominator=float(count), dtype=SINGLE, magnitudes=magnitudes)


def binary(case: Case, backend: str) -> Terms:
    """The mean over a row's labels of -(y log p + (1 - y) log(1 - p)).

    From logits the exact form, without clipping, except that the numpy backend takes the sigmoid
    and clips it.
    """
    y, z = smoothed(case), taken(case, backend)
    if case.scale == "logit" and backend != "numpy":
        return reduced(case, over_labels(y * softplus(-z) + (1 - y) * softplus(z)))
    p = clip(_sigmoid(z) if case.scale == "logit" else z)
    return reduced(case, over_labels(-(y * log(p) + (1 - y) * log_complement(p, backend))))


def _sigmoid(z: Array) -> Array:
    return np.asarray(np.exp(-softplus(-z)).astype(np.float32))


def categorical(case: Case, _backend: str) -> Terms:
    """-sum_k q_k log clip(p_k / sum p): rescaled, then clipped; from logits, not clipped."""
    scores = case.scores.astype(np.float32)
    parts = log_softmax(scores) if case.scale == "logit" else log(clip(rescaled(scores)))
    return reduced(case, weighted(parts, smoothed(case)))


def sparse(case: Case, backend: str) -> Terms:
    """As ``categorical``, but the TensorFlow backend clips first and rescales then."""
    if case.scale == "logit" or backend != "tensorflow":
        return categorical(case, backend)
    p = clip(case.scores).astype(np.float64)
    return reduced(case, weighted(log(p) - log(p.sum(axis=1, keepdims=True)), case.targets))


def categorical_focal(case: Case, _backend: str) -> Terms:
    """-alpha sum_k q_k (1 - p_k)^gamma log p_k, p rescaled and clipped, from logits too."""
    scores = case.scores.astype(np.float32)
    p = np.exp(log_softmax(scores)) if case.scale == "logit" else scores
    p = clip(rescaled(p))
    factors = (1 - p.astype(np.float64)) ** case.gamma
    losses = weighted(factors * log(p), smoothed(case)) * case.alpha
    return reduced(case, losses, heft=1 + case.gamma)


def binary_focal(case: Case, backend: str) -> Terms:
    """The binary loss of clipped p, times (1 - p_t)^gamma of p as given.

    From logits p is the sigmoid, clipped as well, except that TensorFlow's remembers the logits
    it was made of: there the binary loss is the exact one.
    """
    y, z = smoothed(case), case.scores.astype(np.float32)
    p = _sigmoid(z) if case.scale == "logit" else z
    if case.scale == "logit" and backend == "tensorflow":
        losses = y * softplus(-z) + (1 - y) * softplus(z)
    else:
        kept = clip(p)
        losses = -(y * log(kept) + (1 - y) * log_complement(kept, backend))
    wide = p.astype(np.float64)
    losses = losses * (1 - (y * wide + (1 - y) * (1 - wide))) ** case.gamma
    if case.balanced:
        losses = losses * (y * case.alpha + (1 - y) * (1 - case.alpha))
    return reduced(case, over_labels(losses), heft=1 + case.gamma)


KERAS: dict[str, Callable[[Case, str], Terms]] = {
    "keras.BinaryCrossentropy": binary,
    "keras.CategoricalCrossentropy": categorical,
    "keras.SparseCategoricalCrossentropy": sparse,
    "keras.CategoricalFocalCrossentropy": categorical_focal,
    "keras.BinaryFocalCrossentropy": binary_focal,
    "keras.metrics.BinaryCrossentropy": binary,
    "keras.metrics.CategoricalCrossentropy": categorical,
    "keras.metrics.SparseCategoricalCrossentropy": sparse,
}


def tensorflow_softmax(case: Case) -> Terms:
    """-sum_k q_k log softmax(z)_k."""
    return terms(case, weighted(log_softmax(case.scores), case.targets))


def tensorflow_sigmoid(case: Case) -> Terms:
    """c y log(1 + e^-z) + (1 - y) log(1 + e^z), over rows times labels."""
    y, z = case.targets, case.scores
    c = np.ones(1) if case.pos_weight is None else case.pos_weight
    losses = over_labels(c * y * softplus(-z) + (1 - y) * softplus(z))
    return terms(case, losses, magnitudes=sizes(case, float(max(1.0, c.max()))))


TENSORFLOW: dict[str, Callable[[Case], Terms]] = {
    "tensorflow.softmax_cross_entropy_with_logits": tensorflow_softmax,
    "tensorflow.sigmoid_cross_entropy_with_logits": tensorflow_sigmoid,
    "tensorflow.weighted_cross_entropy_with_logits": tensorflow_sigmoid,
}
