"""A count sketch of what rows cost: enough to compare two models row by row without the rows.

Each row adds its numbers, times a sign, to one of 1,024 cells; cell and sign are functions of
what names the row, so that two models put one row into one cell with one sign. The sum of the
squares of the cells' differences then estimates Σd² over all rows with a relative variance of at
most 2/1024, whatever the numbers are: rows that share a cell cancel on average.

Charikar, Chen and Farach-Colton 2002; Thorup and Zhang 2004. Cells are exact sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.exact import Sums
from xentcli.numerics.groups import Arrangement
from xentcli.numerics.hashing import mixed
from xentcli.rows.batch import times
from xentcli.rows.class_rows import ClassBatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Hashes, Ints
    from xentcli.rows.batch import Batch


CELLS = 1024
WEIGHT, LOSS, BRIER, HITS = "weight", "cross_entropy", "brier", "accuracy"
_SEED = np.uint64(0x2545F4914F6CDD1D)


class PairSketch:
    """Sums of ±w and ±wx over rows, `CELLS` to each name: a commutative monoid under `merge`.

    `weight` is of the rows themselves; the others of what they cost. Rows of one class each have
    a Brier score and a hit, too. `seed` is another's cells only in tests.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = _SEED ^ np.uint64(seed)
        self.sums: dict[str, Sums] = {}

    @classmethod
    def of(cls, sums: Mapping[str, Sums]) -> PairSketch:
        """A sketch of these sums."""
        found = cls()
        found.sums = dict(sums)
        return found

    def add(self, batch: Batch, hashes: Hashes) -> None:
        """Takes in rows; `hashes`, in row order, name them."""
        slot = batch.slots[-1]
        if isinstance(batch, ClassBatch):
            hashes = hashes.take(batch.order)
        drawn = mixed(hashes ^ self._seed)
        arranged = Arrangement.by((drawn & np.uint64(CELLS - 1)).astype(np.intp))
        signs = arranged.of(1 - 2 * (drawn >> np.uint64(63)).astype(np.int64))
        weights = None if slot.weights is None else arranged.of(slot.weights)
        self._add(WEIGHT, signs, weights, None, arranged)
        self._add(LOSS, signs, weights, batch.losses(slot.view), arranged)
        if isinstance(batch, ClassBatch) and batch.k > 1:
            self._add(BRIER, signs, weights, batch.brier(slot.view), arranged)
            self._add(HITS, signs, weights, batch.hits(slot.view), arranged)

    def _add(
        self,
        key: str,
        signs: Ints,
        weights: NDArray[np.float64] | None,
        values: NDArray[Any] | None,
        arranged: Arrangement,
    ) -> None:
        """Adds ±w x of every row; x is 1 where there are no values."""
        sums, groups = self.sums.setdefault(key, Sums(CELLS)), arranged.groups
        x = None if values is None else arranged.of(values)
        if weights is None and (x is None or x.dtype == np.bool_):
            counts = groups.sum(signs if x is None else signs * x)
            sums.add_counts(counts, groups.ids)
            return
        numbers = np.ones(len(signs)) if x is None else x.astype(np.float64)
        sums.add(signs * (numbers if weights is None else times(weights, numbers)), groups)

    def part(self, key: str) -> Sums:
        """The cells under a name, zeros where nothing was added."""
        return self.sums[key] if key in self.sums else Sums(CELLS)

    def merge(self, other: PairSketch) -> PairSketch:
        """The rows of both, as a new sketch."""
        merged = PairSketch()
        merged._seed = self._seed
        for key in {**self.sums, **other.sums}:
            merged.sums[key] = self.part(key).merge(other.part(key))
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairSketch):
            return NotImplemented
        return all(self.part(key) == other.part(key) for key in {**self.sums, **other.sums})

    __hash__ = None  # type: ignore[assignment]  # sketches grow, so they are no keys
