"""Every layout that files already have is found without options, and read as it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.layout.tables import BOTH, found, spark, sparse, typed, untyped
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Column, Kind, Role, Table
from xentcli.options import Scale, Task

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = ["label", "y_true", "y", "target", "truth", "actual", "class", "gold", "ground_truth"]
PROBABILITIES = [
    "prob",
    "proba",
    "probability",
    "y_prob",
    "y_proba",
    "y_score",
    "score",
    "p",
    "y_pred",
]
PREFIXES = {
    "prob_": Scale.PROBABILITY,
    "proba_": Scale.PROBABILITY,
    "p_": Scale.PROBABILITY,
    "score_": Scale.PROBABILITY,
    "logit_": Scale.LOGIT,
    "logprob_": Scale.LOG_PROBABILITY,
    "log_prob_": Scale.LOG_PROBABILITY,
    ".pred_": Scale.PROBABILITY,
    "Probability:Class=": Scale.PROBABILITY,
    "LogProbability:Class=": Scale.LOG_PROBABILITY,
    "RawFormulaVal:Class=": Scale.LOGIT,
}
PAIRS = [
    ("0", "1"),
    ("-1", "1"),
    ("-1", "+1"),
    ("false", "true"),
    ("False", "True"),
    ("no", "yes"),
    ("No", "Yes"),
    ("NO", "YES"),
    ("n", "y"),
    ("N", "Y"),
    ("f", "t"),
    ("F", "T"),
    ("neg", "pos"),
    ("negative", "positive"),
    ("Negative", "Positive"),
    ("0.0", "1.0"),
    ("-1.0", "1.0"),
]


@pytest.mark.parametrize("table", BOTH)
@pytest.mark.parametrize("target", [*TARGETS, "Label", "Y_TRUE", "Ground_Truth"])
@pytest.mark.parametrize("score", [*PROBABILITIES, "Prob", "Y_SCORE"])
def test_one_score_beside_the_truth(
    table: Callable[[dict[str, list[object]]], Table], target: str, score: str
) -> None:
    layout = found(table({"n": [1, 2, 3], target: [0, 1, 1], score: [0.25, 0.5, 1.0]}))
    assert (layout.targets[0], layout.scores, layout.shape) == (target, (score,), Shape.SINGLE)
    assert (layout.task, layout.scale, layout.k) == (Task.BINARY, Scale.PROBABILITY, 2)
    assert (layout.classes, layout.positive) == (("0", "1"), 1)
    assert layout.roles == {target: Role.LABEL, score: Role.NUMBER}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("table", BOTH)
def test_words_for_no_and_yes(
    table: Callable[[dict[str, list[object]]], Table], pair: tuple[str, str]
) -> None:
    for labels in (pair, pair[::-1], (pair[1], pair[1]), (pair[0], pair[0])):
        layout = found(table({"label": list(labels), "prob": [0.5, 0.25]}))
        assert [layout.find(t) for t in labels] == [pair.index(t) for t in labels]
        settled = layout.settled(labels)
        assert settled.positive == 1
        for text in labels:
            assert settled.classes[pair.index(text)] == text


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("logit", Scale.LOGIT),
        ("RawFormulaVal", Scale.LOGIT),
        ("logprob", Scale.LOG_PROBABILITY),
        ("log_prob", Scale.LOG_PROBABILITY),
        ("LogProbability", Scale.LOG_PROBABILITY),
        ("Probability", Scale.PROBABILITY),
    ],
)
def test_the_scale_of_one_score_is_read_off_its_name(name: str, scale: Scale) -> None:
    layout = found(untyped({"label": [0, 1], name: [-0.5, -0.25]}))
    assert (layout.scores, layout.scale, layout.shape) == ((name,), scale, Shape.SINGLE)


@pytest.mark.parametrize(("prefix", "scale"), PREFIXES.items())
@pytest.mark.parametrize("table", BOTH)
def test_a_column_a_class(
    table: Callable[[dict[str, list[object]]], Table], prefix: str, scale: Scale
) -> None:
    columns: dict[str, list[object]] = {
        f"{prefix}{c}": [0.25, 0.5] for c in ("dog", "cat", "emu bird")
    }
    layout = found(table({"id": [1, 2], **columns, "truth": ["cat", "emu bird"]}))
    assert layout.classes == ("dog", "cat", "emu bird")  # in the order of the columns
    assert (layout.scores, layout.shape) == (tuple(columns), Shape.COLUMNS)
    assert (layout.targets[0], layout.task, layout.scale) == ("truth", Task.MULTICLASS, scale)


def test_prefixes_match_without_regard_to_case() -> None:
    layout = found(untyped({"Label": ["a", "b"], "Prob_a": [0.1, 0.9], "PROB_b": [0.9, 0.1]}))
    assert (layout.targets[0], layout.classes) == ("Label", ("a", "b"))


def test_two_columns_are_a_binary_task_in_the_order_of_the_columns() -> None:
    layout = found(typed({"y": [0, 1], "p_1": [0.25, 0.5], "p_0": [0.75, 0.5]}))
    assert (layout.task, layout.classes) == (Task.BINARY, ("1", "0"))
    assert layout.find("0") == 1


def test_caret_and_automl_columns_are_named_as_the_classes() -> None:
    layout = found(
        untyped(
            {
                "pred": ["a", "b"],
                "obs": ["b", "b"],
                "a": [0.25, 0.5],
                "b": [0.5, 0.5],
                "c": [0.25, 0.0],
                "rowIndex": [1, 2],
                "Resample": ["Fold1", "Fold2"],
            }
        )
    )
    assert (layout.targets[0], layout.scores) == ("obs", ("a", "b", "c"))
    assert (layout.shape, layout.classes) == (Shape.COLUMNS, ("a", "b", "c"))


def test_numbers_beside_columns_named_as_the_classes_are_no_scores() -> None:
    layout = found(
        typed(
            {
                "label": ["a", "b"],
                "age": [31, 45],
                "a": [0.25, 0.5],
                "b": [0.75, 0.5],
                "fold": [1, 2],
            }
        )
    )
    assert layout.scores == ("a", "b")


@pytest.mark.parametrize("outcome", ["truth", "Species"])
def test_tidymodels(outcome: str) -> None:
    layout = found(
        untyped(
            {
                ".pred_class": ["cat", "dog"],
                ".pred_cat": [0.75, 0.25],
                ".pred_dog": [0.25, 0.75],
                outcome: ["cat", "cat"],
                ".row": [1, 2],
            }
        )
    )
    assert (layout.targets[0], layout.classes) == (outcome, ("cat", "dog"))
    assert layout.scores == (".pred_cat", ".pred_dog")


def test_catboost_on_several_scales_gives_its_probabilities() -> None:
    layout = found(
        untyped(
            {
                "SampleId": [0, 1],
                "RawFormulaVal:Class=0": [1, 2],
                "RawFormulaVal:Class=1": [1, 2],
                "RawFormulaVal:Class=2": [1, 2],
                "Probability:Class=0": [0.5, 0.2],
                "Probability:Class=1": [0.25, 0.2],
                "Probability:Class=2": [0.25, 0.6],
                "Label": [0, 2],
            }
        )
    )
    assert layout.scale is Scale.PROBABILITY
    assert (layout.targets[0], layout.classes) == ("Label", ("0", "1", "2"))


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("probs", Scale.PROBABILITY),
        ("probabilities", Scale.PROBABILITY),
        ("scores", Scale.PROBABILITY),
        ("logits", Scale.LOGIT),
        ("logprobs", Scale.LOG_PROBABILITY),
        ("my_vector", Scale.PROBABILITY),
        ("val_logits", Scale.LOGIT),
    ],
)
def test_lists_of_scores(name: str, scale: Scale) -> None:
    scores = [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]
    layout = found(typed({"labels": [0, 2], name: scores}))
    assert (layout.targets[0], layout.scores, layout.shape) == ("labels", (name,), Shape.VECTOR)
    assert (layout.classes, layout.scale) == (("0", "1", "2"), scale)
    assert layout.roles[name] is Role.VECTOR
    text = found(
        Table(
            (Column("labels", Kind.UNTYPED), Column(name, Kind.UNTYPED)),
            {"labels": ["0", "2"], name: ["[0.5,0.25,0.25]", "[0.5, 0.25, 0.25]"]},
        )
    )
    assert (text.shape, text.classes, text.scale) == (Shape.VECTOR, ("0", "1", "2"), scale)


def test_fixed_size_lists_know_their_length_without_rows() -> None:
    columns = (Column("label", Kind.NUMBER), Column("logits", Kind.LIST, size=1000))
    layout = found(Table(columns, {}))
    assert (layout.k, layout.classes[-1]) == (1000, "999")
    assert found(Table(columns, {}), classes=tuple(map(str, range(1000)))).k == 1000


def test_lists_take_their_classes_from_the_option() -> None:
    table = typed({"label": ["b", "a"], "probs": [[0.5, 0.5], [0.25, 0.75]]})
    assert found(table, classes=("a", "b")).classes == ("a", "b")


@pytest.mark.parametrize("vector", [spark([0.25, 0.75]), sparse(2, {1: 1.0})])
def test_spark_vectors_prefer_probability_to_raw_prediction(vector: dict[str, object]) -> None:
    layout = found(
        typed(
            {
                "label": [0.0, 1.0],
                "rawPrediction": [spark([1, 2])] * 2,
                "probability": [vector] * 2,
                "prediction": [1.0, 0.0],
            }
        )
    )
    assert (layout.scores, layout.shape) == (("probability",), Shape.VECTOR)
    assert (layout.task, layout.classes, layout.scale) == (
        Task.BINARY,
        ("0", "1"),
        Scale.PROBABILITY,
    )
    assert layout.find("1.0") == 1


def test_spark_raw_predictions_alone_are_logits() -> None:
    layout = found(typed({"label": [0.0, 2.0], "rawPrediction": [spark([1, 2, 3])] * 2}))
    assert (layout.scale, layout.k) == (Scale.LOGIT, 3)


def test_y_pred_is_a_score_only_where_it_holds_fractions() -> None:
    decided = {"y_true": [0, 1], "y_pred": [0, 1], "y_prob": [0.25, 0.75]}
    assert found(untyped(decided)).scores == ("y_prob",)
    assert found(untyped({"y_true": [0, 1], "y_pred": [0.25, 1]})).scores == ("y_pred",)


@pytest.mark.parametrize("table", BOTH)
@pytest.mark.parametrize(
    ("labels", "column", "order"),
    [
        (["cat", "dog"], "prob_dog", ["cat", "dog"]),
        ([1, 0], "prob_1", ["0", "1"]),
        ([1.0, 0.0], "prob_1", ["0.0", "1.0"]),
        ([1, 0], "p_0", ["1", "0"]),
        ([True, False], "prob_true", ["false", "true"]),
    ],
)
def test_one_column_of_a_family_speaks_of_its_class(
    table: Callable[[dict[str, list[object]]], Table],
    labels: list[object],
    column: str,
    order: list[str],
) -> None:
    layout = found(table({"label": labels, column: [0.25, 0.75]}))
    assert (layout.scores, layout.shape, layout.positive) == ((column,), Shape.SINGLE, 1)
    for place, text in enumerate(order):
        assert layout.find(text) == place


def test_reasons_are_given_for_every_decision() -> None:
    layout = found(untyped({"label": ["a", "b"], "logit_a": [1, 2], "logit_b": [2, 1]}))
    assert {name for name, _ in layout.reasons} == {"target", "scores", "scale", "classes"}
    assert all(why for _, why in layout.reasons)
