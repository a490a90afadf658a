"""Isotonic calibration: the steps that fit the ones best, kept away from 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.calibrating.maps import Steps
from xentcli.numerics.isotonic import Pool, cells, pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def fit_steps(
    p: Floats,
    ones: Floats | NDArray[np.bool_],
    weights: Floats | None = None,
    *,
    bounded: bool = True,
) -> Steps:
    """The isotonic regression of `ones` on `p`: level on each pool, straight between pools.

    A pool at an end, of nothing but zeros or of nothing but ones, would make what it has not
    seen impossible, at an infinite loss. Where `bounded`, such a pool of n rows is given
    Laplace's 1/(n+2) or (n+1)/(n+2), as far as its neighbour's value leaves room.

    >>> import numpy as np
    >>> fit_steps(np.array([0.1, 0.2, 0.3, 0.4]), np.array([False, True, False, True]))
    Steps(scores=(0.1, 0.2, 0.3, 0.4), values=(0.3333333333333333, 0.5, 0.5, 0.6666666666666666))
    """
    found = cells(p, ones, weights)
    pools = pool(found.ones, found.totals)
    values = [one.value for one in pools]
    if bounded:
        _keep_off_the_ends(values, pools, found.rows)
    scores: list[float] = []
    levels: list[float] = []
    for one, value in zip(pools, values, strict=True):
        ends = {one.start, one.stop - 1}
        scores += [float(found.scores[end]) for end in sorted(ends)]
        levels += [value] * len(ends)
    return Steps(tuple(scores), tuple(levels))


def _keep_off_the_ends(values: list[float], pools: Sequence[Pool], rows: Sequence[int]) -> None:
    """Gives pools of zeros or ones only what Laplace's rule of succession does."""
    plain = list(values)
    if not pools[0].ones:
        n = sum(rows[pools[0].start : pools[0].stop])
        values[0] = min(1 / (n + 2), *plain[1:2], 1.0)
    if pools[-1].ones == pools[-1].total:
        n = sum(rows[pools[-1].start : pools[-1].stop])
        values[-1] = max((n + 1) / (n + 2), *plain[-2:-1], 0.0)
