"""Comparisons of all kinds of truth, and of losses that are infinite."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.jobs.comparing.pairs import candidate, compared, tables
from xentcli.errors import InputError
from xentcli.options import Like, Policy, Task

METRICS = ("cross_entropy", "brier")


def test_soft_targets() -> None:
    rng = np.random.default_rng(1)
    q, a, b = (rng.dirichlet(np.ones(3), 50) for _ in range(3))
    targets = {f"true_{c}": q[:, i] for i, c in enumerate("xyz")}
    base, other = (
        pd.DataFrame(targets | {f"prob_{c}": p[:, i] for i, c in enumerate("xyz")}) for p in (a, b)
    )
    d = -(q * np.log(b)).sum(axis=1) + (q * np.log(a)).sum(axis=1)
    found = candidate(base, other)
    assert found.metrics["cross_entropy"].difference.value == pytest.approx(d.mean())
    error = d.std(ddof=1) / math.sqrt(50)
    assert found.metrics["cross_entropy"].difference.stderr == pytest.approx(error, rel=1e-12)
    assert found.classes == ()
    turned = other[[*list(other)[2::-1], *list(other)[:2:-1]]]
    again = candidate(base, turned).metrics["cross_entropy"].difference
    assert again.value == pytest.approx(d.mean(), rel=1e-14)
    moved = other.assign(true_x=other["true_y"], true_y=other["true_x"])
    with pytest.raises(InputError, match="row 1 has other targets"):
        compared(base, moved)


def test_labels() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random((60, 3)) < 0.4).astype(float)
    a, b = rng.uniform(0.05, 0.95, (2, 60, 3))
    base, other = (
        pd.DataFrame(
            {f"true_{c}": y[:, i] for i, c in enumerate("xyz")}
            | {f"prob_{c}": p[:, i] for i, c in enumerate("xyz")}
        )
        for p in (a, b)
    )
    cost = [-(y * np.log(p) + (1 - y) * np.log1p(-p)).sum(axis=1) for p in (a, b)]
    d = cost[1] - cost[0]
    found = candidate(base, other, task=Task.MULTILABEL)
    assert found.metrics["cross_entropy"].difference.value == pytest.approx(d.mean())
    mean = found.metrics["mean_label_cross_entropy"].difference
    assert mean.value == pytest.approx(d.mean() / 3)
    assert mean.stderr == pytest.approx(d.std(ddof=1) / math.sqrt(60) / 3)
    assert "accuracy" not in found.metrics
    keras = candidate(base, other, task=Task.MULTILABEL, policy=Policy(like=Like.KERAS))
    assert keras.metrics["cross_entropy"].difference.value == pytest.approx(d.mean() / 3, rel=1e-4)


def test_outcomes() -> None:
    rng = np.random.default_rng(3)
    a, b = -rng.exponential(size=(2, 80))
    tables_ = [pd.DataFrame({"token_logprob": x}) for x in (a, b)]
    found = candidate(*tables_, task=Task.OUTCOME, scores="token_logprob")
    assert found.metrics["cross_entropy"].difference.value == pytest.approx((a - b).mean())
    assert list(found.metrics) == ["cross_entropy"]


@pytest.mark.parametrize(
    ("base", "other", "wanted"),
    [((), (0,), math.inf), ((0,), (), -math.inf), ((0,), (1,), None), ((0,), (0,), None)],
)
def test_infinite_losses(
    base: tuple[int, ...], other: tuple[int, ...], wanted: float | None
) -> None:
    a, b = tables(4, n=40, k=2)
    for table, rows in ((a, base), (b, other)):
        for row in rows:
            label = table["label"][row]
            table.loc[row, "prob_ant"] = float(label != "ant")
            table.loc[row, "prob_bee"] = float(label != "bee")
    found = candidate(a, b)
    difference = found.metrics["cross_entropy"]
    assert difference.difference.value == wanted
    assert (difference.difference.stderr, difference.p) == (None, None)
    assert found.metrics["brier"].p is not None
    assert sum(found.outcomes or ()) == 40
    assert all(
        math.isfinite(row.difference) or wanted in (row.difference, None) for row in found.changed
    )
    codes = [f.code for f in found.findings]
    assert ("difference-undefined" in codes) == (base == other == (0,))
    assert found.origin is None
    # The class without such a row knows its difference.
    assert sum(p.metrics["cross_entropy"].p is not None for p in found.classes) in (0, 1)


def test_one_row_and_no_row_of_a_class() -> None:
    a, b = tables(5, n=1)
    found = candidate(a, b)
    difference = found.metrics["cross_entropy"]
    assert difference.difference.value is not None
    assert (difference.difference.stderr, difference.p, difference.detectable) == (None,) * 3
    empty = [p for p in found.classes if not p.rows]
    assert len(empty) == 3
    assert all(p.metrics["cross_entropy"].difference.value is None for p in empty)
    assert [p.contribution for p in empty] == [0.0] * 3


def test_a_model_beside_itself() -> None:
    a, _ = tables(6)
    found = candidate(a, a)
    for difference in found.metrics.values():
        assert difference.difference[:3] == (0.0, 0.0, (0.0, 0.0))
        assert difference.p == 1.0
    assert found.outcomes == (0, len(a), 0)
    assert found.changed == ()


def test_figures_of_each_side_are_those_of_its_report() -> None:
    import xentcli

    a, b = tables(7)
    found = candidate(a, b, weight="w", metrics=("cross_entropy", "brier(scale=half)", "focal"))
    for table, side in ((a, "base"), (b, "candidate")):
        report = xentcli.evaluate(table, weight="w", metric=list(found.metrics))
        for key, difference in found.metrics.items():
            assert getattr(difference, side) == report.metrics[key]


def test_shares_have_the_intervals_of_the_report() -> None:
    import xentcli

    a, b = tables(8)
    found = candidate(a, b, metrics=("accuracy", "top_k(k=2)"))
    report = xentcli.evaluate(b, metric=["accuracy", "top_k(k=2)"])
    for key, difference in found.metrics.items():
        assert difference.candidate == report.metrics[key]
