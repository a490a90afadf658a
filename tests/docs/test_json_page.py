"""docs/json.md names every key that the JSON has, and none that it never has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.renderers import comparisons
from xentcli.jobs.comparing.comparison import record_of_comparison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

# Together these show every key.
RUNS = (
    "xent eval sample_data/wine.csv --json",
    "xent eval sample_data/breast_cancer_slices.csv --weight weight --json",
    "xent eval sample_data/iris_neighbours.csv --json",
    "xent eval sample_data/wine.csv --bootstrap 20 --json",
    "xent eval sample_data/breast_cancer_slices.csv --cluster size --json",
    "xent eval sample_data/breast_cancer.csv --calibration --json",
    "xent eval short.csv other.csv --ignore-label=-100 --json",
    "xent eval searched.csv --find-slices --json",
)
FILES = {
    "short.csv": "label,prob_a,prob_b\na,0.6,0.3\n-100,0.5,0.5\n",
    "other.csv": "label,prob_a,prob_b\nb,0.5,0.5\n",
    "searched.csv": "g,label,prob_a,prob_b\n"
    + "".join(f"{i % 2},a,{0.2 + 0.5 * (i % 2)},{0.8 - 0.5 * (i % 2)}\n" for i in range(80)),
}


def tables(page: str) -> dict[str, set[str]]:
    """The keys documented under each heading."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title = section.splitlines()[0]
        found[title] = set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
    return found


def keys(record: Any, path: str = "") -> Iterator[str]:
    """The paths of a report, figures and findings aside."""
    for key, value in record.items():
        here = f"{path}{key}"
        if key in {"source", "layout", "uncertainty"}:
            yield from keys(value, f"{here}.")
            continue
        yield here
        if here == "calibration":
            continue
        if here == "classes":
            for entry in value:
                yield from keys(entry, "classes[].")


@pytest.fixture(scope="module")
def reports(generate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("json")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    session = generate.Session(folder)
    return [json.loads(session.run(command)) for command in RUNS]


@pytest.fixture(scope="module")
def documented(root: Path) -> dict[str, set[str]]:
    return tables((root / "docs/json.md").read_text("utf-8"))


def test_reports(reports: list[Any], documented: dict[str, set[str]]) -> None:
    assert {key for report in reports for key in keys(report)} == documented["Report"]


def test_calibration(reports: list[Any], documented: dict[str, set[str]]) -> None:
    (section,) = [r["calibration"] for r in reports if "calibration" in r]
    seen = set(section)
    for name in ("bins", "classes"):
        seen |= {f"{name}[].{key}" for entry in section[name] for key in entry}
    for name in ("temperature", "decomposition"):
        seen |= {f"{name}.{key}" for key in section[name]}
    assert seen == documented["Calibration"]


def test_figures(reports: list[Any], documented: dict[str, set[str]]) -> None:
    figures = [
        figure
        for report in reports
        for metrics in (report["metrics"], *(c["metrics"] for c in report["classes"]))
        for figure in metrics.values()
    ]
    assert {key for figure in figures for key in figure} == documented["Figure"]


def test_found_slices(reports: list[Any], documented: dict[str, set[str]]) -> None:
    found = [entry for report in reports for entry in report.get("found_slices", ())]
    assert found
    assert {key for entry in found for key in entry} == documented["Found slice"]


def test_comparisons(documented: dict[str, set[str]]) -> None:
    """`xent compare` is another matter: the values are made up."""
    record = record_of_comparison(comparisons.worse())
    seen = {key for key in record if key != "base"} | {f"base.{key}" for key in record["base"]}
    differences = []
    for candidate in record["candidates"]:
        seen |= {f"candidates[].{key}" for key in candidate}
        for name in ("classes", "changed"):
            seen |= {f"candidates[].{name}[].{key}" for entry in candidate[name] for key in entry}
        for entry in (candidate, *candidate["classes"], *candidate["slices"]):
            differences += entry["metrics"].values()
        (classes, slices) = ({k for e in candidate[n] for k in e} for n in ("classes", "slices"))
        assert slices - {"by"} == classes - {"name"}
        assert set(candidate["outcomes"]) == {"wins", "ties", "losses"}
        assert set(candidate["origin"]) == {"calibration", "refinement", "unit"}
    assert seen == documented["Comparison"]
    assert {key for found in differences for key in found} == documented["Difference"]


def test_side_by_side(
    generate: ModuleType, documented: dict[str, set[str]], tmp_path: Path
) -> None:
    files = "sample_data/breast_cancer_slices.csv sample_data/breast_cancer_boosted.csv"
    record = json.loads(generate.Session(tmp_path).run(f"xent eval --each {files} --json"))
    seen = set(record) | {f"tests[].{key}" for test in record["tests"] for key in test}
    assert seen == documented["Side by side"]


def test_findings(reports: list[Any], documented: dict[str, set[str]]) -> None:
    found = [finding for report in reports for finding in report["findings"]]
    seen = {key for finding in found for key in finding}
    seen |= {f"example.{key}" for finding in found for key in finding["example"] or ()}
    assert seen == documented["Finding"]
