"""The gate as Python has it: which figure a requirement is on, in how many runs, what refuses."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import xentcli
from xentcli.errors import InputError, UsageError
from xentcli.jobs.checking import runs
from xentcli.jobs.checking.verdicts import Checked, Verdict
from xentcli.jobs.evaluate import score

FRAME = pd.DataFrame(
    {
        "label": ["cat", "dog", "dog", "cat"] * 5,
        "prob_cat": [0.8, 0.3, 0.6, 0.5] * 5,
        "prob_dog": [0.2, 0.7, 0.4, 0.5] * 5,
        "prob_owl": [0.0] * 20,
        "country": ["DE", "FR"] * 10,
        "age": list(range(20)),
        "weight": [1.0, 2.0] * 10,
    }
)


def check(*require: str, frame: Any = FRAME, **options: Any) -> Checked:
    return xentcli.check(frame, require=require, **options)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What each run over the data sliced by."""
    seen: list[tuple[str, ...]] = []
    real = score

    def counting(data: Any, options: Any, watcher: Any = None) -> Any:
        seen.append(options.columns.by)
        return real(data, options, watcher)

    monkeypatch.setattr(runs, "score_or_read", counting)
    return seen


def test_figures_are_those_of_the_report() -> None:
    report = xentcli.evaluate(FRAME, by="country", metric=["cross_entropy", "brier", "recall"])
    found = check(
        "cross_entropy <= 9",
        "brier <= 9",
        "class[dog].recall >= 0",
        "slice[country=FR].brier <= 9",
        "rows >= 20",
        "class[dog].rows >= 10",
        "slice[country=FR].rows >= 10",
    )
    classes = {c.name: c for c in report.classes}
    slices = {s.name: s for s in report.slices}
    assert [j.value.value for j in found.requirements] == [
        report.metrics["cross_entropy"].value,
        report.metrics["brier"].value,
        classes["dog"].metrics["recall"].value,
        slices["FR"].metrics["brier"].value,
        20.0,
        10.0,
        10.0,
    ]
    assert [j.rows for j in found.requirements] == [20, 20, 10, 10, 20, 10, 10]
    assert found.requirements[3].value == slices["FR"].metrics["brier"]
    assert (found.verdict, found.exit_code, found.passed) == (Verdict.PASS, 0, True)


def test_one_run_for_each_set_of_columns(counted: list[tuple[str, ...]]) -> None:
    check("cross_entropy <= 9", "class[dog].recall >= 0", "rows > 1")
    assert counted == [()]
    counted.clear()
    check("cross_entropy <= 9", "slice[country=DE].rows > 1", "slice[country=FR].brier < 9")
    assert counted == [("country",)]
    counted.clear()
    check(
        "slice[country=DE,weight=1].rows > 1",
        "slice[weight=2,country=FR].rows > 1",
        "slice[age[10]=< 10].rows > 1",
        "brier < 9",
    )
    assert counted == [("country", "weight"), ("age[10]",)]
    counted.clear()
    check("brier < 9", "slice[age[10]=< 10].rows > 1", bootstrap=10, id="age")
    assert counted == [(), ("age[10]",)]
    counted.clear()
    check("brier < 9", "slice[country=DE].rows > 1", by=["weight"])
    assert counted == [("weight",), ("country",)]


@pytest.mark.parametrize(
    ("value", "rows"),
    [("< 5", 5), ("[5, 18)", 13), ("[5,18)", 13), (">= 18", 2), (">=18", 2), ("'[5, 18)'", 13)],
)
def test_bins_are_named_as_reports_name_them(value: str, rows: int) -> None:
    (judged,) = check(f"slice[age[5,18]={value}].rows > 1").requirements
    assert judged.rows == rows


def test_classes_in_any_spelling_of_a_number() -> None:
    frame = FRAME.replace({"label": {"cat": "0", "dog": "1"}})
    frame = frame.rename(columns={"prob_cat": "prob_0", "prob_dog": "prob_1"})
    (judged,) = check("class[1.0].rows > 1", frame=frame).requirements
    assert judged.rows == 10


@pytest.mark.parametrize(
    ("require", "kind", "needles"),
    [
        ("class[dogs].recall > 0", InputError, ("no class 'dogs'", "did you mean dog?")),
        ("class[owl].recall > 0", InputError, ("class 'owl' has no rows",)),
        ("class[owl].rows >= 0", InputError, ("class 'owl' has no rows",)),
        ("slice[country=IT].brier < 1", InputError, ("no slice 'IT'", "DE, FR")),
        ("slice[county=DE].brier < 1", InputError, ("county", "country")),
        ("slice[age[5]=[5, 6)].brier < 1", InputError, ("no slice '[5, 6)'", "< 5, >= 5")),
        ("share < 1", UsageError, ("share has no figure over all rows", "class[NAME].share")),
        ("class[dog].accuracy < 1", UsageError, ("no figure by class",)),
        ("slice[country=DE].calibration_loss < 1", UsageError, ("no figure by slice",)),
        ("kl_divergence < 1", UsageError, ("kl_divergence is for",)),
        ("delta.brier < 1", UsageError, ("needs --baseline",)),
    ],
)
def test_what_can_never_pass(require: str, kind: type[Exception], needles: tuple[str, ...]) -> None:
    with pytest.raises(kind) as caught:
        check(require)
    told = f"{caught.value} {getattr(caught.value, 'hint', '')}"
    for needle in needles:
        assert needle in told, told


def test_an_undefined_figure_is_an_error() -> None:
    # Nothing is decided for owls.
    with pytest.raises(InputError, match=r"class\[dog\]\.precision .* undefined"):
        check("class[dog].precision > 0", frame=FRAME.assign(prob_owl=0.9, prob_dog=0.0), **RAW)


RAW = {"sum_to_one": "ignore"}


def test_an_infinite_loss_fails_whatever_decides() -> None:
    frame = FRAME.assign(prob_cat=[0.0] * 20)
    for on in ("estimate", "interval"):
        found = check("cross_entropy <= 1000", frame=frame, decide_on=on, **RAW)
        assert (found.verdict, found.exit_code) == (Verdict.FAIL, 1)
        assert found.requirements[0].value.value == math.inf
    assert "Infinity" in found.to_json()
    assert "zero-probability" in {f.code for f in found.findings}


def test_inconclusive_is_told_with_the_rows_that_would_decide() -> None:
    found = check("cross_entropy <= 0.6", decide_on="interval")
    (judged,) = found.requirements
    assert judged.verdict is found.verdict is Verdict.INCONCLUSIVE
    value, stderr = judged.value.value or 0.0, judged.value.stderr or 0.0
    n = 20 * ((1.959963984540054 + 0.8416212335729143) * stderr / abs(value - 0.6)) ** 2
    assert judged.rows_needed == math.ceil(n)
    assert judged.note == f"some {math.ceil(n):,} rows like these 20 would decide"
    assert (found.exit_code, found.passed) == (0, True)
    strict = check("cross_entropy <= 0.6", decide_on="interval", inconclusive="fail")
    assert (strict.exit_code, strict.passed) == (4, False)
    both = check("cross_entropy <= 0.6", "rows > 99", decide_on="interval", inconclusive="fail")
    assert (both.verdict, both.exit_code) == (Verdict.FAIL, 1)


def test_a_sum_needs_no_number_of_rows() -> None:
    loss = check("log_likelihood >= -11", decide_on="interval").requirements[0]
    assert (loss.verdict, loss.rows_needed) == (Verdict.INCONCLUSIVE, None)


def test_of_one_row_nothing_can_be_told() -> None:
    (judged,) = check("cross_entropy <= 9", frame=FRAME[:1], decide_on="interval").requirements
    assert (judged.verdict, judged.rows_needed) == (Verdict.INCONCLUSIVE, None)
    assert judged.note == "too few rows for an interval"


def test_a_class_that_is_hardly_decided_for_is_no_wrong_command_line() -> None:
    """One row is decided for dogs: their precision has no interval, that of cats has."""
    frame = FRAME.assign(prob_cat=0.9, prob_dog=0.1)
    frame.loc[1, ["prob_cat", "prob_dog"]] = [0.1, 0.9]
    require = ("class[dog].precision >= 0.5", "class[cat].precision >= 0.1")
    dog, cat = check(*require, frame=frame, decide_on="interval").requirements
    assert (dog.value.value, dog.value.interval, dog.rows) == (1.0, None, 10)
    assert (dog.verdict, dog.note) == (Verdict.INCONCLUSIVE, "too few rows for an interval")
    assert cat.verdict is Verdict.PASS


def test_figures_without_interval_want_a_bootstrap() -> None:
    with pytest.raises(UsageError, match="f1 has no interval") as caught:
        check("f1 >= 0.5", decide_on="interval")
    assert "--bootstrap N" in str(caught.value.hint)
    assert (
        check("f1 >= 0.2", decide_on="interval", bootstrap=50, id="age")
        .requirements[0]
        .value.interval
    )
    with pytest.raises(UsageError, match="no interval") as caught:
        check("slice[country=DE].f1 >= 0.5", decide_on="interval")
    assert "estimate" in str(caught.value.hint)
    assert check("rows >= 20", decide_on="interval").passed


def test_a_stream_is_read_once() -> None:
    table = pa.Table.from_pandas(FRAME)
    found = check("brier < 9", "slice[country=DE].rows > 1", frame=table.to_reader())
    assert found.passed
    with pytest.raises(UsageError, match="only once"):
        check("slice[age=1].rows >= 1", "slice[country=DE].rows > 1", frame=table.to_reader())


@pytest.mark.parametrize(
    ("options", "needle"),
    [
        ({"requires": "x"}, "no option 'requires'"),
        ({"confidense": 0.9}, "confidence"),
        ({"metric": "brier"}, "no option 'metric'"),
        ({"decide_on": "both"}, "estimate, interval"),
        ({"inconclusive": "x"}, "pass, fail"),
        ({"confidence": 2}, "--confidence"),
        ({"baseline": FRAME}, "goes with requirements on differences"),
        ({"baseline": ["a", "b"]}, "one path"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], needle: str) -> None:
    with pytest.raises(UsageError) as caught:
        check("brier < 9", **options)
    assert needle in f"{caught.value} {caught.value.hint}"


def test_nothing_required_is_no_gate() -> None:
    with pytest.raises(UsageError, match="nothing is required"):
        check()
    for require in (("",), ("\n \n",), ("cross_entropy <= 9", "")):
        with pytest.raises(UsageError, match="expected a metric's name"):
            check(*require)


def test_weights_bases_and_confidence_are_heeded() -> None:
    plain = check("cross_entropy <= 9").requirements[0].value
    other = check("cross_entropy <= 9", weight="weight", base=2, confidence=0.9).requirements[0]
    report = xentcli.evaluate(FRAME, weight="weight", base=2, confidence=0.9)
    assert other.value == report.metrics["cross_entropy"]
    assert other.value != plain


def test_json_and_text() -> None:
    found = check("brier <= 0.1", "class[dog].recall >= 0", "slice[country=DE].rows > 1")
    record = json.loads(found.to_json())
    assert record["schema"] == "xentcli/check/1"
    assert [r["verdict"] for r in record["requirements"]] == ["fail", "pass", "pass"]
    assert [(r["class"], r["slice"]) for r in record["requirements"]] == [
        (None, None),
        ("dog", None),
        (None, {"country": "DE"}),
    ]
    assert record["verdict"] == "fail"
    assert str(found).splitlines()[-1] == "FAIL: of 3 requirements, 1 failed, 2 passed"


def test_an_infinite_class_needs_no_test() -> None:
    frame = FRAME.assign(prob_cat=[0.0, *FRAME["prob_cat"][1:]])
    found = check("delta.cross_entropy <= 0.01", frame=frame, baseline=FRAME, **RAW)
    (worse,) = found.requirements[0].worse
    assert (worse.difference.value, worse.p) == (math.inf, None)
    assert found.to_dict()["requirements"][0]["worse"][0]["p"] is None
    assert re.search(rf"worse: class {worse.name} \+∞\n", str(found))


@pytest.mark.parametrize("value", ["True", "true", "TRUE"])
@pytest.mark.parametrize("kind", [bool, str])
def test_truth_values_are_one_slice_however_they_are_spelled(value: str, kind: type) -> None:
    frame = FRAME.assign(flag=[kind(i % 4 == 0) for i in range(20)])
    (judged,) = check(f"slice[flag={value}].rows >= 5", frame=frame).requirements
    assert judged.value.value == 5
