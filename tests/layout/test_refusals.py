"""What is refused of soft targets, votes, labels and outcomes, and in which words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow.csv import read_csv

import xentcli
from xentcli.errors import InputError, UsageError, XentError

if TYPE_CHECKING:
    from pathlib import Path

SCORES = "prob_a,prob_b\n"
CLASSES = f"label,{SCORES}a,0.25,0.75\nb,0.5,0.5\nb,0.5,0.5\n"
SOFT = f"q_a,q_b,{SCORES}0.5,0.5,0.25,0.75\n1,0,0.5,0.5\n"
LABELS = f"true_a,true_b,{SCORES}1,1,0.25,0.75\n0,1,0.5,0.5\n"
OUTCOMES = "token,logprob,bytes\nx,-0.5,1\ny,-1,2\n"
THREE = "label,prob_a,prob_b,prob_c\na,0.25,0.5,0.25\nb,0.5,0.25,0.25\n"
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "classes": (CLASSES, {}),
    "soft": (SOFT, {}),
    "labels": (LABELS, {"task": "multilabel"}),
    "outcomes": (OUTCOMES, {}),
    "three": (THREE, {}),
}


def refused(content: str, kind: type[XentError], **options: Any) -> str:
    """The words in which something is refused: those of the error and of its hint."""
    table = read_csv(io.BytesIO(content.encode()))
    with pytest.raises(kind) as caught:
        xentcli.evaluate(table, **options)
    return f"{caught.value.message}\n{caught.value.hint}"


@pytest.mark.parametrize(
    ("kind", "metric", "reason"),
    [
        ("classes", "entropy", "is for soft targets; here every row has one class"),
        ("classes", "kl_divergence", "is for soft targets; here every row has one class"),
        ("soft", "top_k", "one class each; here targets are distributions over the classes"),
        ("soft", "one_vs_rest", "is for rows that have one class each"),
        ("labels", "perplexity", "is for rows of classes, or of outcomes; here a row has any"),
        ("labels", "macro_cross_entropy", "of distributions over them; here a row has any number"),
        ("outcomes", "accuracy", "or of labels; here there is but the score of what happened"),
        ("classes", "mean_label_cross_entropy", "is for the labels of --task multilabel"),
        ("soft", "perplexity_per_unit", "is for the outcomes of --task outcome"),
        ("outcomes", "cross_entropy_per_unit", "needs --count"),
    ],
)
def test_a_metric_for_other_rows_is_refused_with_the_reason(
    kind: str, metric: str, reason: str
) -> None:
    content, options = FILES[kind]
    words = refused(content, UsageError, metric=metric, **options)
    assert words.startswith(f"{metric} ")
    assert reason in words


@pytest.mark.parametrize(
    ("kind", "spec", "needle"),
    [
        ("classes", "cross_entropy(smoothing=2)", "smoothing takes a number from 0 to 1, not 2"),
        ("classes", "cross_entropy(smoothing=-0.1)", "smoothing takes a number from 0 to 1"),
        ("classes", "cross_entropy(smoothing=nan)", "smoothing takes a number from 0 to 1"),
        ("classes", "focal(gamma=-1)", "gamma takes a number from 0"),
        ("classes", "focal(alpha=2)", "alpha is a number from 0 to 1"),
        ("classes", "top_k(k=0)", "k takes a whole number from 1 up, not 0"),
        ("classes", "top_k(k=1.5)", "k takes a whole number from 1 up, not 1.5"),
        ("classes", "top_k(k=inf)", "k takes a whole number from 1 up, not inf"),
        ("classes", "cross_entropy(class_weight='z=2')", "there is no class 'z'"),
        ("classes", "cross_entropy(class_weight='a=-1')", "the weight of class 'a' is -1"),
        ("classes", "cross_entropy(class_weight='a=nan')", "the weight of class 'a' is nan"),
        ("classes", "cross_entropy(class_weight='a=1,a=2')", "class 'a' is given two weights"),
        ("classes", "cross_entropy(class_weight=some)", "NAME=NUMBER"),
        ("classes", "cross_entropy(class_weight=balanced,pos_weight=2)", "give one of them"),
        ("classes", "focal(alpha='z=1')", "there is no class 'z'"),
        ("three", "cross_entropy(pos_weight=2)", "for two classes or for labels; here are 3"),
        ("three", "focal(alpha=0.25)", "is for two classes; here are 3"),
        ("labels", "cross_entropy(class_weight=balanced)", "is for classes"),
        ("labels", "cross_entropy(class_weight='c=1')", "there is no class 'c'"),
        ("labels", "focal(alpha='a=1')", "alpha by name is for classes"),
        ("outcomes", "cross_entropy(smoothing=0.1)", "needs the scores of all classes"),
        ("outcomes", "cross_entropy(class_weight=balanced)", "needs classes"),
        ("outcomes", "cross_entropy(pos_weight=2)", "for two classes or for labels; here are 1"),
    ],
)
def test_parameters_without_meaning_are_refused(kind: str, spec: str, needle: str) -> None:
    content, options = FILES[kind]
    assert needle in refused(content, UsageError, metric=spec, **options)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"a":', "cannot be read as class weights"),
        ("[1]", "class weights are a JSON object of class names and numbers"),
        ("{}", "class weights are a JSON object of class names and numbers"),
        ('{"a": "2"}', "class weights are a JSON object of class names and numbers"),
        ('{"a": true}', "class weights are a JSON object of class names and numbers"),
        ('{"a": NaN}', "class weights are a JSON object of class names and numbers"),
        ('{"a": 1e999}', "class weights are a JSON object of class names and numbers"),
        ('{"a": 1' + "0" * 400 + "}", "class weights are a JSON object of class names and numbers"),
        ("[" * 100_000, "cannot be read as class weights"),
        (b'{"\xff": 1}', "cannot be read as class weights"),
    ],
)
def test_files_that_hold_no_class_weights(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    spec = f"cross_entropy(class_weight='{path}')"
    words = refused(CLASSES, InputError, metric=spec)
    assert words.startswith(f"{path}: {problem}")


@pytest.mark.parametrize(
    ("content", "options", "needle"),
    [
        (CLASSES, {"task": "multilabel"}, "needs a target for every label"),
        (LABELS, {"task": "multilabel", "target_scale": "count"}, "votes for classes"),
        (LABELS, {"task": "multilabel", "target_scale": "label"}, "single target column"),
        (CLASSES, {"target_scale": "count"}, "needs the votes for every class"),
        (THREE, {"target_scale": "probability"}, "goes with one score column"),
        (OUTCOMES, {"task": "outcome", "target": "token"}, "--target does not go with"),
        (OUTCOMES, {"task": "outcome", "classes": "a,b"}, "--classes does not go with"),
        (OUTCOMES, {"task": "outcome", "positive": "a"}, "--positive does not go with"),
        (OUTCOMES, {"task": "outcome", "target_scale": "label"}, "--target-scale does not go"),
        (OUTCOMES, {"task": "outcome", "scale": "logit"}, "a logit says nothing alone"),
        ("logit\n1\n", {"task": "outcome", "scores": "logit"}, "a logit says nothing alone"),
        (OUTCOMES, {"task": "outcome", "weight": "logprob", "scores": "logprob"}, "also the score"),
    ],
)
def test_options_that_contradict_each_other(
    content: str, options: dict[str, Any], needle: str
) -> None:
    assert needle in refused(content, UsageError, **options)


COUNT = {"count": "n"}


@pytest.mark.parametrize(
    ("content", "options", "needle"),
    [
        ("token,logprob\nx,-0.5\ny,0.25\n", {}, "row 2, column 'logprob': 0.25 is not the log"),
        ("token,nll\nx,0.5\ny,1\n", {}, "'nll' is named like a loss"),
        ("token,loss\nx,0.5\ny,1\n", {}, "'loss' is named like a loss"),
        ("logprob,n\n-1,1\n-1,-2\n", COUNT, "row 2, column 'n': -2.0 is not a number of units"),
        ("logprob,n\n-1,1\n-1,\n", COUNT, "row 2, column 'n': the value is missing"),
        ("logprob,n\n-1,1\n-1,inf\n", COUNT, "row 2, column 'n': inf is not a number of units"),
        ("logprob,m\n-1,1\n", COUNT, "--count: there is no column 'n'"),
        ("logprob,token_prob\n-1,0.5\n", {}, "the score could be"),
        ("token_prob\n0.5\n1.5\n", {}, "row 2, column 'token_prob': 1.5 is not a probability"),
    ],
)
def test_outcomes_that_cannot_be_scored(content: str, options: dict[str, Any], needle: str) -> None:
    words = refused(content, InputError, **options)
    assert needle in words
    assert "--scale logit" not in words  # which would be refused in turn


VOTES = {"target_scale": "count"}


@pytest.mark.parametrize(
    ("rows", "options", "needle"),
    [
        ("0.5,0.5,0.5,0.5\n1,1,0.5,0.5\n", {}, "row 2: the targets sum to 2, not to 1"),
        ("0.5,0.5,0.5,0.5\n1.5,-0.5,0.5,0.5\n", {}, "row 2, column 'q_a': 1.5 is not a prob"),
        ("3,2,0.5,0.5\n", {}, "--target-scale count makes shares of them"),
        ("3,2,0.5,0.5\n1,-1,0.5,0.5\n", VOTES, "row 2, column 'q_b': -1.0 is not a number of"),
        ("3,2,0.5,0.5\n0,0,0.5,0.5\n", VOTES, "row 2: the row has no votes"),
        ("1,2,0.5,0.5\n1,inf,0.5,0.5\n", VOTES, "row 2, column 'q_b': inf is not a number of"),
        ("0.5,0.5,0.5,0.5\n1,,0.5,0.5\n", {}, "row 2, column 'q_b': the value is missing"),
        ("0.5,0.5,0.5,0.5\nnan,1,0.5,0.5\n", {}, "row 2, column 'q_a': the value is missing"),
        ("1.5,0,0.5,0.5\n", {"task": "multilabel"}, "row 1, column 'q_a': 1.5 is not a prob"),
        ("inf,0,0.5,0.5\n", {"task": "multilabel"}, "row 1, column 'q_a': inf is not a prob"),
    ],
)
def test_targets_that_are_none(rows: str, options: dict[str, Any], needle: str) -> None:
    assert needle in refused(f"q_a,q_b,{SCORES}{rows}", InputError, **options)


def test_target_columns_have_to_name_the_classes() -> None:
    needle = "do not name the classes 'a', 'b'"
    assert needle in refused(f"q_a,q_c,{SCORES}0.5,0.5,0.5,0.5\n", InputError)
    assert needle in refused(f"q_a,q_b,q_c,{SCORES}0.5,0.5,0,0.5,0.5\n", InputError)


@pytest.mark.parametrize(
    ("truth", "probs", "column"),
    [
        ([0.5, 0.5], [0.5, None], "probs"),
        ([0.5, None], [0.5, 0.5], "label"),
        (None, [0.5, 0.5], "label"),
        ([0.5, 0.5], None, "probs"),
    ],
)
def test_a_missing_entry_of_a_list_is_told_of_its_own_column(
    truth: object, probs: object, column: str
) -> None:
    table = pa.table({"label": [[0.5, 0.5], truth], "probs": [[0.5, 0.5], probs]})
    with pytest.raises(InputError, match=f"row 2, column '{column}': the value is missing"):
        xentcli.evaluate(table)
    assert xentcli.evaluate(table, missing="drop").source.rows == 1


def test_a_missing_weight_is_told_of_the_weight_beside_lists() -> None:
    lists = {"label": [[0.5, 0.5]] * 2, "probs": [[0.5, 0.5]] * 2}
    with pytest.raises(InputError, match="row 2, column 'w': the value is missing"):
        xentcli.evaluate(pa.table({**lists, "w": [1.0, None]}), weight="w")
