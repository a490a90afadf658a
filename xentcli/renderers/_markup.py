"""Text from data in GitHub-flavoured Markdown.

Names come from data and must stand there as they are. Within `<code>` GitHub leaves
mentions, references and emoji alone, and a character reference is never markup; in running
text an empty comment keeps what is on both of its sides from being read as one thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xentcli.renderers._words.figures import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.figures.values import Value
    from xentcli.renderers._words.figures import Sentence, Spelling
    from xentcli.report.report import Finding

_PLAIN_NAME = re.compile(r"[\w.-]+(?: [\w.-]+)*")
_NO_LETTER = re.compile(r"[^\w ]|_")
_MARKUP = re.compile(
    r"(?P<link>[@#](?=\w)|:(?=\w|//)|\bwww(?=\.))|[\\`*\[\]<>&|~$]|\b_+|_+\b", re.IGNORECASE
)


def prose(text: str) -> str:
    """Text from data within a sentence: no markup, link, mention or emoji comes of it.

    >>> prose("<b> | @me")
    '&#60;b&#62; &#124; @<!-- -->me'
    """
    return _MARKUP.sub(lambda m: f"{m[0]}<!-- -->" if m["link"] else _reference(m), text)


def code(text: str) -> str:
    """A name from data, in the type of code; also within the cell of a table.

    >>> code("cat"), code("a|b")
    ('`cat`', '<code>a&#124;b</code>')
    """
    if _PLAIN_NAME.fullmatch(text):
        return f"`{text}`"
    return f"<code>{_NO_LETTER.sub(_reference, text) or '&nbsp;'}</code>"


def verbatim(text: str) -> str:
    """Outside of tables a bar is no markup, and the text can be copied as it is."""
    return code(text) if "`" in text else f"`{text}`"


def _reference(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found[0])


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def heading(title: str, sentence: Sentence) -> str:
    """A heading: a word or two, and the sentence behind them."""
    text = "".join(code(part) if isinstance(part, Name) else prose(part) for part in sentence)
    return f"### {title[0].upper()}{title[1:]}: {text}"


def figure_cell(value: Value | None, spell: Spelling) -> str:
    """A figure in a cell, with its standard error."""
    if value is None or value.stderr is None:
        return spell.number(None if value is None else value.value)
    return prose(f"{spell.number(value.value)} {spell.plus_minus} {spell.error(value.stderr)}")


def finding_item(finding: Finding, spell: Spelling, of: str = "") -> str:
    """A finding as an item of a list, with the name of its source where there are several."""
    message, severity = prose(spell.text(finding.message)), spell.text(finding.severity)
    who = f"{code(of)}: " if of else ""
    lines = [f"- **{prose(severity)}** {code(spell.text(finding.code))}: {who}{message}"]
    if finding.remedy:
        lines.append(f"hint: {prose(spell.text(finding.remedy))}")
    if finding.example:
        items = (f"{key} {value}" for key, value in finding.example.items())
        lines.append(f"example: {prose(spell.text(', '.join(items)))}")
    return "  \n  ".join(lines)


def signature_line(signature: str, spell: Spelling) -> str:
    """A signature, in small letters."""
    return f"<sub>{verbatim(spell.text(signature))}</sub>"


def document(parts: Iterable[str]) -> str:
    """The parts that are not empty, a blank line between them."""
    return "\n\n".join(filter(None, parts)) + "\n"
