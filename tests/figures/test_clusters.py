"""Errors of rows that depend on each other, against a plain reference and statsmodels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from xentcli.errors import InputError


def table(seed: int = 0, n: int = 600, clusters: int = 40, k: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    user = rng.integers(0, clusters, n)
    taste = rng.normal(size=(clusters, k))
    z = rng.normal(size=(n, k)) + taste[user]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    truth = [rng.choice(k, p=q) for q in np.exp(taste[user]) / np.exp(taste[user]).sum(1)[:, None]]
    data = pd.DataFrame({f"prob_c{j}": p[:, j] for j in range(k)})
    return data.assign(
        label=[f"c{t}" for t in truth],
        user=[f"u{u}" for u in user],
        g=rng.choice(["x", "y", "z"], n, p=[0.6, 0.3, 0.1]),
        w=rng.exponential(size=n),
    )


def losses(data: pd.DataFrame) -> Any:
    columns = [list(data.columns).index(f"prob_{name}") for name in data.label]
    return -np.log(data.to_numpy()[np.arange(len(data)), columns].astype(float))


def error(top: Any, below: Any, user: Any) -> float:
    """√(C/(C-1) Σ_c (Σ_{i∈c} (y - L u))²) / Σ u of the quotient Σy/Σu."""
    residual = top - top.sum() / below.sum() * below
    parts = [residual[user == u].sum() for u in np.unique(user)]
    c = len(parts)
    return math.sqrt(c / (c - 1) * math.fsum(p * p for p in parts)) / float(below.sum())


@pytest.mark.parametrize("weighted", [False, True])
def test_means_and_quotients(weighted: bool) -> None:
    data = table()
    w = data.w.to_numpy() if weighted else np.ones(len(data))
    user, loss = data.user.to_numpy(), losses(data)
    p = data[["prob_c0", "prob_c1", "prob_c2"]].to_numpy()
    y = np.stack([data.label == f"c{k}" for k in range(3)], axis=1).astype(float)
    hit = y[np.arange(len(y)), p.argmax(axis=1)]
    report = xentcli.evaluate(
        data,
        cluster="user",
        weight="w" if weighted else None,
        metric="cross_entropy,brier,accuracy,top_k(k=2),recall,precision,f1,log_likelihood,"
        "perplexity,focal,macro_cross_entropy,normalized_cross_entropy",
    )
    overall = report.metrics
    stderr = error(w * loss, w, user)
    assert overall["cross_entropy"].stderr == pytest.approx(stderr, rel=1e-11)
    value = overall["perplexity"].value
    assert value is not None
    assert overall["perplexity"].stderr == pytest.approx(stderr * value, rel=1e-11)
    assert overall["log_likelihood"].stderr == pytest.approx(stderr * w.sum(), rel=1e-11)
    brier = ((p - y) ** 2).sum(axis=1)
    assert overall["brier"].stderr == pytest.approx(error(w * brier, w, user), rel=1e-11)
    squared = overall["accuracy"].stderr
    assert squared == pytest.approx(error(w * hit, w, user), rel=1e-11)
    pi = (w[:, None] * y).sum(axis=0) / w.sum()
    h = -np.log(pi)
    entropy = float((pi * h).sum())
    ne = float((w * loss).sum() / w.sum()) / entropy
    own = y @ h
    parts = [(w * (loss - ne * own))[user == u].sum() for u in np.unique(user)]
    c = len(parts)
    wanted = math.sqrt(c / (c - 1) * math.fsum(x * x for x in parts)) / (entropy * w.sum())
    assert overall["normalized_cross_entropy"].stderr == pytest.approx(wanted, rel=1e-11)
    each = [(w * y[:, k] * (loss - np.average(loss, weights=w * y[:, k]))) for k in range(3)]
    lifted = sum(e / (w * y[:, k]).sum() for k, e in enumerate(each)) / 3
    parts = [lifted[user == u].sum() for u in np.unique(user)]
    wanted = math.sqrt(c / (c - 1) * math.fsum(x * x for x in parts))
    assert overall["macro_cross_entropy"].stderr == pytest.approx(wanted, rel=1e-11)
    for k, entry in enumerate(report.classes):
        here = y[:, k] > 0
        decided = (p.argmax(axis=1) == k).astype(float)
        found = entry.metrics
        alone = error((w * loss)[here], w[here], user[here])
        assert found["cross_entropy"].stderr == pytest.approx(alone, rel=1e-11)
        counts = (y[:, k] + decided) > 0
        twice, both = 2 * w * y[:, k] * decided, w * (y[:, k] + decided)
        f1 = error(twice[counts], both[counts], user[counts])
        assert found["f1"].stderr == pytest.approx(f1, rel=1e-11)
        chosen = decided > 0
        precision = error((w * y[:, k])[chosen], w[chosen], user[chosen])
        assert found["precision"].stderr == pytest.approx(precision, rel=1e-11)
        assert found["recall"].stderr is not None


def test_statsmodels_agrees() -> None:
    api = pytest.importorskip("statsmodels.api")
    data = table()
    codes = pd.factorize(data.user)[0]
    options = {"cov_type": "cluster", "cov_kwds": {"groups": codes}, "use_t": True}
    for weight, w in ((None, np.ones(len(data))), ("w", data.w)):
        fit = api.WLS(losses(data), np.ones(len(data)), weights=w).fit(**options)
        found = xentcli.evaluate(data, cluster="user", weight=weight).metrics["cross_entropy"]
        assert found.value == pytest.approx(fit.params[0], rel=1e-13)
        assert found.stderr == pytest.approx(fit.bse[0], rel=1e-11)
        assert found.interval == pytest.approx(fit.conf_int()[0], rel=1e-11)


def test_clusters_of_one_row_are_the_plain_error() -> None:
    data = table().assign(user=range(600))
    plain, own = xentcli.evaluate(data), xentcli.evaluate(data, cluster="user")
    for key in ("cross_entropy", "brier", "normalized_cross_entropy"):
        wanted = plain.metrics[key].stderr
        assert own.metrics[key].stderr == pytest.approx(wanted, rel=1e-11)
        assert own.metrics[key].value == plain.metrics[key].value


def test_rows_copied_within_a_cluster_tell_no_more() -> None:
    data = table(n=100).assign(user=range(100))
    twice = pd.concat([data, data])
    once = xentcli.evaluate(data, cluster="user").metrics["cross_entropy"]
    copied = xentcli.evaluate(twice, cluster="user").metrics["cross_entropy"]
    assert copied.stderr == pytest.approx(once.stderr, rel=1e-13)
    assert copied.interval == pytest.approx(once.interval, rel=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
def test_slices_of_clustered_rows(weighted: bool) -> None:
    data = table()
    w = data.w.to_numpy() if weighted else np.ones(len(data))
    options: dict[str, Any] = {"cluster": "user", "weight": "w" if weighted else None}
    report = xentcli.evaluate(data, by="g", **options)
    assert report.metrics == xentcli.evaluate(data, **options).metrics
    user, loss = data.user.to_numpy(), losses(data)
    for part in report.slices:
        own = (data.g == part.by["g"]).to_numpy()
        alone = xentcli.evaluate(data[own], **options)
        for key, value in alone.metrics.items():
            assert part.metrics[key].value == value.value
            assert part.metrics[key].stderr == pytest.approx(value.stderr, rel=1e-12), key
        test = part.versus_rest
        assert test is not None
        mean, rest = np.average(loss[own], weights=w[own]), np.average(loss[~own], weights=w[~own])
        moved = np.where(own, (loss - mean) / w[own].sum(), -(loss - rest) / w[~own].sum()) * w
        parts = [moved[user == u].sum() for u in np.unique(user)]
        c = len(parts)
        wanted = math.sqrt(c / (c - 1) * math.fsum(x * x for x in parts))
        assert test.difference == pytest.approx(mean - rest, rel=1e-12)
        assert test.stderr == pytest.approx(wanted, rel=1e-11)


def test_order_and_threads_do_not_matter() -> None:
    data = table()
    shuffled = data.sample(frac=1, random_state=1)
    first = xentcli.evaluate(data, by="g", cluster="user", threads=1)
    second = xentcli.evaluate(shuffled, by="g", cluster="user", threads=3)
    assert first.metrics == second.metrics
    assert list(first.slices) == list(second.slices)
    assert first.classes == second.classes


def test_one_cluster_tells_no_error() -> None:
    found = xentcli.evaluate(table().assign(user="all"), cluster="user")
    assert {v.stderr for v in found.metrics.values()} == {None}


def test_soft_targets_labels_and_units_cluster() -> None:
    rng = np.random.default_rng(0)
    q = rng.dirichlet([1, 1], 50)
    p = rng.dirichlet([1, 1], 50)
    user = np.arange(50) % 7
    soft = pd.DataFrame({"q_a": q[:, 0], "q_b": q[:, 1], "prob_a": p[:, 0], "prob_b": p[:, 1]})
    loss = -(q * np.log(p)).sum(axis=1)
    options: dict[str, Any] = {"target": ["q_a", "q_b"], "target_scale": "probability"}
    found = xentcli.evaluate(soft.assign(user=user), cluster="user", **options)
    wanted = error(loss, np.ones(50), user)
    assert found.metrics["cross_entropy"].stderr == pytest.approx(wanted, rel=1e-11)
    tokens = pd.DataFrame({"token_logprob": -loss, "c": rng.integers(1, 5, 50), "user": user})
    found = xentcli.evaluate(tokens, count="c", cluster="user")
    wanted = error(loss, tokens.c.to_numpy(), user)
    assert found.metrics["cross_entropy_per_unit"].stderr == pytest.approx(wanted, rel=1e-11)


def test_rows_without_a_cluster_are_an_error() -> None:
    data = table(n=20)
    data.loc[3, "user"] = None
    with pytest.raises(InputError, match="column 'user' is empty in some rows"):
        xentcli.evaluate(data, cluster="user")


def test_more_clusters_than_memory_is_meant_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xentcli.engine.plan.MOST_SUMS", 3000)
    data = table(n=300).assign(user=range(300))
    with pytest.raises(InputError, match="column 'user' has more than"):
        xentcli.evaluate(data, cluster="user")
    assert xentcli.evaluate(data, cluster="user", max_slices=300).source.rows == 300


def test_few_clusters_are_told_and_the_report_says_where_errors_come_from() -> None:
    few = xentcli.evaluate(table(clusters=12), cluster="user")
    assert [(f.code, f.count) for f in few.findings] == [("few-clusters", 12)]
    report = xentcli.evaluate(table(), cluster="user")
    assert report.findings == ()
    assert report.to_dict()["uncertainty"] == {"method": "clustered", "clusters": 40}
    assert "errors from 40 clusters of rows that are not independent" in str(report)
    assert "cluster:user" in report.signature
