"""Runs the commands of CI configurations in a scratch folder, as their systems would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.warm import program

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests/example_repository"
_OURS = re.compile(r"XENT_|CHECK_|GITHUB|CI$|NO_COLOR|FORCE_COLOR|COLUMNS|PYTHON|LC_|LANG|TERM")


class Done:
    """How a command ended."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr


class Job:
    """A folder, with tools that stand for those that a job would install."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self.tools = tools
        self.temporary = tools / "temporary"
        self.temporary.mkdir(parents=True)
        # Nothing is installed: the program under test is there already.
        self.tool("pip", "#!/bin/sh\nexit 0\n")
        (tools / "python").symlink_to(sys.executable)
        program.command(tools)
        self.summary = folder / "step-summary.md"

    def tool(self, name: str, text: str) -> None:
        """A program of the job's own."""
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def run(self, command: str, env: Mapping[str, str] | None = None, under: str = "sh") -> Done:
        """A command, as a step runs it: `-e`, and `pipefail` where the shell has it."""
        kept = {k: v for k, v in os.environ.items() if not _OURS.match(k)}
        words = [under, "-e", *(["-o", "pipefail"] if under == "bash" else []), "-c", command]
        return Done(
            subprocess.run(
                words,
                cwd=self.folder,
                env={
                    **kept,
                    "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
                    "LC_ALL": "C.UTF-8",
                    "GITHUB_ACTIONS": "true",
                    "GITHUB_STEP_SUMMARY": str(self.summary),
                    "RUNNER_TEMP": str(self.temporary),
                    **(env or {}),
                },
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        )

    def workflow(self, text: str) -> Done:
        """The `run` steps of a workflow of GitHub, up to the first that fails."""
        (job,) = yaml.safe_load(text)["jobs"].values()
        last: Done | None = None
        for step in job["steps"]:
            if "run" in step:
                last = self.run(step["run"], under="bash")
                if last.code:
                    return last
        if last is None:
            raise ValueError("no step of the workflow runs anything")
        return last

    def action(self, inputs: Mapping[str, str]) -> Done:
        """The second step of our own action, with inputs as a workflow gives them."""
        (self.temporary / "xent.path").write_text(f"{self.tools}\n")
        step = action()["runs"]["steps"][1]
        return self.run(step["run"], env=environment(step, inputs), under="bash")


def action() -> dict[str, Any]:
    """`action.yml`, read."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return read


def environment(step: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, str]:
    """The environment of a step of the action: inputs, or what they are by default."""
    declared = {name: entry["default"] for name, entry in action()["inputs"].items()}
    if set(inputs) - set(declared):
        raise KeyError(f"the action has no input {set(inputs) - set(declared)}")
    values = {**declared, **inputs}
    found = {}
    for name, text in step["env"].items():
        wanted = re.fullmatch(r"\$\{\{ (?:inputs\.([\w-]+)|github\.action_path) \}\}", text)
        if wanted is None:
            raise ValueError(f"{name} is neither an input nor the action's path")
        found[name] = values[wanted[1]] if wanted[1] else str(ROOT)
    return found


def snippets() -> dict[str, str]:
    """The files that docs/ci.md shows, by the names in their first lines."""
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    blocks = re.findall(r"^```(?:yaml|toml)\n# (\S+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return dict(blocks)
