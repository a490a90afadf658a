"""Which text is a number: plain decimal notation, as Python's `float` reads it, and no more."""

from __future__ import annotations

import math
import re
from typing import Final

MISSING: Final = ("", "nan", "NaN", "NA", "N/A", "null", "NULL", "None", "<NA>")
"""Text in a number's place that says: there is none."""

_SPACE = " \t\n\v\f\r"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INFINITY = re.compile(r"[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)
_NAN = re.compile(r"[+-]?nan", re.ASCII | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


class NotANumberError(ValueError):
    """Text that is not a number: the problem without the text, and a hint where one helps."""

    def __init__(self, problem: str, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def number(text: str, decimal_point: str = ".") -> float | None:
    """The float64 that `text` spells; None where it says that there is none.

    Raises `NotANumberError`.

    >>> number(" +1.5e-3 "), number("NA"), number("-Infinity")
    (0.0015, None, -inf)
    >>> number("0,93", decimal_point=",")
    0.93
    >>> number("1e400")
    Traceback (most recent call last):
    xentcli.reading.numerals.NotANumberError: is out of the range of float64
    """
    spelled = text.strip(_SPACE)
    if decimal_point != ".":
        if "." in spelled:
            raise NotANumberError("is not a number", f"decimals here follow a '{decimal_point}'")
        spelled = spelled.replace(decimal_point, ".")
    if _NUMBER.fullmatch(spelled):
        value = float(spelled)
        if math.isinf(value):
            raise NotANumberError("is out of the range of float64")
        return value
    if spelled in MISSING or _NAN.fullmatch(spelled):
        return None
    if _INFINITY.fullmatch(spelled):
        return float(spelled)
    raise NotANumberError("is not a number", _hint(spelled))


def is_infinity(text: str) -> bool:
    """Whether `text` spells an infinity, rather than a number too large.

    >>> is_infinity("-inf"), is_infinity("1e999")
    (True, False)
    """
    return _INFINITY.fullmatch(text.strip(_SPACE)) is not None


def has_decimal_comma(text: str) -> bool:
    """Whether `text` looks like a number with a decimal comma."""
    return _DECIMAL_COMMA.fullmatch(text.strip(_SPACE)) is not None


def is_plain(text: str) -> bool:
    """Whether `text` is a number in plain decimal notation."""
    return _NUMBER.fullmatch(text.strip(_SPACE)) is not None


def _hint(text: str) -> str | None:
    if has_decimal_comma(text):
        return "decimal commas? try --delimiter ';' (or convert them to decimal points)"
    return None
