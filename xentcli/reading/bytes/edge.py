"""The readers' edge: what the libraries below raise becomes one line that names the file."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.errors import InputError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 300


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns the errors of Arrow, the system and the decompressors into `InputError`."""
    try:
        yield
    except MemoryError as error:
        raise InputError(f"{name}: out of memory") from error
    except (pa.ArrowException, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{name}: {folded(error)}") from error


def folded(error: Exception) -> str:
    r"""The message of `error` as one line that may be shown.

    >>> folded(ValueError("Row #1:\n  bad\x1b[31m"))
    'Row #1: bad\\x1b[31m'
    """
    message = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown(" ".join(message.split()), limit=_LONGEST)
