"""How a command takes groups of options.

`takes(name=Group)` gives a command function the options that `Group` declares as annotated
attributes, and hands it one instance under that name.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable


@functools.cache
def _fields(group: type) -> dict[str, Any]:
    """The options of a group by name."""
    return get_type_hints(group, include_extras=True)


def takes(**groups: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options of groups; each group arrives as one argument."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = get_type_hints(command, include_extras=True)
        parameters = [
            p.replace(annotation=own[p.name])
            for p in inspect.signature(command).parameters.values()
            if p.name not in groups
        ]
        fields = {name: _fields(group) for name, group in groups.items()}
        for name, group in groups.items():
            parameters += [
                inspect.Parameter(
                    field,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=getattr(group, field),
                    annotation=annotation,
                )
                for field, annotation in fields[name].items()
            ]

        @functools.wraps(command)
        def wrapper(**given: Any) -> None:
            for name, group in groups.items():
                instance = group()
                for field in fields[name]:
                    setattr(instance, field, given.pop(field))
                given[name] = instance
            command(**given)

        wrapper.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        )
        wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
        del wrapper.__wrapped__  # typer would read the signature through it
        return wrapper

    return decorate
