r"""Values as JSON that any RFC 8259 reader takes, nothing lost or hidden in it; and back.

>>> one_line({"loss": float("inf"), "brier": float("nan"), "name": "caf\xe9\x9b"})
'{"loss": "Infinity", "brier": null, "name": "café\\u009b"}'
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# What json leaves as it is although it is invisible, moves the cursor, ends a line of
# JavaScript or is no character at all. Escaped, it still reads back as the same text.
_HIDDEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def one_line(value: Any) -> str:
    """`value` as JSON on one line; infinities are strings, NaN is null."""
    return _escaped(json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def lines(records: Iterable[Any]) -> str:
    """Values as JSON, one a line."""
    return "".join(one_line(record) + "\n" for record in records)


def spread(value: Any) -> str:
    """A value with a line for everything in it, and its text as it is."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def indented(record: Mapping[str, Any], levels: int = 2) -> str:
    """An object over several lines: one for each figure, class and finding.

    So many levels are broken into lines and the rest stays together, so that the text is
    easily read, and `grep` finds a class with its figures.
    """
    return _escaped(_broken(plain(record), "", levels))


def _broken(value: Any, margin: str, levels: int) -> str:
    if levels == 0 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = margin + "  "
    if isinstance(value, list):
        if not any(isinstance(item, dict) for item in value):
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
        items = [inner + _broken(item, inner, levels - 1) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{margin}]"
    items = [
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_broken(item, inner, levels - 1)}"
        for key, item in value.items()
    ]
    return "{\n" + ",\n".join(items) + f"\n{margin}}}"


def plain(value: Any, other: Callable[[Any], Any] | None = None) -> Any:
    """A value as JSON can hold it: `Infinity` is a text, NaN null, a named tuple an object.

    `other` makes of what else there is a value with a place in JSON; without it, a value of no
    such kind raises TypeError.

    >>> plain({"p": (0.5, float("-inf"), float("nan"))})
    {'p': [0.5, '-Infinity', None]}
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return spelled(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, other) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, other) for item in value]
    return _of_ours(value) if other is None else other(value)


def _of_ours(value: Any) -> Any:
    if isinstance(value, tuple):
        return plain(value._asdict() if hasattr(value, "_asdict") else list(value))
    if hasattr(value, "item"):  # a numpy scalar
        return plain(value.item())
    raise TypeError(f"a {type(value).__name__} has no place in JSON")


def spelled(value: float) -> float | str | None:
    """A float as JSON spells it, which has neither infinities nor NaN."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    return "Infinity" if value > 0 else "-Infinity"


# What an object holds, as it is read back.


def number(value: Any, most: float = math.inf, otherwise: str = "is no number") -> float:
    """The number that `spelled` spelled, below `most`, which infinities are not.

    Raises ValueError for anything else, which says `otherwise`.

    >>> number(2), number("-Infinity")
    (2.0, -inf)
    """
    if value in ("Infinity", "-Infinity") and most == math.inf:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < most:
        raise ValueError(f"{value!r} {otherwise}")
    return float(value)


# Counts, and sums of them, stay far below what int64 holds.
_MOST_COUNT = 1 << 62


def whole(
    value: Any,
    least: int = 0,
    most: float = _MOST_COUNT,
    otherwise: str = "where a whole number belongs",
) -> int:
    """A whole number from `least` to below `most`. Raises ValueError for anything else."""
    if type(value) is not int or not least <= value < most:
        raise ValueError(f"{value!r} {otherwise}")
    return value


def text(value: Any, otherwise: str = "where a text belongs") -> str:
    """A text. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} {otherwise}")
    return value


def text_or_none(value: Any) -> str | None:
    """A text, or nothing. Raises TypeError for anything else."""
    return None if value is None else text(value)


def texts(values: Any) -> tuple[str, ...]:
    """Several texts. Raises TypeError for anything else."""
    if not isinstance(values, list):
        raise TypeError(f"{values!r} where a list belongs")
    return tuple(map(text, values))


def flag(value: Any) -> bool:
    """True or false. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} where true or false belongs")
    return value


def _escaped(text: str) -> str:
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
