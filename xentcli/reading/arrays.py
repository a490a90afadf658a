"""Arrow arrays from Python values, built by hand: `pyarrow.array` would import pandas."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from xentcli.layout.schema import LISTS, Role
from xentcli.numerics.to_arrow import labels, numbers, texts, validity, vectors

if TYPE_CHECKING:
    from collections.abc import Sequence


class Labelled(NamedTuple):
    """A vector that names the classes of its scores."""

    classes: Sequence[str | None]
    scores: Sequence[float | None]


def labelled(values: Sequence[Labelled | None]) -> pa.Array:
    """A struct array of the lists `classes` and `scores`; None is null in both."""
    names = [() if value is None else value.classes for value in values]
    offsets = np.fromiter(accumulate(map(len, names), initial=0), np.int32, len(names) + 1)
    classes = pa.Array.from_buffers(
        pa.list_(pa.string()),
        len(values),
        [validity(values), pa.py_buffer(offsets)],
        children=[texts(list(chain.from_iterable(names)))],
    )
    scores = vectors([None if value is None else value.scores for value in values])
    return pa.StructArray.from_arrays([classes, scores], names=list(LISTS))


def of_role(role: Role, values: Sequence[Any]) -> pa.Array:
    """The array of what text formats deliver for `role`."""
    match role:
        case Role.LABEL:
            return labels(values)
        case Role.NUMBER:
            return numbers(values)
        case Role.VECTOR:
            if any(isinstance(value, Labelled) for value in values):
                return labelled(values)
            return vectors(values)
        case Role.TEXT:
            return texts(values)
