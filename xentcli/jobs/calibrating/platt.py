"""Platt scaling: a straight line through the log-odds of two classes, by Newton's method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.errors import InputError
from xentcli.numerics.elementary import exp, log1p

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats


_STEPS = 200
_SETTLED = 2.0**-46


class Line(NamedTuple):
    """logit' = slope·logit + intercept."""

    slope: float
    intercept: float


def fit_line(logits: Floats, ones: Floats, zeros: Floats, l2: float = 0.0) -> Line:
    """The line of least Σ ones·softplus(-t) + zeros·softplus(t), over Σ ones + zeros.

    `ones` and `zeros` are the weights with which each row is of the class that the logits
    speak of, and of the other. `l2` adds l2·((slope - 1)² + intercept²). Sums do not depend on
    the order of the rows, and so neither does the result.

    Raises InputError where no line is best, because one threshold parts the classes.

    >>> x = np.array([-1.0, -1.0, 1.0, 1.0])
    >>> line = fit_line(x, np.array([1.0, 3.0, 6.0, 2.0]), np.array([4.0, 0.0, 0.0, 1.0]))
    >>> round(line.slope + line.intercept, 9) == round(math.log(8 / 1), 9)
    True

    Source: Platt 1999; without his change of the targets.
    """
    if not l2:
        _check_overlap(logits, ones, zeros)
        if float(logits.max()) == float(logits.min()):
            # Any slope does: the one that changes least.
            odds = math.log(math.fsum(ones.tolist()) / math.fsum(zeros.tolist()))
            return Line(1.0, odds - float(logits[0]))
    # Logits of any size are first made of size one, so that both steps are of one size.
    size = math.sqrt(math.fsum((logits * logits).tolist()) / len(logits)) or 1.0
    problem = _Problem(logits / size, ones, zeros, l2, size)
    return problem.newton()


def _check_overlap(logits: Floats, ones: Floats, zeros: Floats) -> None:
    """Raises InputError where a threshold parts the classes, or one is missing."""
    of_one, of_zero = logits[ones > 0], logits[zeros > 0]
    parted = not (len(of_one) and len(of_zero))
    if not parted and float(logits.max()) > float(logits.min()):
        parted = bool(of_zero.max() <= of_one.min()) or bool(of_one.max() <= of_zero.min())
    if parted:
        raise InputError(
            "a threshold parts the two classes, so no slope is steep enough to be the best",
            hint="fit to more rows, or with --l2 0.01, or with --method isotonic",
        )


class _Problem:
    """The penalised loss as a function of (slope·size, intercept)."""

    def __init__(self, x: Floats, ones: Floats, zeros: Floats, l2: float, size: float) -> None:
        self._x, self._ones, self._zeros, self._l2, self._size = x, ones, zeros, l2, size
        self._total = math.fsum((ones + zeros).tolist())

    def newton(self) -> Line:
        """Newton's steps, halved until the loss falls, from a slope of 0: far out all is flat."""
        u, b = 0.0, 0.0
        value, gradient, hessian = self._at(u, b)
        for _ in range(_STEPS):
            (g0, g1), (h00, h01, h11) = gradient, hessian
            determinant = h00 * h11 - h01 * h01
            if determinant > 0:
                step = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
            else:
                step = g0, g1
            share = 1.0
            while True:
                near = u - share * step[0], b - share * step[1]
                found = self._at(*near)
                if found[0] <= value or share < _SETTLED:
                    break
                share /= 2
            moved = max(abs(near[0] - u), abs(near[1] - b))
            if found[0] > value:
                break
            (u, b), (value, gradient, hessian) = near, found
            if moved <= _SETTLED * (abs(u) + abs(b)):
                break
        return Line(u / self._size, b)

    def _at(
        self, u: float, b: float
    ) -> tuple[float, tuple[float, float], tuple[float, float, float]]:
        """The penalised loss, its gradient and its second derivatives."""
        t = u * self._x + b
        power = exp(-np.abs(t))
        tail = log1p(power)
        loss = self._ones * (np.maximum(-t, 0.0) + tail) + self._zeros * (np.maximum(t, 0.0) + tail)
        small = power / (1.0 + power)
        large = 1.0 / (1.0 + power)
        p, q = np.where(t >= 0, large, small), np.where(t >= 0, small, large)
        slope = self._zeros * p - self._ones * q
        curvature = (self._ones + self._zeros) * p * q
        off = u / self._size - 1
        scale = self._l2 / self._size
        return (
            self._mean(loss) + self._l2 * (off * off + b * b),
            (self._mean(slope * self._x) + 2 * scale * off, self._mean(slope) + 2 * self._l2 * b),
            (
                self._mean(curvature * self._x * self._x) + 2 * scale / self._size,
                self._mean(curvature * self._x),
                self._mean(curvature) + 2 * self._l2,
            ),
        )

    def _mean(self, values: Floats) -> float:
        return math.fsum(values.tolist()) / self._total
