"""Fields of CSV: numbers in full precision, text that no spreadsheet runs."""

from __future__ import annotations

import math

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = frozenset('",\r\n')


def text_field(text: str) -> str:
    """A field of text.

    >>> text_field("=cmd()"), text_field('a "b", c'), text_field("")
    ("'=cmd()", '"a ""b"", c"', '""')
    """
    if text.startswith(_FORMULA):
        text = "'" + text
    # A lone surrogate cannot be written as UTF-8.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if text == "" or text != text.strip() or not _QUOTED.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def number_field(number: float | None) -> str:
    """A number in full precision; nothing where it is undefined."""
    if number is None or math.isnan(number):
        return ""
    # The repr of a float is its shortest exact spelling; that of a numpy scalar names its type.
    return repr(float(number))
