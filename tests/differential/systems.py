"""The systems themselves: what each returns for a case, by its own function.

A system is imported when it is first asked, and a test that asks for one that is not installed
is skipped. yardstick is R, and stands here as its formula, a row at a time.
"""

from __future__ import annotations

import math
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.differential.boosting import BOOSTING
from tests.differential.keras_losses import KERAS, TENSORFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.differential.cases import Case

TOLD = "The y_prob values do not sum to one"


def sklearn_log_loss(case: Case) -> float:
    """``sklearn.metrics.log_loss``."""
    metrics = pytest.importorskip("sklearn.metrics")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", TOLD, UserWarning)
        found = metrics.log_loss(
            case.truth,
            case.scores,
            sample_weight=case.weights,
            labels=np.arange(len(case.classes)),
        )
    return float(found)


def yardstick_mn_log_loss(case: Case) -> float:
    """``yardstick::mn_log_loss``, of R/prob-mn_log_loss.R: the event is the second class."""
    eps = sys.float_info.epsilon
    losses = []
    for row, k in enumerate(case.truth):
        if case.single:
            event = float(case.scores[row])
            p = event if k == 1 else 1 - event
        else:
            p = float(case.scores[row, k])
        losses.append(-math.log(max(min(p, 1 - eps), eps)))
    if case.weights is None:
        return math.fsum(losses) / len(losses)
    shares = case.weights / case.weights.sum()
    return math.fsum(w * x for w, x in zip(shares, losses, strict=True) if w != 0)


def _torch() -> tuple[Any, Any]:
    torch = pytest.importorskip("torch")
    return torch, torch.nn.functional


def _tensor(case: Case, values: Any) -> Any:
    """The values in the precision of the scores."""
    if values is None:
        return None
    torch, _ = _torch()
    return torch.from_numpy(np.ascontiguousarray(values, dtype=case.scores.dtype))


def torch_cross_entropy(case: Case) -> float:
    """``torch.nn.functional.cross_entropy`` of logits."""
    torch, functional = _torch()
    soft = case.kind == "soft"
    target = _tensor(case, case.truth) if soft else torch.from_numpy(case.truth)
    options = {} if case.ignore is None else {"ignore_index": case.ignore}
    found = functional.cross_entropy(
        _tensor(case, case.scores),
        target,
        weight=_tensor(case, case.class_weights),
        label_smoothing=case.smoothing,
        **options,
    )
    return float(found)


def torch_nll_loss(case: Case) -> float:
    """``nll_loss(log(p))``, what torch has for probabilities of several classes."""
    torch, functional = _torch()
    scores = _tensor(case, case.scores)
    options = {} if case.ignore is None else {"ignore_index": case.ignore}
    found = functional.nll_loss(
        torch.log(scores) if case.scale == "probability" else scores,
        torch.from_numpy(case.truth),
        weight=_tensor(case, case.class_weights),
        **options,
    )
    return float(found)


def _by_element(case: Case) -> Any:
    """Weights of rows, of a shape that meets the scores."""
    w = case.weights
    return _tensor(case, w if w is None or case.single else w[:, None])


def torch_binary_cross_entropy(case: Case) -> float:
    """``torch.nn.functional.binary_cross_entropy``; weights of rows are its ``weight``."""
    _, functional = _torch()
    found = functional.binary_cross_entropy(
        _tensor(case, case.scores), _tensor(case, case.truth), weight=_by_element(case)
    )
    return float(found)


def torch_binary_cross_entropy_with_logits(case: Case) -> float:
    """``torch.nn.functional.binary_cross_entropy_with_logits``."""
    _, functional = _torch()
    found = functional.binary_cross_entropy_with_logits(
        _tensor(case, case.scores),
        _tensor(case, case.truth),
        weight=_by_element(case),
        pos_weight=_tensor(case, case.pos_weight),
    )
    return float(found)


def torch_multilabel_soft_margin_loss(case: Case) -> float:
    """``torch.nn.functional.multilabel_soft_margin_loss``."""
    _, functional = _torch()
    found = functional.multilabel_soft_margin_loss(
        _tensor(case, case.scores),
        _tensor(case, case.truth),
        weight=_tensor(case, case.class_weights),
    )
    return float(found)


FUNCTIONS: dict[str, Callable[[Case], float]] = {
    "sklearn.log_loss": sklearn_log_loss,
    "yardstick.mn_log_loss": yardstick_mn_log_loss,
    "torch.cross_entropy": torch_cross_entropy,
    "torch.nll_loss": torch_nll_loss,
    "torch.binary_cross_entropy": torch_binary_cross_entropy,
    "torch.binary_cross_entropy_with_logits": torch_binary_cross_entropy_with_logits,
    "torch.multilabel_soft_margin_loss": torch_multilabel_soft_margin_loss,
    **KERAS,
    **TENSORFLOW,
    **BOOSTING,
}


def real(case: Case) -> float:
    """The number that the case's system gives."""
    return FUNCTIONS[case.function](case)
