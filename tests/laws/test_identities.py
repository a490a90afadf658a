"""Identities between figures that hold for all rows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.other_rows import every_kind, rows_of_kind
from tests.laws.rows import EVERY, Rows, any_rows
from xentcli.options import Base, Scale, TargetKind
from xentcli.report import Value

METRICS = {r.key: r for r in EVERY}
LN = {Base.E: 1.0, Base.TWO: math.log(2), Base.TEN: math.log(10)}


def value(rows: Rows, key: str, base: Base = Base.E) -> float | None:
    figure = rows.measure(METRICS[key], base).overall
    assert figure is not None
    return figure.value


@every_kind
@given(data=st.data(), base=st.sampled_from([Base.TWO, Base.TEN]))
def test_another_base_divides_losses_by_its_logarithm_and_nothing_else(
    kind: TargetKind, data: st.DataObject, base: Base
) -> None:
    def scaled(x: float | None) -> float | None:
        return None if x is None else x / LN[base]

    rows = data.draw(rows_of_kind(kind))
    for metric in rows.requests:
        nats, other = rows.measure(metric), rows.measure(metric, base)
        for a, b in zip(nats.every, other.every, strict=True):
            if a is None or b is None or metric.metric.unit != "loss":
                assert a == b
                continue
            assert isinstance(b, Value)
            assert (a.unit, b.unit) == ("nats", base.unit)
            if metric.metric.name == "mean_label_cross_entropy":  # divided by two numbers at once
                assert math.isclose(b.value or 0.0, scaled(a.value) or 0.0, rel_tol=4e-16)
                continue
            assert b.value == scaled(a.value)
            assert b.stderr == scaled(a.stderr)


@given(rows=any_rows(least=1, weights=["none", "real"]))
def test_perplexity_is_the_exponential_of_the_loss(rows: Rows) -> None:
    loss, perplexity = value(rows, "cross_entropy"), value(rows, "perplexity")
    assert loss is not None
    assert perplexity is not None
    expected = math.inf if loss > 709.78 else math.exp(loss)
    assert math.isclose(perplexity, expected, rel_tol=1e-15)


@given(k=st.integers(2, 40), n=st.integers(1, 20), scale=st.sampled_from(list(Scale)))
def test_uniform_scores_have_the_perplexity_of_their_number(k: int, n: int, scale: Scale) -> None:
    score = {Scale.PROBABILITY: 1 / k, Scale.LOGIT: 7.0, Scale.LOG_PROBABILITY: -math.log(k)}
    rows = Rows(k, np.arange(n).astype(np.uint8) % k, np.full((k, n), score[scale]), scale)
    perplexity = value(rows, "perplexity")
    assert perplexity is not None
    assert math.isclose(perplexity, k, rel_tol=2e-15)


@given(
    counts=st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(
        lambda c: sum(x > 0 for x in c) > 1
    ),
    weight=st.sampled_from([None, 0.25, 3.0]),
    scale=st.sampled_from([Scale.PROBABILITY, Scale.LOG_PROBABILITY]),
)
def test_predicting_the_frequencies_costs_their_entropy(
    counts: list[int], weight: float | None, scale: Scale
) -> None:
    n, k = sum(counts), len(counts)
    share = np.array(counts) / n
    with np.errstate(divide="ignore"):
        score = share if scale is Scale.PROBABILITY else np.log(share)
    rows = Rows(
        k,
        np.repeat(np.arange(k), counts).astype(np.uint8),
        np.repeat(score[:, None], n, axis=1),
        scale,
        weights=None if weight is None else np.full(n, weight),
    )
    entropy = -math.fsum(p * math.log(p) for p in share if p)
    loss, ratio = value(rows, "cross_entropy"), value(rows, "normalized_cross_entropy")
    assert loss is not None
    assert ratio is not None
    assert math.isclose(loss, entropy, rel_tol=1e-14)
    assert math.isclose(ratio, 1.0, rel_tol=1e-14)


@given(rows=any_rows(weights=["none", "real"]))
def test_half_the_brier_score_is_half_of_it(rows: Rows) -> None:
    full, half = (rows.measure(METRICS[key]) for key in ("brier", "brier(scale=half)"))
    for a, b in zip((full.overall, *full.classes), (half.overall, *half.classes), strict=True):
        assert a is not None
        assert b is not None
        assert b.value == (None if a.value is None else a.value / 2)
        assert b.stderr == (None if a.stderr is None else a.stderr / 2)


@given(rows=any_rows(least=1, singles=False, clips=[0.0]))
def test_one_column_equals_two_columns(rows: Rows) -> None:
    """A binary score and the pair (1 - p, p) are one thing: to the rounding of 1 - p."""
    p = np.linspace(0.001, 0.999, len(rows))
    truth = rows.truth % 2
    one = Rows(2, truth, p, weights=rows.weights)
    two = replace(one, raw=np.stack([1 - p, p]))
    for key in ("cross_entropy", "brier", "accuracy", "one_vs_rest", "log_likelihood"):
        a, b = value(one, key), value(two, key)
        assert a == b or (a and b and math.isclose(a, b, rel_tol=1e-12))
