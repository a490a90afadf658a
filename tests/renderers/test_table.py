"""The table: what matters first, no number cut, names never markup."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from xentcli.figures.values import Value
from xentcli.renderers import RenderOptions, get
from xentcli.report.report import ClassReport, Finding, Uncertainty
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from xentcli.report.report import Report

PAGES = Path(__file__).parent / "pages"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
names = st.text(max_size=30)


def page(report: Report, **options: int | bool | None) -> str:
    return get("table").text(report, RenderOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "which", "options"),
    [
        ("piped.txt", "report", {}),
        ("width-80.txt", "report", {"width": 80}),
        ("width-60.txt", "report", {"width": 60}),
        ("ascii.txt", "report", {"ascii": True}),
        ("color.txt", "report", {"color": True}),
        ("digits-2.txt", "report", {"digits": 2}),
        ("infinite.txt", "infinite_report", {}),
    ],
)
def test_the_page_is_the_one_we_looked_at(
    file: str, which: str, options: dict[str, int], request: pytest.FixtureRequest
) -> None:
    text = page(request.getfixturevalue(which), **options)
    if os.environ.get("UPDATE_PAGES"):  # then look at what has changed before committing it
        (PAGES / file).write_text(text, encoding="utf-8")
    assert text == (PAGES / file).read_text(encoding="utf-8")


def test_color_only_adds(report: Report) -> None:
    colored = page(report, color=True)
    plain = "".join(line.rstrip() + "\n" for line in ANSI.sub("", colored).splitlines())
    assert "\x1b" in colored
    assert plain == page(report)


def test_the_environment_has_no_say(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = page(report)
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert page(report) == plain


def test_ascii_is_ascii(build: Callable[..., Report]) -> None:
    report = build(("é猫", "b", "c"), (math.inf, 0.2, 0.1), (5, 5, 0), paths=("ü.csv",))
    text = page(report, ascii=True)
    assert text.isascii()
    assert "\\xe9\\u732b" in text


def test_classes_stand_by_cost_and_empty_ones_last(build: Callable[..., Report]) -> None:
    report = build(("none", "cheap", "dear", "mid"), (0, 0.0, 2.0, 1.0), (0, 50, 50, 50))
    text = page(report)
    order = re.findall(r"^  (none|cheap|dear|mid) ", text, re.MULTILINE)
    assert order == ["dear", "mid", "cheap", "none"]
    assert "class dear costs most: 66.7% of the loss on 33.3% of the rows" in text


def test_bars_are_as_long_as_the_shares(build: Callable[..., Report]) -> None:
    text = page(build(("a", "b", "c"), (4.0, 2.0, 1.0), (5, 5, 5)))
    assert [line.count("█") for line in text.splitlines() if "█" in line] == [24, 12, 6]


def test_undefined_is_a_dash(build: Callable[..., Report]) -> None:
    text = page(build(("a", "b"), (0.0, 0.0), (0, 0)))
    assert re.search(r"cross-entropy +–", text)
    assert not re.search(r"nan|None", text)


@pytest.mark.parametrize("width", [1, 20, 40, 60, 80, 100, 140, None])
def test_no_number_is_cut_at_any_width(report: Report, width: int | None) -> None:
    numbers = {"0.1234", "0.0103", "0.1032", "0.1436", "-18.5100", "0.9700"}
    numbers |= {"0.2456 ± 0.0307", "66.3%", "0.1123 ± 0.0140", "30.3%", "3.3%"}
    text = page(report, width=width)
    assert {number for number in numbers if number not in text} == set()
    assert report.signature in text.splitlines()[-1]


@pytest.mark.parametrize("width", [76, 80, 100, 120, 200])
def test_lines_stay_within_a_terminal(build: Callable[..., Report], width: int) -> None:
    report = build(("a long name of a class " * 5, "猫" * 40), (0.2, 0.1), (5_000_000, 7))
    lines = page(report, width=width).splitlines()
    assert [line for line in lines[:-1] if cell_len(line) > width] == []


def test_a_pipe_cuts_no_name(build: Callable[..., Report]) -> None:
    name = "n" * 10_000
    assert name in page(build((name, "b"), (0.2, 0.1), (5, 5)))


@pytest.mark.parametrize(
    ("identity", "words"),
    [("content", "rows"), ("id", "rows, by their id"), ("cluster", "whole clusters of rows")],
)
def test_errors_by_bootstrap_are_said_to_be(report: Report, identity: str, words: str) -> None:
    report = report._replace(uncertainty=Uncertainty("bootstrap", 100_000, 7, identity))
    *lines, errors, _ = page(report, width=76).splitlines()
    assert errors == f"errors by bootstrap: 100,000 resamplings of {words}"
    assert "resampl" not in "".join(lines)


def test_what_does_not_fit_is_said(report: Report) -> None:
    assert "not shown at this width: recall, prec., F1" in page(report, width=60)
    assert "not shown" not in page(report, width=80)


def test_many_classes_are_counted(build: Callable[..., Report]) -> None:
    report = build([f"c{n:03}" for n in range(100)], [1.0] * 100, [5] * 100)
    text = page(report)
    assert len(re.findall(r"^  c\d{3} ", text, re.MULTILINE)) == 30
    assert "and 70 more classes, 70.0% of the loss" in text
    assert len(re.findall(r"^  c\d{3} ", page(report, classes=None), re.MULTILINE)) == 100


@given(name=names)
@example(name="[/red][bold]")
@example(name=":smile:")
@example(name="\x1b]52;c;aGk=\x07\x9b31m")
@example(name="\u202egnp\u200b")
@example(name="12345678901234567890 https://example.org 'x' None True")
@example(name="")
def test_a_name_is_shown_as_it_is(build: Callable[..., Report], name: str) -> None:
    report = build((name, "other"), (2.0, 0.1), (5, 5), paths=(name,))
    text = page(report, color=True)
    assert "\x1b" not in ANSI.sub("", text)
    row = next(line for line in ANSI.sub("", text).splitlines() if " 5  2.0000" in line)
    assert row.startswith("  " + (shown(name) or '""') + " ")


@given(text=names)
def test_a_finding_is_shown_as_it_is(build: Callable[..., Report], text: str) -> None:
    finding = Finding("code", "warning", 1, text, text, {"label": text}, {"extra_figure": 0.5})
    lines = page(build(findings=(finding,))).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("▲ warning: "))
    assert lines[start] == f"▲ warning: {shown(text)} [code]"
    assert lines[start + 1 : start + 4] == [
        *([f"  hint: {shown(text)}".rstrip(" ")] if text else []),
        f"  example: label {shown(text)}".rstrip(" "),
        "  extra figure 0.5000",
        *([] if text else [""]),
    ]


def test_findings_are_folded_under_each_other(build: Callable[..., Report]) -> None:
    message = "one two three four five six seven eight nine ten eleven twelve thirteen"
    lines = page(build(findings=(Finding("c", "info", 1, message),)), width=40).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("• info: "))
    folded = lines[start:-2]
    assert len(folded) == 3
    assert all(line.startswith("  ") and len(line) <= 40 for line in folded[1:])
    assert " ".join(" ".join(folded).split()) == f"• info: {message} [c]"


def test_any_metric_finds_a_place(report: Report) -> None:
    entry = ClassReport("a", 3, 3.0, {"one_vs_rest": Value(0.25), "ece(bins=15)": Value(None)})
    metrics = {"focal_loss(gamma=2)": Value(3.14e-7), "brier(scale=half)": Value(12345.678)}
    text = page(report._replace(metrics=metrics, classes=(entry,)))
    assert re.search(r"^  focal loss\(gamma=2\) +3\.1e-07$", text, re.MULTILINE)
    assert re.search(r"^  brier\(scale=half\) +12,345\.68$", text, re.MULTILINE)
    assert re.search(r"^  class  rows  one vs rest  ece\(bins=15\)$", text, re.MULTILINE)
    assert re.search(r"^  a +3 +0\.2500 +–$", text, re.MULTILINE)


def test_figures_that_only_classes_have_are_no_blank_line_above(report: Report) -> None:
    metrics = {**report.metrics, "share": Value(None), "ece": Value(None)}
    text = page(report._replace(metrics=metrics))
    assert not re.search(r"^  share", text, re.MULTILINE)
    assert re.search(r"^  ece +–$", text, re.MULTILINE)


def test_an_infinite_loss_is_not_left_alone(infinite_report: Report) -> None:
    lines = [line.strip() for line in page(infinite_report).splitlines()]
    assert "cross-entropy  ∞ nats" in lines
    assert "2 of 150 rows give their true class the probability 0" in lines
    assert "0.3456 nats over the other rows" in lines
    assert "0.8123 nats with probabilities clipped as scikit-learn does" in lines
    severities = [line.split()[1] for line in lines if re.match("[✗▲•]", line)]
    assert severities == ["error:", "warning:", "info:"]


def test_a_loss_worse_than_the_baseline_is_called_that(build: Callable[..., Report]) -> None:
    text = page(build(losses=(2.0, 2.0, 2.0)))
    assert "worse than predicting the class frequencies: 182.0% of what that would cost" in text
