"""Verdicts, figures and bounds in words, for every form that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.checking.verdicts import DecideOn, Verdict
from xentcli.layout.bins import spelled
from xentcli.renderers._words.figures import label

if TYPE_CHECKING:
    from xentcli.jobs.checking.verdicts import Checked, Judgement
    from xentcli.renderers._words.figures import Spelling

_ROWS = "rows"
_ORDER = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)


def gravest(checked: Checked) -> list[Judgement]:
    """The judgements, failures first; of one verdict, as they were asked for."""
    return sorted(checked.requirements, key=lambda judged: _ORDER.index(judged.verdict))


def word(verdict: Verdict) -> str:
    """A verdict as it is shown: FAIL."""
    return verdict.value.upper()


def value_text(judged: Judgement, spell: Spelling) -> str:
    """The figure with its error and unit."""
    return "".join(value_parts(judged, spell))


def value_parts(judged: Judgement, spell: Spelling) -> tuple[str, str]:
    """The figure, and behind it its error and unit."""
    value = judged.value
    if judged.metric == _ROWS and value.value is not None:
        number = f"{value.value:+,.0f}" if judged.delta else spell.quantity(value.value)
        return number, ""
    error = "" if value.stderr is None else f" {spell.plus_minus} {spell.error(value.stderr)}"
    unit = "" if value.unit is None else f" {value.unit}"
    return signed(judged, value.value, spell), error + unit


def signed(judged: Judgement, value: float | None, spell: Spelling) -> str:
    """A number with its sign where it is a difference."""
    return spell.signed(value) if judged.delta and value is not None else spell.number(value)


def bound_text(judged: Judgement) -> str:
    """What the figure is held against, at full precision: <= 0.35."""
    return f"{judged.operator.value} {spelled(judged.bound)}"


def interval_text(judged: Judgement, spell: Spelling) -> str:
    """The two ends of the interval; nothing where there is none."""
    ends = judged.value.interval
    if ends is None:
        return ""
    return f"{signed(judged, ends[0], spell)} to {signed(judged, ends[1], spell)}"


def interval_title(checked: Checked) -> str:
    """What intervals are called, with their confidence."""
    return f"{100 * checked.confidence:g}% interval"


def details(judged: Judgement, spell: Spelling) -> list[str]:
    """What stands below a requirement: both sides of a difference, who is to blame, the note."""
    lines = []
    if judged.base is not None and judged.candidate is not None:
        old, new = (_plain(judged, side.value, spell) for side in (judged.base, judged.candidate))
        lines.append(f"{old} before, {new} now")
    for w in judged.worse[:3]:
        p = "" if w.p is None else f" (p {spell.p_equals(w.p)})"
        change = "" if w.difference.value is None else spell.signed(w.difference.value)
        what = "" if w.metric == judged.metric else f" in {label(w.metric)}"
        lines.append(f"worse: {w.kind} {spell.text(w.name, 60)} {change}{what}{p}")
    if len(judged.worse) > 3:
        lines.append(f"and {len(judged.worse) - 3:,} more that got significantly worse")
    return [*lines, *(spell.text(note) for note in judged.notes)]


def _plain(judged: Judgement, value: float | None, spell: Spelling) -> str:
    whole = judged.metric == _ROWS and value is not None
    return spell.quantity(value or 0) if whole else spell.number(value)


def head(checked: Checked, spell: Spelling) -> str:
    """What was held against what, and how."""
    parts = [spell.text(checked.name)]
    if checked.baseline is not None:
        parts.append(f"against {spell.text(checked.baseline.name)} ({checked.baseline.kind})")
    on = "interval" if checked.decide_on is DecideOn.INTERVAL else "estimate"
    parts.append(f"decided on the {on}")
    return spell.separator.join(parts)


def summary(checked: Checked) -> str:
    """The verdict of all requirements, in a line."""
    count = len(checked.requirements)
    failed, undecided, passed = (
        sum(judged.verdict is verdict for judged in checked.requirements) for verdict in _ORDER
    )
    parts = [
        *([f"{failed:,} failed"] if failed else []),
        *([f"{undecided:,} inconclusive"] if undecided else []),
        *([f"{passed:,} passed"] if passed else []),
    ]
    of = f"{count:,} requirement{'s' * (count != 1)}"
    return f"{word(checked.verdict)}: of {of}, {', '.join(parts)}"
