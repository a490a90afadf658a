"""Options of a command from a table of a file: below the environment and the command line."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.commands.options.taking import taken
from xentcli.errors import UsageError
from xentcli.layout.naming import nearest
from xentcli.options.declaring import PATH, PATHS_BEHIND, Kind
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import typer


_LEFT_OUT = frozenset({"config", "no_config", "help"})
_WANTED = {"boolean": "true or false", "float": "a number", "int": "a whole number"}


def set_defaults(context: typer.Context, table: Table) -> None:
    """Makes a table's entries the defaults of the options that they name.

    Raises UsageError, with the file and the key, for one that names none or does not fit.
    """
    known = _parameters(context)
    declared = taken(context.command.name or "")
    defaults: dict[str, Any] = {}
    entries = dict(table.entries)
    if entries.pop("json", False):
        entries.setdefault("format", "json")  # a name for it that -f overrides
    for key, value in entries.items():
        parameter = known.get(key.replace("_", "-"))
        if parameter is None:
            near = nearest(key.replace("_", "-"), known)
            hint = f"did you mean {' or '.join(near)}?" if near else "keys are names of options"
            raise table.error(key, "there is no such option", hint)
        if parameter.name in defaults:
            raise table.error(key, "is given twice")
        # What no option declares is the argument: paths.
        kind = declared[parameter.name].kind if parameter.name in declared else PATH
        defaults[parameter.name] = _Entry(table, key, parameter, kind).read(value)
    context.default_map = defaults


def _parameters(context: typer.Context) -> dict[str, Any]:
    """The options by their long names, and the argument by that of one source."""
    known: dict[str, Any] = {}
    for parameter in context.command.params:
        if parameter.name in _LEFT_OUT:
            continue
        if parameter.param_type_name == "argument":
            known["source"] = parameter
        for name in parameter.opts:
            if name.startswith("--"):
                known[name.removeprefix("--")] = parameter
    return known


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


class _Entry(NamedTuple):
    """A key of a table, and the parameter that it names."""

    table: Table
    key: str
    parameter: Any
    kind: Kind

    def read(self, value: object) -> object:
        """Its value as the command line would give it."""
        if self.parameter.nargs == -1 or getattr(self.parameter, "multiple", False):
            return [self._one(each) for each in (value if isinstance(value, list) else [value])]
        if isinstance(value, list) and self.kind.commas:
            names = [self._one(each) for each in value]
            if any("," in str(name) for name in names):
                raise self.table.error(self.key, "names in a list hold no commas")
            return ",".join(map(str, names))
        return self._one(value)

    def _one(self, value: object) -> object:
        name = self.parameter.type.name
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits: Mapping[str, bool] = {
            "boolean": isinstance(value, bool),
            "float": whole or isinstance(value, float),
            "int": whole,
        }
        as_text = isinstance(value, str) or (whole and self.kind.numbers)
        if not fits.get(name, as_text):
            wanted = _WANTED.get(name, "text")
            raise self.table.error(self.key, f"takes {wanted}, not {_shown(value)}")
        if name in _WANTED:
            return value
        text = str(value)
        choices = getattr(self.parameter.type, "choices", ())
        words = [str(getattr(c, "value", c)) for c in choices]
        if words and text not in words:
            told = f"is one of {', '.join(words)}, not {_shown(value)}"
            raise self.table.error(self.key, told)
        return _placed(self.kind, text, self.table.folder)


def _shown(value: object) -> str:
    from xentcli.text import shown

    return f"'{shown(value, 60)}'" if isinstance(value, str) else shown(repr(value), 60)


def _placed(kind: Kind, text: str, folder: str) -> str:
    """A path of the file, as seen from the working directory; any other text as it is."""
    if kind is PATHS_BEHIND:
        form, separator, path = text.partition("=")
        return f"{form}{separator}{_beside(path, folder)}" if path else text
    return _beside(text, folder) if kind is PATH else text


def _beside(path: str, folder: str) -> str:
    if path == "-" or not folder or os.path.isabs(path):
        return path
    return os.path.join(glob.escape(folder) if glob.has_magic(path) else folder, path)


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
    whole = _parsed(path)
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


def _parsed(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{shown(path)}: {shown(str(error))}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{shown(path)}: {reason}") from None
