"""`xent check`: every exit code, with both streams; configuration; the forms it writes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.commands.conftest import Result, Xent

ROWS = 40


def predictions(cats: float = 0.7, dogs: float = 0.6, rows: int = ROWS) -> str:
    """Two classes of as many rows, whose true class is given so much, more or less."""
    lines = ["label,prob_cat,prob_dog,country"]
    for i in range(rows):
        shift = 0.1 * (i % 4 - 1.5)
        cat, sure = i % 2 == 0, (cats if i % 2 == 0 else dogs) + shift
        p = sure if cat else 1 - sure
        country = "DE" if i % 3 else "F,]"
        lines.append(f'{"cat" if cat else "dog"},{p:.6f},{1 - p:.6f},"{country}"')
    return "\n".join(lines) + "\n"


@pytest.fixture
def data(xent: Xent) -> str:
    return xent.write("new.csv", predictions())


@pytest.fixture
def base(xent: Xent) -> str:
    xent.write("main.csv", predictions(cats=0.8))
    xent.run("eval", "main.csv", "--json", "-o", "main.json").assert_done()
    return "main.json"


def check(xent: Xent, *args: str, env: dict[str, str] | None = None, stdin: str = "") -> Result:
    return xent.run("check", *args, env=env, stdin=stdin)


def required(*requirements: str) -> list[str]:
    return [word for text in requirements for word in ("--require", text)]


def verdicts(result: Result) -> list[tuple[str, str]]:
    """Verdict and requirement of each annotation, in their order."""
    pattern = re.compile(r"::(?:error|warning|notice) title=([A-Z]+) ([^:]*)::")
    return [
        (m[1], m[2].replace("%2C", ","))
        for m in map(pattern.match, result.stdout.splitlines())
        if m
    ]


# Exit codes.


def test_0_when_all_is_met(xent: Xent, data: str) -> None:
    page = check(xent, data, *required("cross_entropy <= 0.6", "rows >= 40")).assert_done()
    assert page.splitlines()[-1] == "PASS: of 2 requirements, 2 passed"


def test_1_when_a_requirement_fails(xent: Xent, data: str) -> None:
    result = check(xent, data, *required("rows >= 40", "class[dog].cross_entropy <= 0.1"))
    assert (result.code, result.stderr) == (1, "")
    lines = result.stdout.splitlines()
    # Failures come first, and the verdict of all comes last.
    shown = [line.split()[0] for line in lines if line.startswith("  ")]
    assert shown == ["FAIL", "PASS"]
    assert lines[-1] == "FAIL: of 2 requirements, 1 failed, 1 passed"
    assert "\x1b" not in result.stdout


def test_1_on_the_interval_and_whatever_else_is_open(xent: Xent, data: str) -> None:
    result = check(
        xent,
        data,
        *required("cross_entropy <= 0.2", "cross_entropy <= 0.45"),
        *("--decide-on", "interval", "--inconclusive", "fail", "-f", "github"),
    )
    assert (result.code, result.stderr) == (1, "")
    assert [v for v, _ in verdicts(result)] == ["FAIL", "INCONCLUSIVE"]


@pytest.mark.parametrize(("policy", "code"), [("pass", 0), ("fail", 4)])
def test_4_or_0_when_the_data_cannot_decide(xent: Xent, data: str, policy: str, code: int) -> None:
    result = check(
        xent,
        data,
        *required("cross_entropy <= 0.45"),
        *("--decide-on", "interval", "--inconclusive", policy, "--json"),
    )
    assert (result.code, result.stderr) == (code, "")
    record = json.loads(result.stdout)
    assert (record["verdict"], record["passed"]) == ("inconclusive", code == 0)
    assert record["requirements"][0]["rows_needed"] > ROWS


@pytest.mark.parametrize(
    ("args", "needles"),
    [
        (required("recal >= 0.5"), ("no metric 'recal'", "did you mean recall?")),
        (required("recall => 0.5"), ("expected <=, <, >= or >", "character 8")),
        (required("brier(scale=x) > 0"), ("scale is one of full, half",)),
        (required("delta.brier <= 0"), ("needs --baseline",)),
        ((*required("brier <= 0"), "--baseline", "main.json"), ("goes with requirements",)),
        ((*required("f1 <= 0"), "--decide-on", "interval"), ("f1", "--bootstrap N")),
        ((), ("nothing is required",)),
        ((*required("brier <= 1"), "--decide-on", "both"), ("both",)),
        ((*required("brier <= 1"), "-f", "csv"), ("csv", "github, json, junit, markdown, table")),
        ((*required("brier <= 1"), "--confidence", "95"), ("--confidence",)),
        ((*required("brier <= 1"), "--summary"), ("GITHUB_STEP_SUMMARY",)),
        ((*required("share <= 1"),), ("class[NAME].share",)),
        ((*required("brier <= 1"), "--digits", "-1"), ("--digits",)),
        ((*required("brier <= 1"), "--metric", "brier"), ("--metric",)),
    ],
)
def test_2_for_a_wrong_command_line(
    xent: Xent, data: str, base: str, args: Sequence[str], needles: tuple[str, ...]
) -> None:
    assert base == "main.json"
    check(xent, data, *args).assert_error(*needles, code=2)


@pytest.mark.parametrize(
    ("args", "needles"),
    [
        (required("class[catt].recall >= 0.5"), ("no class 'catt'", "did you mean cat?")),
        (required("slice[country=IT].brier >= 0"), ("no slice 'IT'", "DE")),
        (required("slice[town=X].brier >= 0"), ("town", "country")),
        ((*required("brier <= 1"), "--target", "labl"), ("new.csv", "label")),
        ((*required("delta.brier <= 1"), "--baseline", "mian.json"), ("mian.json", "main.json")),
        ((*required("delta.f1 <= 1"), "--baseline", "main.json"), ("main.json: holds no f1",)),
        (
            (*required("delta.brier <= 1"), "--baseline", "main.json", "--base", "2"),
            ("main.json", "base of the logarithm"),
        ),
        ((*required("brier <= 1"), "-o", "no/folder.json"), ("no/folder.json",)),
        ((*required("brier <= 1"), "-f", "json", "-o", "new.csv"), ("is also an input",)),
        (
            (*required("delta.brier <= 1"), "--baseline", "main.json", "-o", "main.json"),
            ("is also an input",),
        ),
    ],
)
def test_3_for_what_is_not_there(
    xent: Xent, data: str, base: str, args: Sequence[str], needles: tuple[str, ...]
) -> None:
    assert base == "main.json"
    check(xent, data, *args).assert_error(*needles, code=3)


def test_an_error_of_one_requirement_hides_the_verdicts_of_all(xent: Xent, data: str) -> None:
    result = check(
        xent, data, *required("cross_entropy <= 0.0", "class[x].recall >= 0"), "-o", "out.json"
    )
    result.assert_error("class[x].recall >= 0")


def test_infinite_losses_and_undefined_figures(xent: Xent) -> None:
    rows = "label,prob_a,prob_b,prob_c\na,0,0.5,0.5\nb,0,1,0\n"
    name = xent.write("sure.csv", rows)
    for on in ("estimate", "interval"):
        result = check(xent, name, *required("cross_entropy <= 1e300"), "--decide-on", on)
        assert (result.code, result.stderr) == (1, "")
        assert "∞" in result.stdout
        assert "[zero-probability]" in result.stdout
    check(xent, name, *required("class[a].precision >= 0")).assert_error("undefined")
    check(xent, name, *required("class[c].recall >= 0")).assert_error("class 'c' has no rows")


# Where data and options come from.


def test_standard_input_is_enough_for_one_run(xent: Xent) -> None:
    text = predictions()
    result = check(
        xent, "-", *required("slice[country='F,]'].rows >= 14", "rows >= 40"), stdin=text
    )
    result.assert_done()
    again = required("slice[country=DE].rows >= 1", "slice[label=cat].rows >= 1")
    check(xent, "-", *again, stdin=text).assert_error("2 runs", "only once", code=2)


def test_a_report_may_come_through_a_pipe(xent: Xent, data: str, base: str) -> None:
    shell = f'set -- "$@" --baseline /dev/fd/3; exec 3<{base}'
    passed = xent.run("check", data, *required("delta.brier <= 1"), under=shell)
    passed.assert_done()
    piped = 'set -- "$@" --baseline /dev/stdin'
    refused = xent.run(
        "check", data, *required("delta.brier <= 1"), under=piped, stdin="a,b\n1,2\n"
    )
    refused.assert_error("of a pipe only reports are read", code=2)
    check(xent, data, *required("delta.brier <= 1"), "--baseline", "-").assert_error(code=2)


CONFIG = """\
[check]
source = "new.csv"
require = ["cross_entropy <= 0.6", "class[dog].recall >= 0.5"]
decide-on = "interval"
confidence = 0.9
"""


def test_options_of_a_file(xent: Xent, data: str) -> None:
    xent.write("xent.toml", CONFIG)
    record = json.loads(check(xent, "--json").assert_done())
    assert [r["requirement"] for r in record["requirements"]] == [
        "cross_entropy <= 0.6",
        "class[dog].recall >= 0.5",
    ]
    assert (record["name"], record["decide_on"], record["confidence"]) == (data, "interval", 0.9)


def test_the_command_line_beats_the_environment_beats_the_file(xent: Xent, data: str) -> None:
    assert data == "new.csv"
    xent.write("xent.toml", CONFIG)
    env = {"XENT_CONFIDENCE": "0.8", "XENT_REQUIRE": "rows >= 1\n\nbrier <= 1\n"}
    record = json.loads(check(xent, "--json", env=env).assert_done())
    assert record["confidence"] == 0.8
    assert [r["requirement"] for r in record["requirements"]] == ["rows >= 1", "brier <= 1"]
    args = ("--confidence", "0.7", *required("rows >= 2"), "--json")
    record = json.loads(check(xent, *args, env=env).assert_done())
    assert record["confidence"] == 0.7
    assert [r["requirement"] for r in record["requirements"]] == ["rows >= 2"]


def test_the_file_is_found_up_to_the_root_of_the_repository(xent: Xent) -> None:
    xent.write("xent.toml", CONFIG)
    xent.write("new.csv", predictions())
    xent.write("a/b/keep.txt", "")
    inside = "cd a/b"
    found = xent.run("check", "--json", under=inside).assert_done()
    assert json.loads(found)["name"] == "../../new.csv"
    # pyproject.toml without a table is none; xent.toml comes before it.
    xent.write("a/pyproject.toml", "[project]\nname = 'x'\n")
    xent.run("check", under=inside).assert_done()
    nearer = (
        "[tool.xentcli.check]\nsource = '../new.csv'\nrequire = '''\nrows >= 3\nrows < 4\n'''\n"
    )
    xent.write("a/pyproject.toml", nearer)
    assert xent.run("check", under=inside).code == 1
    xent.write("a/xent.toml", CONFIG.replace("new.csv", "../new.csv"))
    xent.run("check", under=inside).assert_done()
    # Nothing above the root of a repository counts.
    (xent.folder / "a/b/.git").mkdir()
    xent.run("check", under=inside).assert_error("nothing to check", code=2)


def test_a_file_by_name_and_none(xent: Xent, data: str) -> None:
    xent.write("xent.toml", "[check]\nrequire = 'rows > 99'\n")
    xent.write("conf/gate.toml", "[check]\nsource = '../new.csv'\nrequire = 'rows > 1'\n")
    xent.write("conf/other.toml", "[tool.xentcli.check]\nrequire = 'rows > 1'\n")
    assert check(xent, data).code == 1
    check(xent, "--config", "conf/gate.toml").assert_done()
    check(xent, data, "--config", "conf/other.toml").assert_done()
    check(xent, data, "--no-config").assert_error("nothing is required", code=2)
    check(xent, data, "--config", "no.toml").assert_error("no.toml", code=2)
    both = ("--config", "conf/gate.toml", "--no-config")
    check(xent, data, *both).assert_error("two things", code=2)
    xent.write("empty.toml", "")
    check(xent, data, "--config", "empty.toml").assert_error("has no table", code=2)


@pytest.mark.parametrize(
    ("line", "needles"),
    [
        ("requires = 'x'", ("requires", "did you mean require?")),
        ("metric = 'brier'", ("metric", "no such option")),
        ("config = 'x'", ("config",)),
        ("require = 3", ("require", "takes text, not 3")),
        ("require = [3]", ("require", "takes text")),
        ("require = {a = 1}", ("require", "takes text")),
        ("confidence = 'x'", ("confidence", "takes a number")),
        ("confidence = true", ("confidence", "takes a number")),
        ("digits = 2.5", ("digits", "whole number")),
        ("decide_on = 'both'", ("decide_on", "estimate, interval")),
        ("no-header = 1", ("no-header", "true or false")),
        ("base = 3", ("base", "e, 2, 10")),
        ("decide_on = 'interval'\ndecide-on = 'interval'", ("given twice",)),
        ("classes = ['a,b', 'c']", ("classes", "no commas")),
        ("x = ", ("line 2",)),
        ('"\\u001b" = 1', ("\\x1b",)),
    ],
)
def test_a_file_that_is_wrong_names_itself_and_the_key(
    xent: Xent, data: str, line: str, needles: tuple[str, ...]
) -> None:
    xent.write("xent.toml", f"[check]\n{line}\n")
    check(xent, data, *required("rows > 1")).assert_error("xent.toml: ", *needles, code=2)


def test_github_is_told_why_there_is_no_verdict(xent: Xent, data: str) -> None:
    result = check(xent, data, *required("class[a%b].recall >= 0"), "-f", "github")
    assert (result.code, result.stdout) == (3, "")
    annotation, error, hint = result.stderr.splitlines()
    assert annotation.startswith("::error title=xent check%3A no verdict::")
    assert "there is no class 'a%25b'. " in annotation
    assert (error[:7], hint[:6]) == ("error: ", "hint: ")
    check(xent, data, *required("class[a%b].recall >= 0")).assert_error("there is no class")


@pytest.mark.parametrize("table", ["tool.xent.check", "tool.xent", "tool.xentcli.chek"])
def test_a_table_of_another_name_is_not_passed_over(xent: Xent, data: str, table: str) -> None:
    xent.write("pyproject.toml", f"[{table}]\nrequire = 'rows > 1'\n")
    wrong = table.removesuffix(".check")
    result = check(xent, data)
    result.assert_error(f"pyproject.toml: [{wrong}] is no table", "[tool.xentcli.check]", code=2)
    xent.write("pyproject.toml", "[tool.xenon]\nrequire = 'rows > 1'\n[tool]\nx = 1\n")
    check(xent, data).assert_error("nothing is required", code=2)


def test_a_table_that_is_none(xent: Xent, data: str) -> None:
    xent.write("xent.toml", "check = 3\n")
    check(xent, data).assert_error("xent.toml", "no table", code=2)
    xent.write("xent.toml", b"\xff")
    check(xent, data).assert_error("xent.toml", code=2)
    # The help does not depend on it.
    assert xent.run("check", "--help").code == 0


def test_values_of_a_file_are_those_of_the_command_line(xent: Xent) -> None:
    xent.write("odd.csv", predictions().split("\n", 1)[1])
    xent.write(
        "xent.toml",
        "[check]\nsource = ['odd.csv']\nrequire = 'class[B].rows >= 20'\nno_header = true\n"
        "target = 1\nscores = [2, 3]\nclasses = ['cat', 'dog']\nbase = 2\nquiet = true\n",
    )
    check(xent).assert_error("there is no class 'B'", "cat, dog")
    report = json.loads(check(xent, *required("class[cat].rows >= 20"), "--json").assert_done())
    assert "base:2" in report["signature"]


def test_a_baseline_of_the_file_is_there_for_those_who_need_it(
    xent: Xent, data: str, base: str
) -> None:
    xent.write("xent.toml", f"[check]\nbaseline = '{base}'\nrequire = 'delta.brier <= 0'\n")
    assert check(xent, data).code == 1
    check(xent, data, *required("rows > 1")).assert_done()


# Differences.


def test_a_class_that_got_worse_is_named(xent: Xent, data: str, base: str) -> None:
    xent.write("bad.csv", predictions(cats=0.4))
    args = ("--baseline", base, *required("delta.cross_entropy <= 0.05"))
    result = check(xent, "bad.csv", *args)
    assert (result.code, result.stderr) == (1, "")
    assert "worse: class cat +" in result.stdout
    assert "worse: class dog" not in result.stdout
    assert "conservative" in result.stdout
    assert f"against {base} (report)" in result.stdout
    record = json.loads(check(xent, "bad.csv", *args, "--json").stdout)
    (judged,) = record["requirements"]
    assert [w["name"] for w in judged["worse"]] == ["cat"]
    assert "'cat'" in judged["note"]
    assert judged["value"] == pytest.approx(judged["candidate"] - judged["base"])
    same = check(xent, "main.csv", *args)
    assert same.assert_done().splitlines()[-1].startswith("PASS")
    assert data == "new.csv"


# Forms.


def every_form(xent: Xent, *args: str) -> dict[str, str]:
    """What a gate is in each form."""
    forms = {
        "table": "t.txt",
        "json": "j.json",
        "github": "g",
        "markdown": "m.md",
        "junit": "r.xml",
    }
    exports = [word for form, name in forms.items() for word in ("--export", f"{form}={name}")]
    result = check(xent, *args, *exports)
    assert result.code in {0, 1, 4}, result.stderr
    assert result.appeared == frozenset(forms.values())
    return {form: (xent.folder / name).read_text("utf-8") for form, name in forms.items()}


def test_names_of_the_data_stay_text_in_every_form(xent: Xent) -> None:
    odd = "::error::x\n%0A| [x](y) <b>&]]>\x1b[31m\u202e"
    rows = "\n".join(f'"{odd}",{0.2 + 0.01 * i},{0.8 - 0.01 * i}' for i in range(9))
    xent.write("odd.csv", f'label,"prob_{odd}",prob_b\n{rows}\nb,0.5,0.5\n')
    quoted = odd.replace("\\", "\\\\").replace("'", "\\'")
    require = (f"class['{quoted}'].recall >= 0.5", "rows >= 3")
    forms = every_form(xent, "odd.csv", *required(*require[1:]), "--require", require[0])
    for text in forms.values():
        assert not set(text) & {"\x1b", "\u202e"}
    commands = forms["github"].splitlines()
    assert all(re.match(r"::(error|warning|notice) title=[^:,]*::", line) for line in commands)
    assert len(commands) == 2 + sum("::warning title=xent " in line for line in commands)
    suite = ET.fromstring(forms["junit"])  # noqa: S314 - it is our own
    assert suite.find(".//failure") is not None
    assert json.loads(forms["json"])["requirements"][1]["class"] == odd


def test_junit_says_what_became_of_each(xent: Xent, data: str) -> None:
    args = (
        data,
        *required("cross_entropy <= 0.2", "cross_entropy <= 0.45", "rows > 1"),
        *("--decide-on", "interval", "-f", "junit"),
    )
    root = ET.fromstring(check(xent, *args).stdout)  # noqa: S314
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    counts = {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1", "time": "0"}
    assert {k: root.get(k) for k in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
    }
    cases = suite.findall("testcase")
    assert [[child.tag for child in case][:1] for case in cases] == [
        ["failure"],
        ["skipped"],
        ["system-out"],
    ]
    strict = ET.fromstring(check(xent, *args, "--inconclusive", "fail").stdout)  # noqa: S314
    assert strict[0].get("failures") == "2"
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["decide-on"] == "interval"
    assert (properties["signature"] or "").startswith("xent|")


def test_the_step_summary_is_added_to(xent: Xent, data: str) -> None:
    env = {"GITHUB_STEP_SUMMARY": "summary.md"}
    xent.write("summary.md", "before\n")
    check(xent, data, *required("rows > 1"), "--summary", env=env).assert_done()
    assert check(xent, data, *required("rows > 99"), "--summary", env=env).code == 1
    text = (xent.folder / "summary.md").read_text("utf-8")
    assert re.findall(r"^(?:before|### \w+)", text, re.MULTILINE) == [
        "before",
        "### PASS",
        "### FAIL",
    ]
    clash = {"GITHUB_STEP_SUMMARY": data}
    check(xent, data, *required("rows > 1"), "--summary", env=clash).assert_error("also an input")
    nowhere = {"GITHUB_STEP_SUMMARY": "no/s.md"}
    check(xent, data, *required("rows > 1"), "--summary", env=nowhere).assert_error("no/s.md")


def test_on_github_nothing_changes_unasked(xent: Xent, data: str) -> None:
    env = {"GITHUB_ACTIONS": "true", "CI": "true"}
    args = (data, *required("rows > 1"))
    assert check(xent, *args, env=env).stdout == check(xent, *args).stdout


def test_warnings_are_told_where_the_output_has_no_place(xent: Xent) -> None:
    name = xent.write("short.csv", "label,prob_a,prob_b\na,0.6,0.3\nb,0.5,0.5\n")
    result = check(xent, name, *required("rows > 1"), "-o", "v.json")
    assert (result.code, result.stdout) == (0, "")
    assert "[sum-to-one]" in result.stderr
    check(xent, name, *required("rows > 1"), "-o", "v2.json", "-q").assert_done()
    annotated = check(xent, name, *required("rows > 1"), "-f", "github").assert_done()
    assert "::warning title=xent sum-to-one::" in annotated


@pytest.mark.parametrize("width", ["20", "60", "200"])
def test_a_narrow_or_plain_terminal_cuts_no_number(xent: Xent, data: str, width: str) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "COLUMNS": width}
    page = check(xent, data, *required("class[dog].recall >= 0.25"), env=env).assert_done()
    assert page.isascii()
    assert "class[dog].recall" in page
    assert ">= 0.25" in page


def test_colour_where_it_is_asked_for(xent: Xent, data: str) -> None:
    env = {"FORCE_COLOR": "1"}
    result = check(xent, data, *required("rows > 1", "rows > 99"), env=env)
    assert "\x1b[1;31mFAIL" in result.stdout
    assert "\x1b[1;32mPASS" in result.stdout


def test_a_closed_pipe_is_no_failed_gate(xent: Xent, data: str) -> None:
    many = [f"rows > {i}" for i in range(3000)]
    xent.write("xent.toml", f"[check]\nrequire = {json.dumps(many)}\n")
    shell = 'exec 4>&1; { { "$@"; echo $? >&4; } | head -1 >/dev/null; } ; exit 0 #'
    result = xent.run("check", data, "-f", "github", under=shell)
    assert result.stdout.split()[-1] == "141"


def test_verdicts_do_not_depend_on_threads_or_the_order_of_rows(xent: Xent, data: str) -> None:
    head, *rows = predictions().splitlines()
    xent.write("back.csv", "\n".join([head, *reversed(rows)]) + "\n")
    args = (*required("cross_entropy <= 0.5", "slice[country=DE].brier < 1"), "--json")
    one, other = (
        json.loads(check(xent, name, *args, "--threads", threads).stdout)
        for name, threads in ((data, "1"), ("back.csv", "3"))
    )
    assert one["requirements"] == other["requirements"]


def figures(record: dict[str, Any]) -> list[float]:
    return [r["value"] for r in record["requirements"]]


def test_figures_are_those_of_eval(xent: Xent, data: str) -> None:
    report = xent.eval(data, "--by", "country")
    args = required("log_loss <= 9", "class[cat].cross_entropy <= 9", "slice[country=DE].nll < 9")
    record = json.loads(check(xent, data, *args, "--json").assert_done())
    slices = {s["by"]["country"]: s["metrics"] for s in report["slices"]}
    assert figures(record) == [
        report["metrics"]["cross_entropy"]["value"],
        report["classes"][0]["metrics"]["cross_entropy"]["value"],
        slices["DE"]["cross_entropy"]["value"],
    ]
