"""How a state is told from predictions: by its first bytes."""

from __future__ import annotations

import os
import re

from xentcli.reading.bytes.compression import beginning

# Within so many first bytes, of the file or of what is compressed in it, a state says what it is.
HEAD_BYTES = 512
_MARK = re.compile(rb'(?:\xef\xbb\xbf)?\s{0,16}\{\s{0,16}"schema"\s{0,8}:\s{0,8}"xentcli/state/')


def is_state(head: bytes) -> bool:
    """Whether a file that begins so is a state, compressed or not.

    >>> is_state(b'{"schema": "xentcli/state/1", '), is_state(b'{"label": "cat", "p": 0.5}')
    (True, False)
    """
    return _MARK.match(beginning(head)) is not None


def is_a_state(path: str) -> bool:
    """Whether a file is a state; a pipe is not opened to find out."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return is_state(file.read(HEAD_BYTES))
    except OSError:
        return False
