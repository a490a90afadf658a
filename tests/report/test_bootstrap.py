"""The bootstrap's errors beside formulas, and beside a bootstrap written out with numpy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from tests.metrics.frames import label_table, labelled
from xentcli.figures.values import Value
from xentcli.report.report import Uncertainty

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.report.report import Report

    Floats = NDArray[np.float64]

REPLICATES = 1000
# The standard deviation of N normal numbers is off by 1/√(2N) of itself; of four of these.
NOISE = 4 / math.sqrt(2 * REPLICATES)
# The 2.5 % quantile of so many by 0.085 standard deviations; percentiles are not symmetric, too.
ENDS = 0.45


def table(n: int = 4000, k: int = 3, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(k), n)
    truth = (p.cumsum(1) > rng.random((n, 1))).argmax(1)
    columns = {f"prob_c{i}": p[:, i] for i in range(k)}
    return pd.DataFrame({"label": [f"c{i}" for i in truth], **columns}).assign(
        w=rng.exponential(size=n), id=np.arange(n)
    )


def errors_of(data: Any, **options: Any) -> Report:
    return xentcli.evaluate(data, bootstrap=REPLICATES, **options)


@pytest.mark.parametrize("weight", [None, "w"])
def test_it_agrees_with_the_formulas(weight: str | None) -> None:
    data = table()
    metrics = (
        "cross_entropy,perplexity,normalized_cross_entropy,brier,log_likelihood,focal,"
        "macro_cross_entropy,cross_entropy(smoothing=0.1),cross_entropy(class_weight='c0=2,c1=0.5')"
    )
    metrics += "" if weight else ",accuracy,recall"
    known = xentcli.evaluate(data, weight=weight, metric=metrics)
    found = errors_of(data, weight=weight, metric=metrics)
    pairs = [(key, value, found.metrics[key]) for key, value in known.metrics.items()]
    for a, b in zip(known.classes, found.classes, strict=True):
        pairs += [(key, value, b.metrics[key]) for key, value in a.metrics.items()]
    compared = 0
    for key, value, other in pairs:
        assert (value.value, value.unit) == (other.value, other.unit)
        if value.stderr is not None:
            compared += 1
            assert other.stderr == pytest.approx(value.stderr, rel=NOISE), key
            assert value.interval is not None
            assert other.interval is not None
            for end, of in zip(other.interval, value.interval, strict=True):
                assert end == pytest.approx(of, abs=ENDS * value.stderr), key
    assert compared > 15


def test_labels_and_outcomes_agree_with_the_formulas() -> None:
    rng = np.random.default_rng(1)
    tokens = pd.DataFrame({"token_logprob": -rng.exponential(size=3000), "c": rng.random(3000)})
    runs: list[tuple[Any, dict[str, Any]]] = [
        (label_table(*labelled(2, 2000)), {"task": "multilabel", "metric": "cross_entropy,brier"}),
        (tokens, {"count": "c", "metric": "cross_entropy,cross_entropy_per_unit"}),
    ]
    for data, options in runs:
        known, found = xentcli.evaluate(data, **options), errors_of(data, **options)
        for key, value in known.metrics.items():
            assert value.stderr is not None
            assert found.metrics[key].stderr == pytest.approx(value.stderr, rel=NOISE), key


def confusion(data: pd.DataFrame) -> Floats:
    """A (rows, 9) matrix of which cell of the confusion matrix each row is in."""
    p = data[["prob_c0", "prob_c1", "prob_c2"]].to_numpy()
    truth = data["label"].str[1:].astype(int).to_numpy()
    cells: Floats = np.eye(9)[3 * truth + p.argmax(1)]
    return cells


def by_numpy(data: pd.DataFrame, figure: Callable[[Floats], Floats], *, multinomial: bool) -> float:
    """The standard deviation of a figure over resampled confusion matrices."""
    rng, cells = np.random.default_rng(7), confusion(data)
    n, times = len(data), 4000
    counts = cells.sum(0)
    drawn = (
        rng.multinomial(n, counts / n, times) if multinomial else rng.poisson(counts, (times, 9))
    )
    return float(figure(drawn.reshape(-1, 3, 3).astype(np.float64)).std(ddof=1))


def hits(c: Floats) -> Floats:
    found: Floats = np.einsum("bkk->bk", c)
    return found


FIGURES: dict[str, Callable[[Floats], Floats]] = {
    "precision": lambda c: hits(c) / c.sum(1),
    "recall": lambda c: hits(c) / c.sum(2),
    "f1": lambda c: 2 * hits(c) / (c.sum(1) + c.sum(2)),
}


@pytest.mark.parametrize("multinomial", [True, False])
@pytest.mark.parametrize("metric", FIGURES)
def test_it_agrees_with_a_bootstrap_of_the_confusion_matrix(metric: str, multinomial: bool) -> None:
    data, figure = table(1500), FIGURES[metric]
    report = errors_of(data, metric=metric)
    macro = by_numpy(data, lambda c: figure(c).mean(1), multinomial=multinomial)
    assert report.metrics[metric].stderr == pytest.approx(macro, rel=1.2 * NOISE)
    for k, part in enumerate(report.classes):
        one = by_numpy(data, lambda c, k=k: figure(c)[:, k], multinomial=multinomial)  # type: ignore[misc]
        assert part.metrics[metric].stderr == pytest.approx(one, rel=1.2 * NOISE)


def test_errors_of_a_share_of_the_loss() -> None:
    data = table(2000)
    p = data[["prob_c0", "prob_c1", "prob_c2"]].to_numpy()
    truth = data["label"].str[1:].astype(int).to_numpy()
    loss = -np.log(p[np.arange(len(p)), truth])
    parts = np.stack([loss * (truth == k) for k in range(3)])
    weights = np.random.default_rng(3).poisson(1.0, (len(loss), 2000))
    drawn = parts @ weights
    shares = (drawn / drawn.sum(0)).std(axis=1, ddof=1)
    for part, expected in zip(errors_of(data).classes, shares, strict=True):
        assert part.metrics["share"].stderr == pytest.approx(float(expected), rel=1.2 * NOISE)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth, covered, runs = 2 / 3, 0, 200
    for seed in range(runs):
        rng = np.random.default_rng(1000 + seed)
        p = rng.random(120)
        data = pd.DataFrame({"label": (rng.random(120) < p).astype(int), "prob": p})
        # The chance that the likelier class is the true one is 3/4; of half the Brier score, 1/6.
        report = xentcli.evaluate(data, bootstrap=200, metric="brier(scale=half)", confidence=0.9)
        interval = report.metrics["brier(scale=half)"].interval
        assert interval is not None
        covered += interval[0] <= truth / 4 <= interval[1]
    assert 0.82 * runs <= covered <= 0.96 * runs


def test_rows_of_one_id_are_drawn_together() -> None:
    one = table(800)
    data = pd.concat([one, one, one], ignore_index=True)
    report = errors_of(data, id="id", metric="cross_entropy,f1")
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.count) == ("repeated-id", "warning", 2400)
    alone = errors_of(one, id="id", metric="cross_entropy,f1")
    assert not alone.findings
    for key, value in alone.metrics.items():
        assert report.metrics[key].stderr == pytest.approx(value.stderr, rel=1e-9)
    # The formula takes every row for a witness of its own.
    naive = xentcli.evaluate(data, metric="cross_entropy").metrics["cross_entropy"].stderr
    assert naive is not None
    assert report.metrics["cross_entropy"].stderr == pytest.approx(naive * math.sqrt(3), rel=NOISE)


def test_rows_drawn_together_have_the_error_of_clusters() -> None:
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(400), rng.integers(1, 9, 400))
    # What rows of a cluster share makes most of what they cost.
    p = np.clip(0.1 + 0.8 * rng.random(400)[clusters] + 0.02 * rng.random(len(clusters)), 0, 1)
    data = pd.DataFrame({"label": 1, "prob": p, "patient": clusters})
    loss = -np.log(p)
    sums = np.bincount(clusters, loss - loss.mean())
    expected = math.sqrt(400 / 399 * float((sums**2).sum())) / len(loss)
    report = errors_of(data, cluster="patient", metric="cross_entropy")
    assert [finding.code for finding in report.findings] == ["absent-class"]
    assert report.uncertainty == Uncertainty("bootstrap", REPLICATES, 0, "cluster")
    assert report.metrics == errors_of(data, id="patient", metric="cross_entropy").metrics
    formula = xentcli.evaluate(data, cluster="patient", metric="cross_entropy")
    assert formula.metrics["cross_entropy"].stderr == pytest.approx(expected)
    assert report.metrics["cross_entropy"].stderr == pytest.approx(expected, rel=NOISE)
    naive = xentcli.evaluate(data, metric="cross_entropy").metrics["cross_entropy"].stderr
    assert naive is not None
    assert expected > 1.8 * naive


def test_identical_rows_are_an_error_without_an_id() -> None:
    data = table(300).drop(columns=["w", "id"])
    data = pd.concat([data, data], ignore_index=True)
    with pytest.raises(xentcli.InputError, match=r"identical to others, some (1\.9|2|2\.1) of a"):
        errors_of(data)
    report = errors_of(data.assign(id=np.arange(len(data))), id="id")
    known = xentcli.evaluate(data).metrics["cross_entropy"]
    assert report.metrics["cross_entropy"].stderr == pytest.approx(known.stderr, rel=NOISE)
    assert not report.findings


def test_a_few_identical_rows_do_no_harm() -> None:
    data = table(300).drop(columns=["w", "id"])
    report = errors_of(pd.concat([data, data[:20]], ignore_index=True))
    assert report.uncertainty == Uncertainty("bootstrap", REPLICATES, 0, "content")
    assert not report.findings


@pytest.mark.parametrize("replicates", [2, 3, 10])
def test_few_replicates_accuse_nobody(replicates: int) -> None:
    for seed in range(60):
        report = xentcli.evaluate(table(30), bootstrap=replicates, seed=seed)
        assert report.metrics["cross_entropy"].stderr is not None


def test_seeds_differ_and_figures_do_not() -> None:
    data = table(200)
    a, b, again = (xentcli.evaluate(data, bootstrap=50, seed=seed) for seed in (1, 2, 1))
    assert a == again
    assert a.signature != b.signature
    assert a.metrics["cross_entropy"].value == b.metrics["cross_entropy"].value
    assert a.metrics["cross_entropy"].stderr != b.metrics["cross_entropy"].stderr


def test_a_figure_that_is_mostly_undefined_has_no_error() -> None:
    data = pd.DataFrame({"label": ["a"] * 40 + ["b"], "prob_a": np.linspace(0.1, 0.9, 41)})
    data["prob_b"] = 1 - data["prob_a"]
    report = xentcli.evaluate(data, bootstrap=200)
    often, once = report.classes
    # The only row of class b is missing in a third of the replicates.
    assert often.metrics["cross_entropy"].stderr is not None
    assert once.metrics["cross_entropy"] == Value(once.metrics["cross_entropy"].value, unit="nats")
    assert report.metrics["cross_entropy"].stderr is not None


def test_an_infinite_loss_has_no_error_and_the_others_have() -> None:
    data = table(300)
    first = pd.DataFrame({"label": ["c0"], "prob_c0": 0.0, "prob_c1": 0.5, "prob_c2": 0.5})
    data = pd.concat([first, data.drop(columns=["w", "id"])], ignore_index=True)
    report = errors_of(data)
    assert report.metrics["cross_entropy"] == Value(math.inf, unit="nats")
    assert report.classes[0].metrics["cross_entropy"] == Value(math.inf, unit="nats")
    assert report.classes[1].metrics["cross_entropy"].stderr is not None
    assert report.metrics["accuracy"].stderr is not None


@pytest.mark.parametrize("rows", [1, 2])
def test_hardly_any_rows(rows: int) -> None:
    report = xentcli.evaluate(table(rows), bootstrap=40)
    assert report.metrics["cross_entropy"].value is not None
    assert rows > 1 or report.metrics["cross_entropy"].stderr is None


def test_the_report_says_so() -> None:
    plain = xentcli.evaluate(table(50))
    assert plain.uncertainty is None
    assert "uncertainty" not in plain.to_dict()
    report = xentcli.evaluate(table(50), bootstrap=20, seed=3, id="id")
    assert report.to_dict()["uncertainty"] == {
        "method": "bootstrap",
        "replicates": 20,
        "seed": 3,
        "identity": "id",
    }
    assert "|errors:bootstrap(20,seed:3,by:id)|" in report.signature
