"""Which rows are fitted to, and which are held out: by a hash that never changes."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Folds(NamedTuple):
    """The fold of every row, and the number of the unit that it belongs to.

    Rows of one unit stay together. There are `parts` folds, and `units` units in all.
    """

    fold: Ints
    unit: Ints
    parts: int
    units: int


def assign(rows: int, folds: int, ids: Sequence[str] | None = None) -> Folds:
    """Deals the units into folds whose sizes differ by one at most.

    A unit is a row, known by its number, or all rows of one id. Which fold it comes to depends
    on a hash of that, not on a random number: the same rows have the same folds on every
    machine and in every version.

    >>> assign(6, 3).fold.tolist()
    [2, 2, 0, 1, 1, 0]
    """
    names, unit = _units(rows, ids)
    order = sorted(range(len(names)), key=lambda i: (_hash(names[i]), names[i]))
    fold = np.empty(len(names), dtype=np.int64)
    count = min(folds, len(names))
    fold[order] = np.arange(len(names)) % max(count, 1)
    return Folds(fold[unit], unit, count, len(names))


def _units(rows: int, ids: Sequence[str] | None) -> tuple[list[str], Ints]:
    """The units' names, and the unit of every row."""
    if ids is None:
        return [str(row) for row in range(rows)], np.arange(rows)
    numbers: dict[str, int] = {}
    unit = [numbers.setdefault(name, len(numbers)) for name in ids]
    return list(numbers), np.array(unit, dtype=np.int64)


def _hash(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
