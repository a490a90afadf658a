"""The reliability diagram of the table form: a bar for what came true, a mark for what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from xentcli.renderers._table.page import folded
from xentcli.renderers._words.calibration import edges, sentences, shown_bins, title
from xentcli.renderers._words.figures import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.calibration import CalibrationReport, ReliabilityBin
    from xentcli.report.report import Report

_INDENT, _GAP = 2, 2
_LONGEST, _SHORTEST = 40, 10
_WORST, _BAR, _DIM = "bold red", "cyan", "dim"


class _Marks(NamedTuple):
    """What the diagram is drawn with."""

    bar: str
    said: str
    beyond: str
    worst: str


_FINE = _Marks("█", "│", "·", "◀")
_PLAIN = _Marks("#", "|", ".", "<")


def calibration_block(
    report: Report, spell: Spelling, *, width: int | None
) -> list[RenderableType]:
    """The verdict in words, then a line a bin, from the first to the last that has rows."""
    section = report.calibration
    if section is None:
        return []
    margin = Text(" " * _INDENT)
    verdict, *others = sentences(report, section, spell)
    lines = [
        *folded(Text.assemble(("calibration", "bold"), f"  {verdict}"), width, margin=margin),
        *(line for text in others for line in folded(Text(text), width, margin=margin)),
    ]
    return [*lines, *_diagram(section, spell, width)]


def _diagram(section: CalibrationReport, spell: Spelling, width: int | None) -> list[Text]:
    bins = shown_bins(section)
    if not bins:
        return []
    cells = _columns(section, [b for _, b in bins], spell)
    left = [_joined(row) for row in zip(*cells, strict=True)]
    spare = _LONGEST if width is None else width - len(left[0]) - _GAP - 2
    if spare < _SHORTEST:
        # The mean prediction is near the middle of its bin: the first to be spared.
        left = [_joined(row) for row in zip(*cells[:2], cells[3], strict=True)]
        spare = (width or 0) - len(left[0]) - _GAP - 2
    long = min(spare, _LONGEST)
    marks = _PLAIN if spell.ascii else _FINE
    head, *rows = left
    lines = [Text(""), Text(" " * _INDENT + title(section, spell), style=_DIM)]
    lines += [Text(head + (" " * _GAP + _legend(long, marks)), style=_DIM)]
    for (number, b), text in zip(bins, rows, strict=True):
        worst = number == section.worst
        line = Text(text, style=_WORST if worst else "" if b.rows else _DIM)
        if long >= _SHORTEST:
            line.append(" " * _GAP)
            line.append(_bar(b, long, marks, worst=worst))
        if worst:
            line.append(f" {marks.worst}", style=_WORST)
        line.rstrip()
        lines.append(line)
    return lines


def _legend(long: int, marks: _Marks) -> str:
    if long < _SHORTEST:
        return ""
    return f"{marks.bar} observed, {marks.said} predicted"


def _columns(
    section: CalibrationReport, bins: Sequence[ReliabilityBin], spell: Spelling
) -> list[list[str]]:
    """Cells under their titles, of one width a column."""
    columns = [
        ["bin", *(edges(section, b, spell) for b in bins)],
        ["rows", *aligned(spell.quantity(b.rows) for b in bins)],
        ["predicted", *aligned(spell.number(b.predicted) for b in bins)],
        ["observed", *aligned(spell.number(b.observed) for b in bins)],
    ]
    widths = [max(map(len, column)) for column in columns]
    return [[cell.rjust(w) for cell in c] for c, w in zip(columns, widths, strict=True)]


def _joined(cells: Sequence[str]) -> str:
    return " " * _INDENT + (" " * _GAP).join(cells)


def _bar(b: ReliabilityBin, long: int, marks: _Marks, *, worst: bool) -> Text:
    """The share that came true as a bar on [0, 1]; the mean prediction as a mark on it."""
    if b.observed is None or b.predicted is None:
        return Text("")
    reach, said = round(b.observed * long), min(long - 1, int(b.predicted * long))
    drawn = [marks.bar] * reach + [" "] * (long - reach)
    # Between the bar and a mark beyond it lies what was said and did not come true.
    for place in range(reach, said):
        drawn[place] = marks.beyond
    drawn[said] = marks.said
    text = Text("".join(drawn).rstrip(" "), style=_WORST if worst else _BAR)
    text.stylize("bold" if worst else "bold default", said, said + 1)
    return text
