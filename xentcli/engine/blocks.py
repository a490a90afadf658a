"""How many rows are worked on at once, and batches cut into so many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.engine.supply import Supply
from xentcli.rows.tally import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from xentcli.engine.supply import Task
    from xentcli.layout.schema import Role
    from xentcli.reading.source import Source
    from xentcli.rows.batch import Batch
    from xentcli.rows.decode import Decoder
    from xentcli.sums.run import Facts


# So many scores to a block stay in the processor's cache, with the arrays made of them.
_CELLS = 1 << 18


MOST_ROWS = 1 << 15


_FEWEST_ROWS = 1 << 8


def block_rows(k: int) -> int:
    """How many rows of `k` scores make a block that stays in the processor's cache."""
    return max(_FEWEST_ROWS, min(MOST_ROWS, _CELLS // max(k, 1)))


def pieces(task: Task) -> Iterator[tuple[pa.RecordBatch, Place]]:
    """A split's rows, in blocks that may be summed at once, each with its first row's place."""
    row = 0
    for block in task.split.batches():
        for start in range(0, block.num_rows, MOST_ROWS):
            yield block.slice(start, MOST_ROWS), Place(task.part, task.number, row + start)
        row += block.num_rows


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
    numbers: dict[int, int] = {}
    try:
        while (task := supply.take()) is not None:
            first = numbers.get(task.part, 0)
            rows = 0
            try:
                for block, place in pieces(task):
                    batch = decoder.decode(block, place)
                    rows = place.row + block.num_rows
                    yield Decoded(block, batch, first, supply.facts[task.part])
            except Exception as error:
                supply.failed(task, error)
                break
            numbers[task.part] = first + rows
            supply.done(task, rows)
        failure = supply.first_failure()
        if failure is not None:
            raise failure[1]
    finally:
        supply.close()
