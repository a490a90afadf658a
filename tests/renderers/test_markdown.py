"""Markdown: what GitHub shows is the text of the data, and never its markup."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from xentcli.renderers import RenderOptions, get
from xentcli.renderers._markup import code, prose
from xentcli.report.report import Finding, Uncertainty
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from xentcli.report.report import Report

github = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
hostile = st.text(alphabet=st.characters() | st.sampled_from(list("|`*_<>[]()#\\&!~ \n\x1b")))


def text_of(html: str) -> str:
    return unescape(re.sub(r"</?code>|<!-- -->", "", html))


def test_the_page(report: Report) -> None:
    page = get("markdown").text(report, RenderOptions())
    assert page.startswith("### Cross-entropy 0.1234 ± 0.0103 nats\n\niris.csv · 150 rows")
    assert "\n| `brier` | 0.0571 | 0.0094 | 0.0387 to 0.0755 |\n" in page
    assert "\n| `versicolor` | 50 | 0.2456 ± 0.0307 | 66.3% |" in page
    assert "class `versicolor` costs most: 66.3% of the loss on 33.3% of the rows" in page
    assert "\n- **warning** `sum-to-one`: 3 of 150 rows" in page
    assert page.endswith(f"<sub>`{report.signature}`</sub>\n")


def test_errors_by_bootstrap_are_said_to_be(report: Report) -> None:
    report = report._replace(uncertainty=Uncertainty("bootstrap", 1000, 0, "id"))
    page = get("markdown").text(report, RenderOptions())
    assert "\n<sub>errors by bootstrap: 1,000 resamplings of rows, by their id</sub>\n" in page


def test_an_infinite_loss_is_not_left_alone(infinite_report: Report) -> None:
    page = get("markdown").text(infinite_report, RenderOptions())
    assert page.startswith("### Cross-entropy ∞ nats\n")
    assert "\n0.3456 nats over the other rows  \n0.8123 nats with" in page


@given(name=hostile)
@example(name="a\\|b")
@example(name="`` ` ``")
@example(name="</code><script>")
@example(name="@someone :smile: #12")
def test_a_name_in_a_cell_is_shown_as_it_is(build: Callable[..., Report], name: str) -> None:
    page = get("markdown").text(build((name, "b"), (9.0, 0.2), (5, 5)), RenderOptions())
    assert "\x1b" not in page
    html = github.render(page)
    cells = re.findall(r"<tr>\n<td>(.*?)</td>\n<td[^>]*>5</td>", html)
    assert len(cells) == 2
    assert text_of(cells[0]) == (shown(name) or "\xa0")
    assert re.findall(r"<[^>]*>", cells[0]) == ["<code>", "</code>"]


@given(text=hostile)
@example(text="__init__ *a* ~~b~~ [c](d) <b> &amp; \\*")
@example(text="https://example.org www.example.org a@b.c")
def test_a_message_is_shown_as_it_is(text: str) -> None:
    html = github.renderInline("x" + prose(shown(text)) + "x")
    assert text_of(html) == "x" + shown(text) + "x"
    assert set(re.findall(r"<[^>]*>", html)) <= {"<!-- -->"}


@pytest.mark.parametrize("text", ["@me", "#12", ":smile:", "https://x.org", "www.x.org"])
def test_nothing_that_github_would_link_is_left_in_one_piece(text: str) -> None:
    assert text not in prose(text)
    assert re.match(r"<code>|`", code(text))


def test_findings_from_data_stay_in_their_item(build: Callable[..., Report]) -> None:
    finding = Finding("x|y", "warning", 1, "label '<b>|\n# big'", "try `x`", {"class": "a\nb|c"})
    page = get("markdown").text(build(findings=(finding,)), RenderOptions())
    html = github.render(page)
    assert html.count("<li>") == 1
    assert "<h1>" not in html
    assert "<b>" not in html
    assert "label '&lt;b&gt;|\\x0a#" in html


def test_many_classes_are_counted(build: Callable[..., Report]) -> None:
    report = build([f"c{n}" for n in range(12)], [1.0] * 12, [5] * 12)
    page = get("markdown").text(report, RenderOptions(classes=10))
    assert "\n\nand 2 more\n" in page
    assert "more" not in get("markdown").text(report, RenderOptions(classes=None))
