"""Blocks of the table form as text, printed by rich.

Names and messages come from data: they are put into `Text`, which is never read as markup.
The console is given its size and its abilities and asks the environment nothing, so that
the text depends on the report and the options alone.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from xentcli.renderers._options import RenderOptions

# Blocks are laid out before they reach the console, which must not fold or cut them.
_UNBOUNDED = 1_000_000
_RESET = "\x1b[0m"


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
