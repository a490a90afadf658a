"""Which rows were scored, without their predictions: two models on one test set agree in it.

Of each row, what tells it from others is hashed (its id, or its weight alone) together with its
truth, class by class. Hashes are added up modulo 2^64, which no order changes; the sums of the
classes are multiplied by hashes of their names only when they are read, so that neither the
order of the scores nor a name that is settled late makes a difference.

Beside it stands what shows rows that are in two shards: of rows with ids, the 1,024 smallest of
their hashes (a bottom-k sketch, Cohen and Kaplan 2007); of others a digest of what they hold.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from xentcli.layout.labels import canonical
from xentcli.numerics.groups import added_up
from xentcli.numerics.hashing import GOLDEN, mixed, of_floats, of_texts
from xentcli.rows.cell_rows import CellBatch
from xentcli.rows.class_rows import ClassBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Hashes
    from xentcli.rows.batch import Batch


MOST_IDS = 1024
# So many ids wait to be taken into the smallest, which gets rarer as those get smaller.
_WAITING = 1 << 14
_LIMIT = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)


class By(StrEnum):
    """What tells rows apart: an id of their own, or nothing but their label and weight."""

    ID = "id"
    LABEL = "label"


class Fingerprint:
    """Sums of hashes over rows of `k` classes: a commutative monoid under `merge`.

    `sums` are (2, k + 1): of every class, and of all rows. `ids` are the smallest hashes of ids,
    each once; `content` what rows without ids hold. How many rows have each of these ids is known
    while they are read.
    """

    def __init__(self, by: By, k: int) -> None:
        self.by = by
        self.rows = 0
        self.sums: Hashes = np.zeros((2, k + 1), dtype=np.uint64)
        self.content: Hashes = np.zeros(2, dtype=np.uint64)
        self._ids: Hashes = np.zeros(0, dtype=np.uint64)
        self._counts: Hashes = np.zeros(0, dtype=np.uint64)
        self._waiting: list[Hashes] = []

    def add(self, batch: Batch, hashes: Hashes | None) -> None:
        """Takes in rows; `hashes` are those of their ids, in row order, where they have some."""
        self.rows += len(batch)
        if hashes is not None:
            self.see(hashes)
            own = hashes
        elif batch.row_weights is None:
            own = np.full(len(batch), of_floats(np.ones(1))[0])
        else:
            own = of_floats(batch.row_weights)
        view = batch.slots[-1].view
        if isinstance(batch, ClassBatch) and hashes is None and batch.row_weights is None:
            order: slice | NDArray[np.intp] = slice(None)  # all are alike
        else:
            order = batch.order if isinstance(batch, ClassBatch) else slice(None)
        own = own[order]
        self._add_whole(own)
        self._add_truth(batch, own)
        if hashes is None:
            found = mixed(of_floats(batch.losses(view)) ^ own)
            if isinstance(batch, ClassBatch):
                # Which class a loss is of is a part of the content.
                found *= np.repeat(_factors(batch.k), batch.groups.counts)
            self.content += _powers(found)

    def _add_whole(self, own: Hashes) -> None:
        self.sums[:, -1] += _powers(own)

    def _add_truth(self, batch: Batch, own: Hashes) -> None:
        """Adds each row to the sums of the classes that its truth has a part of."""
        if isinstance(batch, CellBatch):
            for k, targets in enumerate(batch.targets):
                some = np.flatnonzero(targets)
                bound = mixed(own.take(some) + of_floats(targets.take(some)))
                self.sums[:, k] += _powers(bound)
        elif isinstance(batch, ClassBatch):
            bound = mixed(own + of_floats(np.ones(1))[0])
            groups = batch.groups
            for lane, found in zip(self.sums, (bound, bound * bound), strict=True):
                lane[:-1] += groups.sum(found.view(np.int64)).view(np.uint64)

    def see(self, hashes: Hashes) -> None:
        """Keeps the smallest hashes of ids."""
        limit = self._ids[-1] if len(self._ids) == MOST_IDS else _LIMIT
        few = hashes[hashes <= limit]
        if len(few):
            self._waiting.append(few)
        if sum(map(len, self._waiting)) >= _WAITING:
            self._settle()

    def _settle(self) -> None:
        if self._waiting:
            ids = np.concatenate([self._ids, *self._waiting])
            counts = np.ones(len(ids), dtype=np.uint64)
            counts[: len(self._ids)] = self._counts
            self._ids, self._counts = _smallest(ids, counts)
            self._waiting = []

    @property
    def ids(self) -> Hashes:
        """The smallest hashes of ids, ascending."""
        self._settle()
        return self._ids

    @property
    def repeated(self) -> tuple[int, int]:
        """How many of the smallest ids more than one row has, and of how many."""
        self._settle()
        return int(np.count_nonzero(self._counts > _ONE)), len(self._ids)

    @classmethod
    def of(
        cls,
        by: By,
        rows: int,
        sums: Hashes,
        content: Hashes,
        ids: Hashes,
        counts: Hashes | None = None,
    ) -> Fingerprint:
        """One of which all is known; without `counts`, one row has each id."""
        found = cls(by, sums.shape[1] - 1)
        found.rows, found.sums, found.content, found._ids = rows, sums, content, ids
        found._counts = np.ones(len(ids), dtype=np.uint64) if counts is None else counts
        return found

    def merge(self, other: Fingerprint) -> Fingerprint:
        """The rows of both, as a new one. Raises ValueError where they are told apart otherwise."""
        if self.by is not other.by:
            raise ValueError(f"rows told apart by {self.by.value} and by {other.by.value}")
        ids, counts = _smallest(
            np.concatenate((self.ids, other.ids)), np.concatenate((self._counts, other._counts))
        )
        return Fingerprint.of(
            self.by,
            self.rows + other.rows,
            self.sums + other.sums,
            self.content + other.content,
            ids,
            counts,
        )

    def digest(self, classes: Sequence[str]) -> str:
        """128 bits, the same for the same rows with the same truths, whatever the order.

        >>> Fingerprint(By.ID, 2).digest(("cat", "dog"))
        '00000000000000000000000000000000'
        """
        names = of_texts([canonical(name) for name in classes] or [""])
        factors = np.append(mixed(names + GOLDEN), GOLDEN) | _ONE
        first, second = (self.sums * factors).sum(axis=1).tolist()
        return f"{first:016x}{second:016x}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fingerprint):
            return NotImplemented
        return (self.by, self.rows) == (other.by, other.rows) and all(
            np.array_equal(a, b)
            for a, b in (
                (self.sums, other.sums),
                (self.content, other.content),
                (self.ids, other.ids),
            )
        )

    __hash__ = None  # type: ignore[assignment]  # it grows, so it is no key

    def __getstate__(self) -> dict[str, object]:
        self._settle()
        return self.__dict__


def _smallest(hashes: Hashes, counts: Hashes) -> tuple[Hashes, Hashes]:
    """The smallest hashes, each once, and the sum of the counts beside each."""
    order = hashes.argsort(kind="stable")
    found, sums = added_up(hashes.take(order), counts.take(order))
    return found[:MOST_IDS].copy(), sums[:MOST_IDS].copy()


def _powers(hashes: Hashes) -> Hashes:
    """Σh and Σh², modulo 2^64."""
    return np.array([hashes.sum(), (hashes * hashes).sum()], dtype=np.uint64)


def _factors(k: int) -> Hashes:
    """An odd number for each class."""
    return mixed(np.arange(1, k + 1, dtype=np.uint64)) | _ONE
