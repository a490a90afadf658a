"""`--calibration`: the metrics that it adds, and the section made of what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import UsageError
from xentcli.figures.reliability import bins_of, expected_error, parts_of, squared_error, winnings
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


class ReliabilityBin(NamedTuple):
    """The rows whose probability lies from `low` to below `high` (1 lies in the last bin).

    `predicted` is its mean, `observed` the share that came true, `interval` Wilson's, with the
    report's confidence; None where the bin is empty, or the interval not defined.
    """

    low: float
    high: float
    rows: int
    weight: float
    predicted: float | None
    observed: float | None
    interval: tuple[float, float] | None

    @property
    def gap(self) -> float | None:
        """How much too large the probabilities are; None for an empty bin."""
        if self.predicted is None or self.observed is None:
            return None
        return self.predicted - self.observed


class ClassBias(NamedTuple):
    """How much more of a class is predicted than there is, `z` standard errors."""

    name: str
    bias: float | None
    stderr: float | None
    z: float | None
    ece: float | None


class TemperatureReport(NamedTuple):
    """What dividing the log-odds by one number would win, in the report's unit.

    A `temperature` above 1 says that the probabilities are too extreme; it is infinite where
    the scores are worse than none. `chi_square` has one degree of freedom; of rows that
    depend on each other, no test is known. All of it is of `rows` rows: of every one, or of a
    sample that depends on the rows alone.
    """

    loss: float
    stderr: float | None
    temperature: float
    chi_square: float | None
    p_value: float | None
    rows: int


class DecompositionReport(NamedTuple):
    """Loss of two classes = miscalibration - discrimination + uncertainty, in the report's unit.

    `scores` were told apart: all there are if `exact`, else cells of a grid of them.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float
    scores: int
    exact: bool


class CalibrationReport(NamedTuple):
    """How far probabilities can be taken at their word.

    `of` is the class whose probability is in `bins`, or None where it is that of each row's
    predicted class. `bias` is Σw(p - y)/Σw of the same.
    """

    of: str | None
    bins: tuple[ReliabilityBin, ...]
    bias: float | None
    ece: float | None
    squared_ece: float | None
    classes: tuple[ClassBias, ...]
    temperature: TemperatureReport | None
    decomposition: DecompositionReport | None
    unit: str

    @property
    def worst(self) -> int | None:
        """The number of the bin that most of the calibration error comes from."""
        costs = [abs(b.gap or 0.0) * b.weight for b in self.bins]
        return costs.index(max(costs)) if any(costs) else None

    def to_dict(self) -> dict[str, Any]:
        """The section as plain containers, shaped as in the JSON."""
        record: dict[str, Any] = self._asdict()
        record["of"] = {"kind": "top label" if self.of is None else "class", "class": self.of}
        record["bins"] = [
            {
                "from": b.low,
                "to": b.high,
                **{key: value for key, value in b._asdict().items() if key not in ("low", "high")},
                "interval": None if b.interval is None else list(b.interval),
            }
            for b in self.bins
        ]
        record["classes"] = [c._asdict() for c in self.classes]
        for key in ("temperature", "decomposition"):
            part = getattr(self, key)
            record[key] = None if part is None else part._asdict()
        return record
