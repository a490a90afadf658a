"""The figures of a report as lines of CSV, one a figure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from xentcli.figures.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report.report import Report, SliceReport

COLUMNS: tuple[str, ...] = (
    "scope",
    "class",
    "metric",
    "value",
    "stderr",
    "lower",
    "upper",
    "confidence",
    "unit",
    "rows",
    "weight",
)
_NUMBER = re.compile(r"-?\d+", re.ASCII)


def _lines(
    scope: str, name: str | None, rows: int, weight: float | None, metrics: Mapping[str, Value]
) -> list[str]:
    # The whole numbers that slices are named by stay numbers, negative ones too.
    plain = scope == "slice" and name is not None and _NUMBER.fullmatch(name)
    head = [scope, "" if name is None else name if plain else text_field(name)]
    tail = [str(int(rows)), number_field(weight)]
    lines = []
    for key, value in metrics.items():
        numbers = (value.value, value.stderr, *(value.interval or (None, None)), value.confidence)
        unit = "" if value.unit is None else text_field(value.unit)
        lines.append(",".join([*head, text_field(key), *map(number_field, numbers), unit, *tail]))
    return lines


def _compared(part: SliceReport) -> dict[str, Value]:
    """What a slice's test against the rest found, as figures."""
    test = part.versus_rest
    figures = {"row_share": Value(part.row_share)}
    if test is not None:
        figures["versus_rest"] = Value(test.difference, test.stderr, unit=test.unit)
        figures["versus_rest.p"] = Value(test.p)
        figures["versus_rest.p_holm"] = Value(test.p_holm)
    return figures


def _bins(report: Report) -> list[tuple[str, int, float, dict[str, Value]]]:
    """What the bins of `--calibration` hold, each under the ends of its bin."""
    section = report.calibration
    if section is None:
        return []
    sure = next((v.confidence for v in report.metrics.values() if v.confidence), None)
    found = []
    for b in section.bins:
        observed = Value(b.observed, None, b.interval, sure if b.interval else None)
        figures = {"predicted": Value(b.predicted), "observed": observed}
        found.append((f"{b.low:.6g} to {b.high:.6g}", b.rows, b.weight, figures))
    return found


def figure_lines(report: Report) -> list[str]:
    """One line a figure: those over all rows, then those of each class, then of each slice."""
    lines = _lines("overall", None, report.source.rows, None, report.metrics)
    for entry in report.classes:
        lines += _lines("class", entry.name, entry.rows, entry.weight, entry.metrics)
    for bin_name, rows, weight, figures in _bins(report):
        lines += _lines("bin", bin_name, rows, weight, figures)
    for part in report.slices:
        figures = {**part.metrics, **_compared(part)}
        lines += _lines("slice", part.name, part.rows, part.weight, figures)
    return lines


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
