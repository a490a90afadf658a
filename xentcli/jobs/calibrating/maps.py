"""The maps from scores to calibrated scores, each with the numbers it was fitted to have.

A map takes the scores of rows as log-scores, the (K, n) matrix z of log-probabilities or
logits, to log-scores again. A probability of zero stays one, but for `Isotonic`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.numerics.elementary import column_sums, exp, log, log1p
from xentcli.rows.matrix_scores import Logits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.numerics.arrays import Floats


Parameters = dict[str, Any]


class Map(ABC):
    """What a calibration does to the scores of a row."""

    @abstractmethod
    def of(self, z: Floats) -> Floats:
        """The log-scores that these log-scores become."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """The map's numbers by name, as plain values."""


class Temperature(Map):
    """z' = β z: p is raised to the power β = 1/T, and made to sum to one."""

    def __init__(self, inverse: float) -> None:
        self.inverse = inverse

    def of(self, z: Floats) -> Floats:
        return _where_finite(z, self.inverse, 0.0)

    def parameters(self) -> Parameters:
        temperature = 1 / self.inverse if self.inverse else np.inf
        return {"inverse_temperature": self.inverse, "temperature": float(temperature)}


class Platt(Map):
    """logit' = a·logit + b, the logit being that of class `positive` of two."""

    def __init__(self, slope: float, intercept: float, positive: int) -> None:
        self.slope = slope
        self.intercept = intercept
        self.positive = positive

    def of(self, z: Floats) -> Floats:
        logit = z[self.positive] - z[1 - self.positive]
        half = (self.slope * logit + self.intercept) / 2 if self.slope else self._constant(logit)
        # An infinite logit leaves one class with all, at whatever finite score.
        own = np.where(half == np.inf, 0.0, half)
        other = np.where(half == -np.inf, 0.0, -half)
        return np.stack((other, own) if self.positive else (own, other))

    def _constant(self, logit: Floats) -> Floats:
        return np.full(len(logit), self.intercept / 2)

    def parameters(self) -> Parameters:
        return {"slope": self.slope, "intercept": self.intercept}


class Vector(Map):
    """z'_k = a_k z_k + b_k."""

    def __init__(self, slopes: Sequence[float], intercepts: Sequence[float]) -> None:
        self.slopes = tuple(slopes)
        self.intercepts = tuple(intercepts)

    def of(self, z: Floats) -> Floats:
        return _where_finite(z, np.array(self.slopes)[:, None], np.array(self.intercepts)[:, None])

    def parameters(self) -> Parameters:
        return {"slopes": list(self.slopes), "intercepts": list(self.intercepts)}


class Steps(NamedTuple):
    """A function that never falls: straight between its points, level beyond them."""

    scores: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, x: Floats) -> Floats:
        """The function's values."""
        return np.interp(x, self.scores, self.values)


class Isotonic(Map):
    """p'_k = f_k(p_k), divided by their sum; of two classes, f of `positive` and the rest."""

    def __init__(self, steps: Sequence[Steps], positive: int) -> None:
        self.steps = tuple(steps)
        self.positive = positive

    def of(self, z: Floats) -> Floats:
        p = probabilities(z)
        if len(p) == 2:
            own = self.steps[0].at(p[self.positive])
            pair = log(own), log1p(-own)
            return np.stack(pair[::-1] if self.positive else pair)
        every = np.stack([f.at(row) for f, row in zip(self.steps, p, strict=True)])
        return log(every / column_sums(every))

    def parameters(self) -> Parameters:
        steps = [{"scores": list(f.scores), "values": list(f.values)} for f in self.steps]
        return {"functions": steps}


def probabilities(z: Floats) -> Floats:
    """The probabilities that log-scores stand for."""
    return exp(-Logits(z).surprises())


def _where_finite(z: Floats, slope: float | Floats, intercept: float | Floats) -> Floats:
    """a z + b; what is impossible stays so, whatever the sign of a."""
    hole = z == -np.inf
    if not hole.any():
        moved: Floats = slope * z + intercept
        return moved
    return np.where(hole, -np.inf, slope * np.where(hole, 0.0, z) + intercept)
