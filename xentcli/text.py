"""Text that came from data, as labels and made safe to show; and what is told on standard error."""

from __future__ import annotations

import sys

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def spell(value: object) -> str:
    """A label of any type as text, as the formats that have no types would write it.

    >>> [spell(v) for v in ("001", 1, 1.0, True)]
    ['001', '1', '1.0', 'true']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def shown(text: str, limit: int | None = None) -> str:
    r"""`text` with control, bidirectional and other invisible characters spelled out.

    With `limit`, longer text is cut in the middle and says so with an ellipsis.

    >>> shown("cat\x1b[31m")
    'cat\\x1b[31m'
    >>> shown("abc\u202edef")
    'abc\\u202edef'
    >>> shown("x" * 40, limit=9)
    'xxxx…xxxx'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(_escape(c) if _hidden(c) else c for c in text)
    if limit is not None and len(text) > limit:
        half = (limit - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return text


def _hidden(char: str) -> bool:
    from unicodedata import category  # few texts need it, and it is a library to be loaded

    return category(char) in _HIDDEN


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def tell(line: str) -> None:
    """Writes a line to standard error in any encoding; where that is closed, nobody listens."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    try:
        sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return
