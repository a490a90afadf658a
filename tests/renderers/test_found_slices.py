"""Slices that a search found, on pages of every width and in Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from xentcli.renderers import RenderOptions, get
from xentcli.report.report import FoundSlice, FoundSlices

if TYPE_CHECKING:
    from xentcli.report.report import Report


def found(names: list[dict[str, str]], tested: int = 200) -> FoundSlices:
    slices = tuple(
        FoundSlice(by, 1234 + i, 0.5, 0.25, 0.01, (0.23, 0.27), 1e-9, 2e-7, 0.31 / (i + 1))
        for i, by in enumerate(names)
    )
    return FoundSlices(slices, tested, 30, 0.95)


LONG = {"a column of a very long name": "a value of a very long text", "other": "x\x1b[31m|<b>"}


def page(
    report: Report, form: str = "table", width: int | None = None, *, ascii_: bool = False
) -> str:
    return get(form).text(report, RenderOptions(width=width, ascii=ascii_))


@pytest.mark.parametrize("width", [30, 50, 60, 80, 100, 140, None])
def test_figures_are_never_cut(report: Report, width: int | None) -> None:
    text = page(report._replace(found_slices=found([LONG, {"g": ""}])), width=width)
    for number in ("+0.2500 ± 0.0100", "31.0%", "15.5%"):
        assert number in text
    assert "\x1b" not in text
    assert ("1,234" in text) == (width is None or width >= 80)
    lines = [line for line in text.splitlines() if "±" in line and "%" in line]
    assert width is None or width < 60 or max(map(cell_len, lines)) <= width
    if width is None:
        assert "a column of a very long name = a value of a very long text" in text
        assert 'g = ""' in text


def test_the_page_has_twenty_and_json_all(report: Report) -> None:
    many = report._replace(found_slices=found([{"g": str(i)} for i in range(25)]))
    text = page(many)
    assert "25 slices lose significantly more than the rest (200 tested)" in text
    assert "the 5 of least excess are not shown (-f json: all)" in text
    assert "g = 19 " in text
    assert "g = 20 " not in text
    assert len(json.loads(page(many, "json"))["found_slices"]) == 25


def test_sentences(report: Report) -> None:
    sentences = [
        (found([{"g": "x"}]), "1 slice loses significantly more than the rest (200 tested)"),
        (found([]), "no slice loses significantly more than the rest (200 tested)"),
        (found([], 0), "no slice was tested: none has 30 rows or more, and a rest as large"),
        (found([], 0)._replace(endless=True), "no slice was tested: the loss is infinite (--clip"),
    ]
    for outcome, sentence in sentences:
        for form in ("table", "markdown"):
            assert sentence in page(report._replace(found_slices=outcome), form)
        assert sentence in " ".join(page(report._replace(found_slices=outcome), width=40).split())
    assert "slice" not in page(report)


def test_ascii_and_markdown(report: Report) -> None:
    searched = report._replace(found_slices=found([LONG]))
    text = page(searched, ascii_=True)
    assert text.isascii()
    assert "+0.2500 +/- 0.0100" in text
    markdown = page(searched, "markdown")
    assert "<b>" not in markdown
    assert "| slice | rows | cross-entropy | above the rest | excess | p (Holm) |" in markdown
