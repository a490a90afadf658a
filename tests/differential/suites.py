"""The cases of each system: the same in every run, and only what the system accepts."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tests.differential import draws
from tests.differential.cases import Case

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from tests.differential.cases import Scale

    Array = NDArray[Any]


@dataclass(frozen=True)
class Suite:
    """What a function accepts, and how many cases it is given.

    ``forms``: labels with a column a class (``labels``), with one column (``single``), fractions
    of the second class (``fractions``), distributions (``soft``), several labels (``multilabel``).
    """

    function: str
    cases: int
    forms: tuple[str, ...]
    scales: tuple[str, ...] = ("probability",)
    options: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ("float32", "float64")


BOTH = ("probability", "logit")
SUITES = (
    Suite("sklearn.log_loss", 210, ("labels", "single"), options=("weights", "sums")),
    Suite("yardstick.mn_log_loss", 210, ("labels", "single"), options=("weights", "sums")),
    Suite(
        "torch.cross_entropy",
        140,
        ("labels", "labels", "soft"),
        ("logit",),
        ("smoothing", "class_weights", "ignore"),
    ),
    Suite(
        "torch.nll_loss",
        60,
        ("labels",),
        ("probability", "log-probability"),
        ("class_weights", "ignore", "sums"),
    ),
    Suite(
        "torch.binary_cross_entropy",
        70,
        ("single", "fractions", "multilabel"),
        options=("weights",),
    ),
    Suite(
        "torch.binary_cross_entropy_with_logits",
        70,
        ("single", "fractions", "multilabel"),
        ("logit",),
        ("weights", "pos_weight"),
    ),
    Suite(
        "torch.multilabel_soft_margin_loss",
        25,
        ("multilabel",),
        ("logit",),
        ("class_weights",),
    ),
    Suite(
        "keras.BinaryCrossentropy",
        70,
        ("single", "fractions", "multilabel"),
        BOTH,
        ("weights", "smoothing", "class_weights"),
    ),
    Suite(
        "keras.CategoricalCrossentropy",
        80,
        ("labels", "soft"),
        BOTH,
        ("weights", "smoothing", "class_weights", "sums"),
    ),
    Suite(
        "keras.SparseCategoricalCrossentropy",
        80,
        ("labels",),
        BOTH,
        ("weights", "class_weights", "ignore", "sums"),
    ),
    Suite(
        "keras.CategoricalFocalCrossentropy",
        30,
        ("labels", "soft"),
        BOTH,
        ("weights", "smoothing", "sums", "focal"),
    ),
    Suite(
        "keras.BinaryFocalCrossentropy",
        30,
        ("single", "fractions", "multilabel"),
        BOTH,
        ("weights", "smoothing", "focal", "balanced"),
    ),
    Suite("keras.metrics.BinaryCrossentropy", 20, ("single", "multilabel"), BOTH, ("weights",)),
    Suite("keras.metrics.CategoricalCrossentropy", 20, ("labels",), BOTH, ("weights",)),
    Suite("keras.metrics.SparseCategoricalCrossentropy", 20, ("labels",), BOTH, ("weights",)),
    Suite("tensorflow.softmax_cross_entropy_with_logits", 70, ("labels", "soft"), ("logit",)),
    Suite(
        "tensorflow.sigmoid_cross_entropy_with_logits",
        70,
        ("single", "fractions", "multilabel"),
        ("logit",),
    ),
    Suite(
        "tensorflow.weighted_cross_entropy_with_logits",
        70,
        ("single", "fractions", "multilabel"),
        ("logit",),
        ("pos_weight!",),
    ),
    Suite("xgboost.logloss", 130, ("single", "fractions", "multilabel"), BOTH, ("weights",)),
    Suite("xgboost.mlogloss", 90, ("labels",), BOTH, ("weights", "sums")),
    Suite("lightgbm.binary_logloss", 80, ("single",), BOTH, ("weights",)),
    Suite("lightgbm.cross_entropy", 80, ("single", "fractions"), BOTH, ("weights",)),
    Suite("lightgbm.multi_logloss", 80, ("labels",), BOTH, ("weights", "sums")),
)
SYSTEMS = tuple(dict.fromkeys(s.function.partition(".")[0] for s in SUITES))


@cache
def cases_of(system: str) -> tuple[Case, ...]:
    """All cases of a system, in the order of its functions."""
    return tuple(
        _case(suite, number)
        for suite in SUITES
        if suite.function.partition(".")[0] == system
        for number in range(suite.cases)
    )


def _case(suite: Suite, number: int) -> Case:
    rng = np.random.default_rng([zlib.crc32(suite.function.encode()), number])
    form = suite.forms[number % len(suite.forms)]
    # What torch.nll_loss makes of an impossible class is infinite: not in most cases.
    edges = suite.function != "torch.nll_loss" or number % 3 == 0
    scale = cast("Scale", suite.scales[number // len(suite.forms) % len(suite.scales)])
    dtype = suite.dtypes[int(rng.integers(len(suite.dtypes)))]
    rows, columns = draws.shape(rng)
    if form in {"single", "fractions"}:
        columns = 2
    case = Case(
        name=f"{suite.function}-{number}-{form}-{scale}-{dtype}",
        function=suite.function,
        classes=tuple(f"c{k:03d}" for k in range(columns)),
        truth=_truth(rng, form, rows, columns),
        scores=_scores(rng, form, scale, (rows, columns), edges=edges),
        scale=scale,
    )
    with np.errstate(divide="ignore"):
        scores = np.log(case.scores) if scale == "log-probability" else case.scores
    return _optional(rng, suite, replace(case, scores=scores.astype(dtype)))


def _truth(rng: Generator, form: str, rows: int, columns: int) -> Array:
    if form == "multilabel":
        return rng.integers(0, 2, (rows, columns), dtype=np.int8)
    if form == "soft":
        return draws.distributions(rng, rows, columns, edges=True)
    return draws.fractions(rng, rows) if form == "fractions" else draws.labels(rng, rows, columns)


def _scores(rng: Generator, form: str, scale: str, size: tuple[int, int], *, edges: bool) -> Array:
    one = form in {"single", "fractions"}
    if scale == "logit":
        return draws.logits(rng, size[:1] if one else size)
    if one or form == "multilabel":
        return draws.chances(rng, size[:1] if one else size)
    return draws.distributions(rng, *size, edges=edges)


def _optional(rng: Generator, suite: Suite, case: Case) -> Case:
    """The case with some of the options of its function."""
    rows, columns = len(case.truth), len(case.classes)
    options = suite.options
    chosen = {o for o in options if o.endswith("!") or rng.random() < 0.5}
    found: dict[str, Any] = {}
    if "weights" in chosen:
        found["weights"] = draws.weights(rng, rows)
    if "smoothing" in chosen:
        found["smoothing"] = float(rng.choice([0.01, 0.1, 0.5]))
    if "class_weights" in chosen and (case.kind == "labels" or case.system == "torch"):
        found["class_weights"] = draws.class_weights(rng, columns)
        found["weights"] = None  # Keras refuses both, torch has none of rows where it has these
    if chosen & {"pos_weight", "pos_weight!"}:
        many = case.kind == "multilabel" and rng.random() < 0.5
        found["pos_weight"] = draws.class_weights(rng, columns if many else 1)
    if "ignore" in chosen and case.kind == "labels" and rows > 1:
        found |= _ignored(rng, case)
    if "focal" in chosen:
        found["gamma"] = float(rng.choice([0.0, 1.0, 3.5]))
        found["alpha"] = float(rng.choice([0.1, 0.75]))
    found["balanced"] = "balanced" in chosen
    if "sums" in chosen and case.scale == "probability" and not case.single:
        found["scores"] = draws.unscaled(rng, case.scores)
    return replace(case, **found)


def _ignored(rng: Generator, case: Case) -> dict[str, Any]:
    """A label that counts for nothing: outside the classes, or one of them; the first row stays."""
    outside = -100 if case.system == "torch" else -1
    ignore = outside if rng.random() < 0.5 else int(rng.integers(len(case.classes)))
    truth = np.where(rng.random(len(case.truth)) < 0.2, ignore, case.truth)
    truth[0] = (ignore + 1) % len(case.classes)
    return {"truth": truth, "ignore": ignore}
