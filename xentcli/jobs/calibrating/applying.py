"""Applies a calibration to a stream of rows: other scores, and all else as it was."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.engine.blocks import decoded
from xentcli.errors import InputError
from xentcli.jobs.calibrating.log_scores import log_scores, on_scale
from xentcli.jobs.calibrating.notices import Notice, noticed
from xentcli.jobs.calibrating.unlabelled import Unlabelled, layout_of
from xentcli.jobs.evaluate import begin
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Role
from xentcli.numerics import to_arrow
from xentcli.report.from_sums import no_rows
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.jobs.calibrating.record import Kept
    from xentcli.jobs.evaluate import Files
    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats
    from xentcli.options import FileOptions, OnBadRow


class Application:
    """The rows of `files` with calibrated scores.

    `notices` is complete when `tables` has come to its end.
    """

    def __init__(
        self,
        kept: Kept,
        files: Files,
        options: FileOptions,
        *,
        scores: str | None = None,
        missing: OnBadRow,
    ) -> None:
        self._kept = kept
        self._files = files
        self._options = options
        self._scores = scores
        self._policy = kept.policy._replace(missing=missing)
        self.notices: tuple[Notice, ...] = ()

    def tables(self) -> Iterator[pa.Table]:
        """The rows, a block at a time; at least one block, all of one schema.

        Raises the errors of reading, and InputError where the scores are not those of the
        classes that the calibration was fitted to.
        """
        remaining = self._files.open()
        opened, telling, table = begin(remaining, self._options)
        layout = layout_of(table, self._kept, self._scores, telling.path)
        roles = dict.fromkeys(table.names, Role.TEXT) | layout.roles
        decoder = Unlabelled(layout, self._policy, losses=False)
        schema = None
        for block, batch, _, facts in decoded(chain(opened, remaining), decoder, roles):
            if batch.rows is not None:
                kept = to_arrow.from_numpy(batch.rows)
                block = block.take(kept)  # noqa: PLW2901 - less the rows dropped
            z = log_scores(batch.scores, self._policy.clip)
            moved = on_scale(self._kept.map.of(z), layout)
            done = pa.Table.from_batches([_replaced(block, moved, layout)])
            schema = schema or done.schema
            yield _conformed(done, schema, facts.path)
        self.notices = noticed(decoder.tally)
        if schema is None:
            raise no_rows(opened[0].path)


def _replaced(block: pa.RecordBatch, moved: Floats, layout: Layout) -> pa.RecordBatch:
    """The block with calibrated scores in the place of the others."""
    columns = dict(zip(block.schema.names, block.columns, strict=True))
    if layout.shape is Shape.VECTOR:
        name = layout.scores[0]
        columns[name] = _lists(moved, columns[name].type)
    else:
        for name, column in zip(layout.scores, np.atleast_2d(moved), strict=True):
            columns[name] = to_arrow.from_numpy(column)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _lists(matrix: Floats, kind: pa.DataType) -> pa.Array:
    """A (K, n) matrix as lists of K, of a fixed size where they had one."""
    k, n = matrix.shape
    values = to_arrow.from_numpy(matrix.T.reshape(-1))
    if pa.types.is_fixed_size_list(kind):
        return pa.FixedSizeListArray.from_arrays(values, k)
    large = pa.types.is_large_list(kind)
    make = pa.LargeListArray if large else pa.ListArray
    offsets = np.arange(n + 1, dtype=np.int64 if large else np.int32) * k
    return make.from_arrays(to_arrow.from_numpy(offsets), values)


def _conformed(table: pa.Table, schema: pa.Schema, path: str) -> pa.Table:
    """A later table in the schema of the first: files of one set may differ in their types."""
    if table.schema.equals(schema):
        return table
    more = [name for name in table.schema.names if name not in schema.names]
    if more:
        raise InputError(f"{path}: the first file has no column '{shown(more[0])}'")
    try:
        return table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, KeyError) as error:
        raise InputError(f"{path}: its columns have other types than the first file's") from error
