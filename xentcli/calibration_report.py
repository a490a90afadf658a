"""The calibration section of a report: frozen, unrounded values."""

from __future__ import annotations

from typing import Any, NamedTuple


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
