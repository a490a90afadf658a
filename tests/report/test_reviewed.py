"""Numbers that were wrong once: each a case that someone found by an independent reckoning."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import xentcli
from xentcli.errors import InputError, UsageError
from xentcli.figures.values import Value


def binary(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.98, n)
    return pd.DataFrame({"label": (rng.random(n) < p).astype(int), "prob": p})


def test_weighted_shares_have_the_error_of_weighted_means() -> None:
    w = np.array([10.0] * 20 + [1.0] * 80)
    hit = np.array([1] * 60 + [0] * 40)
    data = pd.DataFrame({"label": np.where(hit, 1, 0), "prob": 0.9, "w": w, "row": range(100)})
    share = (w * hit).sum() / w.sum()
    wanted = math.sqrt((w * w * (hit - share) ** 2).sum()) / w.sum()
    found = xentcli.evaluate(data, weight="w", metric="accuracy").metrics["accuracy"]
    assert found.value == pytest.approx(share)
    assert found.stderr == pytest.approx(wanted, rel=1e-12)
    # Clusters of one row say the same, but for C/(C - 1).
    own = xentcli.evaluate(data, weight="w", metric="accuracy", cluster="row").metrics["accuracy"]
    assert own.stderr == pytest.approx(wanted * math.sqrt(100 / 99), rel=1e-12)


def test_a_sample_does_not_stand_for_rows_that_repeat_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xentcli.sums.row_sample._MOST_ROWS", 500)
    data = binary(0, 5000)
    # Of rows all different, the sample says about what all rows say.
    few = xentcli.evaluate(data, metric="calibration_loss").metrics["calibration_loss"]
    assert few.value is not None
    often = data.index < 2000
    data.loc[often, "prob"] = 0.02
    data.loc[often, "label"] = (np.arange(2000) % 20 == 0).astype(int)
    assert xentcli.evaluate(data, metric="calibration_loss").metrics["calibration_loss"] == (
        Value(None, unit="nats")
    )


def test_a_sample_of_some_rows_counts_those_of_one_content_as_one() -> None:
    # Whole, the rows of one content count one by one.
    rng = np.random.default_rng(1)
    p = rng.choice([0.2, 0.4, 0.6, 0.9], 400)
    data = pd.DataFrame({"label": (rng.random(400) < p**2).astype(int), "prob": p})
    found = xentcli.evaluate(data, metric="calibration_loss").metrics["calibration_loss"]
    assert found.stderr is not None
    assert found.stderr < 0.05


def test_slots_that_moved_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xentcli.engine.plan.MOST_SLICES", 50)
    values = [None, *range(10), *range(100, 3000), None, *range(10)]
    data = binary(2, len(values))
    few = [0, 11, 2911, len(values)]
    parts = [
        pa.table(
            {
                "label": data.label[a:b].to_numpy(),
                "prob": data.prob[a:b].to_numpy(),
                "g": pa.array(values[a:b], pa.int64()),
            }
        )
        for a, b in itertools.pairwise(few)
    ]
    table = pa.Table.from_batches([batch for part in parts for batch in part.to_batches()])
    texts = table.set_column(2, "g", table["g"].cast(pa.string()))
    numbers, words = (xentcli.evaluate(t, by="g", threads=1).slices for t in (table, texts))
    assert list(numbers) == list(words)


def test_calibration_of_clustered_rows_claims_no_more_than_it_knows() -> None:
    data = binary(3, 300).assign(row=range(300))
    ten = pd.concat([data] * 10)
    report = xentcli.evaluate(ten, cluster="row", calibration=True)
    assert report.calibration is not None
    assert report.metrics["calibration_loss"].stderr is None
    assert report.calibration.temperature is not None
    assert report.calibration.temperature.p_value is None
    assert {b.interval for b in report.calibration.bins} == {None}
    once = xentcli.evaluate(data, cluster="row", metric="bias").classes[1].metrics["bias"]
    both = xentcli.evaluate(ten, cluster="row", metric="bias").classes[1].metrics["bias"]
    assert both.stderr == pytest.approx(once.stderr, rel=1e-9)
    miss = (data.prob - data.label).to_numpy()
    wanted = math.sqrt(300 / 299 * ((miss - miss.mean()) ** 2).sum()) / 300
    assert once.stderr == pytest.approx(wanted, rel=1e-9)


def test_clusters_that_all_agree_leave_no_error() -> None:
    data = pd.DataFrame({"label": [1, 1, 0] * 12, "prob": 0.9, "u": np.repeat(range(12), 3)})
    found = xentcli.evaluate(data, cluster="u", metric="accuracy").metrics["accuracy"]
    assert (found.stderr, found.interval) == (0.0, (2 / 3, 2 / 3))


def test_two_slices_are_one_comparison_seen_from_two_sides() -> None:
    p = np.where(np.arange(400) % 2, 0.7, 0.3)
    data = pd.DataFrame({"label": 1, "prob": p, "g": np.where(p > 0.5, "a", "b")})
    data["u"] = np.repeat(range(100), 4)
    rng = np.random.default_rng(0)
    for prob in (data.prob, data.prob + rng.uniform(-0.1, 0.1, 400)):
        slices = xentcli.evaluate(data.assign(prob=prob), by="g", cluster="u").slices
        a, b = (s.versus_rest for s in slices)
        assert a is not None
        assert b is not None
        assert a.stderr == pytest.approx(b.stderr, rel=1e-9, abs=0)
        assert a.p == pytest.approx(b.p, rel=1e-9)


def test_an_endless_difference_has_no_error() -> None:
    data = binary(4, 60).assign(g=["x", "y"] * 30)
    data.loc[0, ["label", "prob"]] = (1, 0.0)
    tests = [s.versus_rest for s in xentcli.evaluate(data, by="g").slices]
    assert [t.stderr for t in tests if t is not None] == [None, None]


def test_the_slices_of_most_rows_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xentcli.engine.plan.MOST_SUMS", 2000)
    data = binary(5, 6000).assign(g=[*range(5000), *np.repeat(range(5000, 5010), 100)])
    options: list[dict[str, Any]] = [{"max_slices": 8}, {"min_rows": 50}]
    for option in options:
        with pytest.raises(InputError, match="which of them have most rows cannot be told"):
            xentcli.evaluate(data, by="g", **option)
    report = xentcli.evaluate(data, by="g", max_slices=6000, min_rows=50)
    assert len(report.slices) == 11
    with pytest.raises(UsageError, match="--min-rows goes with --by"):
        xentcli.evaluate(data, min_rows=5)
    with pytest.raises(UsageError, match="--max-slices goes with"):
        xentcli.evaluate(data, max_slices=5)
