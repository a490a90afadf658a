"""GitHub-flavoured Markdown around text that comes from data.

Names come from data and must stand there as they are. Within `<code>` GitHub leaves
mentions, references and emoji alone, and a character reference is never markup; in running
text an empty comment keeps what is on both of its sides from being read as one thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.renderers._figures import Spelling
    from xentcli.report import Finding

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


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def finding_item(finding: Finding, spell: Spelling) -> str:
    """A finding as an item of a list, with its remedy and an example."""
    message, severity = prose(spell.text(finding.message)), spell.text(finding.severity)
    lines = [f"- **{prose(severity)}** {code(spell.text(finding.code))}: {message}"]
    if finding.remedy:
        lines.append(f"hint: {prose(spell.text(finding.remedy))}")
    if finding.example:
        items = (f"{key} {value}" for key, value in finding.example.items())
        lines.append(f"example: {prose(spell.text(', '.join(items)))}")
    return "  \n  ".join(lines)
