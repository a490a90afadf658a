"""Several candidates side by side, the best first, the baseline among them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers._table.columns import Column, Room, fewer, fitted, shortened, table_of
from xentcli.renderers._table.page import folded, sentence_text
from xentcli.renderers._words.figures import aligned, errors, named
from xentcli.renderers.comparison import _words as words
from xentcli.renderers.comparison._table_parts import difference_column
from xentcli.renderers.comparison._table_single import verdict_text
from xentcli.renderers.comparison._verdicts import (
    Verdict,
    best,
    figure_of,
    first_metric,
    level_of,
    ranked,
    surprise,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference
    from xentcli.renderers._words.figures import Spelling

_MARK = "*"


def ranking_block(
    comparison: Comparison, spell: Spelling, *, width: int | None
) -> list[RenderableType]:
    """Whether there is a best one, and the table of all."""
    key = first_metric(comparison)
    if key is None:
        return []
    title, sentence = words.summary(comparison, key, spell)
    word = verdict_text(_shade(comparison, key), title)
    line = Text.assemble(word, "  ", sentence_text(sentence))
    lines = folded(line, width, margin=Text("  "))
    make = partial(_columns, comparison, key, spell)
    columns, left_out = fitted(make, fewer([c.title for c in make(Room())[3:]]), width, ())
    order = ranked(comparison, key)
    styles = ["dim" if c is None else None for c in order]
    table = table_of(columns, styles, _notes(comparison, key, columns), left_out)
    return [*lines, Text(""), *table]


def _shade(comparison: Comparison, key: str) -> Verdict:
    """What colours the first word."""
    said = {_said(c.metrics.get(key), level_of(comparison)) for c in comparison.candidates}
    if best(comparison, key) is not None:
        return Verdict.BETTER
    return Verdict.WORSE if said == {Verdict.WORSE} else Verdict.OPEN


def _notes(comparison: Comparison, key: str, columns: Sequence[Column]) -> list[str]:
    notes = words.ranking_notes(comparison, key)
    if any(_MARK in cell.plain for c in columns[3:] for cell in c.cells):
        level = f"{level_of(comparison):.2g}"
        notes.insert(0, f"{_MARK} differs from the baseline by more than chance (p < {level})")
    return notes


def _columns(comparison: Comparison, key: str, spell: Spelling, room: Room) -> list[Column]:
    order = ranked(comparison, key)
    level = level_of(comparison)
    names = [named(comparison.name if c is None else c.name, spell) for c in order]
    found = [None if c is None else c.metrics.get(key) for c in order]
    said = [Verdict.UNKNOWN if d is None else verdict(d, level) for d in found]
    top = best(comparison, key)
    marks = [
        "base" if c is None else "best" if c is top else v.word
        for c, v in zip(order, said, strict=True)
    ]
    cells = (
        Text(shortened(name, room.name, spell), style="bold" if mark == "best" else "")
        for name, mark in zip(names, marks, strict=True)
    )
    columns = [
        Column("source", tuple(cells), right=False),
        _mark_column(marks, said),
        _value_column(comparison, key, order, spell),
        difference_column(found, spell, [v.style for v in said]),
    ]
    # The baseline has no difference to itself.
    base = next(i for i, c in enumerate(order) if c is None)
    differences = list(columns[-1].cells)
    differences[base] = Text("")
    columns[-1] = columns[-1]._replace(cells=tuple(differences))
    if any(d is not None and surprise(d) is not None for d in found):
        p = aligned("" if d is None else spell.p_value(surprise(d)) for d in found)
        columns.append(Column("p (Holm)", tuple(map(Text, p))))
    others = dict.fromkeys(k for c in comparison.candidates for k in c.metrics if k != key)
    return [*columns, *(_other(comparison, k, order, spell) for k in others)]


def _mark_column(marks: Sequence[str], said: Sequence[Verdict]) -> Column:
    cells = (
        Text(mark, style=f"bold {v.style}".strip() if v.style else "")
        for mark, v in zip(marks, said, strict=True)
    )
    return Column("", tuple(cells), right=False)


def _value_column(
    comparison: Comparison, key: str, order: Sequence[Candidate | None], spell: Spelling
) -> Column:
    values = [figure_of(comparison, key, c) for c in order]
    numbers = aligned(spell.number(None if v is None else v.value) for v in values)
    tails = errors((None if v is None else v.stderr for v in values), spell)
    cells = (Text.assemble(n, (t, "dim")) for n, t in zip(numbers, tails, strict=True))
    return Column(_title(comparison, key, spell), tuple(cells))


def _title(comparison: Comparison, key: str, spell: Spelling) -> str:
    found = (c.metrics.get(key) for c in comparison.candidates)
    return words.title(key, next((d for d in found if d is not None), None), spell)


def _other(
    comparison: Comparison, key: str, order: Sequence[Candidate | None], spell: Spelling
) -> Column:
    """The figures by another metric, those marked that differ from the baseline's."""
    values = [figure_of(comparison, key, c) for c in order]
    numbers = aligned(spell.number(None if v is None else v.value) for v in values)
    level = level_of(comparison)
    said = [_said(None if c is None else c.metrics.get(key), level) for c in order]
    any_mark = any(v.word for v in said)
    cells = (
        Text(n + (_MARK if v.word else " " if any_mark else ""), style=v.style)
        for n, v in zip(numbers, said, strict=True)
    )
    return Column(_title(comparison, key, spell), tuple(cells))


def _said(found: Difference | None, level: float) -> Verdict:
    return Verdict.UNKNOWN if found is None else verdict(found, level)
