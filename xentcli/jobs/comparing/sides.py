"""One of the data sets that are compared: its rows, block by block, with what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.engine.blocks import decoded
from xentcli.jobs.evaluate import begin, understand
from xentcli.layout.like import adopted, rule_of
from xentcli.layout.schema import Role
from xentcli.metrics import request
from xentcli.numerics import from_arrow
from xentcli.report.from_sums import finalise, settled
from xentcli.report.signature import signature
from xentcli.rows.cell_rows import CellBatch
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.decode import Decoder
from xentcli.rows.identities import hashes_of
from xentcli.sums.run import Outcome, Sum
from xentcli.sums.statistic import ROWS, SUPPORT, observe_all, union
from xentcli.text import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.jobs.comparing.measures import Measure, Values
    from xentcli.jobs.evaluate import Files, InMemory
    from xentcli.layout.layout import Identity, Layout
    from xentcli.numerics.arrays import Floats, Hashes, Ints
    from xentcli.options import Options, ReportOptions
    from xentcli.reading.source import Source
    from xentcli.report.report import Report
    from xentcli.rows.batch import Batch
    from xentcli.sums.run import Facts


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a block that count, with a line of `values` for each measure (see `measures`).

    `truth` holds the number of each row's class, or a column of targets, or is None of outcomes.
    `rows` are the rows' places in the block, None for all its `size`. `before` is how many rows
    of the data set, dropped ones included, came before the block, `first` how many of the same
    file. `hashes` are those of ids, and `block` has columns as they were read, where they are
    wanted.
    """

    values: Values
    truth: NDArray[Any] | None
    weights: Floats | None
    rows: Ints | None
    size: int
    before: int
    first: int
    path: str
    consumed: int
    hashes: Hashes | None
    block: pa.RecordBatch | None

    def __len__(self) -> int:
        return len(self.values[0])

    @property
    def end(self) -> int:
        """How many rows of the data set there are up to the end of the block."""
        return self.before + self.size

    @property
    def places(self) -> Ints:
        """The place of each row in the data set, from 0."""
        inside = np.arange(self.size) if self.rows is None else self.rows
        return inside + self.before

    def number(self, row: int) -> int:
        """The number of a row in its file, from 1."""
        return self.first + self.inside(row) + 1

    def inside(self, row: int) -> int:
        """The place of a row in the block, from 0."""
        return row if self.rows is None else int(self.rows[row])

    def told(self, name: str, row: int) -> str | None:
        """What a row has in a column, where that was kept."""
        if self.block is None or name not in self.block.schema.names:
            return None
        value = from_arrow.plain(self.block.column(name))[self.inside(row)].as_py()
        return None if value is None else spell(value)


class Left(NamedTuple):
    """What a data set leaves when all its rows are read: sums over them, and facts of its files."""

    sum: Sum
    facts: Sequence[Facts]


class Side:
    """A data set that is compared, under the `name` that reports call it.

    `layout` is resolved without the columns that slice rows: those are the baseline's, whose
    `sliced` layout has them. Of what a run leaves, the findings and the calibration are read
    off sums of its own, over all its rows, compared or not.
    """

    def __init__(self, name: str, data: Files | InMemory, options: Options) -> None:
        self.name = name
        self.data = data
        self._options = options
        self._sources = data.open()
        begun = begin(self._sources, options.file)
        self._opened: list[Source] = list(begun.opened)
        self.path = begun.telling.path
        self.table = begun.table
        self.sliced = understand(begun.telling, begun.table, options)
        self.layout: Layout = self.sliced._replace(by=(), bins=(), cluster=None)
        rule_of(options.policy, self.layout)
        self._policy = adopted(options.policy)
        self._own = [r for r in request(["cross_entropy"]) if r.fits(self.layout)]
        self.left: Left | None = None
        self._decoder = Decoder(self.layout, self._policy)

    def ask(self, spec: str) -> None:
        """Has one more figure of all rows of this data set computed, where it means anything."""
        self._own += [r for r in request([spec]) if r.fits(self.layout)]

    def rows(
        self, measures: Sequence[Measure], identity: Identity | None, keep: Sequence[str] = ()
    ) -> Iterator[Lines]:
        """The rows in their order, with the columns to `keep` as they are read.

        Raises the errors of scoring.
        """
        statistics = union([ROWS, SUPPORT, *(s for r in self._own for s in r.statistics())])
        names = () if identity is None else identity.names
        roles = dict.fromkeys(names, Role.LABEL) | self.sliced.roles
        sources = self._noted(chain(tuple(self._opened), self._sources))
        total, before = Sum.total((), self.layout.size), 0
        known: dict[int, Facts] = {}
        for block, batch, first, facts in decoded(sources, self._decoder, roles):
            place = batch.place
            known[place.part] = facts
            total.rows[place.part, place.split] = place.row + block.num_rows
            if len(batch):
                observe_all(statistics, batch, total.state)
            yield Lines(
                tuple(measure.line(batch) for measure in measures),
                _truth(batch),
                batch.row_weights,
                batch.rows,
                block.num_rows,
                before,
                first + place.row,
                facts.path,
                sum(source.consumed for source in self._opened),
                None if identity is None else hashes_of(identity, block, batch),
                block.select(list(keep)) if keep else None,
            )
            before += block.num_rows
        total.tally, total.read = self._decoder.tally, self._decoder.rows_read
        total.labels = frozenset(self._decoder.labels.seen)
        every = [known[part] for part in sorted(known)]
        self.left = Left(total, every or [_facts_of(source) for source in self._opened])

    def _noted(self, sources: Iterator[Source]) -> Iterator[Source]:
        """The sources, each of which is remembered."""
        for source in sources:
            if source not in self._opened:
                self._opened.append(source)
            yield source

    def report(self, report: ReportOptions, sliced: Layout) -> Report:
        """What is to be said of all rows. To be asked when they are read.

        Its signature is that of a comparison whose rows are sliced as those of a baseline are.
        """
        if self.left is None:
            raise ValueError("the rows have not been read")
        own = report._replace(metrics=(), bootstrap=None, calibration=False, find_slices=False)
        found = finalise(self.layout, Outcome(*self.left), self._own, self._policy, own)
        layout = settled(self.layout, sorted(self.left.sum.labels), self.path)
        layout = layout._replace(by=sliced.by, bins=sliced.bins, cluster=sliced.cluster)
        return found._replace(signature=signature(layout, found.source.rows, self._policy, own))

    def close(self) -> None:
        """Releases the sources. Raises InputError when one changed while it was read."""
        for source in self._opened:
            source.close()


def _truth(batch: Batch) -> NDArray[Any] | None:
    """What is known of the truth of each row."""
    if isinstance(batch, CellBatch):
        return batch.targets
    return batch.truth if isinstance(batch, ClassBatch) and batch.k > 1 else None


def _facts_of(source: Source) -> Facts:
    from xentcli.sums.run import Facts

    return Facts(source.path, source.format, source.size)
