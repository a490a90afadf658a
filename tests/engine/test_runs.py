"""The same laws through Arrow, the decoder, splits and threads, as in a real run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.laws.arrow_source import layout_of, passes_the_decoder, summed, table_of
from tests.laws.rows import Rows, any_rows, cut_up
from xentcli.errors import InputError
from xentcli.options import OnBadRow, Policy, Scale, SumToOne


def policy_of(rows: Rows, **other: Any) -> Policy:
    """The policy under which these rows are read."""
    return Policy(clip=rows.clip, **other)


@given(
    data=st.data(),
    rows=any_rows(),
    vector=st.booleans(),
    labels=st.sampled_from(["text", "dictionary", "int64", "int8", "float64", "uint16"]),
    workers=st.tuples(st.integers(1, 3), st.integers(1, 50)),
)
def test_a_run_gives_the_same_state_as_the_rows_themselves(
    data: st.DataObject, rows: Rows, vector: bool, labels: str, workers: tuple[int, int]
) -> None:
    assume(passes_the_decoder(rows))
    threads, block = workers
    names = [str(i + 3) for i in range(rows.k)]
    layout = layout_of(rows, names, vector=vector)
    tables = [table_of(part, layout, labels) for part in data.draw(cut_up(rows))]
    cut = data.draw(st.integers(0, len(tables)))
    sources = [part for part in (tables[:cut], tables[cut:]) if part]
    total = summed(layout, sources, policy_of(rows), threads=threads, block=block)
    assert total.read == len(rows)
    assert total.state == rows.state()


@given(rows=any_rows(), names=st.data())
def test_renaming_classes_changes_nothing_but_names(rows: Rows, names: st.DataObject) -> None:
    assume(passes_the_decoder(rows))
    text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
    chosen = names.draw(st.lists(text, min_size=rows.k, max_size=rows.k, unique=True))
    layout = layout_of(rows, chosen)
    assert summed(layout, [[table_of(rows, layout)]], policy_of(rows)).state == rows.state()


def with_holes(
    rows: Rows, holes: np.typing.NDArray[np.bool_], where: str, vector: bool
) -> pa.Table:
    """The rows as a table in which marked rows miss their label, a score or their weight."""
    table = table_of(rows, layout_of(rows, vector=vector))
    name = where.removeprefix("nan ") if where != "vector" else "score"
    name = table.column_names[1] if name == "score" else name
    at = table.column_names.index(name)
    column = table.column(name).combine_chunks()
    if where.startswith("nan"):
        values = np.where(holes, np.nan, column.to_numpy())
        return table.set_column(at, name, pa.array(values, column.type))
    gaps = [None if hole else value.as_py() for hole, value in zip(holes, column, strict=True)]
    return table.set_column(at, name, pa.array(gaps, column.type))


@given(
    data=st.data(),
    rows=any_rows(weights=["real"]),
    where=st.sampled_from(["label", "weight", "score", "vector", "nan score", "nan weight"]),
    block=st.integers(1, 50),
)
def test_dropped_rows_leave_the_state_of_the_others(
    data: st.DataObject, rows: Rows, where: str, block: int
) -> None:
    assume(passes_the_decoder(rows))
    vector = where == "vector"
    holes = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=bool
    )
    table = with_holes(rows, holes, where, vector)
    layout = layout_of(rows, vector=vector)
    total = summed(layout, [[table]], policy_of(rows, missing=OnBadRow.DROP), block=block)
    assert total.read == len(rows)
    assert total.state == rows.take(np.flatnonzero(~holes)).state()
    if holes.any():
        with pytest.raises(InputError, match="missing"):
            summed(layout, [[table]], policy_of(rows), block=block)


@given(rows=any_rows(classes=(3, 6), singles=False, least=1), gone=st.integers(0, 2))
def test_ignored_and_unknown_labels_leave_the_state_of_the_others(rows: Rows, gone: int) -> None:
    assume(passes_the_decoder(rows))
    layout = layout_of(rows)
    table = table_of(rows, layout)
    strange = ["-100" if t == gone else layout.classes[t] for t in rows.truth.tolist()]
    table = table.set_column(0, "label", pa.array(strange, pa.string()))
    kept = rows.take(np.flatnonzero(rows.truth != gone)).state()
    ignoring = policy_of(rows, ignore_label=("-100",))
    assert summed(layout, [[table]], ignoring).state == kept
    dropping = policy_of(rows, unknown_label=OnBadRow.DROP)
    assert summed(layout, [[table]], dropping).state == kept
    if gone in rows.truth:
        with pytest.raises(InputError, match="'-100' is none of the classes"):
            summed(layout, [[table]], policy_of(rows))


@given(
    rows=any_rows(scales=[Scale.PROBABILITY], scores=["plain", "sharp"], singles=False, least=1),
    power=st.integers(-9, 0),
)
def test_rescaling_takes_back_a_common_factor(rows: Rows, power: int) -> None:
    rows = replace(rows, raw=rows.raw.astype(np.float64))
    rescale = policy_of(rows, sum_to_one=SumToOne.RESCALE)
    layout = layout_of(rows)
    shrunk = replace(rows, raw=rows.raw * 2.0**power)
    plain = summed(layout, [[table_of(rows, layout)]], rescale)
    assert summed(layout, [[table_of(shrunk, layout)]], rescale).state == plain.state
    sums = np.zeros(len(rows))
    for row in rows.raw:
        sums += row
    assert plain.state == replace(rows, raw=rows.raw / sums).state()


@settings(max_examples=5)
@given(data=st.data(), rows=any_rows(least=5), workers=st.integers(1, 3))
def test_processes_give_the_same_state_as_threads(
    data: st.DataObject, rows: Rows, workers: int
) -> None:
    assume(passes_the_decoder(rows))
    layout = layout_of(rows)
    tables = [table_of(part, layout) for part in data.draw(cut_up(rows))]
    forked = summed(layout, [tables, tables[:1]], policy_of(rows), threads=workers, forked=True)
    assert forked == summed(layout, [tables, tables[:1]], policy_of(rows), threads=workers)


@settings(max_examples=5)
@given(seed=st.integers(0, 100), threads=st.integers(1, 4))
def test_blocks_beyond_the_largest_are_cut(seed: int, threads: int) -> None:
    rng = np.random.default_rng(seed)
    n = 70_001
    rows = Rows(2, rng.integers(0, 2, n).astype(np.uint8), rng.random(n))
    layout = layout_of(rows)
    pieces = [rows.take(part).state() for part in np.array_split(np.arange(n), 5)]
    expected = pieces[0]
    for piece in pieces[1:]:
        expected = expected.merge(piece)
    table = table_of(rows, layout)
    assert summed(layout, [[table], [table.slice(0, 0)]], threads=threads).state == expected
