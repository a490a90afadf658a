"""Soft targets, votes, labels and outcomes through Arrow, the decoder, splits and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.arrow_source import summed
from tests.laws.kinds import AnyRows, names_of
from tests.laws.other_rows import LabelRows, OutcomeRows, SoftRows, other_rows
from tests.laws.rows import cut_up
from xentcli.errors import InputError
from xentcli.layout.layout import Layout, Shape
from xentcli.options import OnBadRow, Policy, Scale, TargetKind, TargetScale, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHERS = pytest.mark.parametrize(
    "kind", [TargetKind.SOFT, TargetKind.LABELS, TargetKind.OUTCOME], ids=str
)
_TASKS = {TargetKind.LABELS: Task.MULTILABEL, TargetKind.OUTCOME: Task.OUTCOME}


def columns_of(prefix: str, matrix: NDArray[Any], *, vector: bool) -> dict[str, Any]:
    """A (K, n) matrix as a column of lists, or as a column a class."""
    if not vector:
        return {f"{prefix} {k}": pa.array(row) for k, row in enumerate(matrix)}
    flat = pa.array(np.ascontiguousarray(matrix.T).reshape(-1))
    return {prefix: pa.FixedSizeListArray.from_arrays(flat, len(matrix))}


def as_table(rows: AnyRows, *, vector: bool = False, votes: bool = False) -> pa.Table:
    """The rows as a reader would deliver them; votes are the targets eight times."""
    found: dict[str, Any] = {}
    if isinstance(rows, SoftRows | LabelRows):
        found |= columns_of("target", rows.targets * (8 if votes else 1), vector=vector)
    single = rows.raw.ndim == 1
    found |= (
        {"score": pa.array(rows.raw)} if single else columns_of("score", rows.raw, vector=vector)
    )
    if isinstance(rows, OutcomeRows):
        found["units"] = pa.array(rows.units)
    if rows.weights is not None:
        found["weight"] = pa.array(rows.weights)
    return pa.table(found)


def layout_of(rows: AnyRows, table: pa.Table, *, votes: bool = False) -> Layout:
    """The layout of what `as_table` makes."""
    targets = tuple(n for n in table.column_names if n.startswith("target"))
    scores = tuple(n for n in table.column_names if n.startswith("score"))
    vector = Shape.VECTOR if "target" in targets else Shape.COLUMNS
    outcome = rows.kind is TargetKind.OUTCOME
    scale = TargetScale.COUNT if votes else TargetScale.PROBABILITY
    return Layout(
        task=_TASKS.get(rows.kind, Task.MULTICLASS),
        targets=targets,
        scores=scores,
        shape=Shape.SINGLE if rows.raw.ndim == 1 else vector,
        scale=rows.scale,
        classes=() if outcome else names_of(rows.k),
        positive=rows.positive,
        weight=None if rows.weights is None else "weight",
        target_shape=Shape.SINGLE if outcome else vector,
        target_scale=TargetScale.LABEL if outcome else scale,
        units="units" if outcome else None,
    )


def passes_the_decoder(rows: AnyRows) -> bool:
    """Whether every row is one that the decoder takes."""
    hopeless = rows.kind is TargetKind.SOFT and rows.scale is Scale.LOGIT and rows.raw.ndim == 2
    return not hopeless or bool(np.all(rows.raw.max(axis=0) > -np.inf))


@OTHERS
@given(data=st.data())
def test_a_run_gives_the_same_state_as_the_rows_themselves(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows = data.draw(other_rows(kind))
    assume(passes_the_decoder(rows))
    vector = data.draw(st.booleans())
    tables = [as_table(part, vector=vector) for part in data.draw(cut_up(rows))]
    threads, block = data.draw(st.tuples(st.integers(1, 3), st.integers(1, 50)))
    layout, policy = layout_of(rows, tables[0]), Policy(clip=rows.clip)
    cut = data.draw(st.integers(0, len(tables)))
    sources = [part for part in (tables[:cut], tables[cut:]) if part]
    total = summed(layout, sources, policy, threads=threads, block=block)
    assert total.read == len(rows)
    assert total.state == rows.state()


@given(rows=other_rows(TargetKind.SOFT, targets=["certain", "grid"]), vector=st.booleans())
def test_votes_are_the_shares_that_they_make(rows: SoftRows, vector: bool) -> None:
    assume(passes_the_decoder(rows))
    table = as_table(rows, vector=vector, votes=True)
    layout = layout_of(rows, table, votes=True)
    assert summed(layout, [[table]], Policy(clip=rows.clip)).state == rows.state()


@OTHERS
@given(data=st.data())
def test_dropped_rows_leave_the_state_of_the_others(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(other_rows(kind, weights=["real"], least=1))
    assume(passes_the_decoder(rows))
    table = as_table(rows)
    layout = layout_of(rows, table)
    name = data.draw(st.sampled_from(table.column_names))
    marks = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    holes = np.array(marks, dtype=bool)
    column = table.column(name).combine_chunks()
    missing = data.draw(st.sampled_from([None, float("nan")]))
    gaps = [
        missing if hole else value for hole, value in zip(holes, column.to_pylist(), strict=True)
    ]
    gapped = table.set_column(table.column_names.index(name), name, pa.array(gaps, column.type))
    policy = Policy(clip=rows.clip, missing=OnBadRow.DROP)
    block = data.draw(st.integers(1, 50))
    total = summed(layout, [[gapped]], policy, block=block)
    assert total.state == rows.take(np.flatnonzero(~holes)).state()
    if holes.any():
        first = f"row {int(holes.argmax())}, column '{name}': the value is missing"
        with pytest.raises(InputError, match=first):
            summed(layout, [[gapped]], Policy(clip=rows.clip), block=len(rows))
