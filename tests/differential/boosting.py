"""XGBoost's and LightGBM's metrics, asked about given predictions: boosters without a tree.

Their objective says what becomes of a raw score before a metric sees it. For probabilities it is
one that leaves scores alone, for logits the one whose link they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.differential.cases import Case


def _xgboost(case: Case, metric: str, link: str) -> float:
    xgboost = pytest.importorskip("xgboost")
    rows = xgboost.DMatrix(
        np.zeros((len(case.truth), 1), dtype=np.float32),
        label=case.truth.astype(np.float32),
        weight=case.weights,
    )
    rows.set_base_margin(case.scores)
    parameters = {
        "objective": link if case.scale == "logit" else "reg:squarederror",
        "eval_metric": metric,
        "nthread": 1,
    }
    if metric == "mlogloss":
        parameters["num_class"] = len(case.classes)
    said = xgboost.Booster(parameters, [rows]).eval(rows)
    return float(said.rpartition(":")[2])


def xgboost_logloss(case: Case) -> float:
    """The metric ``logloss``."""
    return _xgboost(case, "logloss", "binary:logistic")


def xgboost_mlogloss(case: Case) -> float:
    """The metric ``mlogloss``."""
    return _xgboost(case, "mlogloss", "multi:softprob")


def _lightgbm(case: Case, metric: str, link: str) -> float:
    lightgbm = pytest.importorskip("lightgbm")
    rows = lightgbm.Dataset(
        np.zeros((len(case.truth), 1)),
        label=case.truth,
        weight=case.weights,
        init_score=case.scores.astype(np.float64),
        params={"verbosity": -1},
    )
    parameters: dict[str, Any] = {
        "objective": link if case.scale == "logit" else "custom",
        "metric": metric,
        "num_class": len(case.classes) if metric == "multi_logloss" else 1,
        "num_threads": 1,
        "verbosity": -1,
    }
    ((_, _, found, *_),) = lightgbm.Booster(parameters, rows).eval_train()
    return float(found)


def lightgbm_binary_logloss(case: Case) -> float:
    """The metric ``binary_logloss``."""
    return _lightgbm(case, "binary_logloss", "binary")


def lightgbm_multi_logloss(case: Case) -> float:
    """The metric ``multi_logloss``."""
    return _lightgbm(case, "multi_logloss", "multiclass")


def lightgbm_cross_entropy(case: Case) -> float:
    """The metric ``cross_entropy``."""
    return _lightgbm(case, "cross_entropy", "cross_entropy")


BOOSTING: dict[str, Callable[[Case], float]] = {
    "xgboost.logloss": xgboost_logloss,
    "xgboost.mlogloss": xgboost_mlogloss,
    "lightgbm.binary_logloss": lightgbm_binary_logloss,
    "lightgbm.multi_logloss": lightgbm_multi_logloss,
    "lightgbm.cross_entropy": lightgbm_cross_entropy,
}
