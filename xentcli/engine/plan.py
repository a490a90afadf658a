"""The one loop: sources give splits, splits give batches, batches add to states.

Workers take splits one after the other from a common supply. Each keeps sums of its own; at
the end the sums are added up, in any order, to the same bits. Workers are threads here;
`forked` makes them processes, where the data can be opened anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xentcli.engine import observers
from xentcli.engine.supply import Supply, Task
from xentcli.layout.schema import Role
from xentcli.rows.decode import Decoder
from xentcli.rows.tally import Place, Tally
from xentcli.sums.slices.slices import MOST_SLICES, MOST_SUMS, Slices
from xentcli.sums.state import State
from xentcli.sums.statistic import LOSS, ROWS, SUPPORT, Statistic, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa

    from xentcli.engine.observers import Observer
    from xentcli.engine.supply import Facts
    from xentcli.layout.layout import Layout
    from xentcli.options import Bootstrap, Keep, Policy
    from xentcli.reading.source import Source
    from xentcli.sums.resampling import Replicates

# So many scores to a block stay in the processor's cache, with the arrays made of them.
_CELLS = 1 << 18
MOST_ROWS = 1 << 15
_FEWEST_ROWS = 1 << 8


def block_rows(k: int) -> int:
    """How many rows of `k` scores make a block that stays in the processor's cache."""
    return max(_FEWEST_ROWS, min(MOST_ROWS, _CELLS // max(k, 1)))


def usable_threads() -> int:
    """The processors this process may use, affinity and cgroup quota included."""
    import os

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        with open("/sys/fs/cgroup/cpu.max") as file:
            quota, period = file.read().split()
        if quota != "max":
            count = min(count or 1, max(1, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        pass
    return count or 1


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


@dataclass
class Sum:
    """What a run adds up: a commutative monoid under `merge`.

    `state` holds the metrics' sums, `slices` the same by slice, `tally` what was noticed,
    `labels` the labels that occurred, `read` the rows read, and `rows` how many each split (by
    part and number) had. `replicates` are the same sums of rows resampled, where wanted.
    """

    state: State
    tally: Tally = field(default_factory=Tally)
    labels: frozenset[str] = frozenset()
    read: int = 0
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    slices: Slices = field(default_factory=lambda: Slices(0))
    replicates: Replicates | None = None

    def merge(self, other: Sum) -> Sum:
        """Both together."""
        replicates = self.replicates or other.replicates
        if self.replicates is not None and other.replicates is not None:
            replicates = self.replicates.merge(other.replicates)
        return Sum(
            self.state.merge(other.state),
            self.tally.merge(other.tally),
            self.labels | other.labels,
            self.read + other.read,
            self.rows | other.rows,
            self.slices.merge(other.slices),
            replicates,
        )

    @classmethod
    def total(cls, parts: Iterable[Sum], size: int) -> Sum:
        """All parts together; with none, the sum of no rows, `size` sums to a key."""
        total = None
        for part in parts:
            total = part if total is None else total.merge(part)
        return total or cls(State(size), slices=Slices(size))

    def row_number(self, place: Place) -> int:
        """The number, from 1, of a row within its part."""
        before = (n for (p, s), n in self.rows.items() if p == place.part and s < place.split)
        return sum(before) + place.row + 1


class Plan(NamedTuple):
    """What is done with every split, whoever does it."""

    layout: Layout
    policy: Policy
    statistics: tuple[Statistic, ...]
    rows: int
    workers: int
    slices: int = MOST_SLICES
    bootstrap: Bootstrap | None = None
    keep: Keep | None = None

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
        bootstrap: Bootstrap | None = None,
        keep: Keep | None = None,
    ) -> Plan:
        """A plan whose blocks are of `rows` rows, or of a size that suits the processor.

        Without a word on the number of `slices` that have sums of their own, so many have as
        leave memory bounded.
        """
        wanted = union((ROWS, SUPPORT, *statistics))
        most = min(rows or block_rows(layout.k), MOST_ROWS)
        room = slices_kept(wanted, layout.size, slices, clustered=layout.cluster is not None)
        return cls(layout, policy, wanted, most, workers, room, bootstrap, keep)

    def supply(self, sources: Iterable[Source], turns: Iterator[int] | None = None) -> Supply:
        """The splits of the sources."""
        roles = self.layout.roles
        if self.bootstrap is not None:
            from xentcli.rows.identities import Identity

            roles = dict.fromkeys(Identity.of(self.layout).names, Role.LABEL) | roles
        if self.keep is not None:
            from xentcli.jobs.states.keeper import columns_of

            roles = dict.fromkeys(columns_of(self.layout), Role.LABEL) | roles
        return Supply(sources, roles, rows=self.rows, threads=self.workers, turns=turns)

    def work(self, supply: Supply, read: Callable[[int], None] | None = None) -> Sum:
        """Takes splits until there are no more; `read` is told the rows of each block."""
        decoder = Decoder(self.layout, self.policy, losses=LOSS in self.statistics)
        total = Sum.total((), self.layout.size)
        total.slices.most = self.slices
        resamplers = observers.resampling(self.bootstrap, self.layout, self.statistics)
        watching: list[Observer] = [
            observers.summing(self.layout, self.statistics, total.slices, total.state),
            *observers.searching(self.layout, total.state),
            *observers.keeping(self.keep, self.layout, total.state),
            *resamplers,
        ]
        while (task := supply.take()) is not None:
            try:
                rows = 0
                for block, place in pieces(task):
                    batch = decoder.decode(block, place)
                    for observer in watching if len(batch) else ():
                        observer.observe(block, batch)
                    rows += block.num_rows
                    if read is not None:
                        read(block.num_rows)
            except Exception as error:
                supply.failed(task, error)
                break
            supply.done(task, rows)
        if self.layout.parted_by:
            # What is added exactly is added up in any order: the whole is the sum of the slices.
            total.state.sums = total.slices.total().sums
        for resampler in resamplers:
            total.replicates = resampler.total()
        labels = frozenset(decoder.labels.seen)
        total.tally, total.labels, total.read = decoder.tally, labels, decoder.rows_read
        return total


def pieces(task: Task) -> Iterator[tuple[pa.RecordBatch, Place]]:
    """A split's rows, in blocks that may be summed at once, each with its first row's place."""
    row = 0
    for block in task.split.batches():
        for start in range(0, block.num_rows, MOST_ROWS):
            yield block.slice(start, MOST_ROWS), Place(task.part, task.number, row + start)
        row += block.num_rows


class Outcome(NamedTuple):
    """What a run leaves: the sum, and what a report says of the sources."""

    sum: Sum
    facts: Sequence[Facts]


def run_threads(plan: Plan, sources: Iterable[Source], watcher: Watcher | None = None) -> Outcome:
    """Works through all splits in threads.

    Raises the first error in the order of the data, whatever the threads met first.
    """
    supply = plan.supply(sources)
    sums: list[Sum] = []
    read = [0] * plan.workers

    def work(number: int) -> None:
        def count(rows: int) -> None:
            read[number] += rows

        try:
            sums.append(plan.work(supply, count))
        except BaseException as error:
            supply.failed(None, error)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(plan.workers)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            # In steps short enough to draw progress and to notice Ctrl-C.
            while thread.is_alive():
                thread.join(0.1)
                if watcher is not None and thread.is_alive():
                    watcher.update(sum(read), supply.consumed)
        failure = supply.first_failure()
        if failure is not None:
            raise failure[1]
    finally:
        supply.stopped = True
        supply.close()
    total = Sum.total(sums, plan.layout.size)
    total.rows = supply.rows
    return Outcome(total, supply.facts)
