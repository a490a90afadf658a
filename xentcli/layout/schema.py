"""Columns as the layout sees them: a name, what it holds, and what it is read for."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.layout import naming
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


_MISSING = {"", "NA", "N/A", "nan", "NaN", "null", "NULL", "None"}


class Kind(StrEnum):
    """What a column holds, as far as the layout needs to know."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    LIST = "list"
    STRUCT = "struct"
    OTHER = "other"
    UNTYPED = "untyped"


class Role(StrEnum):
    """What a column is read for; it decides the Arrow type that the reader delivers.

    LABEL: text (string, large_string or a dictionary of them), any integer, boolean or
    floating type; text is delivered verbatim, never parsed. NUMBER: a floating or integer
    type (text formats deliver float64). VECTOR: list, large_list or fixed_size_list of
    numbers, or a struct as it lies in the file. TEXT: delivered for passing through, in
    the file's own type (text formats deliver string).
    """

    LABEL = "label"
    NUMBER = "number"
    VECTOR = "vector"
    TEXT = "text"


class Column(NamedTuple):
    """A column of a source: its name, what it holds, and the file's own word for its type.

    `size` is the length of a fixed-size list's entries. UNTYPED columns are those of text
    formats, where only the values tell.
    """

    name: str
    kind: Kind
    type: str = ""
    size: int | None = None


class Table(NamedTuple):
    """What is known of a source before its rows are read: its columns and a few sample rows.

    `headerless` tables have numbers, from 1, for names.
    """

    columns: tuple[Column, ...]
    sample: Mapping[str, Sequence[object]]
    headerless: bool = False

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [c.name for c in self.columns]

    @property
    def has_rows(self) -> bool:
        """Whether any row was sampled."""
        return any(len(values) for values in self.sample.values())

    def column(self, name: str, option: str) -> Column:
        """The column that `option` names. Raises InputError with the nearest names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise missing_column(name, self.names, option)

    def texts(self, name: str) -> list[str]:
        """The sampled values of a column as label texts, without the missing ones."""
        texts = (spell(v) for v in self.sample.get(name, ()) if v is not None and not _is_nan(v))
        return [text for text in texts if text]

    def numbers(self, name: str) -> list[float] | None:
        """The sampled values as numbers, without the missing ones; None if most are none."""
        numbers: list[float] = []
        strays = 0
        for value in self.sample.get(name, ()):
            try:
                if value is not None and value not in _MISSING:
                    numbers.append(float(str(value).replace(",", ".")))
            except ValueError:
                strays += 1
        # A stray word among numbers is told as such, with its line, when it is read.
        return None if strays > len(numbers) else numbers

    def is_numeric(self, column: Column) -> bool:
        """Whether a column holds numbers, by its type or, in a text format, by its sample."""
        if column.kind is Kind.UNTYPED:
            return bool(self.numbers(column.name))
        return column.kind is Kind.NUMBER

    def is_vector(self, column: Column) -> bool:
        """Whether a column holds vectors of scores."""
        if column.kind is Kind.UNTYPED:
            texts = self.texts(column.name)
            return bool(texts) and all(_is_list_of_numbers(t) for t in texts)
        return column.kind in (Kind.LIST, Kind.STRUCT)

    def named_classes(self, column: Column) -> tuple[str, ...] | None:
        """The classes that the sampled rows name beside their scores; None where they name none.

        In the order of their numbers or of the alphabet, whatever the order in the rows.
        """
        if column.kind not in (Kind.LIST, Kind.STRUCT):
            return None
        found = [entries_of(value) for value in self.sample.get(column.name, ())]
        there = [entries for entries in found if entries is not None]
        if not there:
            return None
        names = {spell(name) for entries in there for name, _ in entries if name is not None}
        return tuple(sorted(names, key=_by_number))


def items_of(text: str) -> list[str]:
    """The items of a list written as `[0.1, 0.9]`, or as numpy prints it, without commas.

    >>> items_of("[0.1, 0.9]"), items_of("[0.1 0.9]")
    (['0.1', '0.9'], ['0.1', '0.9'])
    """
    return text.strip().strip("[]").replace(",", " ").split()


# The keys of an entry that names its class: BigQuery ML writes `prob`, Hugging Face's pipelines
# write `score`. Vertex AI writes one list of classes and one of scores.
NAME = "label"
SCORES = ("prob", "score", "probability")
LISTS = ("classes", "scores")


def entries_of(value: object) -> list[tuple[object, object]] | None:
    """A vector's classes with their scores, where it names them.

    >>> entries_of([{"label": "cat", "prob": 0.9}])
    [('cat', 0.9)]
    >>> entries_of({"classes": ["cat", "dog"], "scores": [0.9, 0.1]})
    [('cat', 0.9), ('dog', 0.1)]
    >>> entries_of([0.9, 0.1])
    """
    if isinstance(value, dict):
        classes, scores = (value.get(key) for key in LISTS)
        if not isinstance(classes, list) or not isinstance(scores, list):
            return None
        return list(zip_longest(classes, scores))
    if not isinstance(value, list) or not value:
        return None
    key = score_key(value[0]) if isinstance(value[0], dict) else None
    if key is None or not all(isinstance(entry, dict) for entry in value):
        return None
    return [(entry.get(NAME), entry.get(key)) for entry in value]


def score_key(keys: Collection[str]) -> str | None:
    """The key of the score in an entry with these keys, which has to name a class as well."""
    found = [key for key in SCORES if key in keys]
    return found[0] if len(found) == 1 and NAME in keys else None


def _by_number(name: str) -> tuple[bool, int, str]:
    is_number = re.fullmatch(r"-?[0-9]{1,18}", name) is not None
    return not is_number, int(name) if is_number else 0, name


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_list_of_numbers(text: str) -> bool:
    inside = text.strip()
    if not (inside.startswith("[") and inside.endswith("]")):
        return False
    try:
        return bool([float(item) for item in items_of(text)])
    except ValueError:
        return False


_REPEATED = ("--by", "--keep")


def missing_column(name: str, names: Sequence[str], option: str | None = None) -> InputError:
    """The error for a column that is not there, with the nearest names."""
    near = naming.nearest(name, names)
    hint = f"did you mean {quoted(near)}?" if near else f"the columns are {quoted(names)}"
    parts = name.split(",")
    if option in _REPEATED and len(parts) > 1 and all(part in names for part in parts):
        hint = f"name one column at a time: {' '.join(f'{option} {shown(part)}' for part in parts)}"
    asked = "" if option is None else f"{option}: "
    return InputError(f"{asked}there is no column '{shown(name)}'", hint=hint)


def quoted(names: Sequence[str], limit: int = 24) -> str:
    """Names for a message: quoted, escaped, and not more than `limit` of them.

    >>> quoted(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    text = ", ".join(f"'{shown(n, 40)}'" for n in names[:limit])
    return f"{text} and {len(names) - limit} more" if len(names) > limit else text
