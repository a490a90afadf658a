r"""JSON that any RFC 8259 reader takes, with nothing lost and nothing hidden in it.

>>> one_line({"loss": float("inf"), "brier": float("nan"), "name": "caf\xe9\x9b"})
'{"loss": "Infinity", "brier": null, "name": "café\\u009b"}'
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# What json leaves as it is although it is invisible, moves the cursor, ends a line of
# JavaScript or is no character at all. Escaped, it still reads back as the same text.
_HIDDEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def one_line(value: Any) -> str:
    """`value` as JSON on one line; infinities are strings, NaN is null."""
    return _escaped(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False))


def indented(record: Mapping[str, Any], levels: int = 2) -> str:
    """An object over several lines: one for each figure, class and finding.

    So many levels are broken into lines and the rest stays together, so that the text is
    easily read, and `grep` finds a class with its figures.
    """
    return _escaped(_broken(_plain(record), "", levels))


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


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return _plain(value.item())
    raise TypeError(f"a {type(value).__name__} has no place in JSON")


def _number(value: float) -> float | str | None:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    return "Infinity" if value > 0 else "-Infinity"


def _escaped(text: str) -> str:
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
