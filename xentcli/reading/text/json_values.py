"""JSON read line by line with Python's own parser, numbers kept as they are spelled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xentcli.errors import RowError
from xentcli.layout.schema import LISTS, Role, entries_of
from xentcli.reading.arrays import Labelled
from xentcli.reading.bytes.encoding import not_utf8
from xentcli.reading.numerals import NotANumberError, number
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_SHOWN = 60
WORDS = ("NaN", "Infinity", "-Infinity")


class Spelled(str):
    """A JSON number as it is spelled in the file."""

    __slots__ = ()


class JsonObject(dict[str, Any]):
    """An object, and the keys that it has twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twins = (
            {key for key in keys if keys.count(key) > 1} if len(self) < len(keys) else set()
        )


_DECODER = json.JSONDecoder(
    object_pairs_hook=JsonObject, parse_float=Spelled, parse_int=Spelled, parse_constant=Spelled
)


def objects(data: memoryview) -> Iterator[JsonObject]:
    """The objects in `data`, one a line; blank lines are skipped.

    Raises `RowError` for a line that is no JSON object.
    """
    row = 0
    for line in bytes(data).split(b"\n"):
        if line.strip():
            yield _object(line, row)
            row += 1


def _object(line: bytes, row: int) -> JsonObject:
    try:
        value = _DECODER.decode(line.decode().strip(" \t\r"))
    except UnicodeDecodeError as error:
        problem, hint = not_utf8(line[error.start])
        raise RowError(problem, row=row, hint=hint) from error
    except json.JSONDecodeError as error:
        problem = f"not valid JSON: {error.msg} (character {error.pos + 1})"
        raise RowError(problem, row=row) from error
    except (ValueError, RecursionError) as error:
        raise RowError("not valid JSON: nested too deeply", row=row) from error
    if not isinstance(value, JsonObject):
        raise RowError(f"{_shown(value)} is not a JSON object", row=row)
    return value


def values_of(
    object_: JsonObject, roles: Mapping[str, Role], row: int, passed: Collection[str] = ()
) -> Iterator[object]:
    """What `object_` holds for each of `roles`; a key that is missing or null gives None.

    Of the keys `passed`, the JSON that stands there.
    Raises `RowError` for a key that is there twice or holds what its role cannot be.
    """
    for key, role in roles.items():
        if key in object_.twins:
            raise RowError("the key is there twice", row=row, column=key)
        value = object_.get(key)
        try:
            convert = spelled if key in passed else _CONVERTERS[role]
            yield None if value is None else convert(value)
        except NotANumberError as error:
            problem = f"{_shown(value)} {error.problem}"
            raise RowError(problem, row=row, column=key, hint=error.hint) from error


def _label(value: object) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _whole(value) or None
    raise NotANumberError("is not a label")


def _number(value: object) -> float | None:
    match value:
        case Spelled():
            return number(value)
        case str() if value in WORDS:
            return number(value)
        case str():
            raise NotANumberError("is not a number", "numbers in JSON have no quotes")
    raise NotANumberError("is not a number")


def _vector(value: object) -> list[float | None] | Labelled:
    entries = entries_of(value)
    if entries is not None:
        _refuse_crooked(value)
        return Labelled(
            [None if name is None else _label(name) for name, _ in entries],
            [None if score is None else _number(score) for _, score in entries],
        )
    if not isinstance(value, list):
        raise NotANumberError("is not a list of numbers")
    return [None if entry is None else _number(entry) for entry in value]


def _refuse_crooked(value: Any) -> None:
    """Raises for a labelled vector of two lengths, or with a key that is there twice."""
    parts: list[JsonObject] = value if isinstance(value, list) else [value]
    if any(part.twins for part in parts):
        raise NotANumberError("has a key twice")
    if isinstance(value, dict) and len(value[LISTS[0]]) != len(value[LISTS[1]]):
        raise NotANumberError("has not as many scores as classes")


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _whole(value)
    return spelled(value)


def spelled(value: object) -> str:
    """A JSON value on one line, its numbers as in the file; words for numbers are texts.

    >>> spelled([Spelled("1.0"), True, {"a": None}, Spelled("NaN")])
    '[1.0,true,{"a":null},"NaN"]'
    """
    match value:
        case Spelled():
            return f'"{value}"' if value in WORDS else str(value)
        case list():
            return f"[{','.join(map(spelled, value))}]"
        case dict():
            pairs = (f"{json.dumps(key)}:{spelled(entry)}" for key, entry in value.items())
            return f"{{{','.join(pairs)}}}"
    text = json.dumps(value, ensure_ascii=False)
    return text if is_whole(text) else json.dumps(value)


def is_whole(text: str) -> bool:
    """Whether a text holds no half of a character, which JSON can escape and UTF-8 cannot say."""
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(text: str) -> str:
    if not is_whole(text):
        raise NotANumberError("has half of a character, which is no text")
    return str(text)


def _shown(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else spelled(value)
    return shown(text, limit=_SHOWN)


_CONVERTERS: dict[Role, Callable[[object], object]] = {
    Role.LABEL: _label,
    Role.NUMBER: _number,
    Role.VECTOR: _vector,
    Role.TEXT: _text,
}
