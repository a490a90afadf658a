"""SOURCE arguments as the files they stand for."""

from __future__ import annotations

import glob
import os
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from xentcli.errors import InputError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_STDIN = "-"
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


class Part(NamedTuple):
    """One file of a data set, and the columns that the names of its directories give it.

    `skipped` counts the files beside it that are no data, told by the first part of a directory.
    """

    path: str
    partitions: Mapping[str, str | None] = MappingProxyType({})
    skipped: int = 0


def expand(arguments: Sequence[str]) -> list[Part]:
    """The files that `arguments` stand for, in their order, each file once.

    An argument is a file, a directory (searched through and through, in the order of names),
    a glob that the shell left alone, or `-` for standard input. In directories only files
    with the suffix of a format count, and none whose name begins with `_` or `.`; where there
    are none, states (`.xent`).

    Raises `InputError` for what does not exist, is empty or matches nothing.
    """
    parts: dict[object, Part] = {}
    for argument in arguments:
        for part in _expanded(argument):
            parts.setdefault(_identity(part.path), part)
    return list(parts.values())


def partitions_of(directories: Sequence[str]) -> dict[str, str | None]:
    """The columns in directory names of the form `name=text`, percent escapes decoded.

    >>> partitions_of(["data", "country=de", "label=a%2Fb", "day=__HIVE_DEFAULT_PARTITION__"])
    {'country': 'de', 'label': 'a/b', 'day': None}
    """
    pairs = (name.partition("=") for name in directories if "=" in name.strip("="))
    return {
        unquote(key): None if text == _NULL_PARTITION else unquote(text)
        for key, _, text in pairs
        if key
    }


def _expanded(argument: str) -> list[Part]:
    if argument == _STDIN:
        return [Part(argument)]
    if Path(argument).is_dir():
        return _directory(argument)
    if os.path.lexists(argument):
        return [Part(argument)]
    if glob.has_magic(argument):
        return _matches(argument)
    raise _missing(argument)


def _directory(top: str) -> list[Part]:
    every = list(_files(top, set()))
    # States beside predictions are of them; by themselves they are what is asked for.
    data = list(filter(_is_data, every)) or list(filter(_is_state, every))
    others = len(every) - len(data)
    if not data:
        raise InputError(
            f"{shown(top)}: there are no data files in this directory"
            + (f" ({others} other file{'s' * (others > 1)})" if others else "")
        )
    parts = [Part(path, _partitions_below(top, path)) for path in data]
    return [Part(parts[0].path, parts[0].partitions, others), *parts[1:]]


def _matches(pattern: str) -> list[Part]:
    found = sorted(glob.glob(pattern, recursive=True))  # Path.glob takes no absolute one
    parts = list[Part]()
    fixed = glob_root(pattern)
    for path in found:
        if Path(path).is_dir():
            inner = _directory(path) if "**" not in pattern else []
            parts += [Part(p.path, _partitions_below(fixed, p.path), p.skipped) for p in inner]
        else:
            parts.append(Part(path, _partitions_below(fixed, path)))
    if not parts:
        raise InputError(f"{shown(pattern)}: no file matches")
    return parts


def glob_root(pattern: str) -> str:
    """The directory above the first wildcard.

    >>> glob_root("data/day=*/part-*.csv")
    'data'
    """
    root = Path(pattern)
    while glob.has_magic(str(root)):
        root = root.parent
    return str(root)


def _files(directory: str, above: set[tuple[int, int]]) -> Iterator[str]:
    """All files below, sorted by name; a link to a directory above is not followed."""
    try:
        status = Path(directory).stat()
        here = (status.st_dev, status.st_ino)
        if here in above:
            return
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{shown(directory)}: {reason}") from error
    for entry in entries:
        if entry.is_dir():
            if not entry.name.startswith(("_", ".")):
                yield from _files(entry.path, above | {here})
        else:
            yield entry.path


def _is_data(path: str) -> bool:
    from xentcli.reading.formats import suffix_format  # only directories need it

    return _is_seen(path) and suffix_format(Path(path).name) is not None


def _is_state(path: str) -> bool:
    return _is_seen(path) and path.endswith((".xent", ".xent.gz"))


def _is_seen(path: str) -> bool:
    return not Path(path).name.startswith(("_", "."))


def _partitions_below(top: str, path: str) -> dict[str, str | None]:
    return partitions_of(Path(path).parent.relative_to(top).parts)


def _identity(path: str) -> object:
    """What two names of one file have in common."""
    if path == _STDIN:
        return path
    try:
        status = Path(path).stat()
    except OSError:
        return path
    return status.st_dev, status.st_ino


def _missing(path: str) -> InputError:
    wanted = Path(path)
    try:
        names = [found.name for found in wanted.parent.iterdir()]
    except OSError:
        names = []
    close = get_close_matches(wanted.name, names, n=3, cutoff=0.6)
    near = ", ".join(shown(str(wanted.with_name(found))) for found in close)
    hint = f"nearest names: {near}" if near else None
    return InputError(f"{shown(path)}: there is no such file", hint=hint)
