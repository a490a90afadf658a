"""Fits a calibration, and finds out what it is worth on rows that it was not fitted to."""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.errors import InputError, UsageError
from xentcli.jobs.calibrating.methods import check_method, fit
from xentcli.jobs.calibrating.notices import Notice
from xentcli.jobs.calibrating.record import Calibration, Figures
from xentcli.options import Policy, ReportOptions
from xentcli.report.signature import signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.jobs.calibrating.methods import Method
    from xentcli.jobs.calibrating.validation import Validation
    from xentcli.jobs.calibrating.vector import Penalty
    from xentcli.numerics.arrays import Floats, Ints


class Request(NamedTuple):
    """What is to be fitted, and in how many folds it is tried."""

    method: Method
    penalty: Penalty
    folds: int = 5


def fitted(data: Validation, request: Request, policy: Policy) -> Calibration:
    """The calibration of the method asked for, with its figures.

    The loss after is that of the very rows that were fitted to, and flatters; the
    cross-validated loss is that of every row under a fit to the other folds. Its gain g has the
    standard error of paired differences d = before - after, by units (rows, or all of an id):
    √(U/(U-1) Σ_u (Σ_{i in u} w (d - g))²)/Σw, which is sd/√n for rows without weights.

    Raises UsageError for a method that does not fit the classes, InputError where there is no
    best map.
    """
    layout = data.layout
    check_method(request.method, request.penalty, layout.k)
    if request.folds < 2:
        raise UsageError(f"--folds takes a number from 2 up, not {request.folds}")
    try:
        found, notices = fit(
            request.method, data.rows, layout.positive, request.penalty, layout.classes
        )
    except InputError as error:
        raise InputError(f"{data.paths[0]}: {error.message}", hint=error.hint) from None
    weights = data.rows.weights
    folds = assign(len(weights), request.folds, data.ids)
    held_out, trouble = _cross_validated(data, request, folds)
    before = mean(data.losses, weights)
    after = mean(data.losses_of(found.of(data.rows.z)), weights)
    figures = Figures(before, after, None, None, None, folds.parts)
    if held_out is not None:
        gain, stderr = paired(data.losses, held_out, weights, folds)
        figures = figures._replace(
            cross_validated=mean(held_out, weights), gain=gain, stderr=stderr
        )
    plain = signature(layout, len(weights), policy, ReportOptions())
    settings = f"method:{request.method.value}|l1:{request.penalty.l1:g}|l2:{request.penalty.l2:g}"
    return Calibration(
        method=request.method,
        map=found,
        layout=layout,
        policy=policy,
        penalty=request.penalty,
        rows=len(weights),
        figures=figures,
        findings=(*data.notices, *notices, *trouble, *_warned(figures)),
        paths=data.paths,
        signature=f"{plain}|{settings}|folds:{folds.parts}",
        format=data.format,
    )


def _cross_validated(
    data: Validation, request: Request, folds: Folds
) -> tuple[Floats | None, tuple[Notice, ...]]:
    """What every row costs under a fit to the folds that it is not in; None where one fails."""
    if folds.units < 2:
        message = "nothing can be held out of a single row: there is no cross-validated figure"
        return None, (Notice("not-cross-validated", "warning", message),)
    losses = np.empty(len(data.losses))
    for number in range(folds.parts):
        out = folds.fold == number
        try:
            found, _ = fit(
                request.method, data.rows.take(~out), data.layout.positive, request.penalty
            )
        except InputError as error:
            message = f"not cross-validated, for without fold {number + 1} {error.message}"
            return None, (Notice("not-cross-validated", "warning", message),)
        losses[out] = data.losses_of(found.of(data.rows.z[:, out]), out)
    return losses, ()


def _warned(figures: Figures) -> tuple[Notice, ...]:
    """The warning that the calibration has not been shown to help."""
    gain, stderr = figures.gain, figures.stderr
    if gain is None or gain == math.inf:
        return ()
    if stderr is not None and gain > stderr:
        return ()
    error = "" if stderr is None else f", its standard error {stderr:.4g}"
    worse = gain < -2 * (stderr or 0.0)
    verdict = "makes things worse" if worse else "may well not help"
    message = (
        f"the cross-validated gain is {gain:.4g} nats{error}: on other rows this calibration "
        f"{verdict}"
    )
    return (Notice("no-gain", "warning", message),)


def mean(values: Floats, weights: Floats) -> float:
    """Σ w x / Σ w, each sum rounded once; rows of weight 0 count nothing, even at infinity."""
    counted = weights > 0
    terms = (values[counted] * weights[counted]).tolist()
    return math.fsum(terms) / math.fsum(weights.tolist())


def paired(
    before: Floats, after: Floats, weights: Floats, folds: Folds
) -> tuple[float | None, float | None]:
    """The mean of before - after and its standard error; None where undefined."""
    counted = weights > 0
    with np.errstate(invalid="ignore"):
        difference = (before - after)[counted]
    if not np.isfinite(difference).all():
        worse = np.isnan(difference).any() or (difference == -np.inf).any()
        return (None if worse else math.inf), None
    weight, total = weights[counted], math.fsum(weights.tolist())
    gain = math.fsum((weight * difference).tolist()) / total
    off = np.bincount(folds.unit[counted], weights=weight * (difference - gain))
    units = len(np.unique(folds.unit[counted]))
    if units < 2:
        return gain, None
    return gain, math.sqrt(units / (units - 1) * math.fsum((off * off).tolist())) / total


class Folds(NamedTuple):
    """The fold of every row, and the number of the unit that it belongs to.

    Rows of one unit stay together. There are `parts` folds, and `units` units in all.
    """

    fold: Ints
    unit: Ints
    parts: int
    units: int


def assign(rows: int, folds: int, ids: Sequence[str] | None = None) -> Folds:
    """Deals the units into folds whose sizes differ by one at most.

    A unit is a row, known by its number, or all rows of one id. Which fold it comes to depends
    on a hash of that, not on a random number: the same rows have the same folds on every
    machine and in every version.

    >>> assign(6, 3).fold.tolist()
    [2, 2, 0, 1, 1, 0]
    """
    names, unit = _units(rows, ids)
    order = sorted(range(len(names)), key=lambda i: (_hash(names[i]), names[i]))
    fold = np.empty(len(names), dtype=np.int64)
    count = min(folds, len(names))
    fold[order] = np.arange(len(names)) % max(count, 1)
    return Folds(fold[unit], unit, count, len(names))


def _units(rows: int, ids: Sequence[str] | None) -> tuple[list[str], Ints]:
    """The units' names, and the unit of every row."""
    if ids is None:
        return [str(row) for row in range(rows)], np.arange(rows)
    numbers: dict[str, int] = {}
    unit = [numbers.setdefault(name, len(numbers)) for name in ids]
    return list(numbers), np.array(unit, dtype=np.int64)


def _hash(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
