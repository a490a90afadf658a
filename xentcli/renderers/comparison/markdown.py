"""The comparison as GitHub-flavoured Markdown: a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._markup import (
    code,
    document,
    figure_cell,
    finding_item,
    heading,
    prose,
    signature_line,
    table_text,
)
from xentcli.renderers._words.figures import Spelling, label, named
from xentcli.renderers._words.order import gravest_first
from xentcli.renderers.comparison import _words as words
from xentcli.renderers.comparison._table_parts import loss_of, slice_title
from xentcli.renderers.comparison._verdicts import (
    SLICES,
    Verdict,
    base_findings,
    best,
    figure_of,
    first_metric,
    level_of,
    part_name,
    ranked,
    surprise,
    verdict,
    weightiest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.jobs.comparing.comparison import (
        Candidate,
        ChangedRow,
        Comparison,
        Difference,
        Part,
    )

_BASE = "base"


def _signed(found: Difference, spell: Spelling) -> str:
    difference = found.difference
    if difference.value is None:
        return spell.undefined
    text = spell.signed(difference.value)
    if difference.stderr is None:
        return text
    return prose(f"{text} {spell.plus_minus} {spell.error(difference.stderr)}")


def _p(found: Difference | None, spell: Spelling) -> str:
    return "" if found is None else prose(spell.p_value(surprise(found)))


def _word(said: Verdict) -> str:
    return f"**{said.word}**" if said.word else ""


def _single(
    comparison: Comparison, candidate: Candidate, spell: Spelling, most: int | None
) -> list[str]:
    key = first_metric(comparison)
    if key is None:
        return ["### xent compare"]
    _, title, sentence = words.headline(comparison, candidate, key, spell)
    remarks = [
        prose(words.setting(comparison, [candidate], spell)),
        words.interval_text(candidate.metrics[key], spell) or "",
        words.outcomes_text(candidate.outcomes, spell) if candidate.outcomes else "",
        words.origin_text(candidate.origin, spell) if candidate.origin else "",
    ]
    level = level_of(comparison)
    found = [
        heading(title, sentence),
        "  \n".join(filter(None, remarks)),
        _metrics(candidate, spell, level),
        _parts(comparison.layout.member, "classes", candidate.classes, spell, most, level),
    ]
    if candidate.slices:
        by = prose(slice_title(candidate.slices, spell))
        found.append(_parts(by, SLICES, candidate.slices, spell, most, level))
    return [*found, _changed(candidate, comparison.layout.member, spell)]


def _metrics(candidate: Candidate, spell: Spelling, level: float) -> str:
    header = ["metric", _BASE, "candidate", "difference", "interval", "p", ""]
    rows = [
        [
            code(words.title(key, found, spell)),
            spell.number(found.base.value),
            spell.number(found.candidate.value),
            _signed(found, spell),
            _interval(found, spell),
            _p(found, spell),
            _word(verdict(found, level)),
        ]
        for key, found in candidate.metrics.items()
    ]
    return table_text(header, rows)


def _interval(found: Difference, spell: Spelling) -> str:
    bounds = found.difference.interval
    return "" if bounds is None else " to ".join(map(spell.signed, bounds))


def _parts(
    title: str, what: str, parts: Sequence[Part], spell: Spelling, most: int | None, level: float
) -> str:
    if not parts:
        return ""
    shown = weightiest(parts, most)
    header = [title, "rows", _BASE, "candidate", "difference", "p (Holm)", "contribution", ""]

    def cells(part: Part) -> list[str]:
        found = loss_of(part)
        moved = part.contribution
        figures = [spell.undefined] * 3
        if found is not None:
            sides = (found.base.value, found.candidate.value)
            figures = [*map(spell.number, sides), _signed(found, spell)]
        return [
            code(spell.text(part_name(part, what))),
            spell.quantity(part.rows),
            *figures,
            _p(found, spell),
            spell.undefined if moved is None else spell.signed(moved),
            "" if found is None else _word(verdict(found, level)),
        ]

    hidden = len(parts) - len(shown)
    more = f"\n\nand {spell.quantity(hidden)} more that move it less" if hidden else ""
    return table_text(header, map(cells, shown)) + more


def _changed(candidate: Candidate, member: str, spell: Spelling) -> str:
    if not candidate.changed:
        return ""
    rows = [
        [
            _row_name(row, spell),
            "" if row.id is None else code(spell.text(row.id)),
            "" if row.label is None else code(spell.text(row.label)),
            spell.number(row.base),
            spell.number(row.candidate),
            spell.signed(row.difference),
        ]
        for row in candidate.changed
    ]
    return table_text(["row", "id", member, _BASE, "candidate", "change"], rows)


def _row_name(row: ChangedRow, spell: Spelling) -> str:
    """The number of a row, behind its file where there are several."""
    return f"{row.row:,}" if row.path is None else code(f"{spell.text(row.path)}:{row.row}")


def _several(comparison: Comparison, spell: Spelling) -> list[str]:
    key = first_metric(comparison)
    if key is None:
        return ["### xent compare"]
    title, sentence = words.summary(comparison, key, spell)
    top, level = best(comparison, key), level_of(comparison)
    others = list(dict.fromkeys(k for c in comparison.candidates for k in c.metrics if k != key))
    header = ["source", "", label(key), "difference", "p (Holm)", *map(label, others)]

    def cells(candidate: Candidate | None) -> list[str]:
        found = None if candidate is None else candidate.metrics.get(key)
        said = Verdict.UNKNOWN if found is None else verdict(found, level)
        word = "**best**" if candidate is not None and candidate is top else _word(said)
        of = comparison if candidate is None else candidate
        return [
            code(named(of.name, spell)),
            _BASE if candidate is None else word,
            figure_cell(figure_of(comparison, key, candidate), spell),
            "" if found is None else _signed(found, spell),
            _p(found, spell),
            *(_other(comparison, k, candidate, spell) for k in others),
        ]

    titles = [prose(spell.text(title)) for title in header]
    notes = words.ranking_notes(comparison, key)
    return [
        heading(title, sentence),
        prose(words.setting(comparison, comparison.candidates, spell)),
        table_text(titles, map(cells, ranked(comparison, key))),
        "  \n".join(notes),
    ]


def _other(comparison: Comparison, key: str, of: Candidate | None, spell: Spelling) -> str:
    value = figure_of(comparison, key, of)
    found = None if of is None else of.metrics.get(key)
    said = Verdict.UNKNOWN if found is None else verdict(found, level_of(comparison))
    number = spell.number(None if value is None else value.value)
    return f"{number} {_word(said)}".rstrip()


def render(comparison: Comparison, options: RenderOptions) -> str:
    """A heading with the verdict, a summary, the tables, the findings and the signatures."""
    spell = Spelling(options.digits, options.ascii)
    candidates = comparison.candidates
    if len(candidates) == 1:
        parts = _single(comparison, candidates[0], spell, options.classes)
    else:
        parts = _several(comparison, spell)
    findings = [
        finding_item(finding, spell, named(comparison.name, spell))
        for finding in base_findings(comparison)
    ]
    findings += [
        finding_item(finding, spell, named(c.name, spell) if len(candidates) > 1 else "")
        for c in candidates
        for finding in gravest_first(c.findings)
    ]
    lines = dict.fromkeys([comparison.signature, *(c.signature for c in candidates)])
    signatures = (signature_line(line, spell) for line in lines)
    parts += ["\n".join(findings), "  \n".join(signatures)]
    return document(parts)


RENDERER = Renderer(
    name="markdown",
    description="a comment for pull requests and job summaries on GitHub",
    suffixes=(".md", ".markdown"),
    render=render,
)
