"""Arrow arrays from Python values, built by hand: `pyarrow.array` would import pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from xentcli.layout.schema import LISTS, Role
from xentcli.numerics import to_arrow

if TYPE_CHECKING:
    from collections.abc import Sequence


class Labelled(NamedTuple):
    """A vector that names the classes of its scores."""

    classes: Sequence[str | None]
    scores: Sequence[float | None]


def labelled(values: Sequence[Labelled | None]) -> pa.Array:
    """A struct array of the lists `classes` and `scores`; None is null in both."""
    classes = [None if value is None else value.classes for value in values]
    scores = [None if value is None else value.scores for value in values]
    columns = [to_arrow.lists(classes, to_arrow.texts), to_arrow.lists(scores)]
    return pa.StructArray.from_arrays(columns, names=list(LISTS))


def of_role(role: Role, values: Sequence[Any]) -> pa.Array:
    """The array of what text formats deliver for `role`."""
    match role:
        case Role.LABEL:
            return to_arrow.dictionary(values)
        case Role.NUMBER:
            return to_arrow.numbers(values)
        case Role.VECTOR:
            if any(isinstance(value, Labelled) for value in values):
                return labelled(values)
            return to_arrow.lists(values)
        case Role.TEXT:
            return to_arrow.texts(values)
