"""What frameworks and people write is read without options: a small sample of each layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

MULTI = 0.5579921445238905  # (log 4/3 + 2 log 2) / 3: rows that give the truth 3/4, 1/2, 1/2
LOGITS = "1.0986122886681098,0", "0,0", "0,0"  # log 3: the same rows as logits
LOGS = "-0.2876820724517809,-1.3862943611198906", *["-0.6931471805599453,-0.6931471805599453"] * 2


def text(header: str, *rows: str) -> str:
    return "\n".join((header, *rows, ""))


WIDE = ("cat,0.75,0.25", "dog,0.5,0.5", "cat,0.5,0.5")
BINARY = ("{yes},0.75", "{no},0.5", "{yes},0.5")


def wide(prefix: str, target: str = "label") -> str:
    return text(f"{target},{prefix}cat,{prefix}dog", *WIDE)


def binary(target: str, score: str, no: str = "0", yes: str = "1") -> str:
    return text(f"{target},{score}", *(row.format(no=no, yes=yes) for row in BINARY))


def on_scale(header: str, scores: tuple[str, ...]) -> str:
    return text(header, *(f"{n},{s}" for n, s in zip(("cat", "dog", "cat"), scores, strict=True)))


WIDE_TEXTS = {
    "by hand, prob_": wide("prob_"),
    "by hand, proba_": wide("proba_", "y_true"),
    "by hand, p_": wide("p_", "gold"),
    "by hand, score_": wide("score_", "Target"),
    "by hand, in capitals": wide("PROB_", "LABEL"),
    "tidymodels": text(
        "truth,.pred_class,.pred_cat,.pred_dog", *(f"cat,{r}" for r in WIDE)
    ).replace("truth,.pred_class", ".pred_class,truth"),
    "CatBoost": wide("Probability:Class="),
    "CatBoost, all three": text(
        "label,RawFormulaVal:Class=cat,RawFormulaVal:Class=dog,"
        "Probability:Class=cat,Probability:Class=dog",
        "cat,1.1,0,0.75,0.25",
        "dog,0,0,0.5,0.5",
        "cat,0,0,0.5,0.5",
    ),
    "named as the classes, caret": text(
        "pred,obs,cat,dog,rowIndex,Resample",
        "cat,cat,0.75,0.25,1,Fold1",
        "cat,dog,0.5,0.5,2,Fold1",
        "dog,cat,0.5,0.5,3,Fold2",
    ),
    "logits": on_scale("label,logit_cat,logit_dog", LOGITS),
    "CatBoost logits": on_scale("label,RawFormulaVal:Class=cat,RawFormulaVal:Class=dog", LOGITS),
    "log-probabilities": on_scale("label,logprob_cat,logprob_dog", LOGS),
    "log-probabilities, log_prob_": on_scale("label,log_prob_cat,log_prob_dog", LOGS),
    "CatBoost log-probabilities": on_scale(
        "label,LogProbability:Class=cat,LogProbability:Class=dog", LOGS
    ),
}


@pytest.mark.parametrize("layout", WIDE_TEXTS)
def test_a_column_for_every_class(xent: Xent, layout: str) -> None:
    xent.write("a.csv", WIDE_TEXTS[layout])
    report = xent.eval("a.csv")
    assert report["layout"]["classes"] == ["cat", "dog"]
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(MULTI, rel=1e-15)
    expected = "log-probability" if "log-" in layout else "logit" if "logit" in layout else None
    assert report["layout"]["scale"] == (expected or "probability")


BINARY_TEXTS = {
    "0 and 1": (binary("label", "prob"), ["0", "1"]),
    "-1 and +1": (binary("y", "p", "-1", "+1"), ["-1", "+1"]),
    "-1 and 1": (binary("y", "p", "-1", "1"), ["-1", "1"]),
    "true and false": (binary("actual", "probability", "False", "True"), ["False", "True"]),
    "yes and no": (binary("class", "score", "No", "Yes"), ["No", "Yes"]),
    "y and n": (binary("truth", "y_prob", "n", "y"), ["n", "y"]),
    "t and f": (binary("ground_truth", "proba", "f", "t"), ["f", "t"]),
    "pos and neg": (binary("y_true", "y_score", "neg", "pos"), ["neg", "pos"]),
    "positive and negative": (
        binary("y_true", "y_pred", "negative", "positive"),
        ["negative", "positive"],
    ),
    "CatBoost": (binary("label", "Probability"), ["0", "1"]),
    "two columns": (
        text("label,prob_0,prob_1", "1,0.25,0.75", "0,0.5,0.5", "1,0.5,0.5"),
        ["0", "1"],
    ),
}


@pytest.mark.parametrize("layout", BINARY_TEXTS)
def test_a_binary_truth(xent: Xent, layout: str) -> None:
    content, classes = BINARY_TEXTS[layout]
    xent.write("a.csv", content)
    report = xent.eval("a.csv")
    assert report["layout"]["task"] == "binary"
    assert report["layout"]["classes"] == classes
    assert report["metrics"]["cross_entropy"]["value"] == MULTI


def test_two_columns_equal_one_column_to_the_last_bit(xent: Xent) -> None:
    xent.write("one.csv", binary("label", "prob_1"))
    xent.write("two.csv", BINARY_TEXTS["two columns"][0])
    one, two = xent.eval("one.csv"), xent.eval("two.csv")
    assert one["metrics"] == two["metrics"]
    assert one["classes"] == two["classes"]


def test_other_words_ask_for_the_positive_class_and_list_the_labels(xent: Xent) -> None:
    xent.write("a.csv", binary("label", "prob", "ham", "spam"))
    xent.run("eval", "a.csv").assert_error("a.csv", "'spam'", "'ham'", "hint", "--positive")
    report = xent.eval("a.csv", "--positive", "spam")
    assert report["layout"]["classes"] == ["ham", "spam"]
    assert report["metrics"]["cross_entropy"]["value"] == MULTI
    other = xent.eval("a.csv", "--positive", "ham")["metrics"]["cross_entropy"]["value"]
    assert other == pytest.approx((2 * 0.6931471805599453 + 1.3862943611198906) / 3)


PAIRS = [[0.75, 0.25], [0.5, 0.5], [0.5, 0.5]]
DENSE = [{"type": 1, "size": None, "indices": None, "values": pair} for pair in PAIRS]
SPARSE = [{"type": 0, "size": 2, "indices": [0, 1], "values": PAIRS[0]}, *DENSE[1:]]
VECTOR = pa.struct(
    {
        "type": pa.int8(),
        "size": pa.int32(),
        "indices": pa.list_(pa.int32()),
        "values": pa.list_(pa.float64()),
    }
)
VECTORS: dict[str, tuple[dict[str, pa.Array], tuple[str, ...]]] = {
    "Hugging Face probs": ({"probs": pa.array(PAIRS)}, ()),
    "fixed-size list": ({"probabilities": pa.array(PAIRS, pa.list_(pa.float64(), 2))}, ()),
    "single precision": ({"scores": pa.array(PAIRS, pa.list_(pa.float32()))}, ()),
    "only list": ({"anything": pa.array(PAIRS)}, ()),
    "logits": ({"logits": pa.array([[2.0, 0.9013877113318902], [0, 0], [1, 1.0]])}, ()),
    "Spark, dense": ({"probability": pa.array(DENSE, VECTOR)}, ()),
    "Spark, sparse": ({"probability": pa.array(SPARSE, VECTOR)}, ()),
    "Spark, both scales": (
        {"rawPrediction": pa.array(DENSE, VECTOR), "probability": pa.array(DENSE, VECTOR)},
        (),
    ),
}


@pytest.mark.parametrize("layout", VECTORS)
def test_a_column_of_vectors(xent: Xent, layout: str) -> None:
    columns, options = VECTORS[layout]
    table: dict[str, Any] = {"label": [0, 1, 0], **columns, "prediction": [0, 1, 0]}
    pq.write_table(pa.table(table), xent.folder / "a.parquet")
    report = xent.eval("a.parquet", *options)
    assert report["layout"]["classes"] == ["0", "1"]
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(MULTI, rel=1e-15)


def test_classes_name_the_entries_of_lists(xent: Xent) -> None:
    rows = '{"label":"cat","probs":[0.75,0.25]}\n{"label":"dog","probs":[0.5,0.5]}\n'
    xent.write("a.jsonl", rows + '{"label":"cat","probs":[0.5,0.5]}\n')
    xent.run("eval", "a.jsonl").assert_error("a.jsonl", "'cat'", "--classes")
    report = xent.eval("a.jsonl", "--classes", "cat,dog")
    assert report["metrics"]["cross_entropy"]["value"] == MULTI


def test_lists_in_text_fields_are_read(xent: Xent) -> None:
    xent.write("a.csv", 'label,probs\n0,"[0.75, 0.25]"\n1,[0.5 0.5]\n0,"[0.5,0.5]"\n')
    assert xent.eval("a.csv")["metrics"]["cross_entropy"]["value"] == MULTI


def test_pasted_columns_without_a_header(xent: Xent) -> None:
    rows = "cat\t0.75\t0.25\ndog\t0.5\t0.5\ncat\t0.5\t0.5\n"
    options = ("--no-header", "--target", "1", "--scores", "2-3", "--classes", "cat,dog")
    assert xent.eval("-", *options, stdin=rows)["metrics"]["cross_entropy"]["value"] == MULTI
    numbers = rows.replace("cat", "0").replace("dog", "1")
    report = xent.eval("-", *options[:5], stdin=numbers)
    assert report["metrics"]["cross_entropy"]["value"] == MULTI


@pytest.mark.parametrize(
    ("header", "row", "needles"),
    [
        ("label,y_true,prob_a,prob_b", "a,a,0.5,0.5", ("'label', 'y_true'", "--target")),
        ("label,prob_a,prob_b,p_a,p_b", "a,0.5,0.5,0.5,0.5", ("'prob_a'", "'p_a'", "--scores")),
        ("label,u,v", "a,0.5,0.5", ("'label', 'u', 'v'", "--scores")),
        ("u,prob_a,prob_b", "x,0.5,0.5", ("'u', 'prob_a', 'prob_b'", "--target")),
    ],
)
def test_what_is_ambiguous_lists_the_candidates_and_the_option(
    xent: Xent, header: str, row: str, needles: tuple[str, ...]
) -> None:
    xent.write("a.csv", text(header, row))
    xent.run("eval", "a.csv").assert_error("a.csv", "hint", *needles)


def test_other_columns_of_lists_are_not_scores(xent: Xent) -> None:
    table = {"label": ["cat", "dog", "cat"], "prob_cat": [0.75, 0.5, 0.5]}
    others = {"prob_dog": [0.25, 0.5, 0.5], "tokens": [[1, 2, 3], [4], []], "text": ["[a]"] * 3}
    pq.write_table(pa.table({**table, **others}), xent.folder / "a.parquet")
    rows = "cat,0.75,0.25,[a]", "dog,0.5,0.5,[b]", "cat,0.5,0.5,[c]"
    xent.write("a.csv", text("label,prob_cat,prob_dog,text", *rows))
    for name in ("a.parquet", "a.csv"):
        report = xent.eval(name)
        assert report["layout"]["scores"] == ["prob_cat", "prob_dog"]
        assert report["metrics"]["cross_entropy"]["value"] == MULTI
