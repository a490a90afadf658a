"""Options of a command from a table of a file: below the environment and the command line."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Any

from xentcli.layout.naming import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from xentcli.jobs.checking.settings import Table

# Options whose values are paths, or name one behind an equals sign.
_PATHS = frozenset({"sources", "baseline", "output"})
_EXPORT = "export"
# Lists that are written as one text on the command line.
_COMMA_LISTS = frozenset({"classes", "scores"})
_LEFT_OUT = frozenset({"config", "no_config", "help"})
_KINDS = {"boolean": "true or false", "float": "a number", "int": "a whole number"}
# Labels, classes, bases and the columns of files without a header may be whole numbers.
_NUMBERED = frozenset(
    {"base", "by", "classes", "cluster", "count", "id", "ignore_label", "positive", "scores"}
) | {"target", "weight"}


def set_defaults(context: typer.Context, table: Table) -> None:
    """Makes a table's entries the defaults of the options that they name.

    Raises UsageError, with the file and the key, for one that names none or does not fit.
    """
    known = _parameters(context)
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
        defaults[parameter.name] = _read(table, key, parameter, value)
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


def _read(table: Table, key: str, parameter: Any, value: object) -> object:
    several = parameter.nargs == -1 or getattr(parameter, "multiple", False)
    if several:
        values = value if isinstance(value, list) else [value]
        return [_one(table, key, parameter, each) for each in values]
    if isinstance(value, list) and parameter.name in _COMMA_LISTS:
        names = [_one(table, key, parameter, each) for each in value]
        if any("," in str(name) for name in names):
            raise table.error(key, "names in a list hold no commas")
        return ",".join(map(str, names))
    return _one(table, key, parameter, value)


def _one(table: Table, key: str, parameter: Any, value: object) -> object:
    """A value as the command line would give it."""
    kind = parameter.type.name
    whole = isinstance(value, int) and not isinstance(value, bool)
    fits: Mapping[str, bool] = {
        "boolean": isinstance(value, bool),
        "float": whole or isinstance(value, float),
        "int": whole,
    }
    as_text = isinstance(value, str) or (whole and parameter.name in _NUMBERED)
    if not fits.get(kind, as_text):
        wanted = _KINDS.get(kind, "text")
        raise table.error(key, f"takes {wanted}, not {_shown(value)}")
    if kind in _KINDS:
        return value
    text = str(value)
    choices = [str(getattr(c, "value", c)) for c in getattr(parameter.type, "choices", ())]
    if choices and text not in choices:
        raise table.error(key, f"is one of {', '.join(choices)}, not {_shown(value)}")
    return _placed(parameter.name, text, table.folder)


def _shown(value: object) -> str:
    from xentcli.text import shown

    return f"'{shown(value, 60)}'" if isinstance(value, str) else shown(repr(value), 60)


def _placed(name: str, text: str, folder: str) -> str:
    """A path of the file, as seen from the working directory; any other text as it is."""
    if name == _EXPORT:
        form, separator, path = text.partition("=")
        return f"{form}{separator}{_beside(path, folder)}" if path else text
    return _beside(text, folder) if name in _PATHS else text


def _beside(path: str, folder: str) -> str:
    if path == "-" or not folder or os.path.isabs(path):
        return path
    return os.path.join(glob.escape(folder) if glob.has_magic(path) else folder, path)
