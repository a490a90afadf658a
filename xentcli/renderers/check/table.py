"""The gate for a person at a terminal: failures first, the verdict of all last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from xentcli.jobs.checking.verdicts import Verdict
from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._table.findings import finding_lines
from xentcli.renderers._table.page import folded, printed
from xentcli.renderers._words.figures import Spelling, aligned
from xentcli.renderers.check import _words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.jobs.checking.verdicts import Checked, Judgement

_STYLES = {
    Verdict.PASS: "bold green",
    Verdict.FAIL: "bold red",
    Verdict.INCONCLUSIVE: "bold yellow",
}
_INDENT, _GAP = "  ", "  "


def render(checked: Checked, options: RenderOptions) -> str:
    """What was checked, a line or more a requirement, the findings, and the verdict of all."""
    spell = Spelling(options.digits, options.ascii)
    last = Text(words.summary(checked), style=_STYLES[checked.verdict])
    blocks: list[list[RenderableType]] = [
        [Text(words.head(checked, spell), style="dim")],
        [*_requirements(checked, spell, options.width)],
        [*finding_lines(checked.findings, spell, width=options.width)],
        [Text(spell.text(checked.signature), style="dim")],
        [*folded(last, options.width, margin=Text(""))],
    ]
    return printed(blocks, options)


def _requirements(checked: Checked, spell: Spelling, width: int | None) -> list[Text]:
    """The requirements as lines of columns, or one below the other where those are too wide."""
    ranked = words.gravest(checked)
    verdicts = [words.word(judged.verdict) for judged in ranked]
    columns = [
        _padded([spell.text(judged.figure) for judged in ranked]),
        _values(ranked, spell),
        _padded([words.bound_text(judged) for judged in ranked]),
        [_interval(checked, judged, spell) for judged in ranked],
    ]
    margin = max(map(len, verdicts))
    lines: list[Text] = []
    for judged, verdict, *cells in zip(ranked, verdicts, *columns, strict=True):
        first = Text.assemble(
            _INDENT, (verdict.ljust(margin), _STYLES[judged.verdict]), _GAP, (cells[0], "bold")
        )
        whole = first + Text(_GAP + _GAP.join(cells[1:]))
        under = " " * (len(_INDENT) + margin + len(_GAP))
        if width is None or cell_len(whole.plain.rstrip()) <= width:
            lines.append(whole)
        else:
            lines.append(first)
            lines += [Text(under + cell.strip()) for cell in _narrow(cells)]
        for detail in words.details(judged, spell):
            lines += folded(Text(detail, style="dim"), width, margin=Text(under))
    return lines


def _values(ranked: Sequence[Judgement], spell: Spelling) -> list[str]:
    """The figures below each other by their points, then errors and units."""
    parts = [words.value_parts(judged, spell) for judged in ranked]
    numbers, rest = aligned(number for number, _ in parts), _padded([tail for _, tail in parts])
    return [number + tail for number, tail in zip(numbers, rest, strict=True)]


def _narrow(cells: Sequence[str]) -> list[str]:
    return [f"{cells[1].strip()}  {cells[2].strip()}", *([cells[3]] if cells[3] else [])]


def _interval(checked: Checked, judged: Judgement, spell: Spelling) -> str:
    text = words.interval_text(judged, spell)
    return f"{words.interval_title(checked)} {text}" if text else ""


def _padded(cells: list[str]) -> list[str]:
    width = max(map(cell_len, cells), default=0)
    return [cell + " " * (width - cell_len(cell)) for cell in cells]


RENDERER = Renderer(
    name="table",
    description="a page for people, with colour where the terminal has it",
    suffixes=(".txt",),
    render=render,
)
