"""Keyword arguments of the Python entry as options."""

from __future__ import annotations

import inspect
import os
import textwrap
from typing import TYPE_CHECKING, Any, TypeVar

from xentcli.errors import UsageError
from xentcli.layout.naming import nearest
from xentcli.options import (
    ColumnOptions,
    CompareKeywords,
    FileOptions,
    Policy,
    ReportOptions,
    RunOptions,
)
from xentcli.options.declaring import options
from xentcli.reading.data_sets import InMemory
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xentcli.options.declaring import Field, Option

Entry = TypeVar("Entry", bound="Callable[..., object]")

# In the order of their help.
SCORING = (ColumnOptions, ReportOptions, Policy, FileOptions, RunOptions)


def keywords(*groups: type, command: str = "") -> dict[str, tuple[Field, Option]]:
    """The keyword arguments of groups; those that a command has as options, where it is named.

    >>> list(keywords(FileOptions))
    ['input_format', 'delimiter', 'no_header', 'encoding']
    """
    found = options(*groups, command=command)
    return {option.keyword: (field, option) for field, option in found if option.python}


def takes(*groups: type, others: bool = False) -> Callable[[Entry], Entry]:
    """Gives a function of `**options` the signature and the help of the arguments of groups.

    They stand where its docstring speaks of `options`, before that where it takes `others`, too.
    """

    def decorate(function: Entry) -> Entry:
        known = keywords(*groups)
        whole = inspect.signature(function)
        *own, rest = whole.parameters.values()
        own += [_parameter(name, field) for name, (field, _) in known.items()]
        own += [rest.replace(annotation=Any)] if others else []
        # What `inspect` and `help` show.
        function.__signature__ = whole.replace(parameters=own)  # type: ignore[attr-defined]
        told = "\n".join(_told(f"{name}: {o.python}") for name, (_, o) in known.items())
        before, mark, after = (function.__doc__ or "").partition("        options: ")
        after = f"\n{mark}{after}" if others else after[after.find("\n") :]
        function.__doc__ = f"{before}{told}{after}"
        return function

    return decorate


def _parameter(name: str, field: Field) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=field.default,
        annotation=CompareKeywords.__annotations__[name],
    )


def _told(text: str) -> str:
    """An argument in a docstring."""
    first, others = " " * 8, " " * 12
    return textwrap.fill(
        text, 100, initial_indent=first, subsequent_indent=others, break_on_hyphens=False
    )


def by_option(
    given: Mapping[str, Any],
    caller: Callable[..., object],
    known: Mapping[str, tuple[Field, Option]],
) -> dict[str, Any]:
    """Keyword arguments by the names of options.

    Raises UsageError for one that a function does not have.

    >>> def compare(*data, **options): ...
    >>> by_option({"clip": 0.1}, compare, keywords(Policy))
    {'clip': 0.1}
    >>> by_option({"clib": 0.1}, compare, keywords(Policy))
    Traceback (most recent call last):
        ...
    xentcli.errors.UsageError: compare() has no option 'clib'
    """
    for name in given:
        if name not in known:
            near = nearest(name, sorted({*known, *(getattr(caller, "__kwdefaults__", None) or ())}))
            hint = f"did you mean {' or '.join(near)}?" if near else None
            raise UsageError(f"{caller.__name__}() has no option '{shown(name)}'", hint=hint)
    return {known[name][1].name: value for name, value in given.items()}


def paths_of(data: object) -> list[str] | None:
    """The paths that `data` is, or None where it is a table."""
    if isinstance(data, str | os.PathLike):
        return [os.fspath(data)]
    if isinstance(data, list | tuple) and all(isinstance(p, str | os.PathLike) for p in data):
        return [os.fspath(p) for p in data]
    return None


def table_of(data: Any, name: str = "<data>") -> InMemory:
    """A table in memory as a data set, which errors call so."""
    from xentcli.reading.memory import FrameSource

    source = FrameSource(data, name)
    return InMemory(source, source.again)
