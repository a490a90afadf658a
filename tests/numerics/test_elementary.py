"""Logarithm and exponential against mpmath, in units of the last place.

Measured worst cases over these arguments: log 0.75, exp 0.83, log1p 1.26, expm1 1.86 ulps,
a unit being the last place of the exact result.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mpmath
import numpy as np
import pytest

from xentcli.numerics.elementary import exp, expm1, log, log1p

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Function = Callable[[Floats], Floats]

EXACT: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "log": mpmath.log,
    "exp": mpmath.exp,
    "log1p": mpmath.log1p,
    "expm1": mpmath.expm1,
}
FUNCTIONS: dict[str, Function] = {"log": log, "exp": exp, "log1p": log1p, "expm1": expm1}
# What each docstring promises, or, where it promises nothing, what was measured and more.
BOUND = {"log": 0.8, "exp": 1.0, "log1p": 1.5, "expm1": 2.5}


def error_in_ulps(found: float, exact: mpmath.mpf) -> float:
    """The distance in units of the last place of the exact result's binade."""
    if math.isinf(found):
        # Beyond the largest float by half a unit and more, infinity is the rounded result.
        return 0.0 if abs(exact) >= mpmath.mpf(2) ** 1024 - mpmath.mpf(2) ** 970 else math.inf
    exponent = int(mpmath.floor(mpmath.log(abs(exact), 2))) if exact else -1074
    return float(abs(mpmath.mpf(found) - exact) / mpmath.ldexp(1, max(exponent - 52, -1074)))


def worst(name: str, x: Floats) -> tuple[float, float]:
    """The largest error over `x`, and where it is."""
    with mpmath.workprec(160):
        errors = [
            error_in_ulps(y, EXACT[name](mpmath.mpf(a)))
            for a, y in zip(x.tolist(), FUNCTIONS[name](x.copy()).tolist(), strict=True)
        ]
    at = int(np.argmax(errors))
    return errors[at], float(x[at])


def arguments(name: str) -> dict[str, Floats]:
    """Where the functions are used, and where they are difficult."""
    rng = np.random.default_rng(11)
    n = 1500
    near_one = 1.0 + rng.integers(-2000, 2000, n) * 2.0**-53
    ends = np.array([math.nextafter(math.sqrt(0.5), 0), math.sqrt(0.5), math.sqrt(2.0)])
    sizes = 2.0 ** rng.uniform(-1074, 1023, n)
    tiny = 2.0 ** rng.uniform(-1074, -40, n)
    if name == "log":
        return {
            "unit": rng.random(n),
            "near one": near_one[near_one > 0],
            "all sizes": sizes,
            "subnormal": rng.integers(1, 2**52, n) * 5e-324,
            "octave": 1 + rng.random(n),
            "ends": ends,
        }
    if name == "exp":
        return {
            "unit": -rng.random(n),
            "losses": -rng.exponential(20, n),
            "all": rng.uniform(-708, 709.78, n),
            "subnormal": rng.uniform(-745, -708, n),
            "tiny": np.concatenate([tiny, -tiny]),
            "halves": np.arange(-40, 41) * math.log(2),
        }
    if name == "log1p":
        return {
            "unit": rng.random(n),
            "below": -rng.random(n) / 2,
            "to -1": rng.random(n) - 1,
            "tiny": np.concatenate([tiny, -tiny]),
            "small": 2.0 ** rng.uniform(-60, 0, n),
            "all sizes": sizes,
        }
    return {
        "small": rng.uniform(-0.5, 0.5, n),
        "below": -rng.exponential(5, n),
        "above": rng.uniform(0, 700, n),
        "tiny": np.concatenate([tiny, -tiny]),
        "near the seam": rng.choice([-0.5, 0.5], n) * (1 + rng.normal(size=n) * 1e-3),
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_stay_below_their_bounds(name: str) -> None:
    for where, x in arguments(name).items():
        error, at = worst(name, x)
        assert error < BOUND[name], f"{name}({at!r}) among {where}: {error} ulps"


def one(function: Function, x: float) -> float:
    return float(function(np.array([x]))[0])


def test_edges_are_exact() -> None:
    inf, smallest = math.inf, 5e-324
    assert one(log, 0.0) == one(log, -0.0) == -inf
    assert one(log, inf) == inf
    assert one(log, 1.0) == 0.0
    assert one(log, smallest) == math.log(smallest)
    assert one(exp, 0.0) == one(exp, -0.0) == 1.0
    assert one(exp, -inf) == one(exp, -746.0) == one(exp, -1e300) == 0.0
    assert one(exp, inf) == one(exp, 709.79) == inf
    assert one(exp, 709.782712893384) == pytest.approx(1.797693134862273e308, rel=1e-15)
    assert one(exp, -745.13) == smallest
    assert one(log1p, -1.0) == -inf
    assert one(log1p, inf) == inf
    assert one(expm1, -inf) == -1.0
    assert one(expm1, inf) == inf
    for x in (0.0, -0.0, smallest, -smallest, 1e-300, -1e-300, 1e-20, -1e-20):
        assert one(log1p, x) == x
        assert one(expm1, x) == x


def test_tiny_losses_keep_their_digits() -> None:
    for power in range(-1074, -53):
        x = math.ldexp(1.0, power)
        assert one(log1p, x) == x
        assert one(expm1, -x) == -x


@pytest.mark.parametrize("name", FUNCTIONS)
def test_monotone_where_neighbours_differ_enough(name: str) -> None:
    x = np.linspace(1e-3, 0.999, 20_001)
    y = FUNCTIONS[name](-x if name == "log1p" else x)
    steps = np.diff(y)
    assert np.all(steps < 0) if name == "log1p" else np.all(steps > 0)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_but_the_argument_decides_a_result(name: str) -> None:
    """Not the array's length, not its alignment, not its neighbours, not its strides."""
    function = FUNCTIONS[name]
    rng = np.random.default_rng(2)
    ordinary = rng.random(263)
    edges = np.array([0.0, 5e-324, 1e-310, 1.0, 0.5, 2.0**-54, np.inf])
    for x in (ordinary, np.concatenate([ordinary, edges]), -ordinary):
        if name == "log" and x.min() < 0:
            continue
        before = x.tobytes()
        whole = function(x)
        assert x.tobytes() == before
        alone = np.array([one(function, v) for v in x.tolist()])
        assert whole.tobytes() == alone.tobytes()
        for start in range(1, 9):
            room = np.empty(len(x) + 16)
            shifted = room[start : start + len(x)]
            shifted[:] = x
            assert function(shifted).tobytes() == whole.tobytes()
            assert function(x[start:]).tobytes() == whole[start:].tobytes()
        spread = np.repeat(x, 3)[::3]
        assert function(spread).tobytes() == whole.tobytes()
        assert function(x[::-1]).tobytes() == whole[::-1].tobytes()
        square = function(np.stack([x, x]))
        assert square.tobytes() == whole.tobytes() * 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_values_give_no_values(name: str) -> None:
    assert FUNCTIONS[name](np.zeros(0)).shape == (0,)
    assert FUNCTIONS[name](np.zeros((3, 0))).shape == (3, 0)
