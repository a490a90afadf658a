"""State files: JSON under a digest, gzip around it where the name says so."""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from xentcli.errors import InputError
from xentcli.jobs.states.record import record_of, saved_from
from xentcli.reading.bytes.compression import beginning, decompressed
from xentcli.reading.bytes.inputs import Input
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.jobs.states.saved import Saved

SCHEMA = "xentcli/state/1"
_FAMILY = "xentcli/state/"
_HINT = "make it again with `xent eval --state`"


def read_state(path: str) -> Saved | None:
    """The state in a file or stream (`-`); None where that holds something else.

    Raises InputError for a state that is damaged, or of a version that is not known.
    """
    supply = Input(path)
    try:
        if not is_state(supply.stream().peek(HEAD_BYTES)):
            return None
        return state_in(supply)
    finally:
        supply.close()


def state_in(supply: Input) -> Saved:
    """The state that an opened file or stream holds, of which nothing was read yet."""
    try:
        with decompressed(supply.begin()) as stream:
            content = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{supply.name}: is a damaged state: {error}", hint=_HINT) from None
    return parse(content or b"", supply.name)


def state_text(saved: Saved) -> str:
    """The text of a state's file: a line for each key, what it is and its digest first."""
    record = record_of(saved)
    lines = [f'"schema": "{SCHEMA}"', f'"digest": "{_digest(record)}"']
    lines += [f"{json.dumps(key)}: {_compact(value)}" for key, value in record.items()]
    return "{" + ",\n ".join(lines) + "}\n"


def state_bytes(saved: Saved, path: str) -> bytes:
    """The content of a state's file of this name."""
    data = state_text(saved).encode("ascii")
    return gzip.compress(data, 6, mtime=0) if path.endswith(".gz") else data


def parse(content: bytes, name: str) -> Saved:
    """Reads the content of a state's file, called `name`.

    Raises InputError for what is none, is damaged or edited, or of a version that is not known.
    """
    try:
        record = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InputError(f"{name}: is a damaged state: it is not JSON", hint=_HINT) from None
    schema = record.pop("schema", None) if isinstance(record, dict) else None
    if schema != SCHEMA:
        other = isinstance(schema, str) and schema.startswith(_FAMILY)
        raise InputError(
            f"{name}: is a state of a version that is not known: '{shown(str(schema), 40)}'"
            if other
            else f"{name}: is not a state: it has no schema '{SCHEMA}'",
            hint="it was made by another version of xent" if other else None,
        )
    if record.pop("digest", None) != _digest(record):
        raise InputError(
            f"{name}: is a damaged state: its content is not what its digest says", hint=_HINT
        )
    try:
        return saved_from(record, name)
    except KeyError as error:
        problem = f"{error} is missing"
    except (TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        problem = str(error)
    raise InputError(f"{name}: is a damaged state: {shown(problem, 80)}", hint=_HINT)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _digest(record: Mapping[str, Any]) -> str:
    """A digest of the content, however it is laid out."""
    text = json.dumps(record, separators=(",", ":"), sort_keys=True)
    return f"sha256:{sha256(text.encode('ascii')).hexdigest()}"


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
