"""Rows in their order, decoded block by block: for commands that write or keep rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.engine.plan import block_rows, pieces
from xentcli.engine.supply import Supply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from xentcli.engine.supply import Facts
    from xentcli.layout.schema import Role
    from xentcli.reading.source import Source
    from xentcli.rows.batch import Batch
    from xentcli.rows.decode import Decoder


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
