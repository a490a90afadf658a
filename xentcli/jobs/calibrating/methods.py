"""The methods of `xent calibrate fit`: rows in, the best map of a kind out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import InputError, UsageError
from xentcli.jobs.calibrating.maps import Isotonic, Platt, Steps, Temperature, Vector, probabilities
from xentcli.jobs.calibrating.notices import Notice, counted
from xentcli.jobs.calibrating.platt import fit_line
from xentcli.jobs.calibrating.vector import Penalty, fit_lines
from xentcli.numerics.isotonic import Pool, cells, pool
from xentcli.numerics.temperature import MOST, End, fit_temperature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.jobs.calibrating.maps import Map
    from xentcli.jobs.calibrating.validation import Rows
    from xentcli.numerics.arrays import Floats


class Method(StrEnum):
    """What a calibration may do to scores."""

    TEMPERATURE = "temperature"
    PLATT = "platt"
    VECTOR = "vector"
    ISOTONIC = "isotonic"


Fitted = tuple["Map", tuple[Notice, ...]]

_CLIP = "keep probabilities off 0 and 1 with --clip 1e-7, or take --method isotonic"


def check_method(method: Method, penalty: Penalty, k: int) -> None:
    """Raises UsageError for a method that is not for so many classes, or has no such penalty."""
    for option, value in (("--l1", penalty.l1), ("--l2", penalty.l2)):
        if not 0 <= value < np.inf:
            raise UsageError(f"{option} takes a number from 0 up, not {value:g}")
    if method is Method.PLATT and k > 2:
        raise UsageError(
            f"--method platt is for two classes, these are {k}",
            hint="--method vector fits a slope and an intercept for every class",
        )
    if penalty.l1 and method is not Method.VECTOR:
        raise UsageError("--l1 goes with --method vector")
    if penalty.l2 and method is Method.ISOTONIC:
        raise UsageError("--l2 does not go with --method isotonic, which has no parameters")


def fit(
    method: Method, rows: Rows, positive: int, penalty: Penalty, classes: Sequence[str] = ()
) -> Fitted:
    """The map of least (penalised) cross-entropy over the rows that have weight.

    Raises InputError where there is none.
    """
    rows = rows.take(rows.weights > 0)
    if not len(rows.weights):
        raise InputError("no row to be fitted to has weight")
    if method is Method.TEMPERATURE:
        return _temperature(rows, penalty.l2)
    if method is Method.ISOTONIC:
        return _isotonic(rows, positive), ()
    if not np.isfinite(rows.z).all():
        count = int(np.count_nonzero(~np.isfinite(rows.z).all(axis=0)))
        raise InputError(
            f"{counted(count, 'row')} with a class of probability 0, whose logarithm "
            f"--method {method.value} cannot move",
            hint=_CLIP,
        )
    if method is Method.PLATT:
        targets = rows.targets * rows.weights
        logits = rows.z[positive] - rows.z[1 - positive]
        line = fit_line(logits, targets[positive], targets[1 - positive], penalty.l2)
        return Platt(*line, positive), ()
    return _vector(rows, penalty, classes)


def _temperature(rows: Rows, l2: float) -> Fitted:
    found = fit_temperature(rows.z, rows.truth, rows.weights, l2=l2)
    if found.endless:
        raise InputError(
            f"{counted(found.endless, 'row')} give what is true the probability 0, which costs "
            "infinity at every temperature",
            hint=_CLIP,
        )
    notices = {
        End.ZERO: "the loss is least without the scores: all classes become equally likely",
        End.MOST: "every temperature is beaten by a lower one, down to "
        f"1/{MOST:,.0f}: the decisions are all right, and become certain",
        End.FLAT: "every temperature gives the same loss: the scores of a row are all equal",
    }
    message = notices.get(found.end)
    notice = () if message is None else (Notice("temperature", "warning", message),)
    return Temperature(found.inverse), notice


def _isotonic(rows: Rows, positive: int) -> Map:
    p = probabilities(rows.z)
    targets = rows.targets
    # Without weights and fractions, pools are of counts.
    plain = rows.truth.ndim == 1 and bool((rows.weights == 1).all())
    weights = None if plain else rows.weights
    chosen = (positive,) if len(p) == 2 else range(len(p))
    ones = [targets[k] == 1 if plain else targets[k] for k in chosen]
    steps = [fit_steps(p[k], of_k, weights) for k, of_k in zip(chosen, ones, strict=True)]
    return Isotonic(steps, positive)


def _vector(rows: Rows, penalty: Penalty, classes: Sequence[str]) -> Fitted:
    lines = fit_lines(rows.z, rows.targets, rows.weights, penalty)
    absent = [name for name, row in zip(classes, rows.targets, strict=False) if not row.any()]
    notices: tuple[Notice, ...] = ()
    if absent and penalty == Penalty():
        from xentcli.layout.schema import quoted

        message = f"no row is of {quoted(absent)}: without a penalty, such a class becomes "
        notices = (Notice("absent-class", "warning", message + "as good as impossible"),)
    return Vector(lines.slopes.tolist(), lines.intercepts.tolist()), notices


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
