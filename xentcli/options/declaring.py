"""How an option is declared, once, on the field of the group that holds its value.

A group is a class of annotated fields. `Annotated[float, option("--clip", ...)]` is a field that
users are asked for: its name, its default and its type are those of the option, too. From this
come the parameters of the command line, variables of the environment (`XENT_CLIP`), keys of
configuration files, keyword arguments of Python, and the help of all of them.
"""

from __future__ import annotations

import functools
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args, get_type_hints

from xentcli.errors import UsageError
from xentcli.text import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Choice = TypeVar("Choice", bound=StrEnum)
Group = TypeVar("Group")


class Kind(NamedTuple):
    """How the value of an option is typed, and what is made of that.

    `typed` is the type on the command line, where it is not the value's own; `read` makes the
    value of what is typed there, or given in Python. In a configuration file, whole `numbers` may
    be written as such, and a list where the command line has `commas`.
    """

    typed: Any = None
    read: Callable[..., Any] | None = None
    numbers: bool = False
    commas: bool = False
    what: str = ""


def columns(given: Any) -> tuple[str, ...]:
    """One column, or several.

    >>> columns("a"), columns(["a", "b"]), columns(None)
    (('a',), ('a', 'b'), ())
    """
    if isinstance(given, str):
        return (given,)
    return () if given is None else tuple(given)


def distinct_columns(given: Any) -> tuple[str, ...]:
    """The same, each once."""
    return tuple(dict.fromkeys(columns(given)))


def labels(given: Any) -> tuple[str, ...]:
    """One label or several, of any type, as text.

    >>> labels(-100), labels(["x", 1.0])
    (('-100',), ('x', '1.0'))
    """
    several = isinstance(given, list | tuple | set | frozenset)
    return tuple(map(spell, given)) if several else (spell(given),)


def listed_labels(given: Any) -> tuple[str, ...] | None:
    """Labels between commas, or a list of labels of any type.

    >>> listed_labels("a,b"), listed_labels([0, 1])
    (('a', 'b'), ('0', '1'))
    """
    if given is None:
        return None
    return tuple(given.split(",")) if isinstance(given, str) else tuple(map(spell, given))


def label(given: Any) -> str | None:
    """A label of any type as text."""
    return None if given is None else spell(given)


def listed_columns(given: Any) -> str | None:
    """One column or several, with commas between them.

    >>> listed_columns("prob_*"), listed_columns(["a", 2])
    ('prob_*', 'a,2')
    """
    return ",".join(map(spell, given)) if isinstance(given, list | tuple) else label(given)


PLAIN = Kind()
NUMBERED = Kind(numbers=True)
TEXTS = Kind(list[str] | None, columns)
COLUMNS = Kind(list[str] | None, columns, numbers=True)
DISTINCT_COLUMNS = Kind(list[str] | None, distinct_columns, numbers=True)
LISTED_COLUMNS = Kind(str | None, listed_columns, numbers=True, commas=True)
LABEL = Kind(str | None, label, numbers=True)
LABELS = Kind(list[str] | None, labels, numbers=True)
LISTED_LABELS = Kind(str | None, listed_labels, numbers=True, commas=True)
PATH = Kind(what="a path")
PATHS_BEHIND = Kind(what="paths, each behind a name and an equals sign")


def choice(kind: type[Choice], value: object) -> Choice:
    """The member of a word. Raises UsageError with all words for any other."""
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise UsageError(f"'{value}' is not one of {known}") from None


class Option(NamedTuple):
    """An option: its flags, what its help says, and who heeds it.

    `name` is the longest flag as a name, and `keyword` that in Python. `commands` are those that
    have it, all that take its group where none is named; in those of `elsewhere`, the help is
    another. `python` is the help as a keyword argument; where there is none, there is no such
    argument. `more` is what else the command line has to know.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    panel: str
    metavar: str | None
    kind: Kind
    commands: frozenset[str]
    elsewhere: Mapping[str, str]
    python: str
    keyword: str
    more: Mapping[str, Any]


def option(
    *flags: str,
    help: str,  # noqa: A002 - typer's own word
    panel: str,
    metavar: str | None = None,
    kind: Kind = PLAIN,
    commands: frozenset[str] = frozenset(),
    elsewhere: Mapping[str, str] | None = None,
    python: str = "",
    keyword: str = "",
    **more: Any,
) -> Any:
    """Declares an option.

    >>> option("-m", "--metric", help="A metric.", panel="What is computed").name
    'metric'
    """
    name = max(flags, key=len).partition("/")[0].removeprefix("--").replace("-", "_")
    return Option(
        name=name,
        flags=flags,
        help=help,
        panel=panel,
        metavar=metavar,
        kind=kind,
        commands=commands,
        elsewhere=elsewhere or {},
        python=python,
        keyword=keyword or name,
        more=more,
    )


class Field(NamedTuple):
    """A field of a group: the type and the default of its value, and the options that make it."""

    name: str
    type: Any
    default: Any
    options: tuple[Option, ...]

    @property
    def typed_default(self) -> Any:
        """Its default on the command line, where no list is empty."""
        return None if self.default == () else self.default

    def value(self, given: Mapping[str, Any]) -> Any:
        """Its value, of what is given by the names of the options.

        Raises UsageError for a word that is not among those that an option takes.
        """
        read = self.options[0].kind.read
        if len(self.options) > 1 and read is not None:
            return read(*(given.get(option.name) for option in self.options))
        name = self.options[0].name
        if name not in given:
            return self.default
        value = given[name]
        if read is not None:
            return read(value)
        return self._chosen(value)

    def _chosen(self, value: Any) -> Any:
        types = get_args(self.type) or (self.type,)
        words = types[0]
        if not (isinstance(words, type) and issubclass(words, StrEnum)):
            return value
        return None if value is None and type(None) in types else choice(words, value)


@functools.cache
def fields(group: type) -> tuple[Field, ...]:
    """The fields of a group that users are asked for, in their order."""
    found = []
    defaults = getattr(group, "_field_defaults", None)
    for name, hint in get_type_hints(group, include_extras=True).items():
        options = tuple(m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Option))
        if options:
            default = getattr(group, name) if defaults is None else defaults.get(name)
            found.append(Field(name, hint.__origin__, default, options))
    return tuple(found)


def options(*groups: type, command: str = "") -> Iterator[tuple[Field, Option]]:
    """The options of groups, with their fields; those that one command has, where it is named."""
    for group in groups:
        for field in fields(group):
            for each in field.options:
                if not command or not each.commands or command in each.commands:
                    yield field, each


def built(group: type[Group], given: Mapping[str, Any]) -> Group:
    """A group, of what is given by the names of the options; groups within it, too.

    Raises UsageError for a word that is not among those that an option takes.
    """
    plain: type = group  # type checkers do not see that a class of any type is hashable
    values = {field.name: field.value(given) for field in fields(plain)}
    if not issubclass(group, tuple):
        made = group()
        vars(made).update(values)
        return made
    for name, inner in getattr(group, "__annotations__", {}).items():
        if isinstance(inner, type) and issubclass(inner, tuple):
            values[name] = built(inner, given)
    return group(**values)
