"""Vector scaling: a slope and an intercept for every class, by scipy's L-BFGS-B."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from xentcli.numerics.arrays import Floats


_STEPS = 2000


class Lines(NamedTuple):
    """z'_k = slopes_k z_k + intercepts_k."""

    slopes: Floats
    intercepts: Floats


class Penalty(NamedTuple):
    """What is added to the mean loss: l1·(Σ|a-1| + Σ|b|) + l2·(Σ(a-1)² + Σb²)."""

    l1: float = 0.0
    l2: float = 0.0


def fit_lines(z: Floats, targets: Floats, weights: Floats, penalty: Penalty) -> Lines:
    """The lines of least penalised cross-entropy, to some 1e-10 of it.

    `z` and the `targets`, the distributions over the classes, are (K, n), all finite. Adding
    one number to all intercepts changes no probability: without `l1` they are those that sum to
    zero. What the rows leave open (a class that never occurs, classes that are always told
    apart) goes as far as it is worth anything, which a penalty prevents.

    Raises UsageError where scipy is not installed.

    Source: Guo et al. 2017, section 4.2.
    """
    minimise = _minimiser()
    # Slopes are searched for in units in which they matter as much as intercepts do.
    size = max(math.sqrt(float(np.mean(z * z))), 1e-300)
    k = len(z)

    def smooth(slopes: Floats, intercepts: Floats) -> tuple[float, Floats]:
        loss, by_slope, by_intercept = _loss(z, targets, weights, slopes, intercepts)
        off = slopes - 1.0
        loss += penalty.l2 * float(off @ off + intercepts @ intercepts)
        by_slope += 2 * penalty.l2 * off
        by_intercept += 2 * penalty.l2 * intercepts
        return loss, np.concatenate((by_slope / size, by_intercept))

    if not penalty.l1:

        def plain(x: Floats) -> tuple[float, Floats]:
            return smooth(1.0 + x[:k] / size, x[k:])

        x = minimise(plain, np.zeros(2 * k), None)
        slopes, intercepts = 1.0 + x[:k] / size, x[k:]
        return Lines(slopes, intercepts - intercepts.mean())

    costs = penalty.l1 * np.concatenate((np.full(k, 1 / size), np.ones(k)))

    def split(x: Floats) -> tuple[float, Floats]:
        # |x| is smooth as the sum of a positive and a negative part, each at least 0.
        difference = x[: 2 * k] - x[2 * k :]
        loss, slope = smooth(1.0 + difference[:k] / size, difference[k:])
        loss += float(costs @ (x[: 2 * k] + x[2 * k :]))
        return loss, np.concatenate((slope + costs, costs - slope))

    x = minimise(split, np.zeros(4 * k), [(0.0, None)] * (4 * k))
    difference = x[: 2 * k] - x[2 * k :]
    return Lines(1.0 + difference[:k] / size, difference[k:])


def _loss(
    z: Floats, targets: Floats, weights: Floats, slopes: Floats, intercepts: Floats
) -> tuple[float, Floats, Floats]:
    """The mean cross-entropy, and its derivatives by slopes and by intercepts."""
    u = slopes[:, None] * z + intercepts[:, None]
    top = u.max(axis=0)
    u -= top
    powers = np.exp(u)
    sums = powers.sum(axis=0)
    share = weights / weights.sum()
    loss = float((share * (np.log(sums) - (targets * u).sum(axis=0))).sum())
    miss = (powers / sums - targets) * share
    return loss, (miss * z).sum(axis=1), miss.sum(axis=1)


def _minimiser() -> Callable[..., Floats]:
    """scipy's L-BFGS-B, run until it finds nothing better."""
    try:
        from scipy.optimize import minimize
    except ImportError:
        raise UsageError(
            "--method vector needs scipy, which is not installed",
            hint="pip install scipy (xentcli[calibrate] has it)",
        ) from None

    def minimise(
        objective: Callable[[Floats], tuple[float, Floats]],
        start: Floats,
        bounds: list[tuple[float, None]] | None,
    ) -> Floats:
        options = {
            "maxiter": _STEPS,
            "maxfun": 4 * _STEPS,
            "maxcor": 20,
            "ftol": 1e-15,
            "gtol": 1e-10,
        }
        found = minimize(
            objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        best: Floats = found.x
        return best

    return minimise
