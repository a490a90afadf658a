"""Exit codes 0, 2, 3 and 70, with both streams; 1 is for gates alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

pytestmark = pytest.mark.fresh_process

COMMANDS = ("eval", "rows", "inspect", "metrics")


@pytest.mark.parametrize("arguments", [("-h",), ("--help",), *((c, "-h") for c in COMMANDS)])
def test_help_is_a_result(xent: Xent, arguments: tuple[str, ...]) -> None:
    page = xent.run(*arguments).assert_done()
    assert "Usage: xent" in page
    assert "\x1b" not in page
    if arguments == ("--help",):
        for command in COMMANDS:
            assert command in page


def test_the_version_is_a_result(xent: Xent) -> None:
    words = xent.run("--version").assert_done().split()
    assert words[0] == "xent"
    assert words[1][0].isdecimal()


@pytest.mark.parametrize(
    "command", [[str(Path(sys.executable).with_name("xentcli"))], [sys.executable, "-m", "xentcli"]]
)
def test_the_other_names_of_the_program(xent: Xent, command: list[str]) -> None:
    for argument in ("--version", "--nope"):
        done = subprocess.run([*command, argument], capture_output=True, text=True, check=False)
        main = xent.run(argument)
        assert (done.returncode, done.stdout) == (main.code, main.stdout)


@pytest.mark.parametrize("arguments", [(), ("eval",)])
def test_no_arguments_at_all_are_a_wrong_command_line(
    xent: Xent, arguments: tuple[str, ...]
) -> None:
    result = xent.run(*arguments)
    assert (result.code, result.stdout) == (2, "")
    assert "Usage: xent" in result.stderr or result.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("arguments", "needles"),
    [
        (("evil", "small.csv"), ("evil",)),
        (("eval", "--nope", "small.csv"), ("--nope", "hint", "xent eval --help")),
        (("eval", "small.csv", "--target"), ("--target",)),
        (("eval", "small.csv", "-f", "yaml"), ("yaml", "json")),
        (("eval", "small.csv", "-m", "acuracy"), ("acuracy", "accuracy")),
        (("eval", "small.csv", "-m", "brier(scale=3)"), ("scale",)),
        (("eval", "small.csv", "-m", "brier(scale"), ("brier(scale",)),
        (("eval", "small.csv", "-m", ""), ("--metric",)),
        (("eval", "small.csv", "--export", "json"), ("--export", "FORM=FILE")),
        (("eval", "small.csv", "--export", "yaml=x"), ("yaml",)),
        (("eval", "small.csv", "--base", "3"), ("--base",)),
        (("eval", "small.csv", "--sum-to-one", "maybe"), ("--sum-to-one", "warn")),
        (("eval", "small.csv", "--threads", "0"), ("--threads", "0")),
        (("eval", "small.csv", "--threads", "two"), ("--threads", "two")),
        (("eval", "small.csv", "--digits", "-1"), ("--digits", "-1")),
        (("eval", "small.csv", "--clip", "0.7"), ("--clip", "0.7")),
        (("eval", "small.csv", "--clip", "-0.1"), ("--clip", "-0.1")),
        (("eval", "small.csv", "--clip", "nan"), ("--clip", "nan")),
        (("eval", "small.csv", "--tolerance", "-1"), ("--tolerance", "-1")),
        (("eval", "small.csv", "--tolerance", "nan"), ("--tolerance", "nan")),
        (("eval", "small.csv", "--confidence", "1"), ("--confidence", "1")),
        (("eval", "small.csv", "--confidence", "95"), ("--confidence", "95")),
        (("eval", "small.csv", "--expect-rows", "-1"), ("--expect-rows", "-1")),
        (("eval", "small.csv", "--input-format", "xls"), ("--input-format", "xls", "csv")),
        (("eval", "small.csv", "--delimiter", "ab"), ("--delimiter", "ab")),
        (("eval", "small.csv", "--encoding", "utf-9"), ("utf-9",)),
        (("eval", "small.csv", "--classes", "a,a"), ("--classes",)),
        (("eval", "small.csv", "--classes", "a,b,c"), ("--classes", "3", "2")),
        (("eval", "small.csv", "--positive", "cat"), ("--positive",)),
        (("eval", "small.csv", "--weight", "prob_cat"), ("--weight", "prob_cat")),
        (("metrics", "acuracy"), ("acuracy", "accuracy")),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    xent: Xent, small: str, arguments: tuple[str, ...], needles: tuple[str, ...]
) -> None:
    assert small == "small.csv"
    xent.run(*arguments).assert_error(*needles, code=2)


def test_a_wrong_value_in_the_environment_is_told_with_its_variable(xent: Xent, small: str) -> None:
    result = xent.run("eval", small, env={"XENT_BASE": "3"})
    assert result.code == 2
    assert "XENT_BASE" in result.stderr or "--base" in result.stderr


def test_control_characters_of_the_command_line_are_shown_escaped(xent: Xent) -> None:
    for arguments in (("eval", "x\x1b[31m.csv"), ("eval", "--no\x1b[31m", "a")):
        result = xent.run(*arguments)
        assert result.code in (2, 3)
        assert "\x1b" not in result.stderr


def test_a_bug_of_ours_is_owned_with_a_traceback(xent: Xent, small: str) -> None:
    fault = (
        "import sys, xentcli.jobs.evaluate\n"
        "def run(*arguments): raise ZeroDivisionError('injected')\n"
        "xentcli.jobs.evaluate.run = run\n"
        "from xentcli.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", fault, "eval", small]
    done = subprocess.run(
        command,
        cwd=xent.folder,
        env=xent.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (70, "")
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: injected" in done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()[-2:]] == ["error", "hint"]


def test_the_metrics_are_listed_with_formula_and_parameters(xent: Xent) -> None:
    page = xent.run("metrics").assert_done()
    for name in ("cross_entropy", "brier(scale=full)", "accuracy", "perplexity"):
        assert name in page
    assert "formula" in xent.run("metrics", "log_loss").assert_done()
    assert xent.run("metrics", "brier", "--json").report["parameters"][0]["name"] == "scale"
