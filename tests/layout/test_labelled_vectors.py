"""Scores that stand beside the names of their classes are bound by name, in every row."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from xentcli.errors import RowError
from xentcli.layout.layout import Layout, Shape
from xentcli.options import Scale, Task
from xentcli.rows.labelled_vectors import LabelledVectors

Row = dict[Any, float | None] | None


def binder(*classes: str) -> LabelledVectors:
    return LabelledVectors(
        Layout(
            Task.MULTICLASS,
            ("label",),
            ("probs",),
            Shape.LABELLED,
            Scale.PROBABILITY,
            tuple(classes),
        )
    )


def pairs(rows: list[Row], name: pa.DataType, list_: Any = pa.list_) -> pa.Array:
    values = [None if r is None else [{"label": c, "prob": p} for c, p in r.items()] for r in rows]
    return pa.array(values, list_(pa.struct([("label", name), ("prob", pa.float64())])))


def lists(rows: list[Row], name: pa.DataType, list_: Any = pa.list_) -> pa.Array:
    values = [None if r is None else {"scores": list(r.values()), "classes": list(r)} for r in rows]
    return pa.array(values, pa.struct([("classes", list_(name)), ("scores", list_(pa.float64()))]))


def expected(rows: list[Row], classes: tuple[Any, ...]) -> list[list[float | None]]:
    return [[None if r is None else r[c] for r in rows] for c in classes]


def as_lists(matrix: np.ndarray[Any, Any]) -> list[list[float | None]]:
    return [[None if np.isnan(x) else x for x in row] for row in matrix.tolist()]


both_forms = pytest.mark.parametrize("form", [pairs, lists])


@both_forms
@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize(
    "list_",
    [pa.list_, pa.large_list, pa.list_view, pa.large_list_view, lambda t: pa.list_(t, 3)],
    ids=["list", "large", "view", "large view", "fixed"],
)
@pytest.mark.parametrize(
    ("classes", "type_"),
    [
        (("a", "b", "c"), pa.string()),
        (("a", "b", "c"), pa.large_string()),
        (("a", "bird", "c"), pa.dictionary(pa.int32(), pa.string())),
        ((3, 10, -1), pa.int64()),
        ((0.0, 1.0, 2.0), pa.float64()),
    ],
)
def test_every_row_in_an_order_of_its_own(
    form: Any, shuffled: bool, nulls: bool, list_: Any, classes: tuple[Any, ...], type_: Any
) -> None:
    chance = random.Random(5)  # noqa: S311 - for figures, not for secrets
    rows: list[Row] = []
    for _ in range(50):
        names = chance.sample(classes, 3) if shuffled else classes[::-1]
        rows.append({name: chance.random() for name in names})
        if nulls and chance.random() < 0.2:
            rows[-1] = None
        elif nulls and chance.random() < 0.1:
            rows[-1] = dict.fromkeys(names)
    array = form(rows, type_, list_)
    bind = binder(*map(str, classes)).bind
    matrix, there = bind(array)
    assert as_lists(matrix) == expected(rows, classes)
    if there is not None:
        assert there.tolist() == [row is not None for row in rows]
    part, _ = bind(array.slice(7, 20))
    assert as_lists(part) == expected(rows[7:27], classes)
    empty, _ = bind(array.slice(3, 0))
    assert empty.shape == (3, 0)


GOOD: Row = {"b": 0.5, "a": 0.5}


@both_forms
@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"a": 1.0}, "there is no score for the class 'b'"),
        ({}, "there is no score for the class 'a', 'b'"),
        ({"a": 0.5, "emu": 0.5}, "'emu' is none of the classes 'a', 'b'"),
        ({"a": 0.5, None: 0.5}, "a score stands beside no class"),
        ({"a": 0.5, "b": 0.25, "emu": 0.25}, "'emu' is none of the classes 'a', 'b'"),
    ],
)
def test_a_row_that_does_not_name_every_class_once(form: Any, bad: Row, problem: str) -> None:
    for rows in ([bad, None], [GOOD, None, GOOD, bad, GOOD, {"a": 1.0}]):
        with pytest.raises(RowError) as caught:
            binder("a", "b").bind(form(rows, pa.string()))
        assert (caught.value.message, caught.value.row) == (problem, rows.index(bad))


def test_a_class_named_twice() -> None:
    twice = [{"label": "a", "prob": 0.5}, {"label": "a", "prob": 0.5}]
    with pytest.raises(RowError, match="the class 'a' is there twice"):
        binder("a", "b").bind(pa.array([twice, twice]))
    spelled = pa.array([{"classes": ["1", "1.0"], "scores": [0.5, 0.5]}] * 2)
    with pytest.raises(RowError, match="the class '1' is there twice"):
        binder("0", "1").bind(spelled)


def test_classes_and_scores_of_two_lengths() -> None:
    rows = [{"classes": ["a", "b"], "scores": [1.0]}]
    with pytest.raises(RowError, match="has 2 classes with 1 scores"):
        binder("a", "b").bind(pa.array(rows))


@pytest.mark.parametrize(
    "array",
    [
        pa.array([[0.5, 0.5]]),
        pa.array(["a"]),
        pa.array([[{"x": 1}]]),
        pa.array([{"x": 1}]),
        pa.array([{"classes": "a", "scores": 1.0}]),
    ],
    ids=lambda array: str(array.type),
)
def test_what_holds_no_classes(array: pa.Array) -> None:
    with pytest.raises(TypeError, match="holds "):
        binder("a", "b").bind(array)


def test_single_precision_stays_single() -> None:
    type_ = pa.list_(pa.struct([("label", pa.string()), ("score", pa.float32())]))
    rows = [[{"label": "b", "score": 0.1}, {"label": "a", "score": 0.9}]]
    matrix, _ = binder("a", "b").bind(pa.array(rows, type_))
    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[np.float32(0.9)], [np.float32(0.1)]]
