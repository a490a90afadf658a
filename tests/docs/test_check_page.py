"""docs/check.md names every key that the JSON of a gate has, and none that it never has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

import xentcli

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"label": ["a", "b"] * 9, "prob_a": [0.9, 0.2] * 9, "prob_b": [0.1, 0.8] * 9})
WORSE = FRAME.assign(prob_a=[0.5, 0.2] * 9, prob_b=[0.5, 0.8] * 9)
PARTS = {"kind", "name", "metric", "difference", "stderr", "p"}


def gate() -> dict[str, Any]:
    """A gate whose requirements have every key."""
    found = xentcli.check(
        WORSE,
        baseline=xentcli.evaluate(FRAME),
        require=["delta.cross_entropy <= 0", "class[a].recall >= 0.5"],
    )
    record: dict[str, Any] = json.loads(found.to_json())
    return record


def test_the_keys(root: Path) -> None:
    page = (root / "docs/check.md").read_text("utf-8").split("## The JSON of a gate")[1]
    documented = set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))
    record = gate()
    keys = set(record)
    for judged in record["requirements"]:
        keys |= {f"requirements[].{key}" for key in judged}
    assert keys == documented
    line = next(x for x in page.splitlines() if x.startswith("| `requirements[].worse`"))
    (worse,) = record["requirements"][0]["worse"]
    assert set(worse) == PARTS
    assert set(re.findall(r"`(\w+)`", line)) == PARTS
    line = next(x for x in page.splitlines() if x.startswith("| `baseline`"))
    assert set(record["baseline"]) <= set(re.findall(r"`(\w+)`", line))


def test_the_python_of_the_page(root: Path) -> None:
    (block,) = re.findall(
        r"```python\n(.*?)```", (root / "docs/check.md").read_text("utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {"xentcli": xentcli, "frame": FRAME.replace("a", "spam")}
    names["frame"] = names["frame"].rename(columns={"prob_a": "prob_spam"})
    exec(block, names)  # noqa: S102 - it is what the page shows
    assert names["found"].passed in (True, False)
