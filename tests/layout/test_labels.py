"""Labels bind to classes by name, as text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layout.tables import found, typed
from xentcli.layout.labels import ClassIndex, Truth, canonical
from xentcli.layout.layout import Layout, Shape
from xentcli.options import Scale, Task
from xentcli.rows.label_codes import LabelEncoder
from xentcli.text import spell

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
spellings = st.sampled_from(
    [
        "1",
        "1.0",
        "true",
        "True",
        "TRUE",
        "0",
        "0.0",
        "false",
        "001",
        "-1",
        "-1.0",
        "1.00",
        "+1",
        "1e0",
        "01",
        " 1",
        "1 ",
        "-0.0",
        "10",
    ]
)


@pytest.mark.parametrize(
    ("classes", "label", "place"),
    [
        (("0", "1"), "1", 1),
        (("0", "1"), "1.0", 1),
        (("0", "1"), "true", 1),
        (("0", "1"), "True", 1),
        (("0", "1"), "false", 0),
        (("0", "1"), "0.0", 0),
        (("0", "1"), "001", None),
        (("0", "1"), "01", None),
        (("0", "1"), " 1", None),
        (("0", "1"), "1e0", None),
        (("0", "1"), "1.5", None),
        (("0", "1"), "2", None),
        (("001", "1"), "001", 0),
        (("001", "1"), "1", 1),
        (("001", "1"), "1.0", 1),
        (("001", "002"), "1", None),
        (("001", "002"), "1.0", None),
        (("1", "1.0"), "1", 0),
        (("1", "1.0"), "1.0", 1),
        (("1", "1.0"), "true", None),
        (("0.0", "false"), "0", None),
        (("1", "true"), "true", 1),
        (("1", "true"), "1", 0),
        (("false", "true"), "1", 1),
        (("false", "true"), "0", 0),
        (("yes", "no"), "Yes", None),
        (("yes", "no"), "1", None),
        (("cat", "Cat"), "cat", 0),
        (("cat", "Cat"), "Cat", 1),
        (("cat", "Cat"), "CAT", None),
        (("\u00e9",), "e\u0301", None),
        (("a ",), "a", None),
        (("-1", "1"), "-1.0", 0),
        (("10", "1"), "1.0", 1),
        (("10", "1"), "10.0", 0),
        (("NA", "b"), "NA", 0),
    ],
)
def test_how_a_label_finds_its_class(
    classes: tuple[str, ...], label: str, place: int | None
) -> None:
    assert ClassIndex(classes).find(label) == place


@given(classes=st.lists(names | spellings, min_size=1, max_size=6, unique=True))
def test_a_class_is_always_found_by_its_own_spelling(classes: list[str]) -> None:
    index = ClassIndex(classes)
    assert [index.find(name) for name in classes] == list(range(len(classes)))


@given(
    classes=st.lists(names | spellings, min_size=1, max_size=6, unique=True),
    label=names | spellings,
)
def test_what_is_found_is_spelled_so_or_so_canonically(classes: list[str], label: str) -> None:
    place = ClassIndex(classes).find(label)
    alike = [i for i, name in enumerate(classes) if canonical(name) == canonical(label)]
    if label in classes:
        assert place == classes.index(label)
    elif len(alike) == 1:
        assert place == alike[0]
    else:
        assert place is None


@given(text=names)
def test_canonical_spellings_are_stable_and_change_nothing_but_numbers_and_truth(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    if text.lower() not in {"true", "false"} and "." not in text:
        assert canonical(text) == text


@given(value=st.integers(-(10**12), 10**12))
def test_whole_numbers_name_one_class_in_every_type(value: int) -> None:
    index = ClassIndex((str(value),))
    assert index.find(spell(value)) == 0
    assert index.find(spell(float(value))) == 0
    assert index.find(f"{value}.00") == 0
    assert index.find(f"0{value}") is None


def layout_of(classes: list[str], truth: Truth | None = None) -> Layout:
    return Layout(
        Task.MULTICLASS,
        ("label",),
        ("s",),
        Shape.VECTOR,
        Scale.PROBABILITY,
        tuple(classes),
        truth=truth,
    )


@settings(max_examples=60)
@given(
    data=st.data(),
    classes=st.lists(names | spellings, min_size=1, max_size=5, unique=True),
    ignored=st.sampled_from([(), ("-100",), ("skip", "-1")]),
)
def test_columns_of_labels_are_read_one_by_one(
    data: st.DataObject, classes: list[str], ignored: tuple[str, ...]
) -> None:
    pool = st.sampled_from([*classes, *ignored, "nowhere", "", None]) | names | spellings
    labels = data.draw(st.lists(pool, max_size=12))
    layout = layout_of(classes)
    expected = []
    for label in labels:
        if label is None or label == "":
            expected.append(layout.k + 1)
        elif canonical(label) in map(canonical, ignored):
            expected.append(layout.k + 2)
        else:
            place = layout.find(label)
            expected.append(layout.k if place is None else place)
    texts = pa.array(labels, pa.string())
    padded = pa.array(["x", None, *labels], pa.string())
    for array in (
        texts,
        texts.dictionary_encode(),
        texts.cast(pa.large_string()),
        padded[2:],
        padded.dictionary_encode()[2:],
    ):
        encoder = LabelEncoder(layout, ignored)
        assert encoder.encode(array).tolist() == expected
        assert encoder.encode(array).tolist() == expected  # from its memory


@settings(max_examples=60)
@given(
    values=st.lists(st.none() | st.integers(-5, 300) | st.just(10**6), max_size=12),
    kind=st.sampled_from(["int64", "int32", "float64", "float32", "uint32"]),
)
def test_numeric_labels_are_read_as_their_text(values: list[int | None], kind: str) -> None:
    if kind == "uint32":
        values = [None if v is None else abs(v) for v in values]
    layout = layout_of(["0", "1", "2", "-3", "299", "1000000"])
    array = pa.array(values, pa.int64()).cast(kind)
    codes = LabelEncoder(layout, ()).encode(array).tolist()
    for value, code in zip(values, codes, strict=True):
        place = layout.k + 1 if value is None else layout.find(str(value))
        assert code == (layout.k if place is None else place)


def test_booleans_and_odd_floats() -> None:
    layout = layout_of(["0", "1", "0.5"])
    encode = LabelEncoder(layout, ()).encode
    assert encode(pa.array([True, False, None])).tolist() == [1, 0, 4]
    assert encode(pa.array([0.5, 1.0, -0.0, float("nan"), 2.5])).tolist() == [2, 1, 0, 4, 3]
    assert encode(pa.array([None, None])).tolist() == [4, 4]
    assert encode(pa.array([], pa.int64())).tolist() == []
    assert encode(pa.chunked_array([["1"], ["0"]])).tolist() == [1, 0]


def test_times_are_no_labels() -> None:
    times = pa.array(np.array(["2026-01-01"], dtype="datetime64[s]"))
    with pytest.raises(TypeError, match="timestamp"):
        LabelEncoder(layout_of(["0"]), ()).encode(times)


@pytest.mark.parametrize("first", [0, 70_000])
def test_many_distinct_labels_keep_their_own_classes(first: int) -> None:
    classes = [str(first + i) for i in range(2000)]
    encoder = LabelEncoder(layout_of(classes), ())
    places = np.arange(1999, -1, -1)
    assert encoder.encode(pa.array(places + first)).tolist() == places.tolist()
    spread = np.concatenate([places + first, [10**9, -5]])
    assert encoder.encode(pa.array(spread)).tolist() == [*places.tolist(), 2000, 2000]
    texts = pa.array([str(v) for v in spread])
    assert encoder.encode(texts).tolist() == [*places.tolist(), 2000, 2000]


@given(labels=st.lists(st.sampled_from(["yes", "No", "NO", "YES", "no"]), min_size=1, max_size=6))
def test_the_labels_seen_name_the_classes(labels: list[str]) -> None:
    layout = found(typed({"label": ["yes", "no"], "prob": [0.5, 0.5]}))
    encoder = LabelEncoder(layout, ())
    encoder.encode(pa.array(labels))
    assert encoder.seen == set(labels)
    negative, positive = layout.settled(sorted(encoder.seen)).classes
    assert (negative.lower(), positive.lower()) == ("no", "yes")
    for name in (negative, positive):
        spelled = {t for t in labels if t.lower() == name.lower()}
        assert name in spelled if len(spelled) == 1 else name == name.lower()


def test_a_positive_class_takes_all_others_for_its_opposite_and_settles_on_one() -> None:
    truth = Truth("1")
    assert [truth.find(t) for t in ("1", "1.0", "true", "0", "cat")] == [1, 1, 1, 0, 0]
    assert truth.names(["1", "cat"]) == ("cat", "1")
    assert truth.names(["1"]) == ("not 1", "1")
    assert truth.names(["cat", "dog"]) is None
