"""The gate as GitHub-flavoured Markdown, for pull requests and job summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.checking.verdicts import Verdict
from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._markup import (
    code,
    document,
    finding_item,
    prose,
    signature_line,
    table_text,
)
from xentcli.renderers._words.figures import Spelling
from xentcli.renderers._words.order import gravest_first
from xentcli.renderers.check import _words as words

if TYPE_CHECKING:
    from xentcli.jobs.checking.verdicts import Checked, Judgement


def _row(judged: Judgement, spell: Spelling) -> list[str]:
    verdict = words.word(judged.verdict)
    return [
        verdict if judged.verdict is Verdict.PASS else f"**{verdict}**",
        code(spell.text(judged.figure)),
        prose(words.value_text(judged, spell)),
        prose(words.bound_text(judged)),
        words.interval_text(judged, spell),
    ]


def _details(judged: Judgement, spell: Spelling) -> str | None:
    lines = [prose(line) for line in words.details(judged, spell)]
    if not lines:
        return None
    return "  \n  ".join(
        [f"- **{words.word(judged.verdict)}** {code(spell.text(judged.requirement))}", *lines]
    )


def render(checked: Checked, options: RenderOptions) -> str:
    """A heading with the verdict, the table, what is behind failures, the findings."""
    spell = Spelling(options.digits, options.ascii)
    ranked = words.gravest(checked)
    header = ["verdict", "requirement", "value", "bound", words.interval_title(checked)]
    details = [_details(judged, spell) for judged in ranked]
    findings = [finding_item(f, spell) for f in gravest_first(checked.findings)]
    parts = [
        f"### {words.summary(checked)}",
        prose(words.head(checked, spell)),
        table_text(header, (_row(judged, spell) for judged in ranked)),
        "\n".join(line for line in details if line is not None),
        "\n".join(findings),
        signature_line(checked.signature, spell),
    ]
    return document(parts)


RENDERER = Renderer(
    name="markdown",
    description="a summary for pull requests and job summaries on GitHub",
    suffixes=(".md", ".markdown"),
    render=render,
)
