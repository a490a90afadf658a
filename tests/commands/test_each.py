"""`xent eval --each`: every source a data set of its own, side by side."""

from __future__ import annotations

import json
import math
import os
import pty
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def rows(p: float, n: int = 40) -> str:
    """Cats and dogs, each with some probability around `p` for what it is."""
    lines = [HEADER]
    for i in range(n):
        own = p + 0.02 * (i % 3 - 1)
        cat = own if i % 2 else 1 - own
        lines.append(f"{'cat' if i % 2 else 'dog'},{cat:.4f},{1 - cat:.4f}\n")
    return "".join(lines)


def loss(p: float, n: int = 40) -> str:
    """Their cross-entropy as the page shows it."""
    return f"{-sum(math.log(p + 0.02 * (i % 3 - 1)) for i in range(n)) / n:.4f}"


FORMS = ("json", "jsonl", "csv", "markdown")


@pytest.fixture
def three(xent: Xent) -> tuple[str, str, str]:
    """Three sources, the second of which is the best."""
    return (
        xent.write("fair.csv", rows(0.7)),
        xent.write("good.csv", rows(0.9)),
        xent.write("poor.csv", rows(0.6)),
    )


def on_terminal(xent: Xent, *arguments: str, **env: str) -> str:
    """What a terminal is shown."""
    ours, theirs = pty.openpty()
    shown = b""
    with xent.start(*arguments, stdout=theirs, env={"TERM": "xterm", **env}) as process:
        os.close(theirs)
        with suppress(OSError):  # Linux tells the end of a terminal so
            while piece := os.read(ours, 1 << 16):
                shown += piece
        assert process.stderr is not None
        assert process.stderr.read() == b""
    os.close(ours)
    assert process.returncode == 0
    return shown.decode().replace("\r\n", "\n")


def test_a_line_a_source_the_best_first(xent: Xent, three: tuple[str, ...]) -> None:
    page = xent.run("eval", "--each", *three).assert_done()
    lines = page.splitlines()
    assert lines[0] == "3 sources · binary · 2 classes"
    assert lines[2] == "  best  good.csv has the least cross-entropy (p < 0.001 by Holm)"
    assert [line.split()[0] for line in lines[5:8]] == ["good.csv", "fair.csv", "poor.csv"]
    assert lines[5].split()[1:4] == ["best", "40", loss(0.9)]
    assert sum("best" in line for line in lines) == 2
    assert "of one test set, `xent compare` sees smaller differences" in page


def test_the_figures_are_those_of_each_by_itself(xent: Xent, three: tuple[str, ...]) -> None:
    record = xent.eval("--each", *three)
    assert record["schema"] == "xentcli/each/1"
    assert record["reports"] == [xent.eval(name) for name in three]
    assert record["sources"] == list(three)
    assert record["order"] == ["good.csv", "fair.csv", "poor.csv"]
    assert record["best"] == "good.csv"
    assert [t["other"] for t in record["tests"]] == ["fair.csv", "poor.csv"]
    assert record["differ"] == []


def test_score_only_prints_value_and_source_in_the_order_given(
    xent: Xent, three: tuple[str, ...]
) -> None:
    text = xent.run("eval", "--each", "-b", *three).assert_done()
    alone = [xent.run("eval", "-b", name).assert_done().strip() for name in three]
    assert text == "".join(f"{v}\t{name}\n" for v, name in zip(alone, three, strict=True))


def test_score_only_of_what_is_undefined_is_an_empty_field(xent: Xent) -> None:
    xent.write("cats.csv", HEADER + "cat,0.5,0.5\ncat,0.25,0.75\n")
    text = xent.run("eval", "--each", "-b", "-m", "normalized_cross_entropy", "cats.csv")
    assert text.assert_done() == "\tcats.csv\n"


def test_what_may_be_chance_has_no_best(xent: Xent) -> None:
    xent.write("a.csv", rows(0.7))
    xent.write("b.csv", rows(0.701))
    page = xent.run("eval", "--each", "a.csv", "b.csv").assert_done()
    first = "cross-entropy of b.csv may be no better than that of a.csv"
    assert page.splitlines()[2].startswith(f"  no best can be told  {first} (p = 0.")
    assert xent.eval("--each", "a.csv", "b.csv")["best"] is None


def test_other_classes_are_told(xent: Xent, small: str) -> None:
    xent.write("birds.csv", rows(0.9).replace("cat", "tit"))
    page = xent.run("eval", "--each", small, "birds.csv").assert_done()
    assert "\n  no best can be told  sources differ in their classes" in page
    assert xent.eval("--each", small, "birds.csv")["differ"] == ["classes"]


def test_options_are_those_of_every_source(xent: Xent, three: tuple[str, ...]) -> None:
    options = (
        "--by",
        "label",
        "--base",
        "2",
        "-m",
        "accuracy,cross_entropy",
        "--confidence",
        "0.9",
    )
    record = xent.eval("--each", *three, *options)
    assert record["metric"] == "accuracy"
    assert record["confidence"] == 0.9
    assert record["reports"] == [xent.eval(name, *options) for name in three]
    assert all(len(r["slices"]) == 2 for r in record["reports"])
    page = xent.run("eval", "--each", *three, *options).assert_done()
    assert "classes and slices are in -f json and csv" in page


def test_every_form(xent: Xent, three: tuple[str, ...]) -> None:
    exports = [f"--export={form}=out.{form}" for form in FORMS]
    page = xent.run("eval", "--each", *three, *exports, "-o", "page.txt")
    assert page.assert_done() == ""
    assert page.appeared == {
        "page.txt",
        *(f"out.{f}" for f in FORMS),
    }
    text = {form: (xent.folder / f"out.{form}").read_text() for form in ("json", "jsonl", "csv")}
    kinds = [json.loads(line) for line in text["jsonl"].splitlines()]
    assert [(k["kind"], k.get("of")) for k in kinds] == [
        ("each", None),
        *(("report", name) for name in three),
    ]
    alone = [xent.run("eval", "-f", "csv", name).assert_done().splitlines() for name in three]
    expected = [
        f"{name},{line}" for name, own in zip(three, alone, strict=True) for line in own[1:]
    ]
    assert text["csv"].splitlines() == [f"source,{alone[0][0]}", *expected]
    assert json.loads(text["json"]) == xent.eval("--each", *three)
    markdown = (xent.folder / "out.markdown").read_text()
    assert markdown.startswith("### Best: `good.csv` has the least cross-entropy")
    assert f"\n| `good.csv` | **best** | 40 | {loss(0.9)} ± " in markdown


def test_findings_are_told_with_their_source(xent: Xent, small: str) -> None:
    xent.write("off.csv", HEADER + "cat,0.3,0.2\ndog,0.5,0.5\n")
    page = xent.run("eval", "--each", small, "off.csv").assert_done()
    assert "▲ warning: off.csv: 1 row does not sum to 1" in page
    for arguments in (("-b",), ("-f", "csv"), ("-o", "out.txt")):
        result = xent.run("eval", "--each", small, "off.csv", *arguments)
        assert result.code == 0
        assert result.stderr.startswith("warning: off.csv: 1 row does not sum to 1")
        assert len(result.stderr.splitlines()) == 1
        xent.run("eval", "--each", small, "off.csv", *arguments, "-q").assert_done()


def test_a_directory_is_one_source_and_so_is_a_glob(xent: Xent, small: str) -> None:
    xent.write("parts/a.csv", rows(0.7))
    xent.write("parts/b.csv", rows(0.8))
    record = xent.eval("--each", "parts", "parts/*.csv", small)
    assert [r["source"]["rows"] for r in record["reports"]] == [80, 80, 3]
    assert record["reports"][0]["metrics"] == record["reports"][1]["metrics"]


def test_one_source_may_come_through_a_pipe(xent: Xent, small: str) -> None:
    record = xent.run("eval", "--each", "-", small, "--json", stdin=rows(0.9)).report
    assert record["sources"] == ["-", small]
    xent.run("eval", "--each", "-", "-", stdin=rows(0.9)).assert_error("standard input", code=2)


def test_one_bad_source_fails_all(xent: Xent, small: str) -> None:
    xent.write("bad.csv", HEADER + "cat,1.5,-0.5\n")
    for arguments in ((), ("-b",), ("--json",), ("-o", "out.json"), ("--export", "csv=x.csv")):
        run = ("eval", "--each", small, "bad.csv", *arguments)
        xent.run(*run).assert_error("bad.csv", "1.5")
    xent.run("eval", "--each", small, "nope.csv").assert_error("nope.csv")


def test_a_wrong_command_line(xent: Xent, small: str) -> None:
    both = ("eval", "--each", small, small)
    xent.run(*both, "-f", "parquet").assert_error("parquet", "markdown", code=2)
    xent.run(*both, "-o", "x.parquet").assert_error("x.parquet", "parquet", "csv", code=2)
    xent.run(*both, "--all-conventions").assert_error("--all-conventions", code=2)
    xent.run(*both, "--digits", "-1").assert_error("--digits", code=2)
    xent.run(*both, "-m", "acuracy").assert_error("acuracy", code=2)
    xent.run("eval", "--each").assert_error("SOURCE", code=2)


def test_no_source_is_written_over(xent: Xent, small: str) -> None:
    other = xent.write("other.csv", rows(0.8))
    xent.run("eval", "--each", small, other, "-o", other).assert_error("other.csv")
    assert (xent.folder / other).read_text() == rows(0.8)


@pytest.mark.parametrize("width", [200, 100, 60, 30])
def test_no_number_is_cut_however_narrow(xent: Xent, three: tuple[str, ...], width: int) -> None:
    page = ANSI.sub("", on_terminal(xent, "eval", "--each", *three, COLUMNS=str(width)))
    assert {loss(0.9), loss(0.7), loss(0.6)} <= set(re.findall(r"\d\.\d+", page))
    table = page[page.index("  source") : page.index("xent|")]
    if width >= 60:
        assert all(len(line) <= width for line in table.splitlines() if "not shown" not in line)
    assert ("not shown at this width" in page) == (width < 200)


def test_colour_is_for_terminals_that_have_it(xent: Xent, three: tuple[str, ...]) -> None:
    run = ("eval", "--each", *three)
    colored = on_terminal(xent, *run, COLUMNS="100")
    assert "\x1b[1;32m" in colored
    assert "\x1b" not in on_terminal(xent, *run, COLUMNS="100", TERM="dumb")
    assert "\x1b" not in on_terminal(xent, *run, COLUMNS="100", NO_COLOR="1")
    plain = xent.run(*run, env={"PYTHONIOENCODING": "ascii"}).assert_done()
    assert plain.isascii()
    assert "+/-" in plain


def test_names_are_shown_escaped(xent: Xent) -> None:
    name = xent.write("a\x1b[31m|`b`.csv", rows(0.9))
    other = xent.write("b.csv", rows(0.6))
    for form in ("table", "markdown", "csv", "json", "jsonl"):
        text = xent.run("eval", "--each", name, other, "-f", form).assert_done()
        assert ("\x1b" in text) == (form == "csv")  # which is data, as it is in every CSV
    assert "\x1b" not in xent.run("eval", "--each", name, other, "-b").assert_done()


def test_the_environment_may_ask_for_it(xent: Xent, three: tuple[str, ...]) -> None:
    page = xent.run("eval", *three, env={"XENT_EACH": "1"}).assert_done()
    assert page == xent.run("eval", "--each", *three).assert_done()
