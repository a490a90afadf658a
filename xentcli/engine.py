"""The one loop: sources give splits, splits give batches, batches add to states.

Worker threads take splits one after the other from a common supply. Each keeps sums of its
own; at the end the sums are added up, in any order, to the same bits.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from xentcli.decode import Decoder
from xentcli.errors import InputError, RowError
from xentcli.statistic import LOSS, ROWS, State, Statistic, observe_all, union
from xentcli.tally import Place, Tally

if TYPE_CHECKING:
    from xentcli.layout import Layout
    from xentcli.options import Policy
    from xentcli.readers.source import Source, Split
    from xentcli.schema import Role

# Half a million scores to a block fit the cache; more rows than this would not be exact.
_CELLS = 1 << 18
MOST_ROWS = 1 << 14
_FEWEST_ROWS = 1 << 8


def block_rows(k: int) -> int:
    """How many rows of `k` scores make a block that stays in the processor's cache."""
    return max(_FEWEST_ROWS, min(MOST_ROWS, _CELLS // max(k, 1)))


def usable_threads() -> int:
    """The processors this process may use, affinity and cgroup quota included."""
    import os

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        with open("/sys/fs/cgroup/cpu.max") as file:  # noqa: PTH123 - pathlib costs start-up time
            quota, period = file.read().split()
        if quota != "max":
            count = min(count or 1, max(1, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        pass
    return count or 1


class Watcher(Protocol):
    """Something that is told now and then how far the work is, in the main thread."""

    def update(self, rows: int, consumed: int) -> None:
        """`rows` have been read, from `consumed` bytes of the sources."""
        ...


@dataclass
class Sum:
    """What a run adds up: a commutative monoid under `merge`.

    `state` holds the metrics' sums, `tally` what was noticed, `labels` the labels that
    occurred, `read` the rows read.
    """

    state: State
    tally: Tally = field(default_factory=Tally)
    labels: frozenset[str] = frozenset()
    read: int = 0

    def merge(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(
            self.state.merge(other.state),
            self.tally.merge(other.tally),
            self.labels | other.labels,
            self.read + other.read,
        )


@dataclass
class Task:
    """A split to be worked through: number `number` of part `part` of the data set."""

    part: int
    number: int
    split: Split


class Supply:
    """The splits of all sources in order, handed out under a lock.

    Keeps what is needed to name a row afterwards: how many rows each split had. Sources are
    opened when their turn comes, and closed, which checks that they did not change, when
    their last split is done.
    """

    def __init__(
        self, sources: Iterable[Source], roles: Mapping[str, Role], *, rows: int, threads: int
    ) -> None:
        self._lock = threading.Lock()
        self._tasks = self._all(iter(sources), roles, rows, threads)
        self._open: dict[int, Source] = {}
        self._pending: dict[int, int] = defaultdict(int)
        self._exhausted: set[int] = set()
        self._part = 0
        self._number = 0
        # With the task, whose split may be all that is left of a stream's text.
        self.failures: dict[tuple[int, int], tuple[BaseException, Task | None]] = {}
        self.sources: list[Source] = []
        self.rows: dict[tuple[int, int], int] = {}
        self.stopped = False

    def _all(
        self, sources: Iterator[Source], roles: Mapping[str, Role], rows: int, threads: int
    ) -> Iterator[Task]:
        for part, source in enumerate(sources):
            self._part, self._number = part, 0
            self._open[part] = source
            self.sources.append(source)
            for number, split in enumerate(
                source.splits(roles, block_rows=rows, threads=threads)
            ):
                self._pending[part] += 1
                yield Task(part, number, split)
                self._number = number + 1
            self._exhausted.add(part)
            self._close_if_done(part)

    def take(self) -> Task | None:
        """The next split; None when there are no more, or a failure ended the run."""
        with self._lock:
            if self.stopped:
                return None
            try:
                return next(self._tasks, None)
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                self.failures[self._part, self._number] = error, None
                self.stopped = True
                return None

    def done(self, task: Task, rows: int) -> None:
        """A split was worked through; it had so many rows."""
        with self._lock:
            self.rows[task.part, task.number] = rows
            self._pending[task.part] -= 1
            try:
                self._close_if_done(task.part)
            except InputError as error:
                self.failures[task.part, task.number] = error, task
                self.stopped = True

    def failed(self, task: Task, error: BaseException) -> None:
        """A split could not be worked through: no further ones are handed out."""
        with self._lock:
            self.failures[task.part, task.number] = error, task
            self.stopped = True

    def _close_if_done(self, part: int) -> None:
        if part in self._exhausted and not self._pending[part] and part in self._open:
            self._open.pop(part).close()

    def close(self) -> None:
        """Releases every source, finished or not."""
        for source in self._open.values():
            source.close()

    def raise_failure(self) -> None:
        """Raises what went wrong first in the order of the data, if anything did."""
        if not self.failures:
            return
        part, number = min(self.failures)
        error, _ = self.failures[part, number]
        if isinstance(error, RowError):
            source = self.sources[part]
            place = None if error.row is None else source.place(number, error.row)
            raise error.located(source.path, place) from None
        raise error

    def row_number(self, place: Place) -> int:
        """The number, from 1, of a row within its part."""
        before = (n for (p, s), n in self.rows.items() if p == place.part and s < place.split)
        return sum(before) + place.row + 1


class Run:
    """A loop over sources that adds up statistics."""

    def __init__(
        self,
        sources: Iterable[Source],
        layout: Layout,
        policy: Policy,
        statistics: Sequence[Statistic],
        *,
        threads: int,
        rows: int | None = None,
    ) -> None:
        self.layout = layout
        self.policy = policy
        self.statistics = union((ROWS, *statistics))
        self.threads = threads
        self.supply = Supply(
            sources, layout.roles, rows=min(rows or block_rows(layout.k), MOST_ROWS), threads=threads
        )
        self._done = threading.Event()
        self._sums: list[Sum] = []
        self._read = [0] * threads

    def sum(self, watcher: Watcher | None = None) -> Sum:
        """Works through all splits and returns the sum.

        Raises the first error in the order of the data, whatever the threads met first.
        """
        workers = [
            threading.Thread(target=self._guarded, args=(i,), daemon=True)
            for i in range(self.threads)
        ]
        for worker in workers:
            worker.start()
        try:
            self._wait(workers, watcher)
        finally:
            self.supply.stopped = True
        self.supply.raise_failure()
        total = Sum(State(self.layout.k))
        for part in self._sums:
            total = total.merge(part)
        return total

    def _wait(self, workers: Sequence[threading.Thread], watcher: Watcher | None) -> None:
        """Waits for the workers, in steps short enough to draw progress and notice Ctrl-C."""
        for worker in workers:
            while worker.is_alive():
                worker.join(0.1)
                if watcher is not None and worker.is_alive():
                    consumed = sum(source.consumed for source in list(self.supply.sources))
                    watcher.update(sum(self._read), consumed)

    def _guarded(self, number: int) -> None:
        try:
            self._work(number)
        except BaseException as error:  # noqa: BLE001 - a bug of ours, told by the main thread
            self.supply.failures.setdefault((1 << 60, 0), (error, None))
            self.supply.stopped = True

    def _work(self, number: int) -> None:
        decoder = Decoder(self.layout, self.policy, losses=LOSS in self.statistics)
        state = State(self.layout.k)
        while (task := self.supply.take()) is not None:
            try:
                rows = self._observe(task, decoder, state, number)
            except Exception as error:  # noqa: BLE001 - told by the main thread
                self.supply.failed(task, error)
                break
            self.supply.done(task, rows)
        self._sums.append(
            Sum(state, decoder.tally, frozenset(decoder.labels.seen), decoder.rows_read)
        )

    def _observe(self, task: Task, decoder: Decoder, state: State, number: int) -> int:
        rows = 0
        for block in task.split.batches():
            for start in range(0, block.num_rows, MOST_ROWS):
                piece = block.slice(start, MOST_ROWS)
                place = Place(task.part, task.number, rows + start)
                batch = decoder.decode(piece, place)
                if len(batch):
                    observe_all(self.statistics, batch, state)
            rows += block.num_rows
            self._read[number] += block.num_rows
        return rows
