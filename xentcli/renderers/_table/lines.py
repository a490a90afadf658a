"""Sentences of the table form, folded to a terminal's width with a hanging indent."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.text import Text

from xentcli.renderers._words.figures import Name, Sentence

_NARROWEST = 30


def sentence_text(sentence: Sentence) -> Text:
    """A sentence with its names in bold."""
    return Text.assemble(*((part, "bold" if isinstance(part, Name) else "") for part in sentence))


def folded(text: Text, width: int | None, *, margin: Text) -> list[Text]:
    """The lines of `text` behind `margin`; later lines stand under the first one.

    Without a width there is one line. Words are never cut, so that a number or a path
    longer than the line juts out.
    """
    if width is None:
        return [margin + text]
    room = max(width - margin.cell_len, _NARROWEST)
    breaks, start = [], 0
    for word in re.finditer(r"\S+", text.plain):
        if word.start() > start and cell_len(text.plain[start : word.end()]) > room:
            start = word.start()
            breaks.append(start)
    lines = text.divide(breaks)
    for line in lines:
        line.rstrip()
    blank = Text(" " * margin.cell_len)
    return [(blank if number else margin) + line for number, line in enumerate(lines)]
