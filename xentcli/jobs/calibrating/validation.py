"""The rows that a calibration is fitted to, held in memory."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.engine.blocks import decoded
from xentcli.errors import InputError, UsageError
from xentcli.jobs.calibrating.log_scores import Possible, log_scores, on_scale
from xentcli.jobs.calibrating.notices import Notice, noticed
from xentcli.jobs.evaluate import begin, understand
from xentcli.layout.schema import Role
from xentcli.options import Options, TargetKind, check
from xentcli.report.from_sums import no_rows, settled
from xentcli.rows.by_scale import scores_of
from xentcli.rows.cell_rows import SoftBatch
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.tally import Place

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.jobs.evaluate import Files
    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats
    from xentcli.rows.batch import Batch


class Rows(NamedTuple):
    """Rows with log-scores z, (K, n), the truth (classes, or (K, n) targets), and weights."""

    z: Floats
    truth: NDArray[Any]
    weights: Floats

    def take(self, rows: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return Rows(self.z[:, rows], self.truth[..., rows], self.weights[rows])

    @property
    def targets(self) -> Floats:
        """The truth as distributions over the classes."""
        if self.truth.ndim == 2:
            return self.truth
        targets: Floats = (self.truth == np.arange(len(self.z))[:, None]).astype(np.float64)
        return targets


class Validation(NamedTuple):
    """What was read: the layout, the rows, what each costs as it is, and what was noticed."""

    layout: Layout
    rows: Rows
    losses: Floats
    ids: list[str] | None
    notices: tuple[Notice, ...]
    paths: tuple[str, ...]
    format: str
    rows_read: int

    def losses_of(self, moved: Floats, rows: NDArray[np.bool_] | slice = slice(None)) -> Floats:
        """What these rows cost with other log-scores, once those are written and read again."""
        layout = self.layout
        scores = scores_of(on_scale(moved, layout), layout.scale, layout.positive)
        truth = self.rows.truth[..., rows]
        kind = SoftBatch if layout.kind is TargetKind.SOFT else ClassBatch
        batch: Batch = kind(layout.k, truth, scores, None, place=Place(0, 0, 0))
        return batch.row_losses()


def read(files: Files, options: Options) -> Validation:
    """Reads all rows of the sources, in order.

    Raises UsageError for tasks that no calibration is fitted to, and the errors of scoring.
    """
    check(options.policy, options.report, options.run)
    remaining = files.open()
    opened, telling, table = begin(remaining, options.file)
    layout = understand(telling, table, options)
    _check_kind(layout, options)
    roles = dict(layout.roles)
    # Rows of one cluster stay together in the folds, or those of one id.
    unit = layout.cluster or layout.id
    if unit is not None:
        roles.setdefault(unit, Role.TEXT)
    decoder = Possible(layout, options.policy)
    parts: list[Rows] = []
    losses: list[Floats] = []
    ids: list[str] | None = None if unit is None else []
    facts = None
    paths: dict[str, None] = {}
    sources = chain(opened, remaining)
    for block, batch, _, facts in decoded(sources, decoder, roles):
        parts.append(_rows_of(batch, options.policy.clip))
        losses.append(batch.row_losses())
        paths[facts.path] = None
        if ids is not None:
            ids += _names(block.column(unit), batch.rows)
    count = sum(map(len, losses))
    wanted = options.policy.expect_rows
    name = files.paths[0] if len(files.paths) == 1 else f"{len(files.paths)} files"
    if wanted is not None and count != wanted:
        raise InputError(f"{name}: {count:,} rows were scored, --expect-rows {wanted:,}")
    if facts is None or not count:
        raise no_rows(name)
    layout = settled(layout, sorted(decoder.labels.seen), facts.path)
    rows = Rows(*(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)))
    if not rows.weights.any():
        raise InputError(f"{name}: the weights sum to 0")
    return Validation(
        layout,
        rows,
        np.concatenate(losses),
        ids,
        noticed(decoder.tally),
        tuple(paths),
        facts.format,
        decoder.rows_read,
    )


def _rows_of(batch: Batch, clip: float) -> Rows:
    truth = batch.targets if isinstance(batch, SoftBatch) else getattr(batch, "truth", None)
    weights = np.ones(len(batch)) if batch.row_weights is None else batch.row_weights
    return Rows(log_scores(batch.scores, clip), np.asarray(truth), weights)


def _names(column: pa.Array, rows: NDArray[np.int64] | None) -> list[str]:
    """The ids of the rows that count, as text."""
    texts = [str(value) for value in column.to_pylist()]
    return texts if rows is None else [texts[row] for row in rows.tolist()]


def _check_kind(layout: Layout, options: Options) -> None:
    """Raises UsageError for what a calibration is not fitted to."""
    if layout.kind is TargetKind.LABELS:
        raise UsageError(
            "calibrate is for rows of one class each; these have several labels",
            hint="calibrate one label at a time: --task binary with its --target and --scores",
        )
    if layout.kind is TargetKind.OUTCOME:
        raise UsageError(
            "calibrate needs the scores of all classes; of an outcome there is but one"
        )
    if options.policy.like is not None:
        raise UsageError(
            "--like speaks of another system's loss; calibrate minimises the plain one"
        )
    if layout.by:
        raise UsageError("--by does not go with calibrate, which fits one map to all rows")
