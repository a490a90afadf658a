"""The action at the root: its inputs reach the program as they are, and nothing else does."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.ci.workflows import EXAMPLE, ROOT, Job, action, environment

INPUTS = {
    *("source", "require", "baseline", "decide-on", "inconclusive", "confidence", "args"),
    *("version", "python"),
}
ECHO = '#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done\n'


def test_it_declares_what_it_takes() -> None:
    read = action()
    assert read["runs"]["using"] == "composite"
    assert set(read["inputs"]) == INPUTS
    for name, entry in read["inputs"].items():
        assert set(entry) == {"description", "default"}, name
    for step in read["runs"]["steps"]:
        assert step["shell"] == "bash"
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    table = page.split("| input | is |")[1].split("## ")[0]
    assert set(re.findall(r"`([a-z-]+)`", table)) >= INPUTS


def test_no_input_is_part_of_a_script() -> None:
    steps = action()["runs"]["steps"]
    assert not any("${{" in step["run"] for step in steps)
    reached = [text for step in steps for text in step["env"].values()]
    assert {f"${{{{ inputs.{name} }}}}" for name in INPUTS} | {"${{ github.action_path }}"} == set(
        reached
    )


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, ["-f", "github", "--summary", "--"]),
        (
            {"source": "a b.csv\n*.csv\n", "require": "x <= 1\n\nclass['$(id)'].recall > 0\n"},
            [
                *("-f", "github", "--summary", "--require=x <= 1"),
                *("--require=class['$(id)'].recall > 0", "--", "a b.csv", "*.csv"),
            ],
        ),
        (
            {"baseline": "$HOME", "decide-on": "interval", "confidence": "0.9; rm"},
            [
                *("-f", "github", "--summary", "--baseline=$HOME", "--decide-on=interval"),
                *("--confidence=0.9; rm", "--"),
            ],
        ),
        (
            {"args": "--weight 'my w' --by \"a b\" `id` $HOME *", "inconclusive": "fail"},
            [
                *("-f", "github", "--summary", "--inconclusive=fail", "--weight", "my w"),
                *("--by", "a b", "`id`", "$HOME", "*", "--"),
            ],
        ),
    ],
)
def test_words_arrive_as_they_were_given(
    job: Job, inputs: dict[str, str], words: list[str]
) -> None:
    (job.tools / "xent").unlink()
    job.tool("xent", ECHO)
    done = job.action(inputs)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == "<check>" + "".join(f"<{word}>" for word in words)


def test_a_lone_quote_is_an_error_and_no_failed_gate(job: Job) -> None:
    done = job.action({"args": "--weight 'w"})
    assert done.code == 2
    assert done.stdout.startswith("::error title=xent check::")


def test_the_exit_code_is_that_of_the_gate(job: Job) -> None:
    shutil.copytree(EXAMPLE, job.folder, dirs_exist_ok=True)
    for model, code in (("nothing_changes", 0), ("spam_gets_worse", 1), ("too_few_rows", 4)):
        done = job.action({"source": f"predictions/{model}.csv"})
        assert (done.code, done.stderr) == (code, ""), model
    assert job.action({"require": "nothing <= 0"}).code == 2
    assert job.action({"source": "no.csv"}).code == 3
    assert len(re.findall("^### ", job.summary.read_text(), re.MULTILINE)) == 3


@pytest.mark.parametrize(("version", "what"), [("", str(ROOT)), ("1.2", "xentcli==1.2")])
def test_it_installs_its_own_code_or_a_release(job: Job, version: str, what: str) -> None:
    log = job.folder / "log"
    # Makes the "environment", whose python tells what it is asked to do.
    fake = f'#!/bin/sh\nmkdir -p "$3/bin"\ncp "$0.inner" "$3/bin/python"\necho "$@" >> {log}\n'
    job.tool("py", fake)
    job.tool("py.inner", f'#!/bin/sh\necho "$@" >> {log}\n')
    step = action()["runs"]["steps"][0]
    env = environment(step, {"version": version, "python": str(job.tools / "py")})
    done = job.run(step["run"], env=env, under="bash")
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    made, installed = log.read_text().splitlines()
    assert made == f"-m venv {job.temporary}/xent"
    assert installed == f"-m pip install --quiet --disable-pip-version-check {what}"
    assert (job.temporary / "xent.path").read_text() == f"{job.temporary}/xent/bin\n"
