"""Loss per byte, character or word."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.metrics.frames import report, value


def tokens(seed: int, n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"logprob": -rng.exponential(size=n), "bytes": rng.integers(1, 9, n)})


def ratio(x: np.typing.NDArray[np.float64], c: np.typing.NDArray[np.float64]) -> object:
    r = x.sum() / c.sum()
    n = len(x)
    return r, math.sqrt(((x - r * c) ** 2).sum() * n / (n - 1)) / c.sum()


def test_is_the_ratio_of_the_sums() -> None:
    table = tokens(1)
    found = report(table, count="bytes").metrics["cross_entropy_per_unit"]
    x, c = -table["logprob"].to_numpy(), table["bytes"].to_numpy(np.float64)
    assert (found.value, found.stderr) == pytest.approx(ratio(x, c), rel=1e-12)
    assert found.unit == "nats"


def test_bits_per_byte() -> None:
    table = pd.DataFrame({"logprob": [-math.log(2), -3 * math.log(2)], "bytes": [1, 3]})
    assert value(table, "cross_entropy_per_unit", count="bytes", base=2) == pytest.approx(1.0)


def test_of_one_unit_a_row_it_is_the_cross_entropy() -> None:
    table = tokens(2).assign(one=1)
    found = report(table, count="one").metrics
    assert found["cross_entropy_per_unit"].value == found["cross_entropy"].value
    per_unit, plain = found["cross_entropy_per_unit"].stderr, found["cross_entropy"].stderr
    assert per_unit == pytest.approx(plain, rel=1e-14)


def test_a_weight_of_two_is_a_row_twice() -> None:
    table = tokens(3).assign(w=2.0)
    twice = pd.concat([table, table])
    assert value(table, "cross_entropy_per_unit", count="bytes", weight="w") == value(
        twice, "cross_entropy_per_unit", count="bytes"
    )


def test_without_units_it_is_undefined() -> None:
    table = pd.DataFrame({"logprob": [-1.0, -2.0], "bytes": [0, 0]})
    assert report(table, count="bytes").metrics["cross_entropy_per_unit"].value is None


@pytest.mark.parametrize("weight", [None, "w"])
def test_the_same_loss_for_every_unit_has_no_error_at_all(weight: str | None) -> None:
    rng = np.random.default_rng(5)
    for loss in (0.1, 1 / 3, 1e-9, 700.0):
        units = rng.integers(1, 9, 50)
        table = pd.DataFrame({"logprob": -loss * units, "bytes": units, "w": rng.random(50)})
        found = report(table, count="bytes", weight=weight).metrics["cross_entropy_per_unit"]
        assert found.value == pytest.approx(loss, rel=1e-15)
        assert found.stderr == 0.0


def test_its_error_with_weights_is_that_of_two_passes() -> None:
    table = tokens(6).assign(w=np.random.default_rng(6).exponential(size=300))
    x, c, w = (table[n].to_numpy(np.float64) for n in ("logprob", "bytes", "w"))
    r = (w * -x).sum() / (w * c).sum()
    stderr = math.sqrt(((w * (-x - r * c)) ** 2).sum()) / (w * c).sum()
    found = report(table, count="bytes", weight="w").metrics["cross_entropy_per_unit"]
    assert (found.value, found.stderr) == pytest.approx((r, stderr), rel=1e-10)
