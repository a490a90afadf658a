"""What the documents quote is what the program prints: `make docs` mends what fails here."""

from __future__ import annotations

import doctest
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sklearn.metrics import log_loss

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
WITH_COMMANDS = [
    str(page.relative_to(ROOT))
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if "```console\n" in page.read_text("utf-8")
]
ALWAYS = {
    "README.md",
    "docs/calibration.md",
    "docs/cross-entropy.md",
    "docs/findings.md",
    "docs/json.md",
    "docs/recipes.md",
    "docs/uncertainty.md",
}

TOOLS = ("jq", "duckdb", "curl", "zstd")


def test_the_generator_knows_every_page_with_commands(generate: ModuleType) -> None:
    assert set(WITH_COMMANDS) == {*generate.PAGES, "docs/conventions.md"}
    assert set(WITH_COMMANDS) >= ALWAYS


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tools_of_the_pages(generate: ModuleType, tool: str) -> None:
    assert set(generate.TOOLS) == set(TOOLS)
    blocks = [b for p in WITH_COMMANDS for b in generate.blocks((ROOT / p).read_text("utf-8"))]
    commands = [step.command for block in blocks for step in generate.steps(block)]
    users = [command for command in commands if tool in generate.tools(command)]
    assert users, "no page calls it"
    if shutil.which(tool, path=generate.search_path()) is None:
        pytest.skip(f"{tool} is not installed; commands of the pages not run: {len(users)}")


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_print_what_is_shown(generate: ModuleType, tmp_path: Path, page: str) -> None:
    session = generate.Session(tmp_path)
    wrong = []
    for block in generate.blocks((ROOT / page).read_text("utf-8")):
        for step in generate.steps(block):
            if generate.runnable(step):
                actual = session.run(step.command)
                if not generate.matches(step.output, actual):
                    wrong.append(f"$ {step.command}\n{actual}")
    assert wrong == []


def test_the_help_texts(generate: ModuleType, tmp_path: Path) -> None:
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    assert page == generate.cli_page(generate.Session(tmp_path).run)


def test_the_metrics(generate: ModuleType) -> None:
    assert (ROOT / "docs/metrics.md").read_text("utf-8") == generate.metrics_page()


def test_the_picture(generate: ModuleType, tmp_path: Path) -> None:
    text = generate.Session(tmp_path).run(generate.PICTURE, color=True)
    drawn = generate.picture(text, generate.PICTURE)
    assert (ROOT / "docs/images/report.svg").read_text("utf-8") == drawn


def test_python_in_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```pycon\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for block in blocks:
        runner.run(doctest.DocTestParser().get_doctest(block, {}, "README.md", None, None))
    assert runner.summarize(verbose=False).failed == 0


def test_the_examples_of_the_generator_itself(generate: ModuleType) -> None:
    result = doctest.testmod(generate)
    assert result.attempted >= 2
    assert result.failed == 0


def test_what_the_readme_says_of_scikit_learn() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    def loss(name: str, target: str, kind: str = "float64") -> str:
        frame: Any = pd.read_csv(ROOT / "sample_data" / name)
        scores = [c for c in frame.select_dtypes("float") if c not in {target, "rowIndex"}]
        return f"{log_loss(frame[target], frame[scores].astype(kind)):.4f}"

    assert loss("wine.csv", "label").startswith("18.79")
    assert "gives 18.79, not 0.1324" in readme
    assert f"is {loss('iris_neighbours.csv', 'obs')} in float64" in readme
    assert f"{loss('iris_neighbours.csv', 'obs', 'float32')} in float32" in readme
