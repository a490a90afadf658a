"""The report as GitHub-flavoured Markdown, for pull requests and job summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._markup import (
    code,
    document,
    finding_item,
    prose,
    signature_line,
    table_text,
)
from xentcli.renderers._words.figures import Spelling, label
from xentcli.renderers._words.found import (
    HEADER,
    MOST_FOUND,
    found_cells,
    found_name,
    found_summary,
)
from xentcli.renderers._words.headline import (
    HEADLINE,
    baseline_line,
    infinity_lines,
    source_line,
    uncertainty_line,
    worst_line,
)
from xentcli.renderers._words.order import (
    costliest_first,
    costliest_slices,
    figure,
    gravest_first,
    metric_keys,
    overall_metrics,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.renderers._words.order import Part
    from xentcli.report.report import Report, VersusRest


def _title(report: Report, spell: Spelling) -> str:
    value = report.metrics.get(HEADLINE)
    if value is None:
        return "### xent"
    error = "" if value.stderr is None else f" {spell.plus_minus} {spell.error(value.stderr)}"
    unit = "" if value.unit is None else f" {value.unit}"
    return f"### {label(HEADLINE).capitalize()} {spell.number(value.value)}{error}{unit}"


def _summary(report: Report, spell: Spelling) -> str:
    lines = [prose(source_line(report, spell)), *infinity_lines(report, spell)]
    if baseline := baseline_line(report, spell):
        lines.append(baseline)
    if worst := worst_line(report, spell):
        lines.append(f"{report.layout.member} {code(worst[0])}{worst[1]}")
    return "  \n".join(lines)


def _metrics(report: Report, spell: Spelling) -> str:
    confidences = {v.confidence for v in report.metrics.values() if v.interval is not None}
    sure = confidences.pop() if len(confidences) == 1 else None
    header = ["metric", "value", "stderr", f"{100 * sure:g}% interval" if sure else "interval"]
    rows = [
        [
            code(spell.text(key)),
            spell.number(value.value) + (f" {value.unit}" if value.unit else ""),
            "" if value.stderr is None else spell.error(value.stderr),
            spell.interval(value.interval),
        ]
        for key, value in overall_metrics(report).items()
    ]
    return table_text(header, rows)


def _calibration(report: Report, spell: Spelling) -> str:
    section = report.calibration
    if section is None:
        return ""
    from xentcli.renderers._words import calibration as words

    said = "  \n".join(prose(line) for line in words.sentences(report, section, spell))
    rows = [
        [
            words.edges(section, b, spell),
            spell.quantity(b.rows),
            spell.number(b.predicted),
            spell.number(b.observed),
            spell.interval(b.interval),
        ]
        for _, b in words.shown_bins(section)
    ]
    table = table_text(["bin", "rows", "predicted", "observed", "interval"], rows)
    heading = prose(words.title(section, spell))
    return f"{said}\n\n{heading}\n\n{table}" if rows else said


def _classes(report: Report, spell: Spelling, most: int | None) -> str:
    ranked = costliest_first(report.classes)
    hidden = len(ranked) - len(ranked[:most])
    return _parts(report.layout.member, ranked[:most], hidden, spell)


def _slices(report: Report, spell: Spelling, most: int | None) -> str:
    if not report.slices:
        return ""
    title = " · ".join(prose(spell.text(name)) for name in report.slices[0].by)
    shown, _ = costliest_slices(report, most)
    tests = [entry.versus_rest for entry in shown]
    return _parts(title, shown, len(report.slices) - len(shown), spell, tests)


def _found(report: Report, spell: Spelling) -> str:
    """The slices that a search found."""
    if report.found_slices is None:
        return ""
    lines = prose(found_summary(report.found_slices, spell))
    shown = report.found_slices.slices[:MOST_FOUND]
    if not shown:
        return lines
    cells = zip(*found_cells(shown, spell), strict=True)
    rows = [
        [code(found_name(s, spell)), *map(prose, row)] for s, row in zip(shown, cells, strict=True)
    ]
    return f"{lines}\n\n{table_text(['slice', *HEADER], rows)}"


def _parts(
    title: str,
    shown: Sequence[Part],
    hidden: int,
    spell: Spelling,
    tests: Sequence[VersusRest | None] = (),
) -> str:
    """The table of classes or slices, the costliest first."""
    if not shown:
        return ""
    keys = metric_keys(shown)
    titles = [prose(spell.text(label(key))) for key in keys]
    compared = ["vs rest", "p (Holm)"] if any(tests) else []

    def cells(entry: Part, test: VersusRest | None) -> list[str]:
        figures = (_figure(entry, key, spell) for key in keys)
        beside = _against(test, spell) if compared else []
        return [code(spell.text(entry.name)), spell.quantity(entry.rows), *figures, *beside]

    rows = map(cells, shown, tests or [None] * len(shown))
    table = table_text([title, "rows", *titles, *compared], rows)
    return table + (f"\n\nand {spell.quantity(hidden)} more" if hidden else "")


def _against(test: VersusRest | None, spell: Spelling) -> list[str]:
    if test is None or test.difference is None:
        return ["", ""]
    return [spell.signed(test.difference), spell.p_value(test.p_holm)]


def _figure(entry: Part, key: str, spell: Spelling) -> str:
    value, found = figure(entry, key), entry.metrics.get(key)
    if key == "share":
        return spell.percent(value)
    if key != HEADLINE or found is None or found.stderr is None:
        return spell.number(value)
    return f"{spell.number(value)} {spell.plus_minus} {spell.error(found.stderr)}"


def render(report: Report, options: RenderOptions) -> str:
    """A heading with the loss, a summary, the tables, the findings and the signature."""
    spell = Spelling(options.digits, options.ascii)
    findings = (finding_item(finding, spell) for finding in gravest_first(report.findings))
    errors = uncertainty_line(report.uncertainty, spell)
    parts = [
        _title(report, spell),
        _summary(report, spell),
        _metrics(report, spell) if report.metrics else "",
        _calibration(report, spell),
        _classes(report, spell, options.classes),
        _slices(report, spell, options.classes),
        _found(report, spell),
        "\n".join(findings),
        f"<sub>{errors}</sub>" if errors else "",
        signature_line(report.signature, spell),
    ]
    return document(parts)


RENDERER = Renderer(
    name="markdown",
    description="a summary for pull requests and job summaries on GitHub",
    suffixes=(".md", ".markdown"),
    render=render,
)
