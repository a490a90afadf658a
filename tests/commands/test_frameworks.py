"""What other programs write, as files through the whole program, beside an oracle's figure."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import subprocess
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import log_loss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.commands.conftest import Xent

CLASSES = ("cat", "dog", "emu bird")
LEVELS = ("0", "1", "2")


def drawn(classes: Sequence[str], rows: int = 60) -> tuple[list[str], list[dict[str, float]]]:
    """Labels, and the probabilities of every class in an order that changes from row to row."""
    chance = random.Random(20)  # noqa: S311 - for figures, not for secrets
    labels = [chance.choice(classes) for _ in range(rows)]
    scores = []
    for _ in labels:
        cuts = sorted(chance.random() for _ in classes[1:])
        parts = [b - a for a, b in zip([0.0, *cuts], [*cuts, 1.0], strict=True)]
        scores.append(dict(zip(chance.sample(classes, len(classes)), parts, strict=True)))
    return labels, scores


def oracle(labels: Sequence[str], scores: Sequence[Mapping[str, float]]) -> float:
    """scikit-learn's figure, whose columns go by the sorted labels."""
    order = sorted(scores[0])
    return float(log_loss(labels, [[row[c] for c in order] for row in scores], labels=order))


Table = dict[str, list[Any]]


def decided(scores: Sequence[Mapping[str, float]]) -> list[str]:
    return [max(row, key=lambda name: row[name]) for row in scores]


def wide(form: str, scores: Sequence[Mapping[str, float]]) -> Table:
    return {form.format(c): [row[c] for row in scores] for c in sorted(scores[0])}


def mlr3(labels: list[str], scores: list[dict[str, float]]) -> Table:
    ids = list(range(1, len(labels) + 1))
    beside: Table = {"row_ids": ids, "truth": labels, "response": decided(scores)}
    return {**beside, **wide("prob.{}", scores)}


def h2o(labels: list[str], scores: list[dict[str, float]]) -> Table:
    form = "p{}" if labels[0] in LEVELS else "{}"
    return {"predict": decided(scores), **wide(form, scores), "label": labels}


def azure(labels: list[str], scores: list[dict[str, float]]) -> Table:
    scored = wide("Scored Probabilities_{}", scores)
    return {"label": labels, "Scored Labels": decided(scores), **scored}


def azure_classic(labels: list[str], scores: list[dict[str, float]]) -> Table:
    scored = wide('Scored Probabilities for Class "{}"', scores)
    return {"label": labels, **scored, "Scored Labels": decided(scores)}


def knime(labels: list[str], scores: list[dict[str, float]]) -> Table:
    scored = wide("P (species={})", scores)
    return {"species": labels, **scored, "Prediction (species)": decided(scores)}


def sas(labels: list[str], scores: list[dict[str, float]]) -> Table:
    normal: Table = {"F_BAD": labels, "I_BAD": decided(scores)}
    return {"BAD": labels, **wide("P_BAD{}", scores), **normal}


@pytest.mark.parametrize("classes", [CLASSES, LEVELS])
@pytest.mark.parametrize("write", [mlr3, h2o, azure, azure_classic, knime, sas])
def test_a_column_for_every_class(
    xent: Xent, write: Callable[..., Table], classes: tuple[str, ...]
) -> None:
    labels, scores = drawn(classes)
    table = write(labels, scores)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    xent.write("a.csv", text.getvalue())
    pq.write_table(pa.table(table), xent.folder / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        report = xent.eval(name)
        value = report["metrics"]["cross_entropy"]["value"]
        assert value == pytest.approx(oracle(labels, scores), rel=1e-13)
        assert sorted(report["layout"]["classes"]) == sorted(classes)
        assert report["findings"] == []


def pairs(row: Mapping[str, float]) -> object:
    ranked = sorted(row.items(), key=lambda entry: -entry[1])  # as BigQuery ML does
    return [{"label": name, "prob": p} for name, p in ranked]


def lists(row: Mapping[str, float]) -> object:
    return {"classes": list(row), "scores": list(row.values())}


def pipeline(row: Mapping[str, float]) -> object:
    return [{"label": name, "score": p} for name, p in row.items()]


NAMED = {
    "predicted_species_probs": pairs,  # BigQuery ML
    "predicted_species": lists,  # Vertex AI
    "output": pipeline,  # a pipeline of Hugging Face with top_k=None, its truth joined
}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("classes", [CLASSES, LEVELS])
@pytest.mark.parametrize("form", ["parquet", "arrow", "jsonl"])
def test_scores_beside_the_names_of_their_classes(
    xent: Xent, name: str, classes: tuple[str, ...], form: str
) -> None:
    labels, scores = drawn(classes)
    truth = "label" if name == "output" else "species"
    rows = [
        {truth: label, "n": i, name: NAMED[name](row)}
        for i, (label, row) in enumerate(zip(labels, scores, strict=True))
    ]
    table = pa.Table.from_pylist(rows)
    match form:
        case "parquet":
            pq.write_table(table, xent.folder / f"a.{form}", row_group_size=7)
        case "arrow":
            with pa.ipc.new_file(xent.folder / f"a.{form}", table.schema) as writer:
                writer.write_table(table, max_chunksize=7)
        case _:
            xent.write(f"a.{form}", "".join(json.dumps(row) + "\n" for row in rows))
    report = xent.eval(f"a.{form}")
    value = report["metrics"]["cross_entropy"]["value"]
    assert value == pytest.approx(oracle(labels, scores), rel=1e-13)
    assert report["layout"]["classes"] == sorted(classes)
    assert report["layout"]["target"] == [truth]


BOTH = '[{"label":"cat","prob":1},{"label":"dog","prob":0}]'


def line(entries: str) -> str:
    return f'{{"species":"cat","predicted_species_probs":{entries}}}'


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ('[{"label":"cat","prob":1}]', "there is no score for the class 'dog'"),
        ("[]", "there is no score for the class 'cat', 'dog'"),
        ("[1,0]", "the vectors before it were of another form"),
        (
            '[{"label":"cat","prob":1},{"label":"cat","prob":0}]',
            "the class 'cat' is there twice",
        ),
        (
            '[{"label":"cat","prob":1},{"label":"emu","prob":0}]',
            "'emu' is none of the classes 'cat', 'dog'",
        ),
        ('[{"label":"cat","prob":1},{"prob":0}]', "a score stands beside no class"),
        ('[{"label":"cat","prob":2},{"label":"dog","prob":0}]', "2.0 is not a probability"),
        ('[{"label":"cat"},{"label":"dog","prob":0}]', "the value is missing"),
    ],
)
def test_a_row_that_cannot_be_bound_is_told_with_its_line(
    xent: Xent, entries: str, problem: str
) -> None:
    xent.write("a.jsonl", "\n".join([*[line(BOTH)] * 300, line(entries), line(BOTH)]))
    xent.run("eval", "a.jsonl").assert_error("a.jsonl: line 301", problem)


def test_azure_with_two_classes_asks_for_the_one(xent: Xent) -> None:
    xent.write(
        "a.csv",
        "income,Scored Labels,Scored Probabilities\n<=50K,<=50K,0.25\n>50K,<=50K,0.25\n",
    )
    done = xent.run("eval", "a.csv", "--target", "income")
    done.assert_error("which class does 'Scored Probabilities' speak of?", "--positive")
    report = xent.eval("a.csv", "--target", "income", "--positive", ">50K")
    value = report["metrics"]["cross_entropy"]["value"]
    assert value == pytest.approx((math.log(4) + math.log(4 / 3)) / 2, rel=1e-15)


def test_knime_and_sas_with_another_truth_ask_which(xent: Xent) -> None:
    xent.write("a.csv", "label,BAD,P_BAD0,P_BAD1\n0,1,0.5,0.5\n1,0,0.25,0.75\n")
    done = xent.run("eval", "a.csv")
    done.assert_error("several columns could be the true label: 'label', 'BAD'", "--target")


@pytest.mark.parametrize("delimiter", ["\t", " ", ","])
def test_command_line_tools_write_no_header(xent: Xent, delimiter: str) -> None:
    """`paste labels preds`: XGBoost and LightGBM write a row of numbers a line."""
    labels, scores = drawn(LEVELS)
    rows = [
        delimiter.join([label, *(repr(row[c]) for c in LEVELS)])
        for label, row in zip(labels, scores, strict=True)
    ]
    report = xent.eval(
        "-", "--no-header", "--target", "1", "--scores", "2-4", stdin="\n".join(rows)
    )
    value = report["metrics"]["cross_entropy"]["value"]
    assert value == pytest.approx(oracle(labels, scores), rel=1e-13)


FASTTEXT = (
    "cat\t__label__cat 0.75 __label__dog 0.25\n"
    "dog\t__label__dog 0.5 __label__cat 0.5\n"
    "cat\t__label__cat 1.00001 __label__dog 1e-05\n"
)
# `fasttext predict-prob MODEL TEXTS -1` writes the classes by their rank; its probabilities go
# up to 1.00001, for it adds that to what it takes the logarithm of.
AS_JSON_LINES = r"""
awk '{
  printf "{\"label\":\"%s\",\"scores\":[", $1
  for (i = 2; i < NF; i += 2) {
    sub(/^__label__/, "", $i)
    printf "%s{\"label\":\"%s\",\"prob\":%s}", (i > 2 ? "," : ""), $i, ($(i+1) > 1 ? 1 : $(i+1))
  }
  print "]}"
}'
"""


def test_what_fasttext_writes_is_refused_and_has_a_recipe(xent: Xent) -> None:
    done = xent.run("eval", "-", "--no-header", "--target", "1", "--scores", "2", stdin=FASTTEXT)
    done.assert_error("column '2' holds labels with their probabilities, as fastText writes them")
    done = xent.run("eval", "-", "--no-header", stdin=FASTTEXT.replace("\t", " "))
    done.assert_error("column '2' holds labels", "JSON lines")
    lines = subprocess.run(
        ["sh", "-c", AS_JSON_LINES], input=FASTTEXT, capture_output=True, text=True, check=True
    ).stdout
    report = xent.eval("-", stdin=lines)
    value = report["metrics"]["cross_entropy"]["value"]
    assert value == pytest.approx((math.log(4 / 3) + math.log(2)) / 3, rel=1e-15)
