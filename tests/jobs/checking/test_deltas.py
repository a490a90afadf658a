"""Differences: of paired rows as a comparison has them, and of two reports."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from tests.jobs.checking.comparisons import changed, comparison, figure, part
from xentcli.errors import InputError
from xentcli.figures.values import Value
from xentcli.jobs.checking import deltas
from xentcli.jobs.checking.requirement import parse
from xentcli.jobs.checking.verdicts import Verdict
from xentcli.jobs.comparing.comparison import Comparison, Difference, Pairing
from xentcli.jobs.evaluate import run
from xentcli.jobs.states.files import state_bytes
from xentcli.jobs.states.recorder import Recording
from xentcli.jobs.states.saved import saved_of
from xentcli.options import ColumnOptions, Keep, Options
from xentcli.reading.data_sets import Files

if TYPE_CHECKING:
    from pathlib import Path

    from xentcli.report.report import Report

CLASSES = (
    part({"label": "cat"}, 40, cross_entropy=changed(0.2, 0.3, 0.05, 1e-6)),
    part({"label": "dog"}, 60, cross_entropy=changed(0.4, 0.01, 0.05, 0.9)),
)
SLICES = (
    part({"country": "DE"}, 30, cross_entropy=changed(0.3, 0.2, 0.1, 0.2)),
    part({"country": ""}, 70, cross_entropy=changed(0.3, 0.1, 0.01, 1e-9)),
)
WHOLE = {"cross_entropy": changed(0.3, 0.12, 0.03)}
FRAME = pd.DataFrame(
    {
        "label": ["cat", "dog", "cat", "dog"] * 25,
        "prob_cat": [0.8, 0.3, 0.6, 0.1] * 25,
        "prob_dog": [0.2, 0.7, 0.4, 0.9] * 25,
        "country": (["DE"] * 50) + (["FR"] * 50),
    }
)


def worse_cats(frame: pd.DataFrame, p: float = 0.3) -> pd.DataFrame:
    """The same rows, with all cats taken for dogs."""
    cats = frame["label"] == "cat"
    return frame.assign(
        prob_cat=frame["prob_cat"].where(~cats, p), prob_dog=frame["prob_dog"].where(~cats, 1 - p)
    )


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What comparisons were asked, which are then answered by hand."""
    asked: list[Any] = []

    def compare(base: object, candidate: object, options: object) -> Comparison:
        asked.append((base, candidate, options))
        return comparison(WHOLE, CLASSES, SLICES)

    monkeypatch.setattr(deltas, "compared", compare)
    return asked


@pytest.mark.parametrize(
    ("text", "value", "rows"),
    [
        ("delta.cross_entropy <= 1", 0.12, 100),
        ("delta.class[dog].log_loss <= 1", 0.01, 60),
        ("delta.slice[country=DE].cross_entropy <= 1", 0.2, 30),
        ("delta.slice[country=(missing)].cross_entropy <= 1", 0.1, 70),
        ("delta.slice[country=].cross_entropy <= 1", 0.1, 70),
    ],
)
def test_the_figure_of_a_comparison(text: str, value: float, rows: int) -> None:
    found = deltas.paired(comparison(WHOLE, CLASSES, SLICES), parse(text))
    assert found is not None
    assert (found.value.value, found.rows, found.pairing) == (value, rows, Pairing.ORDER)
    assert found.candidate.value == pytest.approx((found.base.value or 0) + value)
    assert found.notes == ()


def test_what_a_comparison_does_not_have() -> None:
    made = comparison(WHOLE, CLASSES, SLICES, Pairing.NONE)
    assert deltas.paired(made, parse("delta.f1 >= 0")) is None
    assert deltas.paired(made, parse("delta.rows >= 0")) is None
    found = deltas.paired(made, parse("delta.cross_entropy <= 1"))
    assert found is not None
    assert "unpaired" in found.notes[0]
    for text, needle in (
        ("delta.class[catt].cross_entropy <= 1", "did you mean cat?"),
        ("delta.slice[country=FR].cross_entropy <= 1", "no slice 'FR'"),
        ("delta.slice[city=X].cross_entropy <= 1", "no slices by these columns"),
    ):
        with pytest.raises(InputError) as caught:
            deltas.paired(made, parse(text))
        assert needle in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("value", [None, math.nan])
def test_an_undefined_difference_is_an_error(value: float | None) -> None:
    both = Difference(figure(math.inf), figure(math.inf), Value(value))
    with pytest.raises(InputError, match=r"delta\.cross_entropy <= 1.*undefined"):
        deltas.paired(comparison({"cross_entropy": both}), parse("delta.cross_entropy <= 1"))


def test_a_part_without_rows_is_an_error() -> None:
    made = comparison(WHOLE, [part({"label": "cat"}, 0)])
    with pytest.raises(InputError, match="has no rows"):
        deltas.paired(made, parse("delta.class[cat].cross_entropy <= 1"))


def test_classes_and_slices_that_got_worse() -> None:
    made = comparison(WHOLE, CLASSES, SLICES)
    found = deltas.worse_of(made, "cross_entropy", wants_less=True, confidence=0.95)
    assert [(w.kind, w.name, w.p) for w in found] == [
        ("class", "cat", 1e-6),
        ("slice", "country=(missing)", 1e-9),
    ]
    # A metric that parts do not have is explained by their losses, of which less is better.
    again = deltas.worse_of(made, "accuracy", wants_less=False, confidence=0.95)
    assert [(w.name, w.metric) for w in again] == [
        ("cat", "cross_entropy"),
        ("country=(missing)", "cross_entropy"),
    ]
    assert deltas.worse_of(made, "cross_entropy", wants_less=True, confidence=1 - 1e-10) == ()


def test_predictions_are_compared_in_one_run(compared: list[Any]) -> None:
    found = xentcli.check(
        FRAME,
        baseline=FRAME,
        require=["delta.cross_entropy <= 0.05", "delta.class[cat].cross_entropy <= 1"],
    )
    assert len(compared) == 1
    assert [j.verdict for j in found.requirements] == [Verdict.FAIL, Verdict.PASS]
    whole = found.requirements[0]
    assert [w.name for w in whole.worse] == ["cat", "country=(missing)"]
    assert whole.pairing is Pairing.ORDER
    assert "significantly worse: class 'cat'" in (whole.note or "")
    assert (found.signature, found.name) == ("xent|new", "new.csv")
    assert found.baseline is not None
    assert (found.baseline.kind, found.baseline.signature) == ("predictions", "xent|main")


def test_figures_that_cannot_be_paired_are_those_of_two_reports(compared: list[Any]) -> None:
    found = xentcli.check(FRAME, baseline=worse_cats(FRAME), require="delta.f1 >= 0.1")
    (judged,) = found.requirements
    old = xentcli.evaluate(worse_cats(FRAME), metric="f1").metrics["f1"].value or 0.0
    new = xentcli.evaluate(FRAME, metric="f1").metrics["f1"].value or 0.0
    assert judged.value.value == new - old
    assert judged.pairing is Pairing.NONE
    assert len(compared) == 1


def test_sliced_differences_are_compared_by_their_columns(compared: list[Any]) -> None:
    xentcli.check(
        FRAME,
        baseline=FRAME,
        require=[
            "delta.slice[country=DE].cross_entropy <= 1",
            "delta.cross_entropy <= 1",
            "cross_entropy <= 2",
        ],
    )
    assert [asked[2].columns.by for asked in compared] == [("country",)]
    assert all(asked[2].report.bootstrap is None for asked in compared)


# Reports as baselines.


def test_the_difference_of_two_reports() -> None:
    base, new = xentcli.evaluate(FRAME), xentcli.evaluate(worse_cats(FRAME))
    found = xentcli.check(
        worse_cats(FRAME),
        baseline=base,
        require=["delta.cross_entropy <= 0.05", "delta.class[dog].recall >= 0", "delta.rows >= 0"],
    )
    loss, recall, rows = found.requirements
    a, b = base.metrics["cross_entropy"], new.metrics["cross_entropy"]
    assert loss.value.value == pytest.approx((b.value or 0) - (a.value or 0), rel=1e-15)
    assert loss.value.stderr == math.hypot(a.stderr or 0, b.stderr or 0)
    assert loss.verdict is Verdict.FAIL
    assert [w.name for w in loss.worse] == ["cat"]
    assert "conservative" in (loss.note or "")
    assert (recall.value.value, recall.verdict) == (0.0, Verdict.PASS)
    assert (rows.value, rows.note) == (Value(0.0), None)


def test_a_report_and_its_json_are_the_same_baseline(tmp_path: Path) -> None:
    base = xentcli.evaluate(FRAME, by="country")
    require = ["delta.slice[country=DE].cross_entropy < 0", "delta.class[cat].recall <= 0.1"]
    direct = xentcli.check(worse_cats(FRAME), baseline=base, require=require, by="country")
    from xentcli.renderers import RenderOptions, get

    for number, text in enumerate(
        (
            base.to_json(),
            get("json").text(base, RenderOptions()),
            json.dumps(json.loads(base.to_json()), sort_keys=True),
            "\ufeff\n " + base.to_json(),
        )
    ):
        path = tmp_path / f"{number}.json"
        path.write_text(text, encoding="utf-8")
        read = xentcli.check(worse_cats(FRAME), baseline=path, require=require, by="country")
        assert read.requirements == direct.requirements


@pytest.mark.parametrize(
    ("change", "needle"),
    [
        ({"base": 2}, "base of the logarithm"),
        ({"clip": 1e-9}, "--clip"),
        ({"like": "sklearn"}, "--clip|--like"),
        ({"sum_to_one": "rescale"}, "--sum-to-one"),
        ({"weight": "w"}, "--weight"),
        ({"classes": "dog,cat", "scores": "prob_dog,prob_cat"}, "class names"),
    ],
)
def test_reports_of_other_conventions_are_refused(change: dict[str, Any], needle: str) -> None:
    frame = FRAME.assign(w=2.0)
    base = xentcli.evaluate(frame, **change)
    with pytest.raises(InputError, match=needle):
        xentcli.check(frame, baseline=base, require="delta.cross_entropy <= 0.1")
    same = xentcli.check(frame, baseline=base, require="delta.cross_entropy <= 0.1", **change)
    assert same.passed


def test_other_classes_and_tasks_are_refused() -> None:
    three = FRAME.assign(prob_owl=0.0)
    with pytest.raises(InputError, match="other task"):
        xentcli.check(three, baseline=xentcli.evaluate(FRAME), require="delta.brier <= 1")
    renamed = FRAME.replace("cat", "kit").rename(columns={"prob_cat": "prob_kit"})
    with pytest.raises(InputError, match=r"other class names.*cat.*kit"):
        xentcli.check(renamed, baseline=xentcli.evaluate(FRAME), require="delta.brier <= 1")


def test_other_rows_are_said_and_sums_refused() -> None:
    base = xentcli.evaluate(FRAME[:80])
    (judged,) = xentcli.check(FRAME, baseline=base, require="delta.brier <= 1").requirements
    assert "the baseline is of 80 rows, this is of 100" in (judged.note or "")
    with pytest.raises(InputError, match="log_likelihood is a sum"):
        xentcli.check(FRAME, baseline=base, require="delta.log_likelihood >= -1")


def test_what_a_report_does_not_hold() -> None:
    base = xentcli.evaluate(FRAME, metric="brier")
    for text, needle in (
        ("delta.f1 >= 0", "holds no f1"),
        ("delta.class[cat].f1 >= 0", "holds no f1 of class 'cat'"),
        ("delta.slice[country=DE].brier >= 0", "--by 'country'"),
    ):
        with pytest.raises(InputError) as caught:
            xentcli.check(FRAME, baseline=base, require=text)
        assert needle in f"{caught.value.message} {caught.value.hint}"


def test_infinite_figures() -> None:
    certain = worse_cats(FRAME, 0.0)
    finite, endless = xentcli.evaluate(FRAME), xentcli.evaluate(certain)
    require = "delta.cross_entropy <= 0.5"
    worse = xentcli.check(certain, baseline=finite, require=require, decide_on="interval")
    assert worse.verdict is Verdict.FAIL
    assert [w.name for w in worse.requirements[0].worse] == ["cat"]
    assert xentcli.check(FRAME, baseline=endless, require=require).passed
    with pytest.raises(InputError, match="undefined"):
        xentcli.check(certain, baseline=endless, require=require)


def damaged(report: Report, **changes: Any) -> str:
    return json.dumps(json.loads(report.to_json()) | changes)


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ('{"schema": "xentcli/report/2"}', "xentcli/report/2"),
        ('{"schema": "xentcli/check/1"}', "no baseline"),
        ('{"schema": "xentcli/report/1"}', "'layout' is missing"),
        (damaged(xentcli.evaluate(FRAME), metrics={"brier": {}}), "'value' is missing"),
        (damaged(xentcli.evaluate(FRAME), metrics={"brier": {"value": "x"}}), "no number"),
        (damaged(xentcli.evaluate(FRAME), metrics=3), "no report of xent"),
        (damaged(xentcli.evaluate(FRAME), source={"paths": []}), "is missing"),
        (damaged(xentcli.evaluate(FRAME), version=1), "no text"),
    ],
)
def test_files_that_are_no_report(tmp_path: Path, text: str, needle: str) -> None:
    path = tmp_path / "base.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        xentcli.check(FRAME, baseline=path, require="delta.brier <= 1")
    assert needle in caught.value.message
    assert str(path) in caught.value.message


def test_rows_are_paired(tmp_path: Path) -> None:
    """Predictions and states as baselines, and the recall of a class."""
    n = 400
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"id": range(n), "label": rng.choice(["cat", "dog"], n)})
    p = rng.uniform(0.1, 0.9, (2, n))
    old, new = (
        frame.assign(prob_cat=np.where(frame["label"] == "cat", x, 1 - x)).assign(
            prob_dog=lambda t: 1 - t["prob_cat"]
        )
        for x in (p[0], 0.7 * p[0] + 0.3 * p[1])
    )
    d = np.log(p[0]) - np.log(0.7 * p[0] + 0.3 * p[1])
    require = ["delta.cross_entropy <= 1", "delta.class[cat].recall >= -1", "delta.f1 >= -1"]
    found = xentcli.check(new, baseline=old, require=[*require[:2], "delta.brier <= 1"])
    whole, recall, _ = found.requirements
    assert whole.value.value == pytest.approx(d.mean())
    assert whole.value.stderr == pytest.approx(d.std(ddof=1) / math.sqrt(n), rel=1e-12)
    cats = frame["label"] == "cat"
    hits = (new["prob_cat"] > 0.5)[cats].astype(int) - (old["prob_cat"] > 0.5)[cats].astype(int)
    assert recall.value.stderr == pytest.approx(hits.std(ddof=1) / math.sqrt(cats.sum()))
    assert (whole.pairing, recall.pairing) == (Pairing.ORDER, Pairing.ORDER)
    path, state = tmp_path / "old.csv", tmp_path / "old.xent"
    old.to_csv(path, index=False)
    keep = Options(columns=ColumnOptions(id="id"))
    ran = run(Files([str(path)], keep.file), keep, None, [Recording(Keep(paired=True))])
    state.write_bytes(state_bytes(saved_of(ran, keep.report, str(state)), str(state)))
    new.to_csv(tmp_path / "new.csv", index=False)
    by_state = xentcli.check(tmp_path / "new.csv", baseline=state, require=require[:2])
    whole, recall = by_state.requirements
    assert by_state.baseline is not None
    assert by_state.baseline.kind == "state"
    assert whole.value.value == pytest.approx(d.mean())
    assert whole.value.stderr == pytest.approx(d.std(ddof=1) / math.sqrt(n), rel=4 / 2048**0.5)
    assert (whole.pairing, recall.pairing) == (Pairing.SKETCH, Pairing.NONE)
    assert "conservative" in (recall.note or "")
    # A state as what is checked, too.
    same = xentcli.check(state, baseline=state, require=[*require[:2], "cross_entropy <= 9"])
    assert [j.value.value for j in same.requirements][:2] == [0.0, 0.0]


def test_clusters_widen_the_difference() -> None:
    frame = FRAME.assign(user=[i // 20 for i in range(100)])
    base = xentcli.evaluate(frame, cluster="user")
    (judged,) = xentcli.check(
        frame, baseline=base, require="delta.cross_entropy <= 1", cluster="user"
    ).requirements
    (low, high), stderr = judged.value.interval or (0, 0), judged.value.stderr or 0
    # Five clusters on either side: Student's quantile of Welch's eight degrees of freedom.
    assert (high - low) / 2 == pytest.approx(2.3060041 * stderr)


@pytest.mark.parametrize("rows", [40, 100, 300])
def test_rows_needed_beside_a_baseline_that_stays_as_it_is(rows: int) -> None:
    base, new = pd.concat([FRAME] * 3)[:rows], worse_cats(FRAME, 0.6)
    (judged,) = xentcli.check(
        new,
        baseline=xentcli.evaluate(base),
        require="delta.cross_entropy <= 0.1",
        decide_on="interval",
    ).requirements
    assert judged.verdict is Verdict.INCONCLUSIVE
    a, b = judged.base or Value(None), judged.candidate or Value(None)
    gap = abs((judged.value.value or 0.0) - 0.1)
    wanted = gap / (1.959963984540054 + 0.8416212335729143)
    whole, fixed = (judged.value.stderr or 0.0) ** 2, (a.stderr or 0.0) ** 2
    assert whole == pytest.approx(fixed + (b.stderr or 0.0) ** 2)
    if rows == 100:
        assert judged.rows_needed == math.ceil(100 * whole / wanted**2)
    else:
        room = wanted**2 - fixed
        expected = math.ceil(100 * (whole - fixed) / room) if room > 0 else None
        assert judged.rows_needed == expected
        assert (expected is None) is (rows == 40)
