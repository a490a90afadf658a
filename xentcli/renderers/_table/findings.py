"""The findings of the table form: a line each, with its remedy and an example below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xentcli.renderers._table.page import folded
from xentcli.renderers._words.figures import label
from xentcli.renderers._words.headline import infinity_finding
from xentcli.renderers._words.order import gravest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.report import Finding, Report

# For each severity: its sign in Unicode and in ASCII, and its style.
_SIGNS = {
    "error": ("✗", "x", "bold red"),
    "warning": ("▲", "!", "yellow"),
    "info": ("•", "-", "cyan"),
}


def finding_block(report: Report, spell: Spelling, *, width: int | None) -> list[RenderableType]:
    """All findings, the gravest first, wrapped to a terminal's width."""
    return finding_lines(report.findings, spell, width=width, told=infinity_finding(report))


def finding_lines(
    findings: Sequence[Finding],
    spell: Spelling,
    *,
    width: int | None,
    told: Finding | None = None,
    of: str = "",
) -> list[RenderableType]:
    """The findings of one source, whose name `of` may be; `told` are details told elsewhere."""
    block: list[RenderableType] = []
    for finding in gravest_first(findings):
        lines = _lines(finding, spell, of, with_details=finding is not told)
        block += [part for margin, line in lines for part in folded(line, width, margin=margin)]
    return block


def _lines(
    finding: Finding, spell: Spelling, of: str, *, with_details: bool
) -> list[tuple[Text, Text]]:
    """Pairs of what stands in the margin of the first line, and the line."""
    sign, plain, style = _SIGNS.get(finding.severity, _SIGNS["info"])
    first = Text.assemble(
        (spell.text(finding.severity), style),
        f": {f'{of}: ' if of else ''}{spell.text(finding.message)} ",
        (f"[{spell.text(finding.code)}]", "dim"),
    )
    blank = Text("  ")
    lines = [(Text.assemble((plain if spell.ascii else sign, style), " "), first)]
    if finding.remedy:
        lines.append((blank, Text.assemble(("hint", "cyan"), f": {spell.text(finding.remedy)}")))
    if finding.example:
        lines.append((blank, Text(f"example: {example_text(finding, spell)}", style="dim")))
    if finding.details and with_details:
        figures = (
            f"{label(k)} {v:,}" if isinstance(v, int) else f"{label(k)} {spell.number(v)}"
            for k, v in finding.details.items()
        )
        lines.append((blank, Text(spell.text(", ".join(figures)), style="dim")))
    return lines


def example_text(finding: Finding, spell: Spelling) -> str:
    """The first case of a finding, as `row 17, value 0.93`."""
    items = (finding.example or {}).items()
    return ", ".join(f"{spell.text(str(key))} {spell.text(str(value))}" for key, value in items)
