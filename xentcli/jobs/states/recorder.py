"""What a state file needs of every batch besides sums: which rows there were, and in what pairs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import UsageError
from xentcli.jobs.states.fingerprint import By, Fingerprint
from xentcli.jobs.states.pair_sketch import PairSketch
from xentcli.layout.layout import Identity, Kind
from xentcli.rows.identities import hashes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.options import Keep
    from xentcli.rows.batch import Batch
    from xentcli.sums.run import Sum
    from xentcli.sums.state import State
    from xentcli.sums.statistic import Statistic

# The names of the parts of a state.
FINGERPRINT, PAIRS = "fingerprint", "pairs"


class Recorder:
    """Adds rows to the fingerprint, and to the sketch for pairs where that is wanted.

    The rows of a sketch are those of `--bootstrap`: with clusters, all rows of one have one cell
    and sign, so that what they have in common is in the error.
    """

    def __init__(self, keep: Keep, layout: Layout, state: State) -> None:
        self._id = None if layout.id is None else Identity(Kind.ID, (layout.id,))
        self._pairs: PairSketch | None = None
        self._paired_by = self._id if layout.cluster is None else Identity.of(layout)
        by = By.LABEL if self._id is None else By.ID
        self._fingerprint: Fingerprint = state.keep(FINGERPRINT, lambda: Fingerprint(by, layout.k))
        if keep.paired:
            self._pairs = state.keep(PAIRS, PairSketch)

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Takes in the rows of a batch, which was made of the block."""
        ids = None if self._id is None else hashes_of(self._id, block, batch)
        self._fingerprint.add(batch, ids)
        if self._pairs is None or self._paired_by is None:
            return
        same = self._paired_by is self._id
        hashes = ids if same else hashes_of(self._paired_by, block, batch)
        if hashes is not None:
            self._pairs.add(batch, hashes)


class Recording(NamedTuple):
    """Has a run keep what a state file needs."""

    keep: Keep

    def check(self, layout: Layout) -> None:
        """Raises UsageError for pairs of rows that nothing tells apart."""
        if self.keep.paired and layout.id is None:
            raise UsageError("--paired needs --id: the column that names a row in both files")

    def columns(self, layout: Layout) -> tuple[str, ...]:
        """Those that tell rows apart."""
        return tuple(name for name in (layout.id, layout.cluster) if name is not None)

    @contextlib.contextmanager
    def observer(
        self, layout: Layout, statistics: Sequence[Statistic], total: Sum
    ) -> Iterator[Recorder]:
        """What keeps something of every batch."""
        del statistics
        yield Recorder(self.keep, layout, total.state)
