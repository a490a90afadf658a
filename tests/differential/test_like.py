"""`--like SYSTEM` gives the number that the system itself gives, for the same predictions."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import xentcli
from tests.differential.conventions import tolerance
from tests.differential.files import table
from tests.differential.suites import cases_of
from tests.differential.systems import real

if TYPE_CHECKING:
    from tests.differential.cases import Case

pytestmark = pytest.mark.differential
HERE = Path(__file__).parents[2]

# What `--like` stands for; the other functions of a system have conventions of their own.
MEANT = {
    "sklearn": {"log_loss"},
    "yardstick": {"mn_log_loss"},
    "torch": {
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
        "cross_entropy",
        "multilabel_soft_margin_loss",
        "nll_loss",
    },
    "keras": {"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"},
    "xgboost": {"logloss", "mlogloss"},
    "lightgbm": {"binary_logloss", "multi_logloss", "cross_entropy"},
}


def meant(case: Case) -> bool:
    """Whether `--like` speaks of this function for such predictions."""
    function = case.function.partition(".")[2]
    if case.pos_weight is not None and len(set(np.ravel(case.pos_weight).tolist())) > 1:
        return False  # a factor for each label
    if function == "cross_entropy" and case.system == "lightgbm":
        return case.kind == "fractions"  # beside labels it is binary_logloss
    return function in MEANT[case.system]


def on_torch(case: Case) -> bool:
    """Whether Keras' backends differ: TensorFlow rescales after the clip, the others before."""
    return case.function == "keras.SparseCategoricalCrossentropy" and case.scale == "probability"


def asked(case: Case) -> dict[str, Any]:
    """The options under which the program is asked for the case's number."""
    parts = []
    if case.smoothing:
        parts.append(f"smoothing={case.smoothing!r}")
    if case.class_weights is not None:
        pairs = zip(case.classes, case.class_weights.tolist(), strict=True)
        parts.append("class_weight='" + ",".join(f"{name}={w!r}" for name, w in pairs) + "'")
    if case.pos_weight is not None:
        parts.append(f"pos_weight={float(np.ravel(case.pos_weight)[0])!r}")
    options: dict[str, Any] = {"metric": f"cross_entropy({','.join(parts)})", "scale": case.scale}
    if case.weights is not None:
        options["weight"] = "weight"
    if case.kind == "multilabel":
        options["task"] = "multilabel"
    if case.single:
        options["positive"] = case.classes[1]
    if case.ignore is not None:
        names = dict(enumerate(case.classes))
        options["ignore_label"] = names.get(case.ignore, str(case.ignore))
    return options


def ours(case: Case, like: str | None) -> float:
    """The program's number."""
    report = xentcli.evaluate(table(case), like=like, sum_to_one="ignore", threads=1, **asked(case))
    (figure,) = report.metrics.values()
    return math.nan if figure.value is None else figure.value


def compare(cases: list[Case], theirs: dict[str, float], like: str | None, keras: str = "") -> None:
    """Every case within the rounding of the system's own type, twice: theirs and ours.

    Without a system, the loss of labels is their sum, and theirs the mean.
    """
    for case in cases:
        elements = len(case.classes) if case.kind == "multilabel" and like is None else 1
        found, wanted = ours(case, like), theirs[case.name] * elements
        allowed = 2 * elements * tolerance(case, keras)
        if case.function == "lightgbm.cross_entropy" and case.weights is not None:
            # It adds the weights in single precision, one after the other.
            allowed += abs(wanted) * len(case.truth) * 2.0**-25
        assert found == wanted or abs(found - wanted) <= allowed, (
            f"{case.name} ({case.function}): {found!r}, {like} says {wanted!r}, "
            f"off by {found - wanted:.3g}, allowed {allowed:.3g}"
        )


@pytest.mark.parametrize("system", [s for s in MEANT if s != "keras"])
def test_like_gives_the_systems_number(system: str) -> None:
    cases = [case for case in cases_of(system) if meant(case)]
    assert len(cases) >= 200
    compare(cases, {case.name: real(case) for case in cases}, system)


@pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="Keras or torch is not installed"
)
def test_like_keras_gives_its_number() -> None:
    """On TensorFlow, but where its sparse loss differs from that of the other backends."""
    cases = [case for case in cases_of("keras") if meant(case)]
    assert len(cases) >= 200
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.differential.elsewhere"],
        cwd=HERE,
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        check=True,
    )
    elsewhere = json.loads(said.stdout)
    alike = [case for case in cases if not on_torch(case)]
    compare(alike, {case.name: real(case) for case in alike}, "keras", "tensorflow")
    compare(cases, elsewhere, "keras", "torch")


def test_tensorflows_operations_need_no_convention() -> None:
    """They clip nothing and rescale nothing; the mean is taken over all elements."""
    cases = [
        case
        for case in cases_of("tensorflow")
        if case.weights is None
        and (case.pos_weight is None or len(set(np.ravel(case.pos_weight).tolist())) == 1)
    ]
    assert len(cases) >= 100
    compare(cases, {case.name: real(case) for case in cases}, None)
