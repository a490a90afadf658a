"""A score is a number in range or the run ends, at its line and column (robustness 12, 13, 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
GOOD = "cat,0.75,0.25\ndog,0.5,0.5\n"


@pytest.mark.parametrize("text", ["0x1p-1", "1_0", "０.５", "0.5%", "half", "1e"])
def test_what_is_no_plain_decimal_is_refused(xent: Xent, text: str) -> None:
    xent.write("a.csv", f'{HEADER}{GOOD}cat,"{text}",0.5\n')
    where = f"a.csv: line 4, column 'prob_cat': '{text}' is not a number"
    xent.run("eval", "a.csv").assert_error(where)


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e400"])
def test_infinite_scores_are_refused_also_when_missing_ones_are_dropped(
    xent: Xent, text: str
) -> None:
    xent.write("a.csv", f"{HEADER}{GOOD}cat,0.5,{text}\n")
    result = xent.run("eval", "a.csv", "--missing", "drop")
    result.assert_error("a.csv: line 4, column 'prob_dog'")


@pytest.mark.parametrize("text", ["", "nan", "NA", " "])
def test_a_missing_score_is_refused_or_dropped_and_counted(xent: Xent, text: str) -> None:
    xent.write("a.csv", f"{HEADER}{GOOD}cat,0.5,{text}\n")
    xent.run("eval", "a.csv").assert_error(
        "a.csv: line 4, column 'prob_dog'", "missing", "hint", "--missing drop"
    )
    report = xent.eval("a.csv", "--missing", "drop")
    assert (report["source"]["rows"], report["source"]["rows_read"]) == (2, 3)
    (finding,) = report["findings"]
    assert (finding["code"], finding["count"]) == ("missing-dropped", 1)
    assert finding["example"]["row"] == 3


@pytest.mark.parametrize(
    "row",
    ['{"label":"cat","prob_dog":0.5}', '{"label":"cat","prob_cat":null,"prob_dog":0.5}'],
)
def test_a_missing_key_is_a_missing_score(xent: Xent, row: str) -> None:
    xent.write("a.jsonl", '{"label":"dog","prob_cat":0.5,"prob_dog":0.5}\n' + row + "\n")
    xent.run("eval", "a.jsonl").assert_error("a.jsonl: line 2, column 'prob_cat'", "missing")
    assert xent.eval("a.jsonl", "--missing", "drop")["source"]["rows"] == 1


@pytest.mark.parametrize("text", ['"0.5"', "true", "[0.5]", "1e400", ".5"])
def test_in_json_only_numbers_are_numbers(xent: Xent, text: str) -> None:
    good = '{"label":"cat","prob_cat":0.5,"prob_dog":0.5}\n'
    xent.write("a.jsonl", good + good.replace("0.5", text, 1))
    xent.run("eval", "a.jsonl").assert_error("a.jsonl: line 2")


@pytest.mark.parametrize("line", ["{", "[1,2]", '{"label":"cat"} {}'])
def test_a_line_that_is_no_json_object_is_refused(xent: Xent, line: str) -> None:
    good = '{"label":"cat","prob_cat":0.5,"prob_dog":0.5}\n'
    xent.write("a.jsonl", good + "\n" + good + line + "\n")
    xent.run("eval", "a.jsonl").assert_error("a.jsonl: line 4", "JSON")


@pytest.mark.parametrize("text", ["-0.1", "1.2", "-1e-300"])
def test_a_probability_out_of_range_is_refused(xent: Xent, text: str) -> None:
    xent.write("a.csv", f"{HEADER}{GOOD}cat,{text},0.5\n")
    needles = "a.csv: line 4, column 'prob_cat'", text, "not a probability"
    xent.run("eval", "a.csv", "--sum-to-one", "ignore").assert_error(*needles)


@pytest.mark.parametrize(
    ("scores", "hint"),
    [
        ("3.5,-2.25", "--scale logit"),
        ("-0.2877,-1.3863", "--scale log-probability"),
        ("75,25", "percentages"),
    ],
)
def test_scores_on_another_scale_are_refused_with_the_option(
    xent: Xent, scores: str, hint: str
) -> None:
    xent.write("a.csv", HEADER + f"cat,{scores}\n" * 3)
    xent.run("eval", "a.csv").assert_error("a.csv: line 2", "hint", hint)


def test_rows_that_do_not_sum_to_one_are_a_finding(xent: Xent) -> None:
    xent.write("a.csv", f"{HEADER}{GOOD}cat,0.5,0.4\ncat,0.5,0.2\n")
    (finding,) = xent.eval("a.csv")["findings"]
    assert (finding["code"], finding["severity"], finding["count"]) == ("sum-to-one", "warning", 2)
    assert finding["example"] == {"row": 3, "value": 0.9}
    assert (finding["worst_row"], finding["worst_value"]) == (4, 0.7)
    assert "--sum-to-one" in finding["remedy"]


def test_the_line_of_a_bad_number_counts_quoted_newlines_and_blank_lines(xent: Xent) -> None:
    row = '"c\nat",0.75,0.25\n\n'
    xent.write("a.csv", '"label","prob_c\nat",prob_dog\n' + row * 30_000 + "dog,0.5,x\n" + row)
    xent.run("eval", "a.csv").assert_error("a.csv: line 90003, column 'prob_dog': 'x'")


def test_of_several_errors_the_first_in_the_file_is_told(xent: Xent) -> None:
    rows = ["cat,0.75,0.25\n"] * 200_000
    rows[150_000] = "cat,two,0.25\n"
    rows[199_000] = "cat,three,0.25\n"
    rows[120_000] = "cow,0.75,0.25\n"
    xent.write("a.csv", HEADER + "".join(rows))
    xent.run("eval", "a.csv", "--threads", "4").assert_error("a.csv: line 120002", "'cow'")
