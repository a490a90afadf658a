"""How a report is to look, and how that follows from where it is going."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

DEFAULT_DIGITS = 4
DEFAULT_CLASSES = 30


class RenderOptions(NamedTuple):
    """What a renderer may be told. The forms for machines heed none of it.

    Attributes:
        digits: decimals of a figure of ordinary size.
        width: columns of the terminal; None means as wide as the content needs.
        color: whether ANSI styles may be used.
        ascii: whether nothing beyond ASCII may appear.
        classes: how many rows the per-class table may have; None means all.
    """

    digits: int = DEFAULT_DIGITS
    width: int | None = None
    color: bool = False
    ascii: bool = False
    classes: int | None = DEFAULT_CLASSES

    @classmethod
    def for_stream(
        cls,
        stream: TextIO | None,
        environ: Mapping[str, str] = os.environ,
        *,
        digits: int = DEFAULT_DIGITS,
        classes: int | None = DEFAULT_CLASSES,
    ) -> RenderOptions:
        """The options that suit `stream`; None stands for a closed standard output.

        A terminal gets its own width (or `COLUMNS`); anything else gets as much as the
        content needs, so that what is piped on is never cut.

        >>> import io
        >>> RenderOptions.for_stream(io.StringIO(), {"COLUMNS": "20"}).width is None
        True
        """
        terminal = _is_terminal(stream)
        return cls(
            digits=digits,
            width=_columns(stream, environ) if terminal else None,
            color=_wants_color(environ, terminal=terminal),
            ascii=not _carries_unicode(stream),
            classes=classes,
        )


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # the stream is closed
        return False


def _columns(stream: TextIO | None, environ: Mapping[str, str]) -> int:
    wanted = environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream else 0
    except (OSError, ValueError):
        columns = 0
    return columns or 80


def _wants_color(environ: Mapping[str, str], *, terminal: bool) -> bool:
    # NO_COLOR is a person's wish and wins; FORCE_COLOR is how GitHub Actions is asked.
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR", "")
    if forced:
        return forced not in {"0", "false"}
    return terminal and environ.get("TERM") != "dumb" and "GITHUB_ACTIONS" not in environ


def _carries_unicode(stream: TextIO | None) -> bool:
    # Output is written as UTF-8 bytes (see output.py), so that any other encoding, even
    # one that has these characters, is served with the ASCII that they all share.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig", "cp65001"}
