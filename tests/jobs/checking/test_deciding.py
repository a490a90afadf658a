"""Verdicts on figures and on intervals, and how many rows would settle what is open."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xentcli.figures.intervals import Intervals
from xentcli.figures.values import Estimate, Value
from xentcli.jobs.checking.deciding import Decision, decide, rows_needed
from xentcli.jobs.checking.verdicts import DecideOn, Operator, Verdict
from xentcli.jobs.comparing.unpaired import of_figures
from xentcli.options import Base

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
NUMBERS = st.floats(-1e6, 1e6)


def verdict(
    value: Value, operator: str, bound: float, on: str = "interval", rows: int = 100
) -> str:
    found = decide(value, Operator(operator), bound, DecideOn(on), rows=rows, confidence=0.95)
    return "none" if found is None else found.verdict.value


@pytest.mark.parametrize(
    ("operator", "bound", "expected"),
    [
        ("<=", 0.3, "pass"),
        ("<=", 0.29, "fail"),
        ("<", 0.3, "fail"),
        ("<", 0.31, "pass"),
        (">=", 0.3, "pass"),
        (">=", 0.31, "fail"),
        (">", 0.3, "fail"),
        (">", 0.29, "pass"),
    ],
)
def test_on_the_estimate(operator: str, bound: float, expected: str) -> None:
    assert verdict(Value(0.3, 0.1, (0.1, 0.5)), operator, bound, "estimate") == expected
    assert verdict(Value(0.3), operator, bound, "estimate") == expected


@pytest.mark.parametrize(
    ("operator", "bound", "expected"),
    [
        ("<=", 0.5, "pass"),
        ("<", 0.5, "inconclusive"),
        ("<=", 0.49, "inconclusive"),
        ("<=", 0.1, "inconclusive"),
        ("<", 0.1, "fail"),
        ("<=", 0.09, "fail"),
        (">=", 0.1, "pass"),
        (">", 0.1, "inconclusive"),
        (">=", 0.5, "inconclusive"),
        (">", 0.5, "fail"),
        (">=", 0.51, "fail"),
    ],
)
def test_on_the_interval(operator: str, bound: float, expected: str) -> None:
    assert verdict(Value(0.3, 0.1, (0.1, 0.5)), operator, bound) == expected


@pytest.mark.parametrize("on", ["estimate", "interval"])
def test_infinite_and_undefined_figures_never_pass_below(on: str) -> None:
    for operator in ("<=", "<"):
        assert verdict(Value(math.inf), operator, 0.35, on) == "fail"
    assert verdict(Value(-math.inf), ">=", -100.0, on) == "fail"
    assert verdict(Value(-math.inf), "<=", 0.01, on) == "pass"
    for operator in Operator:
        for value in (Value(math.nan), Value(math.nan, 0.1, (math.nan, math.nan)), Value(None)):
            assert verdict(value, operator.value, 0.0, on) in {"fail", "none"}


def test_without_an_interval_nothing_is_decided_on_it() -> None:
    assert verdict(Value(0.3), "<=", 0.4) == "none"
    assert verdict(Value(0.3), "<=", 0.4, rows=1) == "inconclusive"
    assert verdict(Value(0.3), "<=", 0.4, "estimate", rows=1) == "pass"


def test_rows_needed_by_hand() -> None:
    # (1.959964 + 0.841621)² · 0.03² / 0.05² = 2.825634 times 100 rows.
    assert rows_needed(0.3, 0.03, 0.35, 100, 0.95) == 283
    assert rows_needed(0.35, 0.03, 0.3, 100, 0.95) == 283
    # (1.644854 + 0.841621)² · 0.36
    assert rows_needed(0.3, 0.03, 0.35, 100, 0.9) == 223
    assert rows_needed(0.3, None, 0.35, 100, 0.95) is None
    assert rows_needed(0.3, 0.03, 0.3, 100, 0.95) is None
    assert rows_needed(0.3, 0.03, math.nextafter(0.3, 1), 100, 0.95) is None


def test_rows_needed_beside_an_error_that_stays() -> None:
    # 0.05 / 2.801585 is wanted; its square less that of what stays is the room.
    wanted = 0.05 / (1.959963984540054 + 0.8416212335729143)
    needed = math.ceil(100 * (0.03**2 - 0.01**2) / (wanted**2 - 0.01**2))
    assert rows_needed(0.3, 0.03, 0.35, 100, 0.95, fixed=0.01) == needed
    assert rows_needed(0.3, 0.03, 0.35, 100, 0.95, fixed=0.02) is None


@settings(max_examples=200)
@given(NUMBERS, st.floats(1e-6, 1e6), NUMBERS, st.integers(2, 10**9))
def test_what_is_open_needs_more_rows(value: float, stderr: float, bound: float, n: int) -> None:
    half = 1.959963984540054 * stderr
    figure = Value(value, stderr, (value - half, value + half), 0.95)
    found = decide(figure, Operator.AT_MOST, bound, DecideOn.INTERVAL, rows=n, confidence=0.95)
    assert found is not None
    if found.verdict is not OPEN:
        assert found.rows_needed is None
    elif found.rows_needed is not None:
        assert found.rows_needed > n
    estimate = decide(figure, Operator.AT_MOST, bound, DecideOn.ESTIMATE, rows=n, confidence=0.95)
    assert found.verdict is OPEN or found == estimate


@settings(max_examples=200)
@given(NUMBERS, st.floats(0, 1e3), NUMBERS)
def test_an_operator_and_its_mirror_agree(value: float, half: float, bound: float) -> None:
    figure = Value(value, half / 2, (value - half, value + half))
    mirrored = Value(-value, half / 2, (-value - half, -value + half))
    for one, other in (("<=", ">="), ("<", ">")):
        assert verdict(figure, one, bound) == verdict(mirrored, other, -bound)


# The error of the first kind: the truth lies at the bound.

SETS, ROWS = 4000, 800


def losses(seed: int) -> tuple[np.ndarray, float]:
    """Losses of a calibrated model on rows of two classes, a data set a line; and their mean."""
    draw = np.random.default_rng(seed)
    p = np.linspace(0.5, 0.9, ROWS)
    hit = draw.random((SETS, ROWS)) < p
    truth = float(np.mean(-p * np.log(p) - (1 - p) * np.log(1 - p)))
    return -np.log(np.where(hit, p, 1 - p)), truth


def estimates(rows: np.ndarray) -> list[Value]:
    """Figures as a report has them."""
    make = Intervals(Base.E, 0.95)
    spread = rows.std(axis=1, ddof=1) / math.sqrt(rows.shape[1])
    return [
        make.figure(Estimate(float(m), float(s)))
        for m, s in zip(rows.mean(axis=1), spread, strict=True)
    ]


def rates(values: list[Value], bound: float, operator: Operator) -> tuple[float, float]:
    """How often the verdict is pass, and fail, both of which are wrong at the bound."""
    found: list[Decision | None] = [
        decide(v, operator, bound, DecideOn.INTERVAL, rows=ROWS, confidence=0.95) for v in values
    ]
    told = [d.verdict for d in found if d is not None]
    return told.count(PASS) / SETS, told.count(FAIL) / SETS


@pytest.mark.parametrize("operator", [Operator.AT_MOST, Operator.AT_LEAST])
def test_at_the_bound_each_wrong_verdict_comes_in_one_of_forty(operator: Operator) -> None:
    rows, truth = losses(1)
    noise = 4 * math.sqrt(0.025 * 0.975 / SETS)
    for rate in rates(estimates(rows), truth, operator):
        assert rate == pytest.approx(0.025, abs=noise)
    # Rows of the same test set under another model, whose losses are shifted by the margin.
    margin = 0.01
    paired = estimates(losses(2)[0] - rows + margin)
    for rate in rates(paired, margin, operator):
        assert rate == pytest.approx(0.025, abs=noise)
    # Two test sets, the errors of both added.
    pairs = zip(estimates(rows), estimates(losses(3)[0]), strict=True)
    intervals = Intervals(Base.E, 0.95)
    unpaired = [of_figures(a, b, ROWS, ROWS, intervals).difference for a, b in pairs]
    for rate in rates(unpaired, 0.0, operator):
        assert rate == pytest.approx(0.025, abs=noise)


def test_so_many_rows_settle_four_of_five() -> None:
    rows, truth = losses(4)
    bound = truth + 0.03
    spread = float(rows.std()) / math.sqrt(200)
    needed = rows_needed(truth, spread, bound, 200, 0.95)
    assert needed is not None
    assert needed > 200
    draw = np.random.default_rng(5)
    picked = rows.ravel()[draw.integers(0, rows.size, (SETS, needed))]
    passed, failed = rates(estimates(picked), bound, Operator.AT_MOST)
    assert passed == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / SETS))
    assert failed < 0.01
