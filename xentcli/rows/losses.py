"""The cross-entropy family: losses that are made of the surprises of all classes.

Σ_c y'_c (1 - p_c)^γ (-log p_c), where the target y' = (1 - ε) y + ε/K is smoothed by ε. With
γ = ε = 0 it is the cross-entropy, with γ > 0 the focal loss (Lin et al. 2017), with ε > 0
label smoothing (Szegedy et al. 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.numerics.elementary import column_sums, exp, expm1, log

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats


_SMALL_POWERS = (1.0, 2.0, 3.0, 4.0)


class Loss(NamedTuple):
    """A member of the family.

    In multilabel tasks, `positive` is a factor where a label is on; `alpha`, where given, one
    where it is on, 1 - `alpha` where it is off.
    """

    gamma: float = 0.0
    smoothing: float = 0.0
    positive: float = 1.0
    alpha: float | None = None

    @property
    def sides(self) -> tuple[float, float]:
        """The factors where a label is on, and where it is off."""
        if self.alpha is None:
            return self.positive, 1.0
        return self.positive * self.alpha, 1.0 - self.alpha

    @property
    def plain(self) -> bool:
        """Whether this is the cross-entropy itself."""
        return self == Loss()

    @property
    def key(self) -> str:
        """The name of its sums."""
        if self.plain:
            return "loss"
        parts = (f"{name}={value!r}" for name, value in self._asdict().items())
        return f"loss({','.join(parts)})"


def term(surprises: Floats, gamma: float) -> Floats:
    """(1 - p)^γ (-log p), from -log p: nothing for the certain, all for the impossible.

    >>> term(np.array([0.0, 0.6931471805599453, np.inf]), 2.0).round(4).tolist()
    [0.0, 0.1733, inf]
    """
    if gamma == 0:
        return surprises
    miss = -expm1(-surprises.reshape(-1)).reshape(surprises.shape)
    if gamma in _SMALL_POWERS:
        power = miss
        for _ in range(int(gamma) - 1):
            power = power * miss
    else:
        power = exp(gamma * log(miss.reshape(-1))).reshape(surprises.shape)
    product: Floats = power * surprises
    return product


def smoothed(own: Floats, every: Floats, epsilon: float, order: Any = slice(None)) -> Floats:
    """(1 - ε) × what the target costs + ε × the mean over all classes, `every` being (K, n)."""
    mean = (column_sums(every) / len(every))[order]
    if epsilon == 1:
        # 0 × an infinite cost of the target would be NaN.
        return np.broadcast_to(mean, own.shape)
    mixed: Floats = (1.0 - epsilon) * own + epsilon * mean
    return mixed
