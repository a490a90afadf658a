"""Observing and finalising read; they change nothing, and say the same when asked again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.kinds import statistics_for, statistics_of
from tests.laws.other_rows import every_case, every_kind, rows_for, rows_of_kind
from tests.laws.rows import Rows, any_rows
from xentcli.rows.batch import View
from xentcli.rows.cell_rows import SoftBatch
from xentcli.rows.class_rows import ClassBatch
from xentcli.sums.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.laws.kinds import Case
    from xentcli.options import TargetKind
    from xentcli.rows.batch import Batch

# What tells how rows lie, and holds no numbers of theirs.
LYING = {"groups", "slots", "cells", "whole"}


def shared(batch: Batch) -> list[str]:
    """Whatever is computed once and shared: views added later are tested without being named."""
    found = {n: v for kind in type(batch).__mro__ for n, v in vars(kind).items()}
    return [n for n, v in found.items() if isinstance(v, cached_property) and n not in LYING]


def copies(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Copies of the arrays that a view consists of."""
    if isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from copies(f"{name} {i}", part)
    else:
        yield name, None if value is None else np.array(value, copy=True)


def views(batch: Batch) -> dict[str, Any]:
    """A copy of everything that metrics can ask of a batch."""
    scores: Any = batch.scores
    found: dict[str, Any] = {name: getattr(batch, name) for name in shared(batch)}
    found |= {"row_weights": batch.row_weights, "row_units": batch.row_units, "raw": scores.raw}
    found |= {"row losses": batch.row_losses(), "clipped": batch.clipped()}
    for slot in batch.slots:
        found |= {f"weights {slot.view}": slot.weights, f"counts {slot.view}": slot.groups.counts}
        found[f"losses {slot.view}"] = batch.losses(slot.view)
        if batch.k > 1:
            found[f"brier {slot.view}"] = batch.brier(slot.view)
    if isinstance(batch, ClassBatch):
        found |= _views_of_classes(batch)
    else:
        found["targets"] = batch.targets  # type: ignore[attr-defined] # both others have them
    if isinstance(batch, SoftBatch):
        found |= {"entropies": batch.entropies(View.WHOLE), "kl": batch.divergences(View.CELLS)}
    return {place: part for name, v in found.items() for place, part in copies(name, v)}


def _views_of_classes(batch: ClassBatch) -> dict[str, Any]:
    scores = batch.scores
    found: dict[str, Any] = {"truth": batch.truth, "predicted": scores.predicted()}
    found["losses"] = scores.losses(batch.truth, batch.order)
    found["groups.sum"] = batch.groups.sum(np.arange(len(batch)))
    if batch.k == 1:
        return found
    found["squares"] = scores.squares(batch.truth, batch.order)
    for k in range(batch.k):
        found[f"probability {k}"] = scores.probability(k)
        found[f"log p {k}"], found[f"log 1-p {k}"] = scores.log_pair(k)
    return found


def check_same(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert a.keys() == b.keys()
    for name, value in a.items():
        if value is None:
            assert b[name] is None
            continue
        assert value.dtype == b[name].dtype, name
        assert value.tobytes() == b[name].tobytes(), name


@every_case
@given(data=st.data())
def test_observing_leaves_the_batch_as_it_was(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, least=1))
    needed = statistics_of(case.request)
    fresh = views(rows.batch())
    batch = rows.batch()
    first, second = rows.empty(), rows.empty()
    observe_all(needed, batch, first)
    check_same(fresh, views(batch))
    check_same(fresh, views(batch))
    observe_all(needed, batch, second)
    assert first == second == rows.state(needed)


@every_kind
@given(data=st.data())
def test_the_order_in_which_metrics_observe_does_not_matter(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows = data.draw(rows_of_kind(kind, least=1))
    batch, state = rows.batch(), rows.empty()
    observe_all(reversed(statistics_for(kind)), batch, state)
    assert state == rows.state()


@every_kind
@given(data=st.data())
def test_metrics_observed_together_equal_each_alone(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1))
    together = rows.state()
    for request in rows.requests:
        assert rows.measure(request) == rows.figures(request, together)


@every_case
@given(data=st.data())
def test_finalising_twice_says_the_same(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case))
    state = rows.state(statistics_of(case.request))
    assert rows.figures(case.request, state) == rows.figures(case.request, state)
    assert state == rows.state(statistics_of(case.request))


@given(rows=any_rows(least=1))
def test_values_return_to_the_order_of_the_rows(rows: Rows) -> None:
    batch = rows.batch()
    back = batch.in_row_order(batch.loss)
    for i in range(len(rows)):
        assert back[i] == rows.take(np.array([i])).batch().loss[0]
    loss = rows.batch().loss
    assert len(batch.groups.counts) == rows.k
    for k in range(rows.k):
        own = back[rows.truth == k]
        assert batch.groups.counts[k] == len(own)
        # The groups tell which entries of a view are class k's: an endless loss counts once.
        endless = np.isinf(loss).astype(np.int64)
        assert batch.groups.sum(endless)[k] == np.count_nonzero(np.isinf(own))


@every_kind
@given(data=st.data())
def test_the_loss_of_a_row_is_that_of_the_row_alone(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1))
    batch = rows.batch()
    alone = [rows.take(np.array([i])).batch() for i in range(len(rows))]
    assert batch.row_losses().tolist() == [one.row_losses()[0] for one in alone]
    assert batch.clipped().tolist() == [one.clipped()[0] for one in alone]
