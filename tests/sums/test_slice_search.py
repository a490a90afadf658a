"""A search for slices adds up like all else: whoever saw which rows, in whatever order."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xentcli.layout.resolve import resolve
from xentcli.layout.schema import Column, Kind, Table
from xentcli.options import ColumnOptions, Policy
from xentcli.rows.decode import Decoder
from xentcli.rows.tally import Place
from xentcli.sums.slices.search import MOST_VALUES, Searcher, SliceSearch

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout

NAMES = ("a", "b", "c")


def layout() -> Layout:
    columns = (*(Column(n, Kind.NUMBER) for n in (*NAMES, "prob")), Column("label", Kind.NUMBER))
    table = Table(columns, {"label": [0, 1], "prob": [0.5, 0.5]})
    return resolve(table, ColumnOptions())._replace(searched=NAMES)


def rows(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "a": rng.integers(0, 3, n),
            # Too many values to be kept, or just few enough.
            "b": rng.integers(0, MOST_VALUES + 10 * (seed % 3 - 1), n),
            "c": rng.integers(0, 40, n),
            "prob": rng.random(n),
            "label": rng.integers(0, 2, n),
        }
    )


def searched(*parts: pd.DataFrame) -> SliceSearch:
    search = SliceSearch()
    found = layout()
    searcher, decoder = Searcher(found, search), Decoder(found, Policy())
    for part in parts:
        for block in pa.Table.from_pandas(part, preserve_index=False).to_batches():
            searcher.observe(block, decoder.decode(block, Place(0, 0, 0)))
    return search


def left(search: SliceSearch) -> dict[tuple[str, ...], object]:
    """What there is to be tested: pairs go where one of their columns does."""
    kept = {names: s for names, s in search.kept.items() if s is not None}
    return {names: s for names, s in kept.items() if all((n,) in kept for n in names)}


@given(seed=st.integers(0, 99), a=st.integers(0, 300), b=st.integers(0, 300), data=st.data())
def test_a_commutative_monoid(seed: int, a: int, b: int, data: st.DataObject) -> None:
    table = rows(seed, 300)
    first, last = sorted((a, b))
    x, y, z = (searched(part) for part in (table[:first], table[first:last], table[last:]))
    merged = x.merge(y).merge(z)
    assert left(merged) == left(x.merge(y.merge(z))) == left(z.merge(x).merge(y))
    assert left(merged) == left(searched(table))
    order = data.draw(st.permutations(range(300)))
    assert left(searched(table.iloc[order])) == left(merged)
    assert left(merged.merge(SliceSearch())) == left(merged)
    assert pickle.loads(pickle.dumps(merged)) == merged  # noqa: S301 - our own bytes
    assert (("b",) in left(merged)) == (table.b.nunique() <= MOST_VALUES)


def test_what_is_not_scored_is_not_searched() -> None:
    table = rows(1, 50)
    table.loc[10:20, "label"] = 7
    found = layout()
    search = SliceSearch()
    block = pa.RecordBatch.from_pandas(table, preserve_index=False)
    decoder = Decoder(found, Policy(ignore_label=("7",)))
    Searcher(found, search).observe(block, decoder.decode(block, Place(0, 0, 0)))
    assert left(search) == left(searched(table.drop(index=range(10, 21))))
