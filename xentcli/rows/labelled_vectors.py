"""Vectors that name the class of every entry: bound by name in every row, a block at a time.

BigQuery ML sorts a row's entries by probability, so that no two rows need have the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.errors import RowError
from xentcli.layout.schema import LISTS, NAME, entries_of, quoted, score_key
from xentcli.numerics import from_arrow, to_arrow
from xentcli.rows.label_codes import LabelEncoder
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Array

    Present = NDArray[np.bool_] | None


class LabelledVectors:
    """Puts the scores of labelled vectors into the order of the layout's classes."""

    def __init__(self, layout: Layout) -> None:
        self._classes = layout.classes
        self._find = layout.finder()
        self._names = LabelEncoder(layout, ())

    def bind(self, array: pa.Array) -> tuple[Array, Present]:
        """The scores as a (K, n) matrix, and which rows are there; NaN where a score is missing.

        Raises RowError for the first row that does not name every class once, TypeError for
        what holds no labelled vectors.
        """
        array = from_arrow.plain(array)
        if pa.types.is_struct(array.type):
            there, parts = _of_lists(array)
        else:
            there, parts = _of_entries(array)
        k = len(self._classes)
        (lengths, names), (lengths_of_scores, scores) = parts
        if (lengths != k).any() or (lengths_of_scores != k).any():
            raise self._misfit(array)
        matrix = self._placed(names, scores, len(lengths))
        if matrix is None:
            raise self._misfit(array)
        if there is not None:
            spread = np.full((k, len(there)), np.nan, dtype=matrix.dtype)
            spread[:, there] = matrix
            matrix = spread
        return matrix, there

    def _placed(self, names: pa.Array, scores: pa.Array, n: int) -> Array | None:
        """The flat scores by class; None where a row names one twice, or none of the classes."""
        k = len(self._classes)
        values, _ = from_arrow.numbers(scores)
        values = values.reshape(n, k)
        codes = self._names.encode(names).reshape(n, k)
        if not n:
            return np.empty((k, 0), dtype=values.dtype)
        if (codes >= k).any():
            return None
        if (codes == codes[0]).all():
            order = np.argsort(codes[0])
            once = np.array_equal(codes[0][order], np.arange(k))
            return np.ascontiguousarray(values[:, order].T) if once else None
        rows = np.arange(n)[:, np.newaxis]
        seen = np.zeros((k, n), dtype=np.bool_)
        seen[codes, rows] = True
        if not seen.all():
            return None
        matrix = np.empty((k, n), dtype=values.dtype)
        matrix[codes, rows] = values
        return matrix

    def _misfit(self, array: pa.Array) -> RowError:
        """What is wrong with the first row that cannot be bound."""
        for row, value in enumerate(array.to_pylist()):
            if value is None or (isinstance(value, dict) and None in value.values()):
                continue
            problem = self._problem(value)
            if problem is not None:
                return RowError(problem, row=row)
        return RowError("the vectors cannot be read", row=None)

    def _problem(self, value: object) -> str | None:
        if isinstance(value, dict):
            names, scores = (value[key] for key in LISTS)
            if len(names) != len(scores):
                return f"has {len(names)} classes with {len(scores)} scores"
        entries = entries_of(value) or []
        codes = [None if name is None else self._find(spell(name)) for name, _ in entries]
        for (name, _), code in zip(entries, codes, strict=True):
            if name is None:
                return "a score stands beside no class"
            if code is None:
                return f"'{shown(spell(name), 60)}' is none of the classes {quoted(self._classes)}"
            if codes.count(code) > 1:
                return f"the class '{shown(self._classes[code], 60)}' is there twice"
        missing = [name for code, name in enumerate(self._classes) if code not in codes]
        return f"there is no score for the class {quoted(missing, 3)}" if missing else None


_Parts = tuple[tuple["Array", pa.Array], tuple["Array", pa.Array]]


def _of_entries(array: pa.Array) -> tuple[Present, _Parts]:
    """A list of structs of a class and its score; no part of a row that is null."""
    kind = array.type
    if not hasattr(kind, "value_type") or not pa.types.is_struct(kind.value_type):
        raise TypeError(f"holds {kind}, not classes with their scores")
    entry = kind.value_type
    keys = [entry.field(i).name for i in range(entry.num_fields)]
    key = score_key(keys)
    if key is None:
        raise TypeError(f"holds {kind}, not classes with their scores")
    there = from_arrow.present(array)
    lengths, flat = _flat(array, there)
    fields = flat.flatten()
    return there, (
        (lengths, fields[keys.index(NAME)]),
        (lengths, fields[keys.index(key)]),
    )


def _of_lists(array: pa.Array) -> tuple[Present, _Parts]:
    """A struct of a list of classes and a list of scores; no part of a row that lacks either."""
    keys = [field.name for field in array.type]
    if not set(LISTS) <= set(keys):
        raise TypeError(f"holds {array.type}, not classes with their scores")
    children = array.flatten()
    names, scores = (children[keys.index(key)] for key in LISTS)
    masks = [mask for mask in map(from_arrow.present, (names, scores)) if mask is not None]
    there = np.logical_and.reduce(masks) if masks else None
    return there, (_flat(names, there), _flat(scores, there))


def _flat(array: pa.Array, there: Present) -> tuple[Array, pa.Array]:
    """The lengths of the lists that are there, and their entries one after the other."""
    if there is not None:
        array = array.take(to_arrow.from_numpy(np.flatnonzero(there)))
    if pa.types.is_list_view(array.type) or pa.types.is_large_list_view(array.type):
        lengths = from_arrow.fixed(array.sizes)
    elif pa.types.is_fixed_size_list(array.type):
        lengths = np.full(len(array), array.type.list_size)
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        lengths = np.diff(from_arrow.offsets(array))
    else:
        raise TypeError(f"holds {array.type}, not lists")
    return lengths, array.flatten()
