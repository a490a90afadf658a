"""What is ambiguous or contradictory is an error: one line of what is wrong, one of what helps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.layout.tables import found, spark, typed, untyped
from xentcli.errors import InputError, UsageError, XentError
from xentcli.layout.schema import Column, Kind, Table
from xentcli.options import Task


def refusal(
    table: Table, kind: type[XentError] = InputError, ignore: tuple[str, ...] = (), **options: Any
) -> XentError:
    """The error, which is of this kind, one line long and free of control characters."""
    with pytest.raises(kind) as caught:
        found(table, ignore, **options)
    error = caught.value
    assert type(error) is kind
    for line in (error.message, error.hint or "-"):
        assert line
        assert line.isprintable()
    return error


def test_two_targets() -> None:
    error = refusal(untyped({"label": [0], "Truth": [0], "prob": [0.5]}))
    assert error.message == "several columns could be the true label: 'label', 'Truth'"
    assert error.hint == "say which with --target, for example --target 'label'"


def test_no_target() -> None:
    error = refusal(untyped({"id": ["u1"], "prob": [0.5]}))
    assert error.message == ("no column is named like a true label; the columns are 'id', 'prob'")
    assert error.hint == "name it, if it is there, with --target COL"


def test_the_decision_of_a_model_is_not_its_truth() -> None:
    scores = {"prob_a": [0.75, 0.25], "prob_b": [0.25, 0.75]}
    error = refusal(untyped({"y_hat": ["a", "b"], **scores}))
    assert error.message.startswith("no column is named like a true label")
    assert error.hint == "name it, if it is there, with --target 'y_hat'"


def test_the_classes_in_another_order_than_their_columns() -> None:
    table = untyped({"label": ["a", "b"], "prob_b": [0.5, 0.5], "prob_a": [0.5, 0.5]})
    error = refusal(table, UsageError, classes=("a", "b"))
    assert error.message == "--classes says 'a', 'b', the columns say 'b', 'a'"


def test_names_of_logits_over_values_of_probabilities() -> None:
    error = refusal(untyped({"y": [1, 0], "logit": [0.5, 0.25]}))
    assert error.hint == "say which with --scale probability or --scale logit"


def test_scores_of_two_kinds() -> None:
    error = refusal(untyped({"label": [0, 1], "prob": [0.5, 0.25], "p_1": [0.25, 0.5]}))
    assert error.message.startswith("the scores could be ")


def test_two_columns_of_class_names() -> None:
    error = refusal(
        untyped({"one": ["a", "b"], "two": ["b", "b"], "prob_a": [0.5, 0.5], "prob_b": [0.5, 0.5]})
    )
    assert error.message.startswith("no column is named like a true label")
    assert error.hint == "name it, if it is there, with --target COL"


def test_two_families_of_scores() -> None:
    error = refusal(
        untyped(
            {
                "label": ["a", "b"],
                "prob_a": [0.5, 0.5],
                "prob_b": [0.5, 0.5],
                "logit_a": [1, 2],
                "logit_b": [1, 2],
            }
        )
    )
    assert error.message == "the scores could be 'prob_a', 'prob_b' or 'logit_a', 'logit_b'"
    assert error.hint == "say which with --scores, for example --scores 'prob_*'"


def test_two_single_scores() -> None:
    error = refusal(untyped({"label": [0, 1], "prob": [0.5, 0.5], "score": [0.5, 0.5]}))
    assert error.message == "the scores could be 'prob' or 'score'"
    assert error.hint == "say which with --scores, for example --scores 'prob'"


def test_two_vectors() -> None:
    vectors = [[0.5, 0.5]] * 2
    error = refusal(typed({"label": [0, 1], "probs": vectors, "logits": vectors}))
    assert error.message == "the scores could be 'probs' or 'logits'"
    assert "--scores 'probs'" in (error.hint or "")


def test_no_scores() -> None:
    error = refusal(untyped({"label": ["a", "b"], "prediction": ["a", "b"]}))
    assert error.message == (
        "no column is named like a score; the columns are 'label', 'prediction'"
    )
    assert (error.hint or "").startswith("name the scores with --scores: ")


def test_a_decision_is_no_score() -> None:
    error = refusal(untyped({"y_true": [0, 1], "y_pred": [0, 1]}))
    assert "no column is named like a score" in error.message


@pytest.mark.parametrize("option", ["target", "scores", "weight", "id"])
def test_a_column_that_is_not_there(option: str) -> None:
    table = untyped({"label": [0, 1], "prob": [0.5, 0.5], "weight": [1, 1], "id": [1, 2]})
    near = {"target": "lable", "scores": "porb", "weight": "Weight", "id": "ID"}[option]
    options: dict[str, Any] = {option: near}
    error = refusal(table, **options)
    right = {"target": "label", "scores": "prob", "weight": "weight", "id": "id"}[option]
    assert error.message == f"--{option}: there is no column '{near}'"
    assert error.hint == f"did you mean '{right}'?"
    options[option] = "zzzzzz"
    far = refusal(table, **options)
    assert far.hint == "the columns are 'label', 'prob', 'weight', 'id'"


def test_a_glob_that_matches_nothing() -> None:
    error = refusal(untyped({"label": [0], "prob": [0.5]}), scores="x_*")
    assert error.message == "--scores: no column matches 'x_*'"
    assert error.hint == "the columns are 'label', 'prob'"


@pytest.mark.parametrize("span", ["2-4", "3-2", "0-1"])
def test_a_range_that_is_not_there(span: str) -> None:
    error = refusal(untyped({"1": [0], "2": [0.5], "3": [0.5]}), target="1", scores=span)
    assert error.message == f"--scores: there is no column '{span}'"


@pytest.mark.parametrize("scores", ["y", "y,score"])
def test_the_target_is_no_score(scores: str) -> None:
    error = refusal(
        untyped({"y": [1, 0], "score": [0.5, 0.25]}), UsageError, target="y", scores=scores
    )
    assert "'y' is the target" in error.message


def test_a_glob_leaves_out_the_target_and_the_weight() -> None:
    table = untyped({"y": [1, 0], "score": [0.5, 0.25], "w": [1, 2]})
    layout = found(table, target="y", scores="*", weight="w")
    assert (layout.scores, layout.classes) == (("score",), ("0", "1"))


def test_the_weight_is_neither_target_nor_score() -> None:
    table = untyped({"label": [0, 1], "prob": [0.5, 0.5]})
    error = refusal(table, UsageError, target="label", scores="prob", weight="label")
    assert error.message == "--weight 'label' is also the target or a score"
    error = refusal(table, UsageError, target="label", scores="prob", weight="prob")
    assert "'prob' is" in error.message


@pytest.mark.parametrize(
    "labels", [["cat", "dog"], ["0", "2"], ["1", "yes"], ["a", "b", "c"], ["001", "0"]]
)
def test_strange_labels_beside_one_score_ask_for_the_positive_class(labels: list[str]) -> None:
    error = refusal(untyped({"label": labels, "prob": [0.5] * len(labels)}))
    shown = ", ".join(f"'{t}'" for t in labels)
    assert error.message == f"which class does 'prob' speak of? the first rows' labels are {shown}"
    assert error.hint == "name it with --positive"


def test_three_labels_beside_one_score_cannot_be_settled() -> None:
    layout = found(untyped({"label": ["a", "b"], "prob": [0.5, 0.5]}), positive="a")
    with pytest.raises(InputError, match="holds the labels 'a', 'b', 'c'") as caught:
        layout.settled(["a", "b", "c"])
    assert caught.value.hint is not None
    plain = found(untyped({"label": ["1", "0"], "prob": [0.5, 0.5]}))
    with pytest.raises(InputError, match="holds the labels '0', '1', 'yes'"):
        plain.settled(["0", "1", "yes"])


def test_lists_without_names_ask_for_them() -> None:
    error = refusal(typed({"label": ["a", "b"], "probs": [[0.5, 0.5]] * 2}))
    assert error.message == "the labels are 'a', 'b', the scores are lists of 2 without names"
    assert error.hint == (
        "name the classes in the order of the lists' entries with --classes a,b,c"
    )


def test_lists_of_unknown_length_ask_for_the_classes() -> None:
    table = Table((Column("label", Kind.NUMBER), Column("probs", Kind.LIST)), {})
    error = refusal(table)
    assert error.message == "column 'probs': the length of its lists is not known"
    assert error.hint == "name the classes with --classes a,b,c"


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (
            {"label": ["a"], "prob_a": [1], "prob_b": [0]},
            {"classes": ("a", "b", "c")},
            "--classes names 3 classes, the scores have 2 entries",
        ),
        (
            {"label": [0], "probs": [[0.5, 0.5]]},
            {"classes": ("a",)},
            "--classes names 1 classes, the scores have 2 entries",
        ),
        (
            {"label": [0], "prob": [0.5]},
            {"classes": ("a", "b", "c")},
            "--classes names 3 classes, one score needs 2",
        ),
        (
            {"label": ["a"], "prob_a": [1], "prob_b": [0]},
            {"classes": ("a", "a")},
            "--classes names a class twice",
        ),
        (
            {"label": ["a"], "prob": [0.5]},
            {"classes": ("a", "b"), "positive": "c"},
            "--positive 'c' is not among --classes",
        ),
        (
            {"label": ["a"], "prob_a": [1], "prob_b": [0]},
            {"positive": "a"},
            "--positive goes with a single score column; here every class has its own",
        ),
        (
            {"label": ["a"], "prob_a": [1], "prob_b": [0], "prob_c": [0]},
            {"task": Task.BINARY},
            "--task binary needs two classes, the scores speak of 3",
        ),
        (
            {"label": [1], "prob": [0.5]},
            {"task": Task.MULTICLASS},
            "--task multiclass needs a score for every class, there is one column",
        ),
    ],
)
def test_contradictions(
    columns: dict[str, list[object]], options: dict[str, Any], message: str
) -> None:
    assert refusal(typed(columns), UsageError, **options).message == message


def test_names_from_the_data_are_made_safe() -> None:
    error = refusal(untyped({"la\x1b[31mbel": ["x"], "p\u202erob": [0.5]}))
    assert "\\x1b" in error.message
    assert "\\u202e" in error.message


def test_spark_vectors_without_labels_that_fit() -> None:
    error = refusal(typed({"label": ["a", "b"], "probability": [spark([0.5, 0.5])] * 2}))
    assert "lists of 2 without names" in error.message
