"""Fingerprints and sketches for pairs are monoids: of the rows, not of how they come."""

from __future__ import annotations

import pickle
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.kinds import names_of
from tests.laws.other_rows import every_kind, rows_of_kind
from xentcli.jobs.states.fingerprint import MOST_IDS, By, Fingerprint
from xentcli.jobs.states.pair_sketch import PairSketch
from xentcli.numerics.hashing import mixed

if TYPE_CHECKING:
    from tests.laws.kinds import AnyRows
    from xentcli.options import TargetKind


def hashes_for(n: int, first: int = 0) -> Any:
    return mixed(np.arange(first, first + n, dtype=np.uint64))


def taken(rows: AnyRows, hashes: Any, by: By) -> Fingerprint:
    found = Fingerprint(by, rows.k)
    if len(rows):
        found.add(rows.batch(), hashes if by is By.ID else None)
    return found


def sketched(rows: AnyRows, hashes: Any) -> PairSketch:
    found = PairSketch()
    if len(rows):
        found.add(rows.batch(), hashes)
    return found


@every_kind
@given(data=st.data(), by=st.sampled_from(By))
def test_rows_in_any_order_and_any_parts_are_one_test_set(
    kind: TargetKind, data: st.DataObject, by: By
) -> None:
    rows = data.draw(rows_of_kind(kind))
    n = len(rows)
    hashes = hashes_for(n)
    order = np.array(data.draw(st.permutations(range(n))), dtype=np.intp)
    parts = np.split(order, sorted(data.draw(st.lists(st.integers(0, n), max_size=3))))
    whole = taken(rows, hashes, by)
    pieces = [taken(rows.take(part), hashes[part], by) for part in parts]
    assert reduce(Fingerprint.merge, pieces) == whole
    assert reduce(Fingerprint.merge, reversed(pieces)) == whole
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301 - our own
    names = names_of(rows.k)
    assert reduce(Fingerprint.merge, pieces).digest(names) == whole.digest(names)
    sketches = [sketched(rows.take(part), hashes[part]) for part in parts]
    assert reduce(PairSketch.merge, sketches) == sketched(rows, hashes)
    assert pickle.loads(pickle.dumps(sketches[0])) == sketches[0]  # noqa: S301 - our own


@every_kind
@given(data=st.data(), by=st.sampled_from(By))
def test_the_order_of_classes_is_no_part_of_a_test_set(
    kind: TargetKind, data: st.DataObject, by: By
) -> None:
    rows = data.draw(rows_of_kind(kind))
    order = np.array(data.draw(st.permutations(range(rows.k))), dtype=np.intp)
    names = names_of(rows.k)
    turned = rows.permuted(order)
    hashes = hashes_for(len(rows))
    other = taken(turned, hashes, by).digest([names[i] for i in order])
    assert taken(rows, hashes, by).digest(names) == other


@given(sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=4))
def test_the_smallest_ids_of_all_parts_are_those_of_the_whole(sizes: list[int]) -> None:
    first, parts = 0, []
    for size in sizes:
        part = Fingerprint(By.ID, 1)
        part.see(hashes_for(size, first))
        parts.append(part)
        first += size
    merged = reduce(Fingerprint.merge, parts)
    assert merged.ids.tolist() == sorted(hashes_for(first).tolist())[:MOST_IDS]
