"""Comparisons in words, whatever the form: what differs, by how much, and where it comes from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.jobs.comparing.comparison import Pairing
from xentcli.renderers._words.figures import Sentence, label, listed, named, titled
from xentcli.renderers._words.headline import class_count, uncertainty_line
from xentcli.renderers.comparison._verdicts import (
    LOSS,
    Verdict,
    best,
    level_of,
    shared_base,
    surprise,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.jobs.comparing.comparison import (
        Candidate,
        Comparison,
        Difference,
        Origin,
        Outcomes,
    )
    from xentcli.renderers._words.figures import Spelling

_PAIRINGS = {
    Pairing.ORDER: "paired by order",
    Pairing.ID: "paired by id",
    Pairing.SKETCH: "paired by sketches of their losses",
    Pairing.NONE: "not paired",
}


def setting(comparison: Comparison, candidates: Sequence[Candidate], spell: Spelling) -> str:
    """What was compared with what: names, files where they say more, rows, task, classes."""
    layout = comparison.layout
    arrow = " -> " if spell.ascii else " → "
    who = _named_source(comparison, spell)
    if len(candidates) == 1:
        who += arrow + _named_source(candidates[0], spell)
    else:
        who += f"{arrow}{len(candidates):,} candidates"
    parts = [who, _rows(comparison, candidates, spell), spell.text(layout.task)]
    if layout.classes:
        parts.append(class_count(layout, spell))
    if layout.weight is not None:
        parts.append(f"weighted by {spell.text(layout.weight)}")
    if told := uncertainty_line(candidates[0].uncertainty, spell):
        parts.append(told)
    return spell.separator.join(parts)


def _named_source(of: Comparison | Candidate, spell: Spelling) -> str:
    paths = listed([spell.text(path) for path in of.source.paths])
    name = named(of.name, spell)
    return name if of.name in of.source.paths or not paths else f"{name} ({paths})"


def _rows(comparison: Comparison, candidates: Sequence[Candidate], spell: Spelling) -> str:
    pairings = {c.pairing for c in candidates}
    pairing = pairings.pop() if len(pairings) == 1 else None
    how = "" if pairing is None else f", {_PAIRINGS[pairing]}"
    counts = {c.rows for c in candidates}
    if pairing is Pairing.NONE or len(counts) != 1:
        others = (spell.quantity(n) for n in dict.fromkeys(c.source.rows for c in candidates))
        return f"{spell.quantity(comparison.source.rows)} rows against {', '.join(others)}{how}"
    rows = counts.pop()
    everything = {comparison.source.rows, *(c.source.rows for c in candidates)}
    most = max(everything)
    part = "" if everything == {rows} else f" of {spell.quantity(most)}"
    return f"{spell.quantity(rows)}{part} row{'' if rows == most == 1 else 's'}{how}"


def headline(
    comparison: Comparison, candidate: Candidate, key: str, spell: Spelling
) -> tuple[Verdict, str, Sentence]:
    """What is to be said of a candidate by one metric: the verdict, in words, and why."""
    found = candidate.metrics[key]
    said = verdict(found, level_of(comparison))
    own, base = named(candidate.name, spell), named(comparison.name, spell)
    difference = found.difference
    value = difference.value
    if value is None:
        both = all(
            v.value is not None and math.isinf(v.value) for v in (found.base, found.candidate)
        )
        why = f"{label(key)} is infinite on both sides" if both else f"{label(key)} is undefined"
        return said, "no difference can be told", [why]
    if math.isinf(value):
        infinite = base if found.base.value is not None and math.isinf(found.base.value) else own
        finite = own if infinite is base else base
        sentence = [f"{label(key)} of ", infinite, " is infinite, that of ", finite, " is not"]
        return said, said.value, sentence
    if value == 0 and (candidate.outcomes is None or not _moved(candidate.outcomes)):
        return said, "no difference", [f"{label(key)} is the same on both sides"]
    if said is Verdict.OPEN:
        return said, "no difference can be told", [_open(found, spell)]
    tail = "no test of this difference" if surprise(found) is None else _p(found, spell)
    size = f"{_with_error(abs(value), difference.stderr, spell)}{_unit(difference.unit)}"
    word = {Verdict.UNTESTED: "not tested", Verdict.OTHER: "different"}.get(said, said.value)
    if key == LOSS:
        way = "less" if value < 0 else "more"
        return said, word, [own, f" loses {size} {way} than ", base, f" ({tail})"]
    way = "below" if value < 0 else "above"
    return said, word, [f"{label(key)} of ", own, f" is {size} {way} that of ", base, f" ({tail})"]


def _moved(outcomes: Outcomes) -> int:
    return outcomes.wins + outcomes.losses


def _open(found: Difference, spell: Spelling) -> str:
    value = found.difference.value or 0.0
    text = (
        f"{_with_error(value, found.difference.stderr, spell, signed=True)}"
        f"{_unit(found.difference.unit)}, {_p(found, spell)}"
    )
    if found.detectable is None or not math.isfinite(found.detectable):
        return text
    return f"{text}; these rows would show one of {spell.number(found.detectable)}"


def _with_error(
    value: float, stderr: float | None, spell: Spelling, *, signed: bool = False
) -> str:
    number = spell.signed(value) if signed else spell.number(value)
    return number if stderr is None else f"{number} {spell.plus_minus} {spell.error(stderr)}"


def _unit(unit: str | None) -> str:
    return f" {unit}" if unit else ""


def _p(found: Difference, spell: Spelling) -> str:
    p = surprise(found)
    holm = "" if found.p_holm is None or found.p_holm == found.p else " by Holm"
    return "" if p is None else f"p {spell.p_equals(p)}{holm}"


def summary(comparison: Comparison, key: str, spell: Spelling) -> tuple[str, Sentence]:
    """Whether one of several candidates is the best: in a word or two, and why."""
    found = best(comparison, key)
    if found is not None:
        return "best", headline(comparison, found, key, spell)[2]
    base = named(comparison.name, spell)
    level = level_of(comparison)
    said = {verdict(c.metrics[key], level) for c in comparison.candidates if key in c.metrics}
    if said == {Verdict.WORSE}:
        return "worse", ["every candidate is worse than ", base]
    if Verdict.BETTER in said:
        return "no best can be told", ["the first in line may be no better than ", base]
    return "no best can be told", ["no candidate is better than ", base, " by more than chance"]


def ranking_notes(comparison: Comparison, key: str) -> list[str]:
    """What has to be known to read the table of several candidates."""
    notes = ["candidates are tested against the baseline, not against each other"]
    if shared_base(comparison, key) is None:
        notes.append("the baseline has another figure beside each candidate: -f json shows them")
    parts = ["classes"]
    if any(c.slices for c in comparison.candidates):
        parts.append("slices")
    if any(c.changed for c in comparison.candidates):
        parts.append("changed rows")
    return [*notes, f"{', '.join(parts)}: -f json or csv, or one candidate alone"]


def title(key: str, found: Difference | None, spell: Spelling) -> str:
    """A metric and its unit."""
    unit = None if found is None else found.difference.unit or found.candidate.unit
    return spell.text(titled(key, unit))


def interval_text(difference: Difference, spell: Spelling) -> str | None:
    """The interval of a difference, with the confidence it has."""
    bounds = difference.difference.interval
    if bounds is None:
        return None
    sure = difference.difference.confidence
    title = "interval" if sure is None else f"{100 * sure:g}% interval"
    return f"{title} {spell.signed(bounds[0])} to {spell.signed(bounds[1])}"


def outcomes_text(outcomes: Outcomes, spell: Spelling) -> str:
    """How many rows gained and how many lost."""
    wins, ties, losses = (spell.quantity(n) for n in outcomes)
    return f"row by row: {wins} lose less, {losses} lose more, {ties} the same"


def origin_text(origin: Origin, spell: Spelling) -> str:
    """What of the difference one temperature would undo, and what it would not."""
    calibration, refinement = (spell.signed(x) for x in (origin.calibration, origin.refinement))
    if origin.calibration == 0 and origin.refinement == 0:
        return "calibration and refinement are the same"
    if origin.calibration * origin.refinement < 0 and _seen(calibration) and _seen(refinement):
        lead = "calibration and refinement pull apart"
    else:
        more = abs(origin.calibration) > abs(origin.refinement)
        lead = f"mostly {'calibration' if more else 'refinement'}"
    undo = "one temperature each would undo it" if _seen(calibration) else "the same"
    told = _refined(origin.refinement) if _seen(refinement) else "the same"
    return f"{lead}: {calibration} is calibration ({undo}), {refinement} refinement ({told})"


def _seen(text: str) -> bool:
    """Whether anything of a number is left at these digits."""
    return any(digit in text for digit in "123456789")


def _refined(refinement: float) -> str:
    return f"rows are told apart {'better' if refinement < 0 else 'less well'}"
