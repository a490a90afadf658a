"""A repository with a gate: pull requests that pass, that fail, and that cannot be told."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from tests.ci.workflows import EXAMPLE, Job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ci.workflows import Done

# The same pull requests, once against main's report and once row by row against its predictions.
BASELINES = [
    "baseline.json",
    pytest.param(
        "predictions/main.csv",
        marks=pytest.mark.skipif(
            find_spec("xentcli.jobs.comparing") is None, reason="predictions are not compared yet"
        ),
    ),
]
REQUIRED = ["delta.cross_entropy <= 0.05", "cross_entropy <= 0.5", "class[spam].recall >= 0.7"]


def pull_request(job: Job, name: str, baseline: str) -> Done:
    """The workflow of the example on the predictions that a pull request brings."""
    shutil.copytree(EXAMPLE, job.folder, dirs_exist_ok=True)
    shutil.copy(EXAMPLE / "predictions" / f"{name}.csv", job.folder / "predictions/new.csv")
    config = job.folder / "xent.toml"
    text = config.read_text().replace('"baseline.json"', f'"{baseline}"')
    if name == "too_few_rows" and baseline.endswith(".csv"):
        # The rows of main that the pull request has none of cannot be paired.
        lines = (job.folder / baseline).read_text().splitlines()[:61]
        (job.folder / baseline).write_text("\n".join(lines) + "\n")
    config.write_text(text)
    return job.workflow((EXAMPLE / ".github/workflows/evaluate.yml").read_text())


def annotated(done: Done) -> dict[str, str]:
    """Each requirement's annotation, by its verdict."""
    lines = [line.removeprefix("::").split("::", 1) for line in done.stdout.splitlines()]
    return {head.split("title=")[1]: text for head, text in lines}


def junit(folder: Path) -> ET.Element:
    """The JUnit file, whose structure is that of the schema."""
    root = ET.parse(folder / "xent.xml").getroot()  # noqa: S314 - it is our own
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        tags = [child.tag for child in suite]
        order = ["properties", *["testcase"] * len(suite.findall("testcase")), "system-out"]
        assert tags in (order, order[:-1])
        cases = suite.findall("testcase")
        assert suite.get("tests") == root.get("tests") == str(len(cases))
        for outcome in ("failure", "skipped"):
            told = suite.get({"failure": "failures"}.get(outcome, outcome))
            assert told == str(len(suite.findall(f"testcase/{outcome}")))
        for case in cases:
            assert {"name", "classname", "time"} == set(case.attrib)
            outcomes = [child.tag for child in case]
            assert outcomes in (["failure"], ["skipped", "system-out"], ["system-out"])
    return root


def tables(path: Path) -> list[list[str]]:
    """The rows of all tables of a Markdown file, as a parser sees them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))
    rows: list[list[str]] = []
    for i, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            children = tokens[i + 1].children or []
            texts = (c.content for c in children if c.type in ("text", "code_inline"))
            rows[-1].append("".join(texts))
    return rows


@pytest.mark.parametrize("baseline", BASELINES)
def test_one_that_changes_nothing_passes(job: Job, baseline: str) -> None:
    done = pull_request(job, "nothing_changes", baseline)
    assert (done.code, done.stderr) == (0, "")
    assert set(annotated(done)) == {f"PASS {text}" for text in REQUIRED}
    assert all(line.startswith("::notice ") for line in done.stdout.splitlines())
    assert junit(job.folder)[0].get("failures") == "0"
    head, *rows = tables(job.summary)
    assert head == ["verdict", "requirement", "value", "bound", "95% interval"]
    assert [row[0] for row in rows] == ["PASS"] * 3
    assert {len(row) for row in rows} == {5}


@pytest.mark.parametrize("baseline", BASELINES)
def test_one_that_makes_a_class_worse_fails_and_names_it(job: Job, baseline: str) -> None:
    done = pull_request(job, "spam_gets_worse", baseline)
    assert (done.code, done.stderr) == (1, "")
    told = annotated(done)
    whole = told[f"FAIL {REQUIRED[0]}"]
    assert "worse: class spam" in whole
    assert "class ham" not in whole
    assert "class news" not in whole
    assert f"FAIL {REQUIRED[2]}" in told
    assert next(iter(told)).startswith("FAIL")
    failures = junit(job.folder).findall(".//failure")
    assert [f.get("type") for f in failures].count("fail") == 2
    assert "class spam" in (failures[0].text or "")
    rows = {row[1]: row[0] for row in tables(job.summary)[1:]}
    assert rows["delta.cross_entropy"] == rows["class[spam].recall"] == "FAIL"
    assert "class spam" in job.summary.read_text()


@pytest.mark.parametrize("baseline", BASELINES)
def test_one_with_too_few_rows_cannot_be_told(job: Job, baseline: str) -> None:
    done = pull_request(job, "too_few_rows", baseline)
    assert (done.code, done.stderr) == (4, "")
    told = annotated(done)
    assert f"INCONCLUSIVE {REQUIRED[1]}" in told
    assert "rows like these 60 would decide" in told[f"INCONCLUSIVE {REQUIRED[1]}"]
    assert not any(name.startswith("FAIL") for name in told)
    assert junit(job.folder).findall(".//failure[@type='inconclusive']")
    # The same, where what cannot be told may pass.
    again = job.run("xent check --inconclusive pass --export junit=xent.xml")
    assert (again.code, again.stderr) == (0, "")
    assert junit(job.folder).findall(".//skipped")


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    for path in (tmp_path / "predictions").iterdir():
        path.unlink()
    runpy.run_path(str(tmp_path / "make_predictions.py"), run_name="__main__")
    written = {p.name: p.read_bytes() for p in (tmp_path / "predictions").iterdir()}
    assert written == {p.name: p.read_bytes() for p in (EXAMPLE / "predictions").iterdir()}
    xent = [sys.executable, "-m", "xentcli", "eval", "predictions/main.csv", "--json"]
    made = subprocess.run(xent, cwd=tmp_path, capture_output=True, check=True).stdout
    kept = json.loads((EXAMPLE / "baseline.json").read_text())
    assert json.loads(made)["metrics"] == kept["metrics"]
    assert json.loads(made)["classes"] == kept["classes"]
