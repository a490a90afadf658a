"""What options say goes before what names say."""

from __future__ import annotations

import pytest

from tests.layout.tables import found, typed, untyped
from xentcli.errors import InputError
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Role
from xentcli.options import Scale, Task

WIDE = {
    "label": ["a", "b"],
    "y": ["b", "b"],
    "prob_a": [0.5, 0.25],
    "prob_b": [0.5, 0.75],
    "other_a": [0.25, 0.5],
    "other_b": [0.75, 0.5],
    "w": [1, 2],
    "id": [7, 8],
}
NUMBERED: dict[str, list[object]] = {
    "1": [3, 9],
    **{str(i): [0.1, 0.1] for i in range(2, 12)},
    "12": [5, 5],
}


def test_target_and_scores_by_name() -> None:
    layout = found(untyped(WIDE), target="y", scores="other_a,other_b")
    assert (layout.targets[0], layout.scores) == ("y", ("other_a", "other_b"))
    assert layout.classes == ("a", "b")
    reversed_ = found(untyped(WIDE), target="y", scores="other_b,other_a")
    assert reversed_.classes == ("b", "a")


def test_scores_by_glob() -> None:
    layout = found(untyped(WIDE), target="label", scores="other_*")
    assert (layout.scores, layout.classes) == (("other_a", "other_b"), ("a", "b"))
    layout = found(untyped(WIDE), target="label", scores="prob_[ab]")
    assert (layout.scores, layout.classes) == (("prob_a", "prob_b"), ("a", "b"))
    layout = found(untyped(WIDE), target="label", scores="other_?")
    assert layout.classes == ("a", "b")


def test_scores_by_a_range_of_numbers_are_classes_from_zero() -> None:
    """As in the contract: paste labels.txt probs.txt | xent eval - --no-header …"""
    table = untyped(NUMBERED)._replace(headerless=True)
    layout = found(table, target="1", scores="2-11")
    assert layout.scores == tuple(map(str, range(2, 12)))
    assert layout.classes == tuple(map(str, range(10)))
    assert layout.find("3") == 3


def test_under_a_header_numbers_are_names_and_two_readings_an_error() -> None:
    columns = {"label": [1, 2], "1": [0.5, 0.5], "2": [0.25, 0.25], "3": [0.25, 0.25]}
    assert found(untyped({**columns, "label": [1, 3]}), scores="1-3").classes == ("1", "2", "3")
    assert found(untyped(columns)).classes == ("1", "2", "3")
    with pytest.raises(InputError, match="or 0 to 2 by their order"):
        found(untyped(columns), scores="1-3")


def test_mixed_items_and_repeated_columns() -> None:
    layout = found(untyped(NUMBERED), target="12", scores="2-3,3,7", classes=("5", "x", "y"))
    assert layout.scores == ("2", "3", "7")


def test_a_column_whose_name_looks_like_a_pattern_or_a_list_is_taken_by_its_name() -> None:
    table = untyped({"label": [0, 1], "p*": [0.5, 0.5], "a,b": [0.5, 0.5], "2-3": [0.5, 0.5]})
    for name in ("p*", "a,b", "2-3"):
        assert found(table, scores=name).scores == (name,)


def test_a_single_column_by_name_is_binary() -> None:
    layout = found(untyped({"label": [0, 1], "mine": [0.5, 0.25]}), scores="mine")
    assert (layout.shape, layout.task, layout.scale) == (
        Shape.SINGLE,
        Task.BINARY,
        Scale.PROBABILITY,
    )


def test_a_list_column_by_name_is_a_vector() -> None:
    table = typed({"label": [0, 1], "mine": [[0.5, 0.5], [0.25, 0.75]], "logits": [[1.0], [2.0]]})
    layout = found(table, scores="mine")
    assert (layout.shape, layout.k) == (Shape.VECTOR, 2)


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("val_logit", Scale.LOGIT),
        ("model.logits", Scale.LOGIT),
        ("tok_logprob", Scale.LOG_PROBABILITY),
        ("Log Prob", Scale.LOG_PROBABILITY),
        ("mine", Scale.PROBABILITY),
    ],
)
def test_scores_named_by_option_speak_of_their_scale_too(name: str, scale: Scale) -> None:
    table = untyped({"label": [0, 1], name: [-1, -2]})
    assert found(table, scores=name).scale is scale
    assert found(table, scores=name, scale=Scale.LOGIT).scale is Scale.LOGIT


@pytest.mark.parametrize("scale", Scale)
def test_the_option_decides_the_scale(scale: Scale) -> None:
    assert found(untyped({"label": [0, 1], "logit": [1, 2]}), scale=scale).scale is scale


def test_classes_rename_columns_in_their_order() -> None:
    table = untyped({"label": ["x", "y"], "s1": [0.5, 0.5], "s2": [0.5, 0.5]})
    layout = found(table, scores="s*", classes=("x", "y"))
    assert (layout.classes, layout.find("y")) == (("x", "y"), 1)


def test_classes_of_one_score_are_no_and_yes_in_that_order() -> None:
    table = untyped({"label": ["bad", "good"], "prob": [0.5, 0.25]})
    layout = found(table, classes=("good", "bad"))
    assert (layout.classes, layout.positive) == (("good", "bad"), 1)
    named = found(table, classes=("good", "bad"), positive="good")
    assert (named.classes, named.positive) == (("good", "bad"), 0)


def test_positive_names_the_class_the_score_speaks_of() -> None:
    table = untyped({"label": ["bad", "good"], "prob": [0.5, 0.25]})
    layout = found(table, positive="good")
    assert (layout.find("good"), layout.find("bad"), layout.positive) == (1, 0, 1)
    assert layout.settled(["bad", "good"]).classes == ("bad", "good")
    zeros = found(untyped({"label": [0, 1], "prob": [0.5, 0.25]}), positive="0")
    assert (zeros.find("0"), zeros.find("1"), zeros.find("1.0")) == (1, 0, 0)
    assert zeros.settled(["0", "1"]).classes == ("1", "0")


@pytest.mark.parametrize("task", [Task.AUTO, Task.BINARY])
def test_two_classes_are_binary(task: Task) -> None:
    table = untyped({"label": ["a", "b"], "prob_a": [0.5, 0.5], "prob_b": [0.5, 0.5]})
    assert found(table, task=task).task is Task.BINARY
    assert found(table, task=Task.MULTICLASS).task is Task.MULTICLASS


def test_the_weight_is_read_as_a_number_and_neither_it_nor_the_id_is_a_score() -> None:
    layout = found(untyped(WIDE), target="label", scores="prob_*", weight="w", id="id")
    assert (layout.weight, layout.id) == ("w", "id")
    assert layout.roles["w"] is Role.NUMBER
    assert "id" not in layout.roles
    table = untyped({"label": [0, 1], "prob": [0.5, 0.25], "score": [2, 1], "p": [5, 5]})
    assert found(table, weight="score", id="p").scores == ("prob",)


def test_ignored_labels_need_no_class() -> None:
    table = untyped({"label": ["-100", "a"], "a": [0.5, 0.5], "b": [0.5, 0.5]})
    assert found(table, ("-100",)).classes == ("a", "b")
    single = untyped({"label": ["-100", "1", "0"], "prob": [0.5, 0.5, 0.5]})
    assert found(single, ("-100",)).classes == ("0", "1")
