"""Gates on few rows: an interval without width is no proof, and shares are not normal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from xentcli.errors import UsageError
from xentcli.figures.intervals import Intervals
from xentcli.figures.values import Estimate, Value
from xentcli.jobs.checking.deciding import decide
from xentcli.jobs.checking.verdicts import DecideOn, Operator, Verdict
from xentcli.jobs.comparing.figures import of_shares, with_test
from xentcli.options import Base

OPEN, PASS = Verdict.INCONCLUSIVE, Verdict.PASS
INTERVALS = Intervals(Base.E, 0.95)


def table(p: list[float]) -> pd.DataFrame:
    """Rows of class cat, with so much probability for it, and as many sure dogs."""
    cats = pd.DataFrame({"label": "cat", "prob_cat": p})
    dogs = pd.DataFrame({"label": "dog", "prob_cat": [0.1] * len(p)})
    both = pd.concat([cats, dogs], ignore_index=True)
    return both.assign(prob_dog=1 - both["prob_cat"], id=range(len(both)))


BEFORE, AFTER = table([0.9, 0.8, 0.7, 0.6, 0.9]), table([0.8, 0.9, 0.6, 0.7, 0.8])


def verdicts(*require: str, **options: Any) -> list[Verdict]:
    found = xentcli.check(AFTER, require=require, decide_on="interval", **options)
    return [judged.verdict for judged in found.requirements]


def test_ten_rows_without_a_change_of_mind_prove_nothing() -> None:
    asked = "delta.accuracy >= -0.01", "delta.class[cat].recall >= -0.01"
    assert verdicts(*asked, baseline=BEFORE) == [OPEN, OPEN]
    assert verdicts(*asked, baseline=xentcli.evaluate(BEFORE)) == [OPEN, OPEN]
    assert verdicts("class[cat].f1 >= 0.99", "accuracy >= 0.99") == [OPEN, OPEN]
    assert verdicts("accuracy >= 0.99", bootstrap=50, id="id") == [OPEN]
    assert verdicts("delta.accuracy >= -0.5", baseline=BEFORE) == [PASS]


def test_the_same_model_has_not_changed() -> None:
    asked = "delta.accuracy >= 0", "delta.cross_entropy <= 0"
    assert verdicts(*asked, baseline=AFTER) == [PASS, PASS]


@pytest.mark.parametrize(("rows", "changed"), [(30, 0.1), (100, 0.03), (400, 0.02)])
def test_wrong_passes_of_a_difference_of_shares(rows: int, changed: float) -> None:
    """The truth at the bound: some rows get worse, none better."""
    rng = np.random.default_rng(rows)
    worse = rng.binomial(rows, changed, 4000)
    passes = 0
    for count in worse.tolist():
        d = -count / rows
        variance = (count - rows * d * d) / (rows - 1)
        estimate = Estimate(d, math.sqrt(max(0.0, variance) / rows), rows - 1)
        value = with_test(
            INTERVALS, Value(0.9), Value(0.9 + d), estimate, None, 1.0, shares=float(rows)
        ).difference
        found = decide(
            value, Operator.AT_LEAST, -changed, DecideOn.INTERVAL, rows=rows, confidence=0.95
        )
        passes += found is not None and found.verdict is PASS
    # With all changes to one side, as skew as it gets: no more than twice the nominal 2.5 %.
    assert passes / 4000 < 0.05


def test_two_rows_more() -> None:
    assert of_shares(0.0, 0.0, 98) == pytest.approx((0.0, math.sqrt(1 / 100) / 10))
    centre, error = of_shares(0.1, math.sqrt(0.3 * 0.7 / 1e6), 1e6)
    assert (centre, error) == pytest.approx((0.1, math.sqrt(0.3 * 0.7 / 1e6)), rel=1e-5)


def test_rows_that_settle_a_share() -> None:
    value = Value(1.0, 0.0, (0.72, 1.0), 0.95)
    found = decide(
        value, Operator.AT_LEAST, 0.99, DecideOn.INTERVAL, rows=10, confidence=0.95, share=True
    )
    assert found is not None
    # 380 of 380 right have Wilson's interval from 0.99.
    assert found.rows_needed == 381


def test_a_figure_at_the_bound_keeps_it() -> None:
    rows = [("cat", 0.9)] * 97 + [("cat", 0.1)] * 3
    base = pd.DataFrame(rows, columns=["label", "prob_cat"]).assign(
        prob_dog=lambda t: 1 - t["prob_cat"]
    )
    new = base.assign(prob_cat=[0.9] * 96 + [0.1] * 4, prob_dog=[0.1] * 96 + [0.9] * 4)
    for baseline in (base, xentcli.evaluate(base)):
        found = xentcli.check(new, require="delta.accuracy >= -0.01", baseline=baseline)
        assert found.passed


@pytest.mark.parametrize("confidence", [0.01, 0.5, 0.95, 0.999])
def test_a_baseline_of_another_confidence_decides_nothing_more(confidence: float) -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 200)
    old, new = (
        pd.DataFrame({"label": y, "prob": np.where(rng.random(200) < 0.8, y, 1 - y) * 0.8 + 0.1})
        for _ in range(2)
    )
    told = xentcli.evaluate(old, confidence=confidence, metric=["accuracy", "cross_entropy"])
    for bound in (0.05, 0.08):
        require = f"delta.accuracy >= {-bound}"
        (found,) = xentcli.check(
            new, require=require, baseline=told, decide_on="interval"
        ).requirements
        value = found.value
        assert value.interval is not None
        low, high = value.interval
        reach = 1.96 * (value.stderr or 0.0)
        assert (low, high) == pytest.approx(
            ((value.value or 0.0) - reach, (value.value or 0.0) + reach), abs=0.004
        )
    certain = xentcli.evaluate(old.assign(prob=y * 0.8 + 0.1), confidence=confidence)
    if confidence != 0.95:
        with pytest.raises(UsageError, match="no interval"):
            xentcli.check(
                new, require="delta.accuracy >= -9", baseline=certain, decide_on="interval"
            )
