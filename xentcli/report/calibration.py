"""`--calibration`: the metrics that it adds, and the section made of what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.calibration_report import (
    CalibrationReport,
    ClassBias,
    DecompositionReport,
    ReliabilityBin,
    TemperatureReport,
)
from xentcli.decomposition import parts_of
from xentcli.errors import UsageError
from xentcli.figures.reliability import bins_of, expected_error, squared_error, winnings
from xentcli.metrics import request
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.figures.metric import Requested
    from xentcli.figures.reliability import BinSums
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout

_ANY = ("ece", "squared_ece", "bias", "calibration_loss")
_PAIR = ("miscalibration", "discrimination", "uncertainty")


def with_calibration(requested: Sequence[Requested], layout: Layout) -> tuple[Requested, ...]:
    """The metrics asked for, and those of calibration that are not among them.

    Raises UsageError where rows have no class each.
    """
    if layout.kind is not TargetKind.CLASS:
        raise UsageError("--calibration is for rows that have one class each")
    known = {r.metric.name for r in requested}
    # The square is of the same bins.
    bins = f"(bins={_bins(requested)})"
    specs = [n + bins if "ece" in n else n for n in _ANY + (_PAIR if layout.k == 2 else ())]
    return (*requested, *(r for r in request(specs) if r.metric.name not in known))


def _bins(requested: Sequence[Requested]) -> int:
    """How many bins were asked for."""
    asked = [r.settings["bins"] for r in requested if r.metric.name in ("ece", "squared_ece")]
    return int(asked[0]) if asked else 15


def calibration_of(totals: Totals, requested: Sequence[Requested]) -> CalibrationReport:
    """The section, of sums that `requested`, made by `with_calibration`, are functions of."""
    bins = bins_of(totals, _bins(requested), None)
    whole = sum(b.weight for b in bins)
    excess = sum(b.probability - b.hits for b in bins)
    return CalibrationReport(
        of=totals.classes[totals.positive] if totals.k == 2 else None,
        bins=tuple(_bin(totals, b, i, len(bins)) for i, b in enumerate(bins)),
        bias=ratio(excess, whole) if whole else None,
        ece=expected_error(bins),
        squared_ece=squared_error(bins),
        classes=tuple(_class(totals, requested, k) for k in range(totals.k)),
        temperature=_temperature(totals),
        decomposition=_decomposition(totals),
        unit=totals.base.unit,
    )


def _bin(totals: Totals, sums: BinSums, number: int, bins: int) -> ReliabilityBin:
    # Of rows that depend on each other, no interval is known.
    rows = sums.effective_rows if totals.clusters is None else None
    share = totals.proportion(sums.observed, rows)
    return ReliabilityBin(
        number / bins,
        (number + 1) / bins,
        sums.rows,
        ratio(sums.weight, 1 << UNIT_BITS),
        sums.predicted,
        sums.observed,
        share.interval,
    )


def _class(totals: Totals, requested: Sequence[Requested], k: int) -> ClassBias:
    (bias,) = request(["bias"])
    found = bias.metric.figure(totals, k, bias.settings)
    ece = expected_error(bins_of(totals, _bins(requested), k))
    name = totals.classes[k]
    if found is None or found.value is None:
        return ClassBias(name, None, None, None, ece)
    # Of a class that is never in doubt there is no error to measure a bias by.
    z = found.value / found.stderr if found.stderr else None
    return ClassBias(name, found.value, found.stderr, z, ece)


def _temperature(totals: Totals) -> TemperatureReport | None:
    won = winnings(totals)
    if won is None:
        return None
    loss, stderr = won.loss / totals.base.nats, won.stderr
    if stderr is not None:
        stderr /= totals.base.nats
    return TemperatureReport(loss, stderr, won.temperature, won.chi_square, won.p_value, won.rows)


def _decomposition(totals: Totals) -> DecompositionReport | None:
    parts = parts_of(totals)
    if parts is None:
        return None
    nats = totals.base.nats
    return DecompositionReport(
        parts.miscalibration / nats,
        parts.discrimination / nats,
        parts.uncertainty / nats,
        parts.cells,
        parts.exact,
    )
