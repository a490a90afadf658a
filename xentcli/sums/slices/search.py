"""The losses by every value of many columns, and of pairs of them, in one pass.

What `xent eval --find-slices` looks through. Columns of many values drop out as soon as they
show them, wherever they do, so that what is left depends on the rows alone.
"""

from __future__ import annotations

import contextlib
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.errors import UsageError
from xentcli.layout.layout import MOST_SEARCHED
from xentcli.numerics import to_arrow
from xentcli.sums.grouping import RowsGrouping
from xentcli.sums.slices.slices import Slices
from xentcli.sums.slices.values import values_of
from xentcli.sums.statistic import LOSS, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Rows
    from xentcli.rows.batch import Batch
    from xentcli.sums.run import Sum
    from xentcli.sums.slices.keys import Key
    from xentcli.sums.statistic import Statistic


# More values than this, and a column is no description of rows but a name for each.
MOST_VALUES = 50
# And so many crossings of a pair: beyond, there would be few rows to each.
MOST_CROSSINGS = 1000
# The first so many columns in the order of the file are looked at in pairs, too.
MOST_PAIRED = 20

STATISTICS = (ROWS, LOSS)
PART = "slice search"

Columns = tuple[str, ...]


class SliceSearch:
    """Sums of rows and losses by the values of columns: a commutative monoid under `merge`.

    `kept` has the slices of each column and pair; None where there turned out to be too many.
    """

    def __init__(self) -> None:
        self.kept: dict[Columns, Slices | None] = {}

    def slices(self, names: Columns) -> Slices | None:
        """The slices of a column or pair; None where there are too many."""
        return self.kept[names] if names in self.kept else Slices(1)

    def places(self, names: Columns, keys: Sequence[Key]) -> Rows | None:
        """The numbers of slices; None where there are too many."""
        slices = self.slices(names)
        if slices is None or len(keys) > _most(names):
            self.kept[names] = None
            return None
        places = slices.of_keys(keys)
        self.kept[names] = kept = _few(names, slices)
        return None if kept is None else places

    def merge(self, other: SliceSearch) -> SliceSearch:
        """Both together, as a new one."""
        merged = SliceSearch()
        for names in {**self.kept, **other.kept}:
            parts = [part.kept.get(names, Slices(1)) for part in (self, other)]
            first, second = parts
            both = None if first is None or second is None else first.merge(second)
            merged.kept[names] = None if both is None else _few(names, both)
        return merged

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SliceSearch) and self.kept == other.kept

    __hash__ = None  # type: ignore[assignment]  # it grows, so it is no key


def _most(names: Columns) -> int:
    return MOST_VALUES if len(names) == 1 else MOST_CROSSINGS


def _few(names: Columns, slices: Slices) -> Slices | None:
    return slices if len(slices.places) <= _most(names) else None


class _Values(NamedTuple):
    """The values of a column in a block: numbers for the rows, and what these stand for."""

    codes: Rows
    words: list[str]


class Searcher:
    """Adds blocks to a search."""

    def __init__(self, layout: Layout, search: SliceSearch) -> None:
        self._names = layout.searched[:MOST_SEARCHED]
        self._bins = dict(layout.bins)
        self._search = search

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Adds the rows of a block that are scored."""
        block = block.select(list(self._names))
        if batch.rows is not None:
            block = block.take(to_arrow.from_numpy(batch.rows))
        found: dict[str, _Values] = {}
        for name in self._names:
            if self._search.slices((name,)) is None:
                continue
            values = _Values(*values_of(block.column(name), self._bins.get(name), name))
            places = self._search.places((name,), [(word,) for word in values.words])
            if places is not None:
                found[name] = values
                self._add((name,), places.take(values.codes), batch)
        for a, b in combinations(self._names[:MOST_PAIRED], 2):
            if a in found and b in found and self._search.slices((a, b)) is not None:
                self._cross((a, b), found[a], found[b], batch)

    def _cross(self, names: Columns, a: _Values, b: _Values, batch: Batch) -> None:
        """Adds a pair of columns."""
        codes = a.codes * len(b.words) + b.codes
        seen = np.zeros(len(a.words) * len(b.words), dtype=np.intp)
        seen[codes] = 1
        used = np.flatnonzero(seen)
        pairs = (divmod(code, len(b.words)) for code in used.tolist())
        places = self._search.places(names, [(a.words[i], b.words[j]) for i, j in pairs])
        if places is not None:
            seen[used] = places
            self._add(names, seen.take(codes), batch)

    def _add(self, names: Columns, places: Rows, batch: Batch) -> None:
        slices: Any = self._search.slices(names)
        grouping = RowsGrouping(batch, places)
        for statistic in STATISTICS:
            statistic.observe(batch, grouping, slices.state)


class Searching:
    """Has a run search for slices."""

    def check(self, layout: Layout) -> None:
        """Raises UsageError for rows that depend on each other."""
        if layout.cluster is not None:
            raise UsageError(
                "--find-slices takes rows for independent, and so cannot go with --cluster",
                hint="test the slices in question with --by",
            )

    def columns(self, layout: Layout) -> tuple[str, ...]:
        """None but those that the layout names."""
        del layout
        return ()

    @contextlib.contextmanager
    def observer(
        self, layout: Layout, statistics: Sequence[Statistic], total: Sum
    ) -> Iterator[Searcher]:
        """What searches in every batch."""
        del statistics
        yield Searcher(layout, total.state.keep(PART, SliceSearch))
