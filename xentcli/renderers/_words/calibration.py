"""Calibration in words: which way probabilities err, what that costs, and where most of it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.calibration import CalibrationReport, ReliabilityBin
    from xentcli.report.report import Report

# What chance would do less often than this is taken for a finding.
_LEVEL = 0.05
# So far from zero is no chance among the classes that there are.
_SURE = 5.0
_LEAST = 1e-9


def title(section: CalibrationReport, spell: Spelling) -> str:
    """What the bins are of."""
    of = "the predicted class" if section.of is None else f"class {spell.text(section.of)}"
    return f"reliability of the probability of {of}"


def verdict(section: CalibrationReport, spell: Spelling) -> str:
    """Whether probabilities are too extreme or too timid, and what one temperature would win."""
    found = section.temperature
    if found is None:
        return (
            "no one temperature can be told to be the best: a true class has the probability 0, or "
            "some rows repeat too often for a sample (`xent calibrate fit` reads them all)"
        )
    error = "" if found.stderr is None else f" {spell.plus_minus} {spell.error(found.stderr)}"
    won = f"{spell.number(found.loss)}{error} {section.unit}"
    chance = "no test: rows cluster"
    if found.p_value is not None:
        chance = p_value(found.p_value, spell)
        if found.p_value >= _LEVEL:
            return f"one temperature would win {won}, no more than chance may ({chance})"
    if math.isinf(found.temperature):
        return f"worse than no scores: without them the loss would be {won} less ({chance})"
    side = "overconfident" if found.temperature > 1 else "underconfident"
    number = spell.number(found.temperature)
    return f"{side}: one temperature (T = {number}) would win {won} ({chance})"


def p_value(p: float, spell: Spelling) -> str:
    """A p-value, or that it is very small."""
    return "p < 1e-9" if p < _LEAST else f"p = {spell.number(p)}"


def bias_line(section: CalibrationReport, spell: Spelling) -> str | None:
    """How much too large the probabilities are, all together."""
    if section.bias is None:
        return None
    size, way = spell.number(abs(section.bias)), "large" if section.bias > 0 else "small"
    if section.of is None:
        return f"probabilities of the predicted class are {size} too {way} on average"
    own = next((c for c in section.classes if c.name == section.of), None)
    z = "" if own is None or own.z is None else f" (z = {own.z:.1f})"
    name = spell.text(section.of)
    return f"probabilities of class {name} are {size} too {way} on average{z}"


def class_line(section: CalibrationReport, spell: Spelling) -> str | None:
    """The class whose probabilities are surely off, of more than two; no temperature mends that."""
    known = [c for c in section.classes if c.z is not None and c.bias is not None]
    if section.of is not None or not known:
        return None
    worst = max(known, key=lambda c: abs(c.z or 0.0))
    if abs(worst.z or 0.0) < _SURE:
        return None
    size, way = spell.number(abs(worst.bias or 0.0)), "large" if (worst.bias or 0) > 0 else "small"
    return (
        f"probabilities of class {spell.text(worst.name)} are {size} too {way} on average "
        f"(z = {worst.z:.1f}): `xent calibrate fit --method vector` mends what no temperature can"
    )


def error_line(section: CalibrationReport, spell: Spelling) -> str | None:
    """The calibration error, with and without what chance adds to it."""
    if section.ece is None:
        return None
    squared = section.squared_ece or 0.0
    # The root says it on the scale of probabilities, where there is one.
    if squared > 0:
        rest = f"{spell.number(math.sqrt(squared))} root mean square, chance taken off"
    else:
        rest = "no more than chance adds"
    return f"calibration error {spell.number(section.ece)}; {rest}"


def worst_line(section: CalibrationReport, spell: Spelling) -> str | None:
    """The bin that most of the error comes from."""
    if section.worst is None or section.ece is None:
        return None
    b = section.bins[section.worst]
    part = abs(b.gap or 0.0) * b.weight / sum(x.weight for x in section.bins) / section.ece
    return (
        f"the largest part from {edges(section, b, spell)}: predicted {spell.number(b.predicted)}, "
        f"observed {spell.number(b.observed)} ({spell.percent(part)} of the error)"
    )


def decomposition_line(section: CalibrationReport, spell: Spelling) -> str | None:
    """What the loss of two classes is made of."""
    parts = section.decomposition
    if parts is None:
        return None
    grid = "" if parts.exact else f", on a grid of {parts.scores:,} scores"
    minus = "-" if spell.ascii else "−"
    return (
        f"loss = {spell.number(parts.miscalibration)} miscalibration {minus} "
        f"{spell.number(parts.discrimination)} discrimination + "
        f"{spell.number(parts.uncertainty)} uncertainty{grid}"
    )


def sample_line(report: Report, section: CalibrationReport, spell: Spelling) -> str | None:
    """That the temperature is of a sample."""
    found = section.temperature
    if found is None or found.rows == report.source.rows:
        return None
    of = f"{spell.quantity(found.rows)} of {spell.quantity(report.source.rows)} rows"
    return f"the temperature is that of {of}, the same ones in every run"


def sentences(report: Report, section: CalibrationReport, spell: Spelling) -> list[str]:
    """All that is to be said, the verdict first."""
    lines = (
        verdict(section, spell),
        bias_line(section, spell),
        class_line(section, spell),
        error_line(section, spell),
        worst_line(section, spell),
        decomposition_line(section, spell),
        sample_line(report, section, spell),
    )
    return [line for line in lines if line is not None]


def edges(section: CalibrationReport, b: ReliabilityBin, spell: Spelling) -> str:
    """The ends of a bin, with as many digits as tell it from its neighbours."""
    digits = max(2, len(str(len(section.bins))))
    dash = "-" if spell.ascii else "–"
    return f"{b.low:.{digits}f}{dash}{b.high:.{digits}f}"


def shown_bins(section: CalibrationReport) -> list[tuple[int, ReliabilityBin]]:
    """The bins with their numbers, from the first that has rows to the last."""
    alive = [i for i, b in enumerate(section.bins) if b.rows]
    return list(enumerate(section.bins))[alive[0] : alive[-1] + 1] if alive else []
