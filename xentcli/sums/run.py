"""What a run adds up to: sums, and the facts of the sources they are from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xentcli.rows.tally import Place, Tally
from xentcli.sums.slices.slices import Slices
from xentcli.sums.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.rows.batch import Batch
    from xentcli.sums.replicates import Replicates
    from xentcli.sums.statistic import Statistic


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


class Observer(Protocol):
    """Something that is shown every batch that has rows, beside the block it was made of."""

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Adds the batch to what is kept."""
        ...


class Observing(Protocol):
    """What a run is asked to add up besides the metrics' sums; it goes wherever the work goes."""

    def check(self, layout: Layout) -> None:
        """Raises UsageError for rows that it can do nothing with."""
        ...

    def columns(self, layout: Layout) -> Sequence[str]:
        """The columns it reads, of which blocks have the texts."""
        ...

    def observer(
        self, layout: Layout, statistics: Sequence[Statistic], total: Sum
    ) -> AbstractContextManager[Observer]:
        """What adds batches to a worker's `total`: all of it when the context has ended."""
        ...


class Outcome(NamedTuple):
    """What a run leaves: the sum, and what a report says of the sources."""

    sum: Sum
    facts: Sequence[Facts]


class Facts(NamedTuple):
    """What a report says of a source."""

    path: str
    format: str
    size: int | None
