"""Observing and finalising read; they change nothing, and say the same when asked again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given

from tests.laws.rows import ALL_STATISTICS, EVERY, Rows, any_rows, figures, statistics_of
from xentcli.class_batch import ClassBatch
from xentcli.state import State
from xentcli.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.metric import Requested

every_metric = pytest.mark.parametrize("metric", EVERY, ids=lambda r: r.key)


# Whatever is computed once and shared: views added later are tested without being named.
SHARED = [
    name
    for name, view in vars(ClassBatch).items()
    if isinstance(view, cached_property) and name not in {"groups", "slots"}
]


def copies(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Copies of the arrays that a view consists of."""
    if isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from copies(f"{name} {i}", part)
    else:
        yield name, None if value is None else np.array(value, copy=True)


def views(batch: ClassBatch) -> dict[str, Any]:
    """A copy of everything that metrics can ask of a batch."""
    scores: Any = batch.scores
    found: dict[str, Any] = {name: getattr(batch, name) for name in SHARED}
    found |= {"truth": batch.truth, "row_weights": batch.row_weights, "raw": scores.raw}
    found["losses"] = scores.losses(batch.truth, batch.order)
    found["squares"] = scores.squares(batch.truth, batch.order)
    found["scores.predicted"] = scores.predicted()
    for k in range(batch.k):
        found[f"probability {k}"] = scores.probability(k)
        found[f"log p {k}"], found[f"log 1-p {k}"] = scores.log_pair(k)
    found["groups.counts"] = batch.groups.counts
    found["groups.sum"] = batch.groups.sum(np.arange(len(batch)))
    return {place: part for name, v in found.items() for place, part in copies(name, v)}


def check_same(a: dict[str, Any], b: dict[str, Any]) -> None:
    for name, value in a.items():
        if value is None:
            assert b[name] is None
            continue
        assert value.dtype == b[name].dtype, name
        assert value.tobytes() == b[name].tobytes(), name


@every_metric
@given(rows=any_rows(least=1))
def test_observing_leaves_the_batch_as_it_was(metric: Requested, rows: Rows) -> None:
    needed = statistics_of(metric)
    fresh = views(rows.batch())
    batch = rows.batch()
    first, second = State(rows.k), State(rows.k)
    observe_all(needed, batch, first)
    check_same(fresh, views(batch))
    check_same(fresh, views(batch))
    observe_all(needed, batch, second)
    assert first == second == rows.state(needed)


@given(rows=any_rows(least=1))
def test_the_order_in_which_metrics_observe_does_not_matter(rows: Rows) -> None:
    batch, state = rows.batch(), State(rows.k)
    observe_all(reversed(ALL_STATISTICS), batch, state)
    assert state == rows.state()


@given(rows=any_rows(least=1))
def test_metrics_observed_together_equal_each_alone(rows: Rows) -> None:
    together = rows.state()
    for metric in EVERY:
        assert rows.measure(metric) == figures(metric, together, weighted=rows.weights is not None)


@every_metric
@given(rows=any_rows())
def test_finalising_twice_says_the_same(metric: Requested, rows: Rows) -> None:
    state = rows.state(statistics_of(metric))
    weighted = rows.weights is not None
    first = figures(metric, state, weighted=weighted)
    assert figures(metric, state, weighted=weighted) == first
    assert state == rows.state(statistics_of(metric))


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
