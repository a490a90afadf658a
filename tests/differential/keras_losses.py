"""Keras 3's losses and metrics, on whichever backend is set, and TensorFlow's own functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.differential.cases import Case

    Array = NDArray[Any]

# TensorFlow's log lines, and kernels whose sums depend on the machine.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "KERAS_BACKEND": "tensorflow",
}


def _import(name: str) -> Any:
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        pytest.importorskip("tensorflow")
    return pytest.importorskip(name)


def backend() -> str:
    """The backend that Keras runs on, here."""
    return str(_import("keras").backend.backend())


def _columns(values: Array) -> Array:
    """(n, L): Keras takes the mean over the last axis, so single columns are columns."""
    return values[:, None] if values.ndim == 1 else values


def _evaluated(case: Case, loss: Any, truth: Array, scores: Array) -> float:
    plain = case.weights is None and case.class_weights is None
    w = None if plain else case.row_weights
    if ".metrics." in case.function:
        loss.update_state(truth, scores, sample_weight=w)
        return float(loss.result())
    return float(loss(truth, scores, sample_weight=w))


def _options(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {"from_logits": case.scale == "logit"}
    if case.smoothing:
        found["label_smoothing"] = case.smoothing
    return found


def _called(case: Case) -> Any:
    """The class that the case names."""
    keras = _import("keras")
    room = keras.metrics if ".metrics." in case.function else keras.losses
    return getattr(room, case.function.rpartition(".")[2])


def keras_binary(case: Case) -> float:
    """``BinaryCrossentropy``, the loss or the metric."""
    made = _called(case)(**_options(case))
    return _evaluated(case, made, _columns(case.targets), _columns(case.scores))


def keras_categorical(case: Case) -> float:
    """``CategoricalCrossentropy``, the loss or the metric."""
    made = _called(case)(**_options(case))
    return _evaluated(case, made, case.targets, case.scores)


def keras_sparse(case: Case) -> float:
    """``SparseCategoricalCrossentropy``, the loss or the metric."""
    ignoring = {} if case.ignore is None else {"ignore_class": case.ignore}
    made = _called(case)(**_options(case), **ignoring)
    return _evaluated(case, made, case.truth, case.scores)


def keras_categorical_focal(case: Case) -> float:
    """``CategoricalFocalCrossentropy``."""
    made = _called(case)(gamma=case.gamma, alpha=case.alpha, **_options(case))
    return _evaluated(case, made, case.targets, case.scores)


def keras_binary_focal(case: Case) -> float:
    """``BinaryFocalCrossentropy``."""
    made = _called(case)(
        apply_class_balancing=case.balanced,
        gamma=case.gamma,
        alpha=case.alpha,
        **_options(case),
    )
    return _evaluated(case, made, _columns(case.targets), _columns(case.scores))


def tensorflow_softmax(case: Case) -> float:
    """The mean of ``tf.nn.softmax_cross_entropy_with_logits``."""
    tf = _import("tensorflow")
    y = case.targets.astype(case.scores.dtype)
    found = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=case.scores)
    return float(tf.reduce_mean(found))


def tensorflow_sigmoid(case: Case) -> float:
    """The mean of ``tf.nn.sigmoid_cross_entropy_with_logits``."""
    tf = _import("tensorflow")
    y = case.targets.astype(case.scores.dtype)
    found = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=case.scores)
    return float(tf.reduce_mean(found))


def tensorflow_weighted(case: Case) -> float:
    """The mean of ``tf.nn.weighted_cross_entropy_with_logits``."""
    tf = _import("tensorflow")
    dtype = case.scores.dtype
    c = np.ones(1) if case.pos_weight is None else case.pos_weight
    found = tf.nn.weighted_cross_entropy_with_logits(
        labels=case.targets.astype(dtype), logits=case.scores, pos_weight=c.astype(dtype)
    )
    return float(tf.reduce_mean(found))


KERAS: dict[str, Callable[[Case], float]] = {
    "keras.BinaryCrossentropy": keras_binary,
    "keras.CategoricalCrossentropy": keras_categorical,
    "keras.SparseCategoricalCrossentropy": keras_sparse,
    "keras.CategoricalFocalCrossentropy": keras_categorical_focal,
    "keras.BinaryFocalCrossentropy": keras_binary_focal,
    "keras.metrics.BinaryCrossentropy": keras_binary,
    "keras.metrics.CategoricalCrossentropy": keras_categorical,
    "keras.metrics.SparseCategoricalCrossentropy": keras_sparse,
}
TENSORFLOW: dict[str, Callable[[Case], float]] = {
    "tensorflow.softmax_cross_entropy_with_logits": tensorflow_softmax,
    "tensorflow.sigmoid_cross_entropy_with_logits": tensorflow_sigmoid,
    "tensorflow.weighted_cross_entropy_with_logits": tensorflow_weighted,
}
