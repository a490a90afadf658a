"""The edges of quantile bins: a pass over the columns that are to be cut, before any scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.engine.blocks import worked
from xentcli.engine.plan import Plan
from xentcli.engine.supply import Supply
from xentcli.errors import RowError
from xentcli.layout.schema import Role
from xentcli.numerics import from_arrow
from xentcli.numerics.histogram import ValueHistogram
from xentcli.sums.run import Sum
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from xentcli.numerics.arrays import Array
    from xentcli.reading.source import Source
    from xentcli.rows.tally import Place


class ColumnPass(Plan):
    """What is done with every split instead of scoring it: the numbers of columns are counted."""

    @property
    def _names(self) -> list[str]:
        return [name for name, bins in self.layout.bins if bins.unknown]

    def supply(self, sources: Iterable[Source], turns: Iterator[int] | None = None) -> Supply:
        """The splits of the sources, with these columns alone."""
        roles = dict.fromkeys(self._names, Role.NUMBER)
        return Supply(sources, roles, rows=self.rows, threads=self.workers, turns=turns)

    def work(self, supply: Supply, read: Callable[[int], None] | None = None) -> Sum:
        """Takes splits until there are no more; the state's parts are histograms by column."""
        total = Sum.total((), self.layout.size)

        def count(block: pa.RecordBatch, place: Place) -> None:
            del place
            for name in self._names:
                total.state.keep(name, ValueHistogram).add(_numbers(block, name))

        for done in worked(supply, count):
            total.read += done.block.num_rows
            if read is not None:
                read(done.block.num_rows)
        return total


def _numbers(block: pa.RecordBatch, name: str) -> Array:
    """The numbers of a column, without the missing ones."""
    try:
        values, there = from_arrow.numbers(block.column(name))
    except TypeError as error:
        raise RowError(str(error), row=None, column=shown(name)) from None
    there = from_arrow.both(there, from_arrow.not_nan(values))
    return values if there is None else values[there]
