"""The table of a gate in `xent.toml` (`[check]`) or `pyproject.toml` (`[tool.xentcli.check]`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import UsageError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Where the table is in files of these names; in files of other names, wherever it is found.
_OWN = "xent.toml"
_PLACES = {_OWN: ("check",), "pyproject.toml": ("tool", "xentcli", "check")}


class Table(NamedTuple):
    """What a file says of the gate, and where: paths in it are relative to its folder."""

    path: str
    place: tuple[str, ...]
    entries: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """The file's folder; empty for the working directory."""
        return os.path.dirname(self.path)

    def error(self, key: str, problem: str, hint: str | None = None) -> UsageError:
        """An error about a key."""
        where = f"{shown(self.path)}: [{'.'.join(self.place)}] {shown(key)}"
        return UsageError(f"{where}: {problem}", hint=hint)


def found(start: str = "") -> Table | None:
    """The nearest table of the folder `start` and those above it, up to that of a repository.

    In one folder, `xent.toml` comes first. None where there is no table.
    """
    for folder in _folders(start):
        for name, place in _PLACES.items():
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                table = _table(path, (place,))
                if table is None and name == _OWN:
                    raise UsageError(
                        f"{shown(path)}: has no table [check]",
                        hint="options of the gate go below [check]",
                    )
                if table is not None:
                    return table
    return None


def named(path: str) -> Table:
    """The table of a file. Raises UsageError where there is none."""
    places = (_PLACES.get(os.path.basename(path)),) if os.path.basename(path) in _PLACES else ()
    table = _table(path, tuple(p for p in places if p) or tuple(_PLACES.values()))
    if table is None:
        tables = " or ".join(
            f"[{'.'.join(place)}]" for place in places or _PLACES.values() if place
        )
        raise UsageError(f"{shown(path)}: has no table {tables}")
    return table


def _folders(start: str) -> Iterator[str]:
    """The folder and those above it, up to the root of a repository, as short relative paths."""
    here = os.path.abspath(start or ".")
    folder = start
    while True:
        yield folder
        above = os.path.dirname(here)
        if os.path.exists(os.path.join(here, ".git")) or above == here:
            return
        here, folder = above, os.path.join(folder, "..") if folder else ".."


def _table(path: str, places: tuple[tuple[str, ...], ...]) -> Table | None:
    whole = _read(path)
    if _PLACES["pyproject.toml"] in places:
        _refuse_misnamed(path, whole)
    for place in places:
        part: Any = whole
        for key in place:
            part = part.get(key) if isinstance(part, dict) else None
        if part is not None:
            if not isinstance(part, dict):
                raise UsageError(f"{shown(path)}: [{'.'.join(place)}] is no table")
            others = [key for key in whole if key != place[0]]
            if len(place) == 1 and others:
                raise UsageError(
                    f"{shown(path)}: '{shown(others[0])}' stands outside of [check]",
                    hint="options of the gate go below [check]",
                )
            return Table(path, place, part)
    return None


def _refuse_misnamed(path: str, whole: Mapping[str, Any]) -> None:
    """Raises UsageError for a table that is meant for the gate, and is not named so."""
    tools = whole.get("tool")
    if not isinstance(tools, dict):
        return
    own = tools.get("xentcli")
    wrong = (
        [f"tool.xentcli.{key}" for key in own if key != "check"] if isinstance(own, dict) else []
    )
    wrong += ["tool.xent"] if "xent" in tools else []
    if wrong:
        raise UsageError(
            f"{shown(path)}: [{shown(wrong[0])}] is no table of xent's",
            hint="options of the gate go below [tool.xentcli.check]",
        )


def _read(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{shown(path)}: {shown(str(error))}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{shown(path)}: {reason}") from None
