"""The loop over blocks: splits taken one after the other, their rows worked on so many at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xentcli.engine.supply import Supply
from xentcli.rows.tally import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa

    from xentcli.engine.supply import NumberedSplit
    from xentcli.layout.schema import Role
    from xentcli.reading.source import Source
    from xentcli.rows.batch import Batch
    from xentcli.rows.decode import Decoder
    from xentcli.sums.run import Facts


Found = TypeVar("Found")

# So many scores to a block stay in the processor's cache, with the arrays made of them.
_CELLS = 1 << 18
MOST_ROWS = 1 << 15
_FEWEST_ROWS = 1 << 8


def block_rows(k: int) -> int:
    """How many rows of `k` scores make a block that stays in the processor's cache."""
    return max(_FEWEST_ROWS, min(MOST_ROWS, _CELLS // max(k, 1)))


def pieces(task: NumberedSplit) -> Iterator[tuple[pa.RecordBatch, Place]]:
    """A split's rows, in blocks that may be summed at once, each with its first row's place."""
    row = 0
    for block in task.split.batches():
        for start in range(0, block.num_rows, MOST_ROWS):
            yield block.slice(start, MOST_ROWS), Place(task.part, task.number, row + start)
        row += block.num_rows


class Worked(NamedTuple, Generic[Found]):
    """A block of a split, its place, and what came of it."""

    task: NumberedSplit
    block: pa.RecordBatch
    place: Place
    found: Found


def worked(
    supply: Supply, work: Callable[[pa.RecordBatch, Place], Found]
) -> Iterator[Worked[Found]]:
    """Takes splits until there are no more, and does the work on every block of theirs.

    The first exception of a split ends it all; the supply is told of it, and tells whom it may
    concern.
    """
    while (task := supply.take()) is not None:
        rows = 0
        try:
            for block, place in pieces(task):
                found = work(block, place)
                rows += block.num_rows
                yield Worked(task, block, place, found)
        except Exception as error:
            supply.failed(task, error)
            return
        supply.done(task, rows)


class Decoded(NamedTuple):
    """Some rows as read, and the batch of those of them that count.

    `first` is how many rows of the same source came before the split that they are from.
    """

    block: pa.RecordBatch
    batch: Batch
    first: int
    facts: Facts


def decoded(
    sources: Iterable[Source], decoder: Decoder, roles: Mapping[str, Role]
) -> Iterator[Decoded]:
    """All rows of the sources, in one thread; `roles` say which columns blocks have.

    Raises the first error in the order of the data.
    """
    supply = Supply(sources, roles, rows=block_rows(decoder.layout.k), threads=1)
    starts: dict[int, int] = {}
    rows: Counter[int] = Counter()
    try:
        for task, block, place, batch in worked(supply, decoder.decode):
            if place.row == 0:
                starts[task.part] = rows[task.part]
            rows[task.part] += block.num_rows
            yield Decoded(block, batch, starts[task.part], supply.facts[task.part])
        failure = supply.first_failure()
        if failure is not None:
            raise failure[1]
    finally:
        supply.close()
