"""One identity has one hash, whatever holds it; two have two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.kinds import layout_for
from tests.laws.other_rows import every_kind, rows_of_kind
from tests.laws.rows import rows_of
from xentcli.layout.layout import Identity, Kind
from xentcli.numerics.hashing import of_texts
from xentcli.options import Scale, TargetKind
from xentcli.rows.identities import hashes_of

if TYPE_CHECKING:
    from tests.laws.kinds import AnyRows

CONTENT = Identity(Kind.CONTENT)


class Whole:
    """A batch of which every row was kept."""

    rows = None


def by(*arrays: Any, rows: Any = None) -> list[int]:
    """The hashes of columns."""
    names = tuple("abc"[: len(arrays)])
    block = pa.RecordBatch.from_arrays([pa.array(a) for a in arrays], names=list(names))
    batch: Any = Whole()
    batch.rows = rows
    found: list[int] = hashes_of(Identity(Kind.ID, names), block, batch).tolist()
    return found


@given(texts=st.lists(st.text(max_size=40), max_size=20))
def test_texts_have_a_hash_each_of_their_own(texts: list[str]) -> None:
    found = of_texts(texts).tolist()
    assert found == [of_texts([text])[0] for text in texts]
    assert len(set(found)) == len(set(texts))


def test_texts_that_share_most_of_their_bytes() -> None:
    texts = ["", "\0", "\0\0", "a" * 7, "a" * 8, "a" * 9, "a" * 16, "a" * 8 + "b" * 8]
    texts += ["b" * 8 + "a" * 8, "é", "e\u0301", "1", "01", "\ud800"]
    assert len(set(of_texts(texts).tolist())) == len(texts)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([17, 5, 17, -1]),
        pa.array([17, 5, 17, -1], pa.int16()),
        pa.array([17.0, 5.0, 17.0, -1.0]),
        pa.array(["17", "5", "17", "-1"]),
        pa.array(["17.0", "5", "17", "-1.00"]),
        pa.array(["17", "5", "17", "-1"], pa.large_string()),
        pa.array(["17", "5", "17", "-1"]).dictionary_encode(),
        pa.array(["x", "17", "5", "17", "-1"])[1:],
    ],
    ids=lambda array: str(array.type),
)
def test_a_number_is_the_same_in_every_type(array: pa.Array) -> None:
    assert by(array) == of_texts(["17", "5", "17", "-1"]).tolist()


@pytest.mark.parametrize("array", [[1, None, 2], ["1", None, "2"], [1.0, float("nan"), 2.0]])
def test_a_missing_value_is_the_empty_text(array: Any) -> None:
    assert by(array) == of_texts(["1", "", "2"]).tolist()


def test_a_dictionary_of_more_words_than_rows() -> None:
    words = pa.array([*"abcdef", "17.0", "é" * 9, None, "10", "1.50", "17"]).dictionary_encode()
    assert by(words[6:]) == of_texts(["17", "é" * 9, "", "10", "1.50", "17"]).tolist()
    assert by(words[6:]) == by(words)[6:]
    assert by(words[:0]) == []


def test_a_column_of_nothing() -> None:
    assert by(pa.array([None, None], pa.string())) == of_texts(["", ""]).tolist()


def test_several_columns_are_told_apart_by_all_of_them_in_their_order() -> None:
    found = by(["a", "a", "b", "ab", ""], ["b", "c", "a", "", "ab"])
    assert len(set(found)) == 5


def test_rows_that_were_left_out_have_no_hash() -> None:
    assert by([3, 4, 5], rows=np.array([0, 2])) == of_texts(["3", "5"]).tolist()


def content(*args: Any, **other: Any) -> list[int]:
    found: list[int] = hashes_of(
        CONTENT, pa.record_batch({}), rows_of(*args, **other).batch()
    ).tolist()
    return found


def test_rows_that_differ_in_one_thing_differ() -> None:
    a, b = content([0, 1], [[0.25, 0.75], [0.25, 0.75]])
    c, d = content([0, 0], [[0.25, 0.75], [0.75, 0.25]])
    e, f = content([0, 0], [[0.25, 0.75]] * 2, weights=[1.0, 2.0])
    assert a == c
    assert len({a, b, d, e, f}) == 5


def test_zero_has_no_sign() -> None:
    a, b = content([0, 0], [[0.0, 1.0], [-0.0, 1.0]], scale=Scale.LOGIT)
    assert a == b


def test_a_cluster_comes_before_an_id_and_an_id_before_all_that_a_row_holds() -> None:
    plain = layout_for(TargetKind.CLASS, 2)
    assert Identity.of(plain) == CONTENT
    assert Identity.of(plain._replace(id="image")) == Identity(Kind.ID, ("image",))
    clustered = plain._replace(id="image", cluster="patient")
    assert Identity.of(clustered) == Identity(Kind.CLUSTER, ("patient",))


@every_kind
@given(data=st.data())
def test_content_is_all_that_a_row_holds_and_nothing_else(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows: AnyRows = data.draw(rows_of_kind(kind, least=1))
    batch = rows.batch()
    every = hashes_of(CONTENT, pa.record_batch({}), batch)
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    moved = hashes_of(CONTENT, pa.record_batch({}), rows.take(order).batch())
    assert np.array_equal(moved, every[order])
    held = [getattr(rows, name) for name in rows.per_row]
    held = [np.asarray(x, dtype=np.float64) for x in held if x is not None]
    distinct = np.unique(np.vstack([x.reshape(-1, len(rows)) for x in held]) + 0.0, axis=1)
    assert len(np.unique(every)) == distinct.shape[1]
