"""The one loop: sources give splits, splits give batches, batches add to states.

Workers take splits one after the other from a common supply. Each keeps sums of its own; at
the end the sums are added up, in any order, to the same bits. Workers are threads here;
`forked` makes them processes, where the data can be opened anew.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xentcli.engine.blocks import MOST_ROWS, block_rows, worked
from xentcli.engine.observers import summing
from xentcli.engine.supply import Supply
from xentcli.layout.schema import Role
from xentcli.rows.decode import Decoder
from xentcli.sums.run import Sum
from xentcli.sums.slices.slices import MOST_SLICES, MOST_SUMS
from xentcli.sums.statistic import LOSS, ROWS, SUPPORT, Statistic, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.options import Policy
    from xentcli.reading.source import Source
    from xentcli.rows.tally import Place
    from xentcli.sums.run import Observer, Observing


def slices_kept(
    statistics: Iterable[Statistic], size: int, wanted: int | None, *, clustered: bool
) -> int:
    """How many slices of `size` sums a name are kept: as many as are `wanted`, or memory allows."""
    names = sum(len(s.keys) * s.width for s in statistics if s.make is None)
    room = max(1, MOST_SUMS // (names * size))
    # Clusters cannot be left out: there may be twice as many.
    if clustered:
        room *= 2
    elif wanted is None:
        room = min(room, MOST_SLICES)
    return max(room, wanted or 0)


class Watcher(Protocol):
    """Something that is told now and then how far the work is, in the main thread."""

    def update(self, rows: int, consumed: int) -> None:
        """`rows` have been read, from `consumed` bytes of the sources."""
        ...


class Plan(NamedTuple):
    """What is done with every split, whoever does it."""

    layout: Layout
    policy: Policy
    statistics: tuple[Statistic, ...]
    rows: int
    workers: int
    slices: int = MOST_SLICES
    observing: tuple[Observing, ...] = ()

    @classmethod
    def of(
        cls,
        layout: Layout,
        policy: Policy,
        statistics: Iterable[Statistic],
        *,
        workers: int,
        rows: int | None = None,
        slices: int | None = None,
        observing: Iterable[Observing] = (),
    ) -> Plan:
        """A plan whose blocks are of `rows` rows, or of a size that suits the processor.

        Without a word on the number of `slices` that have sums of their own, so many have as
        leave memory bounded.
        """
        wanted = union((ROWS, SUPPORT, *statistics))
        most = min(rows or block_rows(layout.k), MOST_ROWS)
        room = slices_kept(wanted, layout.size, slices, clustered=layout.cluster is not None)
        return cls(layout, policy, wanted, most, workers, room, tuple(observing))

    def supply(self, sources: Iterable[Source], turns: Iterator[int] | None = None) -> Supply:
        """The splits of the sources."""
        roles = self.layout.roles
        for asked in self.observing:
            roles = dict.fromkeys(asked.columns(self.layout), Role.LABEL) | roles
        return Supply(sources, roles, rows=self.rows, threads=self.workers, turns=turns)

    def work(self, supply: Supply, read: Callable[[int], None] | None = None) -> Sum:
        """Takes splits until there are no more; `read` is told the rows of each block."""
        decoder = Decoder(self.layout, self.policy, losses=LOSS in self.statistics)
        total = Sum.total((), self.layout.size)
        total.slices.most = self.slices
        with contextlib.ExitStack() as stack:
            watching: list[Observer] = [
                summing(self.layout, self.statistics, total.slices, total.state),
                *(
                    stack.enter_context(asked.observer(self.layout, self.statistics, total))
                    for asked in self.observing
                ),
            ]

            def look(block: pa.RecordBatch, place: Place) -> None:
                batch = decoder.decode(block, place)
                for observer in watching if len(batch) else ():
                    observer.observe(block, batch)

            for done in worked(supply, look):
                if read is not None:
                    read(done.block.num_rows)
        if self.layout.parted_by:
            # What is added exactly is added up in any order: the whole is the sum of the slices.
            total.state.sums = total.slices.total().sums
        labels = frozenset(decoder.labels.seen)
        total.tally, total.labels, total.read = decoder.tally, labels, decoder.rows_read
        return total
