"""Differences, errors and tests against references written out in numpy and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.jobs.comparing.pairs import candidate, compared, losses, tables
from xentcli.options import Base, Comparing

TOLERANCE = 1e-12


def test_the_paired_error_is_that_of_the_mean_difference() -> None:
    a, b = tables(1)
    d = losses(b) - losses(a)
    found = candidate(a, b).metrics["cross_entropy"]
    assert found.difference.value == pytest.approx(d.mean(), rel=TOLERANCE)
    assert found.difference.stderr == pytest.approx(
        d.std(ddof=1) / math.sqrt(len(d)), rel=TOLERANCE
    )
    told = stats.ttest_rel(losses(b), losses(a))
    assert found.p == pytest.approx(told.pvalue, rel=1e-9)
    interval = told.confidence_interval(0.95)
    assert found.difference.interval == pytest.approx((interval.low, interval.high), rel=1e-10)
    reach = stats.t.ppf(0.975, len(d) - 1) + stats.norm.ppf(0.8)
    assert found.detectable == pytest.approx(reach * d.std(ddof=1) / math.sqrt(len(d)), rel=1e-10)


def test_weights() -> None:
    a, b = tables(2)
    d, w = losses(b) - losses(a), a["w"].to_numpy()
    mean = (w * d).sum() / w.sum()
    found = candidate(a, b, weight="w").metrics["cross_entropy"].difference
    assert found.value == pytest.approx(mean, rel=1e-11)
    error = math.sqrt((w**2 * (d - mean) ** 2).sum()) / w.sum()
    assert found.stderr == pytest.approx(error, rel=TOLERANCE)


@pytest.mark.parametrize("weight", [None, "w"])
def test_clusters(weight: str | None) -> None:
    a, b = tables(3)
    d = losses(b) - losses(a)
    w = np.ones(len(d)) if weight is None else a["w"].to_numpy()
    mean = (w * d).sum() / w.sum()
    parts = (a[["user"]].assign(part=w * (d - mean))).groupby("user")["part"].sum()
    c = len(parts)
    error = math.sqrt(c / (c - 1) * (parts**2).sum()) / w.sum()
    found = candidate(a, b, weight=weight, cluster="user").metrics["cross_entropy"]
    assert found.difference.stderr == pytest.approx(error, rel=1e-11)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(mean) / error, c - 1), rel=1e-8)


def test_classes_and_their_contributions() -> None:
    a, b = tables(4)
    d = losses(b) - losses(a)
    found = candidate(a, b)
    for part in found.classes:
        own = d[(a["label"] == part.name).to_numpy()]
        difference = part.metrics["cross_entropy"].difference
        assert part.rows == len(own)
        assert difference.value == pytest.approx(own.mean(), rel=TOLERANCE)
        assert difference.stderr == pytest.approx(own.std(ddof=1) / len(own) ** 0.5, rel=TOLERANCE)
        assert part.contribution == pytest.approx(own.sum() / len(d), rel=1e-11)
        assert part.outcomes is not None
        assert tuple(part.outcomes) == ((own < 0).sum(), (own == 0).sum(), (own > 0).sum())
    whole = found.metrics["cross_entropy"].difference.value
    assert math.fsum(p.contribution or 0.0 for p in found.classes) == pytest.approx(
        whole, rel=1e-12
    )


def test_the_recall_of_a_class_is_its_accuracy() -> None:
    a, b = tables(5)
    found = candidate(a, b)
    scores = [f"prob_{part.name}" for part in found.classes]
    hits = [t[scores].to_numpy().argmax(axis=1) for t in (a, b)]
    for k, part in enumerate(found.classes):
        rows = (a["label"] == part.name).to_numpy()
        before, after = ((h[rows] == k).astype(float) for h in hits)
        difference = part.metrics["accuracy"]
        assert difference.difference.value == pytest.approx((after - before).mean(), abs=1e-15)
        error = (after - before).std(ddof=1) / math.sqrt(rows.sum())
        assert difference.difference.stderr == pytest.approx(error, rel=TOLERANCE)
        assert difference.better == "higher"


def test_slices_and_bins() -> None:
    a, b = tables(6)
    d = losses(b) - losses(a)
    found = candidate(a, b, by=("country", "age[30,50]"))
    assert sum(part.rows for part in found.slices) == len(a)
    bins = np.digitize(a["age"], [30, 50])
    names = {"< 30": 0, "[30, 50)": 1, ">= 50": 2}
    assert len(found.slices) == 9
    for part in found.slices:
        country, age = part.by.values()
        own = d[(a["country"] == country).to_numpy() & (bins == names[str(age)])]
        difference = part.metrics["cross_entropy"].difference
        assert difference.value == pytest.approx(own.mean(), rel=1e-11)
        assert difference.stderr == pytest.approx(own.std(ddof=1) / len(own) ** 0.5, rel=TOLERANCE)
        assert part.contribution == pytest.approx(own.sum() / len(d), rel=1e-11)


def test_slices_of_clusters() -> None:
    a, b = tables(7)
    d = losses(b) - losses(a)
    found = candidate(a, b, by=("country",), cluster="user")
    for part in found.slices:
        rows = (a["country"] == part.by["country"]).to_numpy()
        own = d[rows]
        sums = a[rows].assign(part=own - own.mean()).groupby("user")["part"].sum()
        error = math.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / len(own)
        difference = part.metrics["cross_entropy"].difference
        assert difference.stderr == pytest.approx(error, rel=1e-11)


def test_holm_over_candidates_and_classes() -> None:
    a, b = tables(8)
    _, c = tables(8)
    c = c.assign(prob_ant=b["prob_ant"] * 0.999)
    found = compared(a, b, c)
    p = [x.metrics["cross_entropy"].p or 0.0 for x in found.candidates]
    holm = [x.metrics["cross_entropy"].p_holm for x in found.candidates]
    small, large = sorted(p)
    wanted = {small: min(1, 2 * small), large: min(1, max(2 * small, large))}
    assert holm == pytest.approx([wanted[x] for x in p])
    classes = [part.metrics["cross_entropy"] for part in found.candidates[0].classes]
    least = min(c.p or 1.0 for c in classes)
    assert min(c.p_holm or 1.0 for c in classes) == pytest.approx(min(1.0, 4 * least))


def test_the_unpaired_difference_is_welchs() -> None:
    a, _ = tables(9, n=200)
    _, b = tables(10, n=350)
    found = compared(a, b, wanted=Comparing(unpaired=True)).candidates[0]
    told = stats.ttest_ind(losses(b), losses(a), equal_var=False)
    difference = found.metrics["cross_entropy"]
    assert difference.difference.value == pytest.approx(losses(b).mean() - losses(a).mean())
    # Welch's degrees of freedom are cut to a whole number.
    assert difference.p == pytest.approx(told.pvalue, rel=1e-2)
    assert difference.difference.stderr == pytest.approx(
        math.hypot(*(x.std(ddof=1) / len(x) ** 0.5 for x in (losses(a), losses(b)))), rel=TOLERANCE
    )
    assert "log_likelihood" not in found.metrics
    assert found.outcomes is None


def test_calibration_and_refinement_sum_to_the_difference() -> None:
    a, _ = tables(11)
    scores = [c for c in a if str(c).startswith("prob_")]
    hot = a[scores] ** 3
    b = a.assign(**hot.div(hot.sum(axis=1), axis=0))
    found = candidate(a, b)
    origin, whole = found.origin, found.metrics["cross_entropy"].difference.value
    assert origin is not None
    assert whole is not None
    assert origin.calibration + origin.refinement == pytest.approx(whole, abs=1e-15)
    # Another temperature is all that was changed.
    assert origin.refinement == pytest.approx(0.0, abs=1e-9)
    assert origin.calibration == pytest.approx(whole, abs=1e-9)


def test_the_rows_that_changed_most() -> None:
    a, b = tables(12)
    d = losses(b) - losses(a)
    found = candidate(a, b, wanted=Comparing(worst=7), id="id").changed
    order = np.argsort(-np.abs(d), kind="stable")[:7]
    assert [row.row for row in found] == [int(i) + 1 for i in order]
    assert [row.id for row in found] == [str(a["id"][i]) for i in order]
    assert [row.label for row in found] == [a["label"][i] for i in order]
    assert [row.difference for row in found] == pytest.approx(d[order].tolist())
    assert candidate(a, b, wanted=Comparing(worst=0)).changed == ()


def test_another_base_scales_losses_and_no_shares() -> None:
    a, b = tables(13)
    nats, bits = (candidate(a, b, report={"base": Base(base)}) for base in ("e", "2"))
    for key, scale in (("cross_entropy", math.log(2)), ("accuracy", 1.0)):
        one, other = nats.metrics[key].difference, bits.metrics[key].difference
        assert other.value == pytest.approx((one.value or 0) / scale)
        assert other.stderr == pytest.approx((one.stderr or 0) / scale)
    assert bits.classes[0].contribution == pytest.approx(
        (nats.classes[0].contribution or 0) / math.log(2)
    )
