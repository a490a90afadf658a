"""A slice's figures are those of its rows alone, and the whole is the sum of the slices."""

from __future__ import annotations

import math
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xentcli
from tests.metrics.frames import distributions, label_table, labelled, soft_table
from xentcli.numerics.groups import Arrangement
from xentcli.sums.slices.keys import hashes_of_whole
from xentcli.sums.slices.slices import Slices
from xentcli.sums.state import State

if TYPE_CHECKING:
    import random

    from xentcli.figures.values import Value
    from xentcli.report.report import Report


def classes(seed: int, n: int) -> pd.DataFrame:
    q, p = distributions(seed, n, 3)
    table = soft_table(q, p).drop(columns=["q_c0", "q_c1", "q_c2"])
    rng = np.random.default_rng(seed)
    return table.assign(label=[f"c{k}" for k in rng.integers(0, 3, n)], w=rng.exponential(size=n))


def tokens(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    logprob = -rng.exponential(size=n) * rng.choice([1e-9, 1, 50], n)
    return pd.DataFrame({"token_logprob": logprob, "w": rng.exponential(size=n), "c": 2})


KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "class": (classes, {}),
    "soft": (lambda seed, n: soft_table(*distributions(seed, n)).assign(w=1.5), {}),
    "labels": (
        lambda seed, n: label_table(*labelled(seed, n)).assign(w=1.5),
        {"task": "multilabel"},
    ),
    "outcome": (tokens, {"count": "c"}),
}
EVERY = (
    "cross_entropy,perplexity,normalized_cross_entropy,brier,accuracy,log_likelihood,recall,"
    "precision,f1,macro_cross_entropy,one_vs_rest,focal,top_k(k=2),cross_entropy(smoothing=0.1),"
    "cross_entropy(class_weight=balanced),mean_probability,ece,squared_ece(bins=7),bias"
)


def close(a: Value, b: Value) -> bool:
    """Values to the bit; errors and intervals to what columns of very many slices keep."""
    numbers = [(a.stderr, b.stderr), *zip(a.interval or (), b.interval or (), strict=True)]
    return (a.value, a.unit, a.confidence) == (b.value, b.unit, b.confidence) and all(
        x == y or (x is not None and y is not None and math.isclose(x, y, rel_tol=1e-12))
        for x, y in numbers
    )


def check_slices(report: Report, table: pd.DataFrame, by: list[str], **options: Any) -> None:
    """Each slice's figures beside those of a run over its rows alone."""
    assert sum(s.rows for s in report.slices) == len(table)
    for part in report.slices:
        own = table
        for name in by:
            own = own[own[name].astype(str) == part.by[name]]
        alone = xentcli.evaluate(own, **options)
        assert part.rows == alone.source.rows
        for key, value in alone.metrics.items():
            assert close(part.metrics[key], value), key


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_slice_is_what_a_run_over_its_rows_says(kind: str, weighted: bool) -> None:
    make, options = KINDS[kind]
    options = options | ({"weight": "w"} if weighted else {})
    table = make(1, 300)
    table["g"] = np.random.default_rng(2).choice(["x", "y", "z", "only one"], 300)
    check_slices(xentcli.evaluate(table, by="g", **options), table, ["g"], **options)


def test_every_metric_has_figures_by_slice() -> None:
    table = classes(3, 200).assign(g=np.arange(200) % 3)
    report = xentcli.evaluate(table, by="g", metric=EVERY)
    check_slices(report, table, ["g"], metric=EVERY)


@given(seed=st.integers(0, 50), groups=st.integers(1, 12), n=st.integers(1, 60))
@settings(max_examples=15)
def test_the_whole_is_the_sum_of_the_slices(seed: int, groups: int, n: int) -> None:
    table = classes(seed, n)
    table["g"] = np.random.default_rng(seed).integers(0, groups, n)
    sliced, whole = xentcli.evaluate(table, by="g"), xentcli.evaluate(table)
    assert sliced.metrics == whole.metrics
    assert sliced.classes == whole.classes
    shares = [s.metrics["share"].value or 0.0 for s in sliced.slices]
    assert math.fsum(shares) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("weighted", [True, False])
def test_bins_are_cut_into_slices_and_what_is_kept_of_all_rows_is_not(weighted: bool) -> None:
    table = classes(3, 200).assign(g=np.arange(200) % 3)
    options: dict[str, Any] = {"weight": "w"} if weighted else {}
    report = xentcli.evaluate(table, by="g", calibration=True, **options)
    check_slices(report, table, ["g"], metric="ece,squared_ece", **options)
    whole = xentcli.evaluate(table, calibration=True, **options)
    assert report.metrics == whole.metrics
    assert report.classes == whole.classes
    assert report.calibration == whole.calibration
    assert all("calibration_loss" not in s.metrics for s in report.slices)


def test_one_column_of_scores_is_cut_to_the_same_bits() -> None:
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"y": rng.integers(0, 2, 500), "p": rng.random(500), "g": 1})
    sliced = xentcli.evaluate(table, by="g", calibration=True)
    whole = xentcli.evaluate(table, calibration=True)
    assert sliced.classes == whole.classes
    assert sliced.calibration == whole.calibration


def test_crossed_columns() -> None:
    table = classes(4, 120).assign(a=np.arange(120) % 2, b=np.repeat(["u", "v", "w"], 40))
    report = xentcli.evaluate(table, by=["a", "b"])
    assert [tuple(s.by.values()) for s in report.slices] == [
        (a, b) for a in ("0", "1") for b in ("u", "v", "w")
    ]
    check_slices(report, table, ["a", "b"])


@given(order=st.permutations(range(40)))
@settings(max_examples=10)
def test_the_order_of_rows_changes_no_bit(order: list[int]) -> None:
    table = classes(5, 40).assign(g=[f"s{i % 7}" for i in range(40)])
    moved = table.iloc[order].reset_index(drop=True)
    assert list(xentcli.evaluate(table, by="g").slices) == list(
        xentcli.evaluate(moved, by="g").slices
    )


@pytest.mark.parametrize(
    "values",
    [
        [3, 1, 2, 10, 9, -5],
        ["b", "a", "", "é", "10", "9"],
        [True, False, True, False, True, True],
        [0.5, 1.0, 1.5, 2.0, 2.5, 0.5],
        [2**62, -(2**62), 0, 1, 2, 3],
        pd.Series([1, None, 2, 1, None, 3], dtype="Int64"),
        ["x", None, "y", "x", None, "z"],
    ],
    ids=["whole", "text", "truth", "fractions", "far apart", "missing number", "missing text"],
)
def test_values_of_any_kind(values: Any) -> None:
    table = tokens(6, 6).assign(g=values)
    report = xentcli.evaluate(table, by="g")
    assert sum(s.rows for s in report.slices) == 6
    names = [s.by["g"] for s in report.slices]
    assert len(set(names)) == len(names)
    if values[0] == 3:
        assert names == ["-5", "1", "2", "3", "9", "10"]


def of(parts: list[tuple[int, float]], most: int = 100) -> Slices:
    """Slices of one sum each, by whole numbers."""

    slices = Slices(1, most)
    for value, term in parts:
        places = slices.of_whole(np.array([value]))
        slices.state.of("x").add(np.array([term]), Arrangement.by(places).groups)
    return slices


sums = st.lists(st.tuples(st.integers(-5, 5), st.floats(-1e9, 1e9)), max_size=12)


@given(a=sums, b=sums, c=sums)
def test_slices_are_a_commutative_monoid(
    a: list[tuple[int, float]], b: list[tuple[int, float]], c: list[tuple[int, float]]
) -> None:
    x, y, z = of(a), of(b), of(c)
    assert x.merge(y) == y.merge(x) == of(a + b)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(Slices(1)) == x == Slices(1).merge(x)
    assert pickle.loads(pickle.dumps(x)) == x  # noqa: S301 - our own bytes
    assert x.total() == State(1, {"x": of([(0, term) for _, term in a]).total().of("x")})


@given(a=sums, b=sums)
def test_text_and_numbers_merge(a: list[tuple[int, float]], b: list[tuple[int, float]]) -> None:
    texts = of(b)
    texts.of_keys([("word",)])
    merged = of(a).merge(texts)
    assert merged == texts.merge(of(a))
    assert len(merged.places) == len({v for v, _ in a + b}) + 1


@given(a=sums, b=sums, most=st.integers(1, 4), seed=st.randoms())
def test_what_is_left_out_is_a_function_of_the_values(
    a: list[tuple[int, float]], b: list[tuple[int, float]], most: int, seed: random.Random
) -> None:
    every, shuffled = a + b, [*a, *b]
    seed.shuffle(shuffled)
    merged = of(a, most).merge(of(b, most))
    assert merged == of(every, most) == of(shuffled, most) == of(b, most).merge(of(a, most))
    assert pickle.loads(pickle.dumps(merged)) == merged  # noqa: S301 - our own bytes
    assert merged.total() == of(every).total()
    merged.settle()
    kept = {int(value) for (value,), _ in merged.readings()}
    distinct = np.array(sorted({v for v, _ in every}), dtype=np.int64)
    wanted = distinct[np.argsort(hashes_of_whole(distinct))][:most]
    assert kept == set(wanted.tolist())
    # Each that is kept has all of its terms.
    alone = {value: of([p for p in every if p[0] == value]).total() for value in kept}
    for (value,), reading in merged.readings():
        assert reading.units("x") == alone[int(value)].units("x")


def test_text_is_left_out_like_numbers() -> None:
    words = [f"{n}" if n % 3 else f"w{n}" for n in range(300)]
    forward, backward = Slices(2, 10), Slices(2, 10)
    for slices, order in ((forward, words), (backward, words[::-1])):
        for word in order:
            slot = slices.of_keys([(word,)])
            slices.state.of("x").add_counts(np.array([1]), slot * 2)
    assert forward == backward
    forward.settle()
    assert len(forward.places) == 10
    assert forward.rest.units("x")[0] >> 1074 == 290


def test_many_new_slices_at_once_may_be_too_many() -> None:
    slices, every = Slices(1, 50), Slices(1)
    rng = np.random.default_rng(0)
    for _ in range(40):
        values = rng.integers(0, 6000, 700)
        for some in (slices, every):
            distinct = np.unique(values)
            groups = Arrangement.by(some.of_whole(distinct)).groups
            some.state.of("x").add(np.ones(len(distinct)), groups)
    assert slices.bar is not None
    assert slices.total() == every.total()
    assert len(slices.places) < 50 + 1024 + 700
