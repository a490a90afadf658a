"""The upper half of the table form: the cross-entropy, then the other metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xentcli.renderers._table.page import folded
from xentcli.renderers._words.figures import aligned, errors, intervals, label
from xentcli.renderers._words.headline import HEADLINE, baseline_line, infinity_lines, worst_line
from xentcli.renderers._words.order import overall_metrics

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.figures.values import Value
    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.report import Report

INDENT = 2


def headline_block(report: Report, spell: Spelling, *, width: int | None) -> list[RenderableType]:
    """The cross-entropy with its interval, and what there is to compare it with."""
    value = report.metrics.get(HEADLINE)
    if value is None:
        return []
    name = Text.assemble(" " * INDENT, (label(HEADLINE), "bold"), "  ")
    style = "bold red" if value.value is not None and math.isinf(value.value) else "bold cyan"
    first = Text.assemble((spell.number(value.value), style))
    if value.stderr is not None:
        first.append(f" {spell.plus_minus} {spell.error(value.stderr)}")
    if value.unit is not None:
        first.append(f" {spell.text(value.unit)}")
    remarks = _remarks(report, spell)
    if value.interval is not None:
        bounds = Text(f"{_interval_title(value)} {spell.interval(value.interval)}", style="dim")
        if width is None or name.cell_len + first.cell_len + 3 + bounds.cell_len <= width:
            first = Text.assemble(first, "   ", bounds)
        else:
            remarks.insert(0, bounds)
    blank = Text(" " * name.cell_len)
    lines = folded(first, width, margin=name)
    return [*lines, *(line for r in remarks for line in folded(r, width, margin=blank))]


def _remarks(report: Report, spell: Spelling) -> list[Text]:
    remarks = [Text(line) for line in infinity_lines(report, spell)]
    if baseline := baseline_line(report, spell):
        remarks.append(Text(baseline, style="red" if baseline.startswith("worse") else ""))
    if worst := worst_line(report, spell):
        name, cost = worst
        remarks.append(Text.assemble(f"{report.layout.member} ", (name, "bold"), cost))
    return remarks


def metric_block(report: Report, spell: Spelling, *, width: int | None) -> list[RenderableType]:
    """A line for every other metric: value, standard error, unit, and interval if it fits."""
    metrics = {key: v for key, v in overall_metrics(report).items() if key != HEADLINE}
    if not metrics:
        return []
    values = list(metrics.values())
    columns = [("metric", [Text(spell.text(label(key))) for key in metrics])]
    columns.append(_value_column(values, spell))
    if any(value.unit is not None for value in values):
        columns.append(("unit", [Text(spell.text(value.unit or "")) for value in values]))
    bounded = [value for value in values if value.interval is not None]
    if bounded:
        title = _interval_title(bounded[0])
        texts = intervals((value.interval for value in values), spell.number)
        columns.append((title, [Text(text, style="dim") for text in texts]))
    needed = INDENT + sum(2 + max(cell.cell_len for cell in cells) for _, cells in columns)
    left_out = columns.pop()[0] if bounded and width is not None and needed > width + 2 else None
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for title, _ in columns:
        table.add_column(Text(title), no_wrap=True)
    for row in zip(*(cells for _, cells in columns), strict=True):
        table.add_row(*row)
    parts: list[RenderableType] = [table]
    if left_out:
        parts.append(Text(f"not shown at this width: {left_out}", style="dim"))
    return [Padding.indent(part, INDENT) for part in parts]


def _value_column(values: list[Value], spell: Spelling) -> tuple[str, list[Text]]:
    numbers = aligned(spell.number(value.value) for value in values)
    tails = errors((value.stderr for value in values), spell)
    title = f"{'value':>{len(numbers[0])}}"
    if tails[0]:
        title += f" {spell.plus_minus} stderr"
    cells = (Text.assemble(n, (tail, "dim")) for n, tail in zip(numbers, tails, strict=True))
    return title, list(cells)


def _interval_title(value: Value) -> str:
    return "interval" if value.confidence is None else f"{100 * value.confidence:g}% interval"
