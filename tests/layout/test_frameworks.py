"""What the programs of the trade write, as their documentation has it: a sample of each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.layout.tables import BOTH, found, typed, untyped
from xentcli.errors import InputError, UsageError
from xentcli.layout.layout import Shape
from xentcli.layout.schema import Role
from xentcli.options import Scale, Task

TWO: dict[str, list[object]] = {"a": [0.75, 0.25], "b": [0.25, 0.75]}
LABELS = ["a", "b"]
every_kind = pytest.mark.parametrize("table", BOTH)


def columns(form: str, classes: tuple[str, str] = ("a", "b")) -> dict[str, list[object]]:
    """Two score columns, named so with their class for `{}`."""
    return {form.format(name): scores for name, scores in zip(classes, TWO.values(), strict=True)}


# mlr3, as.data.table(prediction): row_ids, truth, response and prob.CLASS
# (mlr3/R/as_prediction_classif.R; the older mlr has id for row_ids).
@every_kind
@pytest.mark.parametrize("rows", ["row_ids", "id"])
def test_mlr3(table: Any, rows: str) -> None:
    layout = found(table({rows: [1, 2], "truth": LABELS, "response": LABELS, **columns("prob.{}")}))
    assert (layout.targets[0], layout.scores) == ("truth", ("prob.a", "prob.b"))
    assert (layout.classes, layout.shape) == (("a", "b"), Shape.COLUMNS)


# H2O, h2o.predict: `predict`, then a column a class; whole numbers become p0, p1
# (h2o-core, hex.Model.makeScoringNames).
@every_kind
def test_h2o_names_its_columns_as_the_classes(table: Any) -> None:
    layout = found(table({"predict": LABELS, **columns("{}"), "label": LABELS}))
    assert (layout.targets[0], layout.scores, layout.classes) == ("label", ("a", "b"), ("a", "b"))


@every_kind
@pytest.mark.parametrize("classes", [("0", "1"), ("1", "2"), ("-1", "1"), ("9", "10")])
def test_h2o_puts_a_letter_before_numbers(table: Any, classes: tuple[str, str]) -> None:
    scores = columns("p{}", classes)
    layout = found(table({"predict": list(classes), **scores, "label": [int(c) for c in classes]}))
    assert (layout.classes, layout.shape) == (classes, Shape.COLUMNS)


def test_h2o_calibrated_and_not_are_two_readings() -> None:
    plain, calibrated = columns("p{}", ("0", "1")), columns("cal_p{}", ("0", "1"))
    with pytest.raises(InputError, match="'p0', 'p1' or 'cal_p0', 'cal_p1'") as caught:
        found(untyped({"label": [0, 1], "predict": [0, 1], **plain, **calibrated}))
    assert "--scores" in (caught.value.hint or "")


def test_a_letter_with_a_number_alone_is_no_rival_to_scores() -> None:
    percentiles = {"p50": [12.0, 13.0], "p99": [30.0, 31.0]}
    layout = found(typed({"label": LABELS, **columns("prob_{}"), **percentiles}))
    assert layout.scores == ("prob_a", "prob_b")
    assert found(typed({"label": [0, 1], **columns("p{}", ("0", "1"))})).classes == ("0", "1")


# Azure ML: the designer's Score Model writes "Scored Probabilities_CLASS", Studio (classic)
# 'Scored Probabilities for Class "CLASS"', both beside "Scored Labels"; two classes have one
# column, "Scored Probabilities" (learn.microsoft.com, "Interpret model results").
@every_kind
@pytest.mark.parametrize("form", ["Scored Probabilities_{}", 'Scored Probabilities for Class "{}"'])
def test_azure(table: Any, form: str) -> None:
    layout = found(table({"label": LABELS, **columns(form), "Scored Labels": LABELS}))
    assert (layout.targets[0], layout.classes, layout.shape) == ("label", ("a", "b"), Shape.COLUMNS)


@every_kind
def test_azure_with_two_classes(table: Any) -> None:
    scored = {"Scored Labels": [1, 0], "Scored Probabilities": [0.75, 0.25]}
    layout = found(table({"label": [1, 0], **scored}))
    assert (layout.scores, layout.classes) == (("Scored Probabilities",), ("0", "1"))
    with pytest.raises(InputError, match="which class does") as caught:
        found(table({"label": ["<=50K", ">50K"], **scored}))
    assert caught.value.hint == "name it with --positive"


# KNIME's predictors: "P (trainingColumn=value)" with a suffix of one's own, and
# "Prediction (trainingColumn)" (descriptions of the nodes in KNIME Base Nodes).
@every_kind
@pytest.mark.parametrize("suffix", ["", "_forest", " 2"])
def test_knime(table: Any, suffix: str) -> None:
    layout = found(
        table(
            {
                "species": LABELS,
                "class": [7.5, 8.5],
                **columns(f"P (species={{}}){suffix}"),
                "Prediction (species)": LABELS,
            }
        ),
        target="species",
    )
    assert (layout.targets[0], layout.classes) == ("species", ("a", "b"))


@every_kind
@pytest.mark.parametrize("outcome", ["species", "Species", "a=b", "size (mm)"])
@pytest.mark.parametrize("classes", [("a", "b"), ("x=1", "x=2"), ("(", ")")])
def test_knime_names_the_truth(table: Any, outcome: str, classes: tuple[str, str]) -> None:
    scores = columns(f"P ({outcome}={{}})", classes)
    layout = found(table({"n": [1, 2], outcome: list(classes), **scores}))
    assert (layout.targets[0], layout.classes) == (outcome, classes)
    assert dict(layout.reasons)["target"] == "the scores' names name it"


# SAS Enterprise Miner: P_ with the target and the level; I_ is the category decided for, F_ the
# true one normalised (communities.sas.com, "Scoring Output Variables").
@every_kind
@pytest.mark.parametrize("classes", [("0", "1"), ("10", "11"), ("GOOD", "BAD")])
def test_sas(table: Any, classes: tuple[str, str]) -> None:
    labels = [int(c) if c.isdigit() else c for c in classes]
    names = {"F_BAD": list(classes), "I_BAD": list(classes)}
    layout = found(table({"BAD": labels, **columns("P_BAD{}", classes), **names}))
    assert (layout.targets[0], layout.classes) == ("BAD", classes)
    assert found(table({"bad": labels, **columns("P_BAD{}", classes)})).targets[0] == "bad"


@every_kind
def test_sas_with_the_probability_of_the_event_alone(table: Any) -> None:
    layout = found(table({"BAD": [0, 1], "P_BAD1": [0.25, 0.75]}))
    assert (layout.targets[0], layout.scores, layout.positive) == ("BAD", ("P_BAD1",), 1)
    assert layout.find("1") == 1


@every_kind
def test_a_feature_that_happens_to_begin_the_classes_is_no_outcome(table: Any) -> None:
    scores = columns("p_{}", ("cat", "cow"))
    layout = found(table({"label": ["cat", "cow"], "c": [3, 4], **scores}))
    assert (layout.targets[0], layout.classes) == ("label", ("cat", "cow"))
    layout = found(table({"y": ["yes", "yard"], **columns("p_{}", ("yes", "yard"))}))
    assert layout.classes == ("yes", "yard")


def test_two_truths_are_both_told() -> None:
    table = untyped({"label": [0, 1], "BAD": [0, 1], **columns("P_BAD{}", ("0", "1"))})
    with pytest.raises(InputError, match="'label', 'BAD'") as caught:
        found(table)
    assert "--target" in (caught.value.hint or "")
    assert found(table, target="BAD").classes == found(table, target="label").classes == ("0", "1")


def test_labels_that_fit_both_readings_of_sas() -> None:
    table = untyped({"a": ["a1", "a1"], **columns("P_a{}", ("1", "a1"))})
    with pytest.raises(InputError, match="'1', 'a1' of 'a' or 'a1', 'aa1'") as caught:
        found(table)
    assert "--classes" in (caught.value.hint or "")
    assert found(table, classes=("1", "a1")).classes == ("1", "a1")
    assert found(table, classes=("a1", "aa1")).classes == ("a1", "aa1")


def pairs(*rows: dict[str, float], key: str = "prob") -> list[object]:
    return [[{"label": c, key: p} for c, p in row.items()] for row in rows]


def lists(*rows: dict[str, float]) -> list[object]:
    return [{"classes": list(row), "scores": list(row.values())} for row in rows]


SORTED = ({"a": 0.75, "b": 0.25}, {"b": 0.75, "a": 0.25})


# BigQuery ML, ML.PREDICT: predicted_LABEL and predicted_LABEL_probs, an array of structs of
# label and prob; all columns of the input are there as well. Vertex AI's batch predictions for
# AutoML in BigQuery: predicted_LABEL, a struct of classes and scores.
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("predicted_species_probs", pairs(*SORTED)),
        ("predicted_species", lists(*SORTED)),
        ("Predicted_SPECIES_probs", pairs(*SORTED)),
    ],
)
def test_vectors_that_name_their_classes(name: str, values: list[object]) -> None:
    layout = found(typed({"n": [1, 2], "species": LABELS, "x": [0.5, 0.25], name: values}))
    assert (layout.targets[0], layout.scores, layout.shape) == ("species", (name,), Shape.LABELLED)
    assert (layout.classes, layout.task, layout.scale) == (LABELS_OF, Task.BINARY, PROBABILITY)
    assert layout.roles[name] is Role.VECTOR


LABELS_OF, PROBABILITY = ("a", "b"), Scale.PROBABILITY


def test_a_truth_of_another_name_beside_named_classes() -> None:
    scores = {"predicted_species_probs": pairs(*SORTED)}
    assert found(typed({"label": LABELS, **scores})).targets[0] == "label"
    with pytest.raises(InputError, match="'label', 'species'"):
        found(typed({"label": LABELS, "species": LABELS, **scores}))
    with pytest.raises(InputError, match="no column is named like a true label"):
        found(typed({"kind": LABELS, **scores}))


def test_pipelines_of_hugging_face_name_the_score() -> None:
    layout = found(typed({"label": LABELS, "output": pairs(*SORTED, key="score")}))
    assert (layout.scores, layout.shape) == (("output",), Shape.LABELLED)


def test_named_classes_come_in_an_order_of_their_own() -> None:
    values = pairs({"10": 0.5, "9": 0.25, "b": 0.25, "-1": 0.0}, {"a": 1.0})
    layout = found(typed({"label": ["9", "a"], "scores": values}))
    assert layout.classes == ("-1", "9", "10", "a", "b")


def test_the_option_gives_named_classes_their_order_and_no_other_names() -> None:
    table = typed({"label": LABELS, "probs": pairs(*SORTED)})
    assert found(table, classes=("b", "a")).classes == ("b", "a")
    assert found(table, scores="probs").shape is Shape.LABELLED
    for classes in (("a", "c"), ("a", "b", "c")):
        with pytest.raises(UsageError, match="the rows name 'a', 'b'"):
            found(table, classes=classes)


def test_one_class_named_in_all_rows_is_no_distribution() -> None:
    with pytest.raises(InputError, match="names no class but 'a'"):
        found(typed({"label": LABELS, "probs": pairs({"a": 0.5}, {"a": 0.5})}))


def test_the_scores_of_another_outcome_are_left_alone() -> None:
    table = typed(
        {
            "species": LABELS,
            "sex": LABELS,
            "predicted_species_probs": pairs(*SORTED),
            "predicted_sex_probs": pairs(*SORTED),
        }
    )
    with pytest.raises(InputError, match="'species', 'sex'"):
        found(table)
    assert found(table, target="sex").scores == ("predicted_sex_probs",)


def test_structs_of_another_kind_are_no_scores() -> None:
    table = typed({"label": LABELS, "boxes": [[{"x": 1, "y": 2}], [{"x": 1, "y": 2}]]})
    with pytest.raises(InputError, match="no column is named like a score"):
        found(table)
