"""What is done about rows that are not as they should be, and that all of it is counted."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
LN2 = math.log(2)


def loss(report: dict[str, Any]) -> Any:
    return report["metrics"]["cross_entropy"]["value"]


@pytest.fixture
def zero(xent: Xent) -> str:
    return xent.write("zero.csv", f"{HEADER}cat,0.5,0.5\ndog,1,0\ncat,0.5,0.5\ncat,0,1\n")


@pytest.fixture
def off(xent: Xent) -> str:
    return xent.write("off.csv", f"{HEADER}cat,0.5,0.5\ncat,0.5,0.25\ndog,0.4995,0.5\n")


def test_a_zero_for_the_true_class_costs_infinity_and_is_explained(xent: Xent, zero: str) -> None:
    report = xent.eval(zero)
    assert loss(report) == "Infinity"
    assert report["metrics"]["perplexity"]["value"] == "Infinity"
    assert report["metrics"]["log_likelihood"]["value"] == "-Infinity"
    (finding,) = report["findings"]
    assert (finding["code"], finding["count"]) == ("zero-probability", 2)
    assert finding["example"] == {"row": 2}
    assert finding["finite_mean"] == LN2
    clipped = (2 * LN2 - 2 * math.log(2.220446049250313e-16)) / 4
    assert finding["clipped"] == pytest.approx(clipped, rel=1e-12)
    assert "--clip" in finding["remedy"]


def test_infinity_is_plain_in_every_form(xent: Xent, zero: str) -> None:
    forms = {
        form: xent.run("eval", zero, "-q", "-f", form).assert_done()
        for form in ("table", "markdown", "csv", "jsonl")
    }
    assert "zero-probability" in forms["jsonl"]
    assert (
        json.loads(forms["jsonl"].splitlines()[0])["metrics"]["cross_entropy"]["value"]
        == "Infinity"
    )
    assert "cross_entropy,inf," in forms["csv"]
    for form in ("table", "markdown"):
        assert "2 rows give the true class probability 0" in forms[form]
    assert not any("nan" in page.lower() for page in forms.values())
    assert xent.run("eval", zero, "-q", "-b").assert_done() == "Infinity\n"


@pytest.mark.parametrize("options", [("-b",), ("-f", "csv"), ("-o", "out.json")])
def test_where_the_output_has_no_place_warnings_are_told_on_standard_error(
    xent: Xent, zero: str, options: tuple[str, ...]
) -> None:
    done = xent.run("eval", zero, *options)
    assert done.code == 0
    assert done.stderr == (
        "warning: 2 rows give the true class probability 0: the loss is infinite "
        "[zero-probability]\n"
    )


def test_clip_makes_it_finite_and_is_counted(xent: Xent, zero: str) -> None:
    report = xent.eval(zero, "--clip", "1e-15")
    assert loss(report) == pytest.approx((2 * LN2 - 2 * math.log(1e-15)) / 4, rel=1e-15)
    (finding,) = report["findings"]
    assert (finding["code"], finding["count"], finding["example"]["row"]) == ("clipped", 2, 2)
    assert "|clip:1e-15|" in report["signature"]


def test_sums_are_warned_of_and_nothing_else_by_default(xent: Xent, off: str) -> None:
    report = xent.eval(off)
    assert loss(report) == LN2
    (finding,) = report["findings"]
    assert (finding["code"], finding["count"], finding["example"]["row"]) == ("sum-to-one", 1, 2)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--tolerance", "1e-4"), 2),
        (("--tolerance", "0.3"), None),
        (("--sum-to-one", "ignore"), None),
    ],
)
def test_what_counts_as_off_can_be_said(
    xent: Xent, off: str, options: tuple[str, ...], count: int | None
) -> None:
    report = xent.eval(off, *options)
    assert loss(report) == LN2
    assert [f["count"] for f in report["findings"]] == ([] if count is None else [count])


def test_sums_can_be_an_error(xent: Xent, off: str) -> None:
    result = xent.run("eval", off, "--sum-to-one", "error", "-o", "out")
    result.assert_error("off.csv: line 3", "0.75", "hint", "--tolerance")


def test_rows_can_be_rescaled_and_are_counted(xent: Xent, off: str) -> None:
    report = xent.eval(off, "--sum-to-one", "rescale")
    expected = (LN2 - math.log(0.5 / 0.75) - math.log(0.5 / 0.9995)) / 3
    assert loss(report) == pytest.approx(expected, rel=1e-15)
    findings = {f["code"]: f["count"] for f in report["findings"]}
    assert findings["rescaled"] == 2
    assert "|sum:rescale|" in report["signature"]


def test_ignored_labels_are_left_out_and_counted(xent: Xent) -> None:
    xent.write("a.csv", f"{HEADER}cat,0.5,0.5\n-100,7,nan\ndog,0.5,0.5\n-100,,\npad,0.5,0.5\n")
    report = xent.eval("a.csv", "--ignore-label", "-100", "--ignore-label", "pad")
    assert loss(report) == LN2
    assert (report["source"]["rows"], report["source"]["rows_read"]) == (2, 5)
    (finding,) = report["findings"]
    assert (finding["code"], finding["count"], finding["example"]["row"]) == ("ignored-label", 3, 2)


def test_unknown_labels_are_refused_or_dropped_and_counted(xent: Xent) -> None:
    xent.write("a.csv", f"{HEADER}cat,0.5,0.5\ncow,0.5,0.5\ndgo,0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error(
        "a.csv: line 3, column 'label'", "'cow'", "'cat', 'dog'", "hint", "--unknown-label drop"
    )
    report = xent.eval("a.csv", "--unknown-label", "drop")
    assert (report["source"]["rows"], report["source"]["rows_read"]) == (1, 3)
    assert {f["code"]: f["count"] for f in report["findings"]} == {
        "unknown-label-dropped": 2,
        "absent-class": 1,
    }


def test_the_findings_account_for_every_row_left_out(xent: Xent) -> None:
    rows = ("cat,0.5,0.5", ",0.5,0.5", "cow,0.5,0.5", "pad,0.5,0.5", "cow,,0.5", "dog,,0.5")
    xent.write("a.csv", HEADER + "\n".join(rows) + "\n")
    dropping = ("--missing", "drop", "--unknown-label", "drop", "--ignore-label", "pad")
    report = xent.eval("a.csv", *dropping)
    counted = sum(f["count"] for f in report["findings"] if f["code"] != "absent-class")
    source = report["source"]
    assert source["rows"] + counted == source["rows_read"] == 6


@pytest.mark.parametrize("wanted", [2, 4])
def test_another_number_of_rows_than_expected_is_refused(
    xent: Xent, small: str, wanted: int
) -> None:
    result = xent.run("eval", small, "--expect-rows", str(wanted), "-o", "out")
    result.assert_error("small.csv", "3 rows", f"--expect-rows {wanted}")


def test_the_number_of_rows_expected_passes(xent: Xent, small: str) -> None:
    assert xent.eval(small, "--expect-rows", "3")["source"]["rows"] == 3


def test_weights_weigh(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_1,w\n1,0.75,2\n0,0.5,0.5\n0,0.9,0\n")
    report = xent.eval("a.csv", "--weight", "w")
    assert loss(report) == pytest.approx((2 * math.log(4 / 3) + LN2 / 2) / 2.5, rel=1e-15)
    assert [c["weight"] for c in report["classes"]] == [0.5, 2]
    assert report["layout"]["weight"] == "w"
    assert "|weight:w|" in report["signature"]


def test_weight_two_is_the_row_twice(xent: Xent) -> None:
    xent.write("w.csv", "label,prob_1,w\n1,0.7,2\n0,0.3,1\n")
    xent.write("t.csv", "label,prob_1\n1,0.7\n0,0.3\n1,0.7\n")
    weighted = xent.eval("w.csv", "--weight", "w", "-m", "cross_entropy,brier,accuracy")
    twice = xent.eval("t.csv", "-m", "cross_entropy,brier,accuracy")
    for key, figure in weighted["metrics"].items():
        assert figure["value"] == twice["metrics"][key]["value"]


@pytest.mark.parametrize(
    ("weight", "needle"),
    [("-1", "-1.0"), ("inf", "inf"), ("x", "'x'"), ("", "missing"), ("nan", "missing")],
)
def test_what_is_no_weight_is_refused(xent: Xent, weight: str, needle: str) -> None:
    xent.write("a.csv", f"label,prob_1,w\n1,0.75,1\n0,0.5,{weight}\n")
    result = xent.run("eval", "a.csv", "--weight", "w")
    result.assert_error("a.csv: line 3, column 'w'", needle)


def test_weights_that_sum_to_nothing_are_refused(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_1,w\n1,0.75,0\n0,0.5,0\n")
    xent.run("eval", "a.csv", "--weight", "w").assert_error("a.csv", "sum to 0")


def test_the_first_row_of_a_finding_is_named_by_its_part(xent: Xent) -> None:
    xent.write("a.csv", f"{HEADER}cat,0.5,0.5\n")
    xent.write("b.csv", f"{HEADER}dog,0.5,0.5\ncat,0,1\n")
    (finding,) = xent.eval("a.csv", "b.csv")["findings"]
    assert finding["example"] == {"row": 2, "path": "b.csv"}
