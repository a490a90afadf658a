"""Rows with their losses, in the order of the input: what `xent rows` streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from xentcli.engine.blocks import MOST_ROWS, decoded
from xentcli.layout.schema import Role
from xentcli.numerics import to_arrow
from xentcli.options import TargetKind
from xentcli.report.from_sums import settled
from xentcli.rows.decode import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.options import Options
    from xentcli.reading.source import Source
    from xentcli.rows.batch import Batch


class ScoredRows(NamedTuple):
    """A run of rows: `losses` in the base asked for, and the table that tells all about them."""

    losses: NDArray[np.float64]
    table: pa.Table


def scored_rows(
    sources: Iterable[Source],
    layout: Layout,
    options: Options,
    keep: Sequence[str],
    *,
    several: bool = False,
) -> Iterator[ScoredRows]:
    """Every scored row of the sources, in order, a block at a time.

    The columns are `source` where there are `several`, `row` (from 1), the id where one is
    named, `label`, `p_true`, `loss`, `predicted`, and the columns in `keep`. Soft targets and
    labels have no one `label` and `p_true`, labels and outcomes nothing `predicted`.

    Raises the same errors as scoring does.
    """
    extra = [*([layout.id] if layout.id else []), *keep]
    roles = dict.fromkeys(extra, Role.TEXT) | layout.roles
    decoder = Decoder(layout, options.policy)
    for block, batch, first, facts in decoded(sources, decoder, roles):
        path = facts.path if several else None
        settled(layout, sorted(decoder.labels.seen), facts.path)
        yield _scored(batch, block, layout, options, first, path, extra)


def _scored(
    batch: Batch,
    block: pa.RecordBatch,
    layout: Layout,
    options: Options,
    first: int,
    path: str | None,
    extra: Sequence[str],
) -> ScoredRows:
    n = len(batch)
    inside = np.arange(n, dtype=np.int64) if batch.rows is None else batch.rows.astype(np.int64)
    loss = batch.row_losses() / options.report.base.nats
    loss += 0.0  # a certain row costs 0, not -0
    names = to_arrow.texts(layout.classes)
    columns: dict[str, Any] = {}
    if path is not None:
        columns["source"] = to_arrow.texts([path]).take(
            to_arrow.from_numpy(np.zeros(n, dtype=np.int32))
        )
    columns["row"] = to_arrow.from_numpy(inside + (batch.place.row + first + 1))
    # The block as read, less the rows that were left out.
    kept = block
    if batch.rows is not None:
        scored = np.zeros(block.num_rows, dtype=np.bool_)
        scored[inside] = True
        kept = block.filter(to_arrow.from_numpy(scored))
    if layout.id is not None:
        columns["id"] = kept.column(layout.id)
    if layout.kind is TargetKind.CLASS:
        columns["label"] = columns_as_read(kept.column(layout.targets[0]))
    p_true = batch.row_probabilities()
    if p_true is not None:
        columns["p_true"] = to_arrow.from_numpy(p_true)
    columns["loss"] = to_arrow.from_numpy(loss)
    if layout.kind in (TargetKind.CLASS, TargetKind.SOFT):
        columns["predicted"] = names.take(to_arrow.from_numpy(batch.scores.predicted()))
    for name in extra:
        if name != layout.id:
            columns[_free(name, columns)] = kept.column(name)
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    return ScoredRows(loss, table)


def columns_as_read(column: pa.Array) -> pa.Array:
    """A column without the dictionary that a reader may have put around it."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _free(name: str, taken: dict[str, Any]) -> str:
    """A passed column's name, marked where it would be that of one of ours."""
    return name if name not in taken else f"input_{name}"


class Worst:
    """The `limit` costliest rows seen, in memory that does not grow with the rows."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: list[ScoredRows] = []
        self._count = 0
        self._bar = -np.inf

    def add(self, rows: ScoredRows) -> None:
        """Takes in further rows."""
        candidates = np.flatnonzero(rows.losses > self._bar)
        if len(candidates):
            taken = rows.table.take(to_arrow.from_numpy(candidates))
            self._held.append(ScoredRows(rows.losses[candidates], taken))
            self._count += len(candidates)
        if self._count > 4 * self._limit + MOST_ROWS:
            self._reduce()

    def _reduce(self) -> None:
        losses = np.concatenate([r.losses for r in self._held])
        # Stable: of equal losses the earlier row comes first.
        order = np.argsort(-losses, kind="stable")[: self._limit]
        table = pa.concat_tables([r.table for r in self._held])
        self._held = [ScoredRows(losses[order], table.take(to_arrow.from_numpy(order)))]
        self._count = len(order)
        if self._count == self._limit and self._limit:
            self._bar = float(losses[order[-1]])

    def table(self) -> pa.Table | None:
        """The costliest rows, the worst first; None when no row was seen."""
        if not self._held:
            return None
        self._reduce()
        return self._held[0].table
