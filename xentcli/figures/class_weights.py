"""Weights of classes as people write them: `balanced`, `cat=2,dog=1`, or a JSON file."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.layout.labels import ClassIndex
from xentcli.layout.schema import quoted
from xentcli.numerics.exact import ratio
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xentcli.figures.values import Sums

NONE, BALANCED = "none", "balanced"
_LARGEST = 1e60
_LARGEST_FLOAT = math.nextafter(math.inf, 0)


def read(text: str) -> str:
    """The canonical spelling of class weights: sorted by name, a file's content in its place.

    Raises UsageError for what are no weights, InputError for a file that cannot be read.

    >>> read("dog=1, cat=2.0")
    'cat=2,dog=1'
    """
    if text in (NONE, BALANCED):
        return text
    weights = _of_file(text) if text.endswith(".json") else _of_pairs(text)
    for name, weight in weights.items():
        if not 0 <= weight <= _LARGEST:
            raise UsageError(f"the weight of class '{shown(name)}' is {weight:g}, not from 0 up")
    return ",".join(f"{_escaped(name)}={_number(w)}" for name, w in sorted(weights.items()))


def parse(spelling: str) -> dict[str, float]:
    """The weights by class of a canonical spelling that is neither `none` nor `balanced`."""
    return _of_pairs(spelling)


def _of_pairs(text: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in re.split(r"(?<!\\),", text):
        name, separator, number = item.rpartition("=")
        name = re.sub(r"\\(.)", r"\1", name.strip())
        try:
            weight = float(number if separator else "nothing")
        except ValueError:
            raise UsageError(
                f"class weights are NAME=NUMBER,…, not '{shown(text)}'",
                hint="or 'balanced', or the name of a JSON file such as weights.json",
            ) from None
        if name in weights:
            raise UsageError(f"class '{shown(name)}' is given two weights")
        weights[name] = weight
    return weights


def _of_file(path: str) -> dict[str, float]:
    import json

    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{shown(path)}: cannot be read as class weights: {reason}") from error
    if not isinstance(found, dict) or not all(_is_number(w) for w in found.values()) or not found:
        raise InputError(
            f"{shown(path)}: class weights are a JSON object of class names and numbers"
        )
    return {str(name): float(w) for name, w in found.items()}


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    # A whole number may have more digits than a float64 can hold.
    return abs(value) <= _LARGEST_FLOAT


def _number(weight: float) -> str:
    return f"{weight:g}" if float(f"{weight:g}") == weight else repr(weight)


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(",", "\\,")


def check(spelling: str, find: Callable[[str], int | None], classes: tuple[str, ...]) -> None:
    """Raises UsageError for a weight whose class there is not."""
    if spelling in (NONE, BALANCED):
        return
    for name in parse(spelling):
        if find(name) is None:
            raise UsageError(
                f"there is no class '{shown(name)}' to be weighted",
                hint=f"the classes are {quoted(classes)}",
            )


def factors(spelling: str, totals: Sums) -> list[float] | None:
    """The factor of every class, 1 for those that none is given; None for none at all.

    Balanced ones are Σw/(K Σ_k w), K being the number of classes that occur, as scikit-learn
    has them: every class that occurs weighs the same.
    """
    if spelling == NONE:
        return None
    if spelling == BALANCED:
        present = sum(totals.occurs(k) for k in range(totals.k))
        every = sum(totals.weight_units(k) for k in range(totals.k))
        weights = [totals.weight_units(k) for k in range(totals.k)]
        return [ratio(every, present * w) if w else 0.0 for w in weights]
    given: Mapping[str, float] = parse(spelling)
    index = ClassIndex(totals.classes)
    values = [1.0] * totals.k
    for name, weight in given.items():
        place = index.find(name)
        if place is not None:
            values[place] = weight
    return values
