"""The upper half of a comparison with one candidate: the verdict, then the metrics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers._table.columns import Column, Room, fitted, shortened, table_of
from xentcli.renderers._table.page import folded, sentence_text
from xentcli.renderers._words.figures import aligned, intervals
from xentcli.renderers.comparison import _words as words
from xentcli.renderers.comparison._table_parts import difference_column, verdict_column
from xentcli.renderers.comparison._verdicts import first_metric, level_of, surprise, verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.jobs.comparing.comparison import Candidate, Comparison
    from xentcli.renderers._words.figures import Spelling
    from xentcli.renderers.comparison._verdicts import Verdict

_INDENT = 2
_ROOMS = (Room(), Room(0, 24), Room(0, 14))
_GIVING_WAY = ("base", "candidate", "p", "p (Holm)")


def verdict_text(said: Verdict, title: str) -> Text:
    """The word that the eye is to fall on."""
    return Text(title, style=f"bold {said.style or 'yellow'}")


def headline_block(
    comparison: Comparison, candidate: Candidate, spell: Spelling, *, width: int | None
) -> list[RenderableType]:
    """The verdict by the first metric, its interval, and where the difference comes from."""
    key = first_metric(comparison)
    if key is None:
        return []
    said, title, sentence = words.headline(comparison, candidate, key, spell)
    word = Text.assemble(" " * _INDENT, verdict_text(said, title), "  ")
    lines = folded(sentence_text(sentence), width, margin=word)
    blank = Text(" " * (_INDENT if word.cell_len > 12 else word.cell_len))
    remarks = [words.interval_text(candidate.metrics[key], spell)]
    if candidate.outcomes is not None:
        remarks.append(words.outcomes_text(candidate.outcomes, spell))
    if candidate.origin is not None:
        remarks.append(words.origin_text(candidate.origin, spell))
    return [
        *lines,
        *(line for r in remarks if r for line in folded(Text(r), width, margin=blank)),
    ]


def metric_block(
    comparison: Comparison, candidate: Candidate, spell: Spelling, *, width: int | None
) -> list[RenderableType]:
    """A line for every metric: both figures, the difference, how sure it is."""
    if not candidate.metrics:
        return []
    make = partial(_columns, candidate, spell, level_of(comparison))
    columns, left_out = fitted(make, _ROOMS, width, [_interval_title(candidate), *_GIVING_WAY])
    return table_of(columns, [None] * len(candidate.metrics), (), left_out)


def _interval_title(candidate: Candidate) -> str:
    sure = {d.difference.confidence for d in candidate.metrics.values() if d.difference.interval}
    level = sure.pop() if len(sure) == 1 else None
    return "interval" if level is None else f"{100 * level:g}% interval"


def _columns(candidate: Candidate, spell: Spelling, level: float, room: Room) -> list[Column]:
    found = list(candidate.metrics.values())
    said = [verdict(d, level) for d in found]
    titles = (words.title(key, d, spell) for key, d in candidate.metrics.items())
    names = (shortened(title, room.name, spell) for title in titles)
    columns = [
        Column("metric", tuple(map(Text, names)), right=False),
        Column("base", tuple(map(Text, aligned(spell.number(d.base.value) for d in found)))),
        Column(
            "candidate", tuple(map(Text, aligned(spell.number(d.candidate.value) for d in found)))
        ),
        difference_column(found, spell, [v.style for v in said]),
    ]
    if any(d.difference.interval is not None for d in found):
        bounds = [d.difference.interval for d in found]
        cells = tuple(Text(t, style="dim") for t in intervals(bounds, spell.signed))
        columns.append(Column(_interval_title(candidate), cells, right=False))
    if any(surprise(d) is not None for d in found):
        holm = any(d.p_holm is not None for d in found)
        p = tuple(map(Text, aligned(spell.p_value(surprise(d)) for d in found)))
        columns.append(Column("p (Holm)" if holm else "p", p))
    columns.append(verdict_column(said))
    return [c for c in columns if c.width or c.title]
