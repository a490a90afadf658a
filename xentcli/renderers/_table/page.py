"""Sentences folded to a terminal's width, and blocks of the table form as text, by rich.

Names and messages come from data: they are put into `Text`, which is never read as markup.
The console is given its size and its abilities and asks the environment nothing, so that
the text depends on the report and the options alone.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from xentcli.renderers._words.figures import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from xentcli.renderers._options import RenderOptions
    from xentcli.renderers._words.figures import Sentence

_NARROWEST = 30
# Blocks are laid out before they reach the console, which must not fold or cut them.
_UNBOUNDED = 1_000_000
_RESET = "\x1b[0m"


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


def printed(blocks: Iterable[Sequence[RenderableType]], options: RenderOptions) -> str:
    """The page: the blocks that are not empty, a blank line between them."""
    sheet = io.StringIO()
    console = Console(
        file=sheet,
        width=_UNBOUNDED,
        height=100,
        force_terminal=options.color,
        force_jupyter=False,
        color_system="standard" if options.color else None,
        no_color=not options.color,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for number, block in enumerate(filter(None, blocks)):
        if number:
            console.print()
        for part in block:
            console.print(part, no_wrap=True, overflow="ignore", crop=False)
    return "\n".join(map(_trimmed, sheet.getvalue().split("\n")))


def _trimmed(line: str) -> str:
    """The line without the spaces that fill its last cell."""
    if line.endswith(_RESET):
        return line.removesuffix(_RESET).rstrip(" ") + _RESET
    return line.rstrip(" ")
