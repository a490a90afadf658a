"""The snippets of docs/ci.md are run: their commands, on files that a repository would have."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci.workflows import EXAMPLE, ROOT, Job, snippets

if TYPE_CHECKING:
    from pathlib import Path

GOOD, BAD, FEW = "nothing_changes", "spam_gets_worse", "too_few_rows"
PREDICT = "import shutil\nshutil.copy('model.csv', 'predictions.csv')\n"
NAMES = {
    "xent.toml",
    ".github/workflows/evaluate.yml",
    ".github/workflows/evaluate-action.yml",
    ".gitlab-ci.yml",
    "dvc.yaml",
    ".pre-commit-config.yaml",
}


def fill(job: Job, model: str) -> None:
    """The files of a repository, whose `predict.py` gives the predictions of a model."""
    for name, text in snippets().items():
        path = job.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (job.folder / "predict.py").write_text(PREDICT)
    shutil.copy(EXAMPLE / "predictions" / f"{model}.csv", job.folder / "model.csv")
    shutil.copy(EXAMPLE / "baseline.json", job.folder)


def loaded(name: str) -> Any:
    return yaml.safe_load(snippets()[name])


def cases(path: Path) -> list[str]:
    """What became of each test case of a JUnit file."""
    root = ET.parse(path).getroot()  # noqa: S314 - it is our own
    return [case[0].tag for case in root.iter("testcase")]


def test_all_snippets_are_read_and_parse() -> None:
    assert set(snippets()) == NAMES
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    assert len(re.findall(r"^```(?:yaml|toml)", page, re.MULTILINE)) == len(NAMES)
    for name in NAMES - {"xent.toml"}:
        assert isinstance(loaded(name), dict)


@pytest.mark.parametrize(("model", "code"), [(GOOD, 0), (BAD, 1), (FEW, 0)])
def test_github(job: Job, model: str, code: int) -> None:
    fill(job, model)
    done = job.workflow(snippets()[".github/workflows/evaluate.yml"])
    assert (done.code, done.stderr) == (code, "")
    lines = done.stdout.splitlines()
    assert all(re.match(r"::(error|warning|notice) title=", line) for line in lines)
    assert job.summary.read_text().startswith("### ")
    assert len(cases(job.folder / "xent.xml")) == len(lines) == 3
    steps = loaded(".github/workflows/evaluate.yml")["jobs"]["gate"]["steps"]
    upload = next(s for s in steps if s.get("uses", "").startswith("actions/upload-artifact"))
    assert (job.folder / upload["with"]["path"]).exists()
    # Yaml reads a bare `on` as true.
    assert loaded(".github/workflows/evaluate.yml")[True] == "pull_request"


@pytest.mark.parametrize(("model", "code"), [(GOOD, 0), (BAD, 1), (FEW, 4)])
def test_github_with_the_action(job: Job, model: str, code: int) -> None:
    fill(job, model)
    job.workflow(snippets()[".github/workflows/evaluate-action.yml"])
    steps = loaded(".github/workflows/evaluate-action.yml")["jobs"]["gate"]["steps"]
    ours = next(step for step in steps if step.get("uses", "").startswith("OWNER/xentcli"))
    # The file's baseline is of no use to requirements that need none.
    done = job.action({k: str(v) for k, v in ours["with"].items()})
    assert (done.code, done.stderr) == (code, "")
    assert len(done.stdout.splitlines()) == len(cases(job.folder / "xent.xml")) == 2
    assert "90%25 interval" in done.stdout


@pytest.mark.parametrize(("model", "code"), [(GOOD, 0), (BAD, 1), (FEW, 4)])
def test_gitlab(job: Job, model: str, code: int) -> None:
    fill(job, model)
    steps = loaded(".gitlab-ci.yml")["evaluate"]
    for command in [*steps["before_script"], *steps["script"][:-1]]:
        assert job.run(command).code == 0
    done = job.run(steps["script"][-1])
    assert (done.code, done.stderr) == (code, "")
    assert "skipped" not in cases(job.folder / steps["artifacts"]["reports"]["junit"])
    for path in steps["artifacts"]["paths"]:
        assert (job.folder / path).read_text().startswith("### ")
    assert steps["allow_failure"]["exit_codes"] == 4


@pytest.mark.parametrize(("model", "code"), [(GOOD, 0), (BAD, 1)])
def test_dvc(job: Job, model: str, code: int) -> None:
    fill(job, model)
    stages = loaded("dvc.yaml")["stages"]
    for name, stage in stages.items():
        for path in stage["deps"]:
            assert (job.folder / path).exists(), path
        done = job.run(stage["cmd"])
        assert (done.code, done.stderr) == (code if name == "gate" else 0, "")
        for path in stage.get("outs", ()):
            assert (job.folder / path).exists(), path
        for entry in stage.get("metrics", ()):
            (path,) = entry
            record = json.loads((job.folder / path).read_text())
            assert record["schema"].startswith("xentcli/")


@pytest.mark.parametrize(("model", "code"), [(GOOD, 0), (BAD, 1)])
def test_pre_commit(job: Job, model: str, code: int) -> None:
    fill(job, model)
    shutil.copy(job.folder / "model.csv", job.folder / "predictions.csv")
    ((hook,),) = [repo["hooks"] for repo in loaded(".pre-commit-config.yaml")["repos"]]
    assert (hook["language"], hook["pass_filenames"]) == ("system", False)
    done = job.run(hook["entry"])
    assert (done.code, done.stderr) == (code, "")
    for name, touched in (("predictions.csv", True), ("xent.toml", True), ("README.md", False)):
        assert bool(re.search(hook["files"], name)) is touched
