"""The documents hang together: lists are complete, links lead somewhere, lengths are kept."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_imports import LAYERS
from xentcli.rows.tally import Code

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    p
    for pattern in ("*.md", "docs/**/*.md", "sample_data/*.md", "benchmarks/*.md")
    for p in ROOT.glob(pattern)
)


def finding_codes() -> set[str]:
    """The codes of all findings: those tallied, and those that modules make themselves."""
    made = {
        node.args[0].value
        for path in (ROOT / "xentcli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Finding"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    return {str(code) for code in Code} | {str(code) for code in made}


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_finding_has_a_section_and_an_example_that_shows_it() -> None:
    found = sections("docs/findings.md")
    assert set(found) == finding_codes()
    for code, section in found.items():
        assert f"[{code}]" in section
        severity = section.split(".")[0].strip().lower()
        assert f"{severity}: " in section


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub links to them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_the_map_names_every_module() -> None:
    chart = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## The wings")[1].split("##")[0]
    rows = [line.split("|") for line in chart.splitlines() if line.startswith("| `")]
    wings = {name for row in rows for name in re.findall(r"`(\w+)/`", row[1])} - {"xentcli"}
    files = {name for name in re.findall(r"`(\w+)/?`", rows[0][2]) if not name.startswith("__")}
    there = {p.stem for p in (ROOT / "xentcli").iterdir() if p.suffix == ".py" or p.is_dir()}
    assert wings | files == {name for name in there if not name.startswith("__")}


def test_the_layers_are_those_that_are_tested() -> None:
    shown = [name for layer in LAYERS for name in layer]
    there = {p.stem for p in (ROOT / "xentcli").iterdir() if p.suffix == ".py" or p.is_dir()}
    assert sorted(shown) == sorted(there - {"__pycache__"})


def test_lengths() -> None:
    def lines(path: Path) -> int:
        return len(path.read_text("utf-8").splitlines())

    assert lines(ROOT / "ARCHITECTURE.md") < 120
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [p.name for p in decisions if lines(p) >= 40] == []
    numbers = [int(p.name[:4]) for p in decisions]
    assert numbers == list(range(1, len(numbers) + 1))
    for path, number in zip(decisions, numbers, strict=True):
        assert path.read_text("utf-8").startswith(f"# {number}. ")


def test_paths_named_in_the_documents_exist() -> None:
    named = {
        (page.name, path)
        for page in PAGES
        if page.parent.name != "benchmarks"  # it names what a run leaves
        for path in re.findall(
            r"`((?:xentcli|tests|docs|benchmarks|sample_data)/[\w./-]*[\w/])`",
            page.read_text("utf-8"),
        )
        if not re.search(r"NAME|FORMAT|/1$", path)
    }
    assert named
    assert sorted(n for n in named if not (ROOT / n[1]).exists()) == []


def test_the_benchmark_has_its_place_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.count("<!-- bench:begin -->") == readme.count("<!-- bench:end -->") == 1
    assert readme.index("<!-- bench:begin -->") < readme.index("<!-- bench:end -->")


def test_what_is_declared_is_pinned() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = declared["project"]
    wanted = [*declared["build-system"]["requires"], *project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    names = {pin.split("==")[0].lower().replace("_", "-") for pin in pins}
    assert {re.split(r"[<>=!~\[ ]", item)[0].lower() for item in wanted} <= names
