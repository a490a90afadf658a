"""Comparisons: the verdict first, then where it comes from; no number cut, names never markup."""

from __future__ import annotations

import json
import math
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from tests.renderers import comparisons
from tests.renderers.comparisons import candidate, comparison, difference, metrics, part
from xentcli.jobs.comparing.comparison import ChangedRow, Comparison, Origin, Outcomes, Pairing
from xentcli.renderers import RenderOptions, get, names
from xentcli.report.report import Finding
from xentcli.text import shown

PAGES = Path(__file__).parent / "pages"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
MADE = ("worse", "better", "undecided", "several", "endless")
github = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def page(of: Comparison, form: str = "table", **options: Any) -> str:
    return get(form, "comparison").text(of, RenderOptions(**options))


def made(name: str) -> Comparison:
    found = getattr(comparisons, name)()
    assert isinstance(found, Comparison)
    return found


def headline(of: Comparison) -> str:
    return page(of).splitlines()[2].strip()


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    ("file", "which", "form", "options"),
    [
        ("worse.txt", "worse", "table", {}),
        ("worse-80.txt", "worse", "table", {"width": 80}),
        ("worse-60.txt", "worse", "table", {"width": 60}),
        ("worse-color.txt", "worse", "table", {"color": True}),
        ("worse-ascii.txt", "worse", "table", {"ascii": True}),
        ("worse.md", "worse", "markdown", {}),
        ("better.txt", "better", "table", {}),
        ("undecided.txt", "undecided", "table", {}),
        ("endless.txt", "endless", "table", {}),
        ("several.txt", "several", "table", {}),
        ("several-80.txt", "several", "table", {"width": 80}),
        ("several.md", "several", "markdown", {}),
        ("worse.csv", "worse", "csv", {}),
    ],
)
def test_the_page_is_the_one_we_looked_at(
    file: str, which: str, form: str, options: dict[str, Any]
) -> None:
    path, text = PAGES / f"comparison-{file}", page(made(which), form, **options)
    if os.environ.get("UPDATE_PAGES"):  # then look at what has changed before committing it
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_there_is_a_form_for_everyone() -> None:
    assert names("comparison") == ("csv", "json", "jsonl", "markdown", "table")


@pytest.mark.parametrize("form", names("comparison"))
@pytest.mark.parametrize("which", MADE)
def test_every_form_is_pure_and_ends_in_one_newline(form: str, which: str) -> None:
    text = page(made(which), form)
    assert text == page(made(which), form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"\bnan\b|None|NaN", text)


# The verdict


def test_a_loss_that_grew_is_worse_and_one_that_shrank_is_better() -> None:
    assert headline(made("worse")) == (
        "worse  new.csv loses 0.0225 ± 0.0060 nats more than base.csv (p < 0.001)"
    )
    assert headline(made("better")).startswith("better  new.csv loses 0.0123 ± 0.0060 nats less")


def test_what_cannot_be_told_says_what_these_rows_would_show() -> None:
    assert headline(made("undecided")) == (
        "no difference can be told  -0.0003 ± 0.0060 nats, p = 0.710; "
        "these rows would show one of 0.0168"
    )


def test_the_confidence_draws_the_line() -> None:
    one = candidate(metrics=metrics(0.0225, 0.03))
    assert headline(comparison([one])).startswith("worse ")
    assert headline(comparison([one], confidence=0.99)).startswith("no difference can be told")
    # The corrected p value counts where there is one.
    corrected = candidate(metrics=metrics(0.0225, 0.03, 0.06))
    assert headline(comparison([corrected])).startswith("no difference can be told")
    assert "p = 0.060 by Holm" in headline(comparison([corrected]))


@pytest.mark.parametrize(
    ("better", "shift", "word", "way"),
    [
        ("lower", 0.1, "worse", "above"),
        ("lower", -0.1, "better", "below"),
        ("higher", 0.1, "better", "above"),
        ("higher", -0.1, "worse", "below"),
        ("closer to 0", 0.1, "different", "above"),
    ],
)
def test_the_metric_says_which_way_is_better(
    better: str, shift: float, word: str, way: str
) -> None:
    found = {"top_k(k=3)": difference(0.5, 0.5 + shift, 0.01, 0.001, better=better)}
    text = headline(comparison([candidate(metrics=found)]))
    assert text == (
        f"{word}  top k(k=3) of new.csv is 0.1000 ± 0.0100 {way} that of base.csv (p = 0.001)"
    )


def test_an_infinite_loss_needs_no_test() -> None:
    text = headline(made("endless"))
    assert text == "worse  cross-entropy of new.csv is infinite, that of base.csv is not"
    mended = {"cross_entropy": difference(math.inf, 0.3, None)}
    assert headline(comparison([candidate(metrics=mended)])) == (
        "better  cross-entropy of base.csv is infinite, that of new.csv is not"
    )
    both = {"cross_entropy": difference(math.inf, math.inf, None)}
    assert headline(comparison([candidate(metrics=both)])) == (
        "no difference can be told  cross-entropy is infinite on both sides"
    )


def test_the_undefined_and_the_untested_are_no_verdict() -> None:
    undefined = {"recall": difference(None, 0.5, better="higher")}
    assert headline(comparison([candidate(metrics=undefined)])) == (
        "no difference can be told  recall is undefined"
    )
    untested = {"cross_entropy": difference(0.3, 0.5, None)}
    assert headline(comparison([candidate(metrics=untested)])) == (
        "not tested  new.csv loses 0.2000 more than base.csv (no test of this difference)"
    )


def test_the_same_predictions_are_no_difference() -> None:
    same = {"cross_entropy": difference(0.3, 0.3, 0.0, 1.0)}
    one = candidate(metrics=same, outcomes=Outcomes(0, 600, 0), origin=Origin(0.0, 0.0, "nats"))
    text = page(comparison([one]))
    assert "no difference  cross-entropy is the same on both sides" in text
    assert "calibration and refinement are the same" in text


def test_no_metrics_at_all_are_no_trouble() -> None:
    for form in names("comparison"):
        for several in ([candidate(metrics={})], [candidate(metrics={}), candidate(metrics={})]):
            assert page(comparison(several), form)


# Where it comes from


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(0.02, 0.001, "nats"), "mostly calibration: +0.0200 is calibration"),
        (Origin(-0.02, -0.001, "nats"), "mostly calibration: -0.0200 is calibration"),
        (Origin(0.001, -0.0, "nats"), "refinement (the same)"),
        (Origin(0.001, 0.02, "nats"), "mostly refinement"),
        (Origin(-0.001, 0.02, "nats"), "pull apart: -0.0010 is calibration"),
        (Origin(0.0, 0.02, "nats"), "+0.0200 refinement (rows are told apart less well)"),
        (Origin(0.001, -0.02, "nats"), "-0.0200 refinement (rows are told apart better)"),
    ],
)
def test_the_origin_in_words(origin: Origin, words: str) -> None:
    assert words in page(comparison([candidate(origin=origin)]))


def order(text: str, of: list[str]) -> list[str]:
    found = (re.match(r"  (\S+) ", line) for line in text.splitlines())
    return [m[1] for m in found if m is not None and m[1] in of]


def test_the_largest_worsening_comes_first_and_empty_classes_last() -> None:
    shifts = {"a": -0.5, "b": 0.001, "c": 0.7, "d": 0.0, "e": None}
    parts = tuple(
        part({"label": k}, 0 if v is None else 5, v and 0.3, v and 0.3 + v, v)
        for k, v in shifts.items()
    )
    text = page(comparison([candidate(classes=parts)]))
    assert order(text, list(shifts)) == ["c", "b", "d", "a", "e"]


def test_only_what_moves_the_difference_most_is_shown() -> None:
    parts = tuple(
        part({"label": f"c{n:03}"}, 5, 0.3, 0.3 + n * 1e-4, n * 1e-4)
        for n in (*range(-500, 0), *range(1, 501))
    )
    of = comparison([candidate(classes=parts)])
    text = page(of)
    assert len(re.findall(r"^  c-?\d+ ", text, re.MULTILINE)) == 30
    assert "and 970 more classes that move it less" in text
    assert re.search(r"^  c500 .*█", text, re.MULTILINE)
    assert re.search(r"^  c-500 .*█", text, re.MULTILINE)
    assert not re.search(r"^  c005 ", text, re.MULTILINE)
    assert len(re.findall(r"^  c-?\d+ ", page(of, classes=None), re.MULTILINE)) == 1000
    assert "and 970 more" in page(of, "markdown")
    for form in ("json", "csv"):
        assert page(of, form).count("c-") == 500


def test_significance_is_a_word_and_not_a_colour_alone() -> None:
    lines = page(made("worse")).splitlines()
    (spam,) = (line for line in lines if line.startswith("  spam "))
    (phishing,) = (line for line in lines if line.startswith("  phishing "))
    assert " worse " in spam
    assert " worse " not in phishing
    assert " better " not in phishing


def test_worsenings_stand_to_the_right_of_the_axis() -> None:
    lines = {line.split()[0]: line for line in page(made("worse")).splitlines() if "│" in line}
    assert re.search(r"│█+$", lines["spam"])
    assert re.search(r"█│$", lines["ham"])
    assert lines["spam"].index("│") == lines["ham"].index("│")
    assert len(re.findall("█", lines["spam"])) > len(re.findall("█", lines["ham"]))


# Several candidates


def test_the_baseline_stands_among_the_candidates() -> None:
    lines = page(made("several")).splitlines()
    rows = [line.split()[:2] for line in lines[5:9]]
    assert [row[0] for row in rows] == [
        "models/deep.csv",
        "models/tiny.csv",
        "base.csv",
        "models/wide.csv",
    ]
    assert (rows[0][1], rows[2][1], rows[3][1]) == ("best", "base", "worse")


def test_a_metric_that_is_better_higher_turns_the_order() -> None:
    many = [
        candidate(name, metrics={"accuracy": difference(0.8, v, 0.01, 0.0001, 0.0002, "higher")})
        for name, v in (("low", 0.7), ("high", 0.9))
    ]
    text = page(comparison(many, name="base"))
    assert order(text, ["low", "base", "high"]) == ["high", "base", "low"]
    assert re.search(r"^  best  accuracy of high is 0\.1000", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("shifts", "words"),
    [
        (((-0.02, 0.2), (0.01, 0.001)), "no candidate is better than base.csv by more than chance"),
        (((0.02, 0.001), (0.01, 0.001)), "every candidate is worse than base.csv"),
        # The best of them has too large an error, whatever the others have.
        (((-0.02, 0.2), (-0.01, 0.001)), "the first in line may be no better than base.csv"),
    ],
)
def test_no_best_that_may_be_chance(shifts: tuple[tuple[float, float], ...], words: str) -> None:
    many = [candidate(f"{i}.csv", metrics=metrics(s, p / 2, p)) for i, (s, p) in enumerate(shifts)]
    for form in ("table", "markdown"):
        text = page(comparison(many), form)
        assert words in text.replace("`", "")
        assert not re.search(r"(?i)^\W*best|\*\*best|  best ", text, re.MULTILINE)


def test_baselines_of_other_rows_are_not_one_line() -> None:
    many = [
        candidate("a.csv", metrics={"cross_entropy": difference(0.31, 0.2, 0.01, 0.001, 0.002)}),
        candidate("b.csv", metrics={"cross_entropy": difference(0.3, 0.4, 0.01, 0.001, 0.002)}),
    ]
    text = page(comparison(many))
    assert "the baseline has another figure beside each candidate" in text
    assert re.search(r"^  base\.csv +base +–", text, re.MULTILINE)


def test_findings_of_several_are_told_with_their_source() -> None:
    assert "▲ warning: models/tiny.csv: 3 of 600 rows" in page(made("several"))
    assert "`sum-to-one`: <code>models&#47;tiny&#46;csv</code>: 3 of" in page(
        made("several"), "markdown"
    )
    assert "▲ warning: 3 of 600 rows" in page(made("worse"))


# What is above and below


@pytest.mark.parametrize(
    ("pairing", "words"),
    [
        (Pairing.ORDER, "600 rows, paired by order"),
        (Pairing.ID, "600 rows, paired by id"),
        (Pairing.SKETCH, "600 rows, paired by sketches"),
        (Pairing.NONE, "600 rows against 600, not paired"),
    ],
)
def test_how_rows_belong_together(pairing: Pairing, words: str) -> None:
    assert words in page(comparison([candidate(pairing=pairing)])).splitlines()[0]


def test_rows_left_out_and_names_of_files_are_told() -> None:
    one = candidate("deep", rows=590)
    one = one._replace(source=one.source._replace(paths=("runs/17.csv",)))
    first = page(comparison([one], name="base.csv")).splitlines()[0]
    assert first.startswith("base.csv → deep (runs/17.csv) · 590 of 600 rows, paired by order")


def test_signatures_are_printed_once_each() -> None:
    assert page(made("worse")).count("xent|") == 1
    other = comparison([candidate(signature="xent|other")])
    assert page(other).splitlines()[-2:] == [comparisons.SIGNATURE, "xent|other"]


# Looks


@pytest.mark.parametrize("which", MADE)
def test_color_only_adds(which: str) -> None:
    colored = page(made(which), color=True)
    plain = "".join(line.rstrip() + "\n" for line in ANSI.sub("", colored).splitlines())
    assert "\x1b" in colored
    assert plain == page(made(which))


@pytest.mark.parametrize("form", ["table", "markdown"])
@pytest.mark.parametrize("which", MADE)
def test_ascii_is_ascii(form: str, which: str) -> None:
    assert page(made(which), form, ascii=True).isascii()


@pytest.mark.parametrize("width", [1, 20, 40, 60, 80, 100, 140, None])
def test_no_number_is_cut_at_any_width(width: int | None) -> None:
    text = " ".join(page(made("worse"), width=width).split())
    for number in ("0.0225 ± 0.0060", "+0.1200 ± 0.0200", "+4.7002", "+0.0107 to +0.0343"):
        assert number in text
    assert {"worse", "better"} <= set(text.split())
    several = page(made("several"), width=width)
    assert {"0.2870", "0.3062", "0.3083", "0.3308"} <= set(re.findall(r"\d\.\d+", several))


@pytest.mark.parametrize("width", [72, 80, 100, 120, 200])
def test_lines_stay_within_a_terminal(width: int) -> None:
    long, wide = "a long name of a class " * 5, "猫" * 25
    parts = (part({"x": long}, 5_000_000, 0.3, 0.4, 0.05), part({"x": wide}, 7, 0.3, 0.2, -0.01))
    changed = (ChangedRow(12_345_678, wide, long, 0.1, 12.5, 12.4, "a folder/of a name.csv" * 4),)
    one = candidate(long, classes=parts, slices=parts, changed=changed)
    for of in (comparison([one], name=wide), comparison([one, one], name=wide)):
        lines = page(of, width=width).splitlines()[1:-1]
        tables = [line for line in lines if not re.match("  (not shown|classes and|candid)", line)]
        assert [line for line in tables if cell_len(line) > width] == []


def test_a_row_of_several_files_is_told_with_its_own() -> None:
    changed = (ChangedRow(3, None, "cat", 0.1, 12.5, 12.4, "b.csv"),)
    of = comparison([candidate("new", changed=changed)])
    assert re.search(r"\n  file   row  class .*\n  b\.csv    3  cat ", page(of))
    assert "| `b.csv:3` |" in page(of, "markdown").replace(
        "<code>b&#46;csv&#58;3</code>", "`b.csv:3`"
    )
    assert ",row,b.csv:3,loss," in page(of, "csv")
    assert '"path": "b.csv"' in page(of, "json")


@given(name=st.text(max_size=30))
@example(name="[/red][bold]")
@example(name="\x1b]52;c;aGk=\x07\x9b31m")
@example(name="")
@example(name="<b>|`*@me #12")
def test_names_are_never_markup(name: str) -> None:
    parts = (part({"x": name}, 5, 0.3, 0.4, 0.05), part({"x": "other"}, 7, 0.3, 0.2, -0.01))
    row = ChangedRow(1, name, name, 0.1, 12.5, 12.4, name)
    finding = Finding("code", "warning", 1, name, name, {"label": name})
    one = candidate(name, classes=parts, slices=parts, changed=(row,), findings=(finding,))
    for of in (comparison([one], name=name), comparison([one, one], name=name)):
        text = page(of, color=True)
        assert "\x1b" not in ANSI.sub("", text)
        assert (shown(name) or '""') in ANSI.sub("", text)
        html = github.render(page(of, "markdown"))
        assert "\x1b" not in html
        assert set(re.findall(r"<(\w+)", html)) <= {
            *("h3", "p", "br", "table", "thead", "tbody", "tr", "th", "td"),
            *("code", "strong", "sub", "ul", "li"),
        }
    cells = re.findall(r"<td>(<code>.*?</code>)</td>\n<td[^>]*>5</td>", html := _classes(one))
    assert len(cells) == 2, html
    assert unescape(re.sub(r"</?code>", "", cells[0])) == (shown(name) or "\xa0")


def _classes(one: Any) -> str:
    return str(github.render(page(comparison([one]), "markdown")))


# For machines


@pytest.mark.parametrize("which", MADE)
def test_json_holds_every_figure(which: str) -> None:
    of = made(which)
    record = strict(page(of, "json"))
    assert record["schema"] == "xentcli/comparison/1"
    assert [c["name"] for c in record["candidates"]] == [c.name for c in of.candidates]
    for own, candidate_ in zip(record["candidates"], of.candidates, strict=True):
        assert list(own["metrics"]) == list(candidate_.metrics)
        assert [c["contribution"] for c in own["classes"]] == [
            "Infinity" if p.contribution == math.inf else p.contribution for p in candidate_.classes
        ]
    lines = [strict(line) for line in page(of, "jsonl").splitlines()]
    base, *others = (line for line in lines if line["kind"] in {"comparison", "candidate"})
    assert base["base"] == record["base"]
    lists = {"classes", "slices", "changed", "findings"}
    assert others == [
        {"kind": "candidate", **{k: v for k, v in c.items() if k not in lists}}
        for c in record["candidates"]
    ]
    for key, kind in (("classes", "class"), ("slices", "slice"), ("changed", "changed")):
        found = [line for line in lines if line["kind"] == kind]
        assert len(found) == sum(len(c[key]) for c in record["candidates"])
        assert all(line["candidate"] in {c.name for c in of.candidates} for line in found)


def test_infinity_and_the_undefined_in_json() -> None:
    loss = strict(page(made("endless"), "json"))["candidates"][0]["metrics"]["cross_entropy"]
    assert loss["candidate"]["value"] == loss["difference"]["value"] == "Infinity"
    assert (loss["p"], loss["p_holm"], loss["detectable"]) == (None, None, None)
    better = {"cross_entropy": difference(math.inf, 0.3, None)}
    text = page(comparison([candidate(metrics=better)]), "json")
    found = strict(text)["candidates"][0]["metrics"]["cross_entropy"]
    assert found["difference"]["value"] == "-Infinity"


def test_csv_is_a_line_a_figure() -> None:
    import pandas as pd

    of = made("worse")
    frame = pd.read_csv(PAGES / "comparison-worse.csv", keep_default_na=False, na_values=[""])
    figures = len(of.candidates[0].metrics) + 2 + len(of.candidates[0].classes)
    assert len(frame) == figures + len(of.candidates[0].slices) + len(of.candidates[0].changed)
    spam = frame[(frame.scope == "class") & (frame.name == "spam")].iloc[0]
    assert (spam.base_value, spam.candidate_value, spam.contribution) == (0.35, 0.47, 0.04)
    assert (spam.wins, spam.ties, spam.losses) == (100, 34, 66)
    assert set(frame.scope) == {"overall", "class", "slice", "row"}


def test_csv_of_hostile_names() -> None:
    one = candidate("=cmd()", classes=(part({"x": '+a"b,c'}, 5, 0.3, 0.4, 0.05),))
    lines = page(comparison([one]), "csv").splitlines()
    assert all(line.startswith("'=cmd(),") for line in lines[1:])
    assert '\'=cmd(),class,"\'+a""b,c",cross_entropy,0.3,0.4,' in "\n".join(lines)
