"""How a command takes groups of options.

`takes("eval", Group, ...)` gives a command function the options that the groups declare for it,
as parameters that typer reads, and hands it what was typed as `given`.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from xentcli.options.declaring import Field, Option, built, options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Group = TypeVar("Group")

# The options of every command that has been loaded, by their names.
_TAKEN: dict[str, dict[str, Option]] = {}


class Given:
    """What a command was given."""

    def __init__(self, typed: Mapping[str, Any]) -> None:
        self._typed = {name: value for name, value in typed.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        """Whether an option has a value: was given one, where it has none of itself."""
        return name in self._typed

    def value(self, group: type[Group]) -> Group:
        """The value of a group. Raises UsageError for options that contradict each other."""
        return built(group, self._typed)

    def changed(self, *groups: type) -> list[str]:
        """The names of the options of groups that were given another value than they have."""
        return [
            option.name
            for field, option in options(*groups)
            if (self._typed.get(option.name) or None) != (field.default or None)
        ]


def taken(command: str) -> Mapping[str, Option]:
    """The options of a command by their names."""
    return _TAKEN[command]


def takes(
    command: str, *groups: type, panels: Mapping[str, str] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options of groups; `panels` of its help that are called otherwise."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = get_type_hints(function, include_extras=True)
        parameters = [
            p.replace(annotation=own[p.name])
            for p in inspect.signature(function).parameters.values()
            if p.name != "given"
        ]
        asked = list(options(*groups, command=command))
        _TAKEN[command] = {option.name: option for _, option in asked}
        parameters += [_parameter(f, option, command, panels or {}) for f, option in asked]

        @functools.wraps(function)
        def wrapper(**typed: Any) -> None:
            given = Given({option.name: typed.pop(option.name) for _, option in asked})
            function(**typed, given=given)

        wrapper.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        )
        wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
        del wrapper.__wrapped__  # typer would read the signature through it
        return wrapper

    return decorate


def _parameter(
    field: Field, option: Option, command: str, panels: Mapping[str, str]
) -> inspect.Parameter:
    """An option as typer takes it; it also comes from the environment variable XENT_NAME."""
    declared = typer.Option(
        *option.flags,
        # Square brackets are rich's markup.
        help=option.elsewhere.get(command, option.help).replace("[", r"\["),
        metavar=option.metavar,
        rich_help_panel=panels.get(option.panel, option.panel),
        show_envvar=False,
        show_default=False,
        **{"envvar": f"XENT_{option.name.upper()}", **option.more},
    )
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        # On the command line, a list of nothing is none.
        default=None if field.default == () else field.default,
        annotation=Annotated[option.kind.typed or field.type, declared],
    )
