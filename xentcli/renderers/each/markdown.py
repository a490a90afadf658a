"""Reports side by side as GitHub-flavoured Markdown."""

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
from xentcli.renderers._words.figures import Spelling
from xentcli.renderers._words.order import gravest_first
from xentcli.renderers.each import _words as words

if TYPE_CHECKING:
    from xentcli.jobs.side_by_side import SideBySide


def _table(found: SideBySide, spell: Spelling) -> str:
    keys = words.keys(found)
    header = ["source", "", "rows", *(prose(words.title(found, key, spell)) for key in keys)]
    columns = [words.column(found, key) for key in keys]
    names = words.names(found, spell)
    rows = [
        [
            code(names[place]),
            "**best**" if i == found.best else "",
            spell.quantity(found.reports[i].source.rows),
            *(figure_cell(values[place], spell) for values in columns),
        ]
        for place, i in enumerate(found.order)
    ]
    return table_text(header, rows)


def render(found: SideBySide, options: RenderOptions) -> str:
    """A heading that says which is the best, the table, findings by source, signatures."""
    spell = Spelling(options.digits, options.ascii)
    findings = [
        finding_item(finding, spell, name)
        for name, i in zip(words.names(found, spell), found.order, strict=True)
        for finding in gravest_first(found.reports[i].findings)
    ]
    signatures = dict.fromkeys(found.reports[i].signature for i in found.order)
    parts = [
        heading(*words.summary(found, spell)) if len(found.sources) > 1 else "### xent",
        prose(words.setting(found, spell)),
        _table(found, spell),
        "  \n".join(words.notes(found)),
        "\n".join(findings),
        "  \n".join(signature_line(line, spell) for line in signatures),
    ]
    return document(parts)


RENDERER = Renderer(
    name="markdown",
    description="a summary for pull requests and job summaries on GitHub",
    suffixes=(".md", ".markdown"),
    render=render,
)
