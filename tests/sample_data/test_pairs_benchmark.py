"""The benchmark's two models predict the same rows, and all contenders compare them alike."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.sample_data.benchmark import FOLDER, ROWS, module, python

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for layout in ("first", "second", "shuffled"):
        found[layout] = folder / f"{layout}.parquet"
        shape = ["parquet", layout, "2", str(ROWS), str(found[layout])]
        python(str(FOLDER / "generate.py"), *shape)
    return found


def test_models_predict_the_same_rows(models: dict[str, Path]) -> None:
    first, second, shuffled = (pq.read_table(path) for path in models.values())
    assert first.select(["id", "label"]).equals(second.select(["id", "label"]))
    assert not first["prob"].equals(second["prob"])
    assert shuffled["id"].to_pylist() != second["id"].to_pylist()
    assert shuffled.sort_by("id").equals(second)


def paired(first: Path, second: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Every figure of two files in one order, the straightforward way."""
    rows = []
    for labels, probabilities in (read_model(first), read_model(second)):
        p = np.where(labels == 1, probabilities, 1 - probabilities)
        rows.append({"cross_entropy": -np.log(p), "brier": 2 * (1 - p) ** 2, "accuracy": p > 0.5})
    a, b = ({m: v.astype(float) for m, v in row.items()} for row in rows)
    parts = {"all": labels >= 0, "0": labels == 0, "1": labels == 1}
    return {
        part: {
            m: {
                "base": a[m][mine].mean(),
                "candidate": b[m][mine].mean(),
                "difference": (b[m] - a[m])[mine].mean(),
                "stderr": (b[m] - a[m])[mine].std(ddof=1) / mine.sum() ** 0.5,
            }
            for m in a
        }
        for part, mine in parts.items()
    }


def read_model(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of 1."""
    table = pq.read_table(path)
    return np.array(table["label"].to_pylist()), np.array(table["prob"].to_pylist())


@pytest.mark.parametrize("how", ["order", "id"])
@pytest.mark.parametrize("contender", ["xent", "polars", "duckdb"])
def test_contenders_compare_two_models(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch, contender: str, how: str
) -> None:
    if contender != "xent":
        pytest.importorskip(contender)
    by_pair = module("by_pair", monkeypatch)
    second = models["second" if how == "order" else "shuffled"]
    xent = [sys.executable, "-m", "xentcli"]
    files = str(models["first"]), str(second)
    argv = by_pair.commands(how, *files, xent, ["polars", "duckdb"])[contender]
    found = by_pair.figures(python(*argv[1:]))
    expected_figures = paired(models["first"], models["second"])
    by_pair.refuse_others({"numpy": expected_figures, contender: found})


def test_contenders_that_differ_are_refused(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pair = module("by_pair", monkeypatch)
    ours = paired(models["first"], models["second"])
    theirs = paired(models["first"], models["second"])
    theirs["1"]["brier"]["stderr"] *= 1 + 1e-8
    with pytest.raises(ValueError, match=r"disagree: 1 brier stderr, .* of us and .* of them"):
        by_pair.refuse_others({"us": ours, "them": theirs})
    del theirs["1"]
    with pytest.raises(ValueError, match="other classes"):
        by_pair.refuse_others({"us": ours, "them": theirs})


@pytest.mark.parametrize("peer", ["polars", "duckdb"])
def test_peers_refuse_files_of_other_rows(models: dict[str, Path], peer: str) -> None:
    pytest.importorskip(peer)
    script = str(FOLDER / "peers" / f"pairs_{peer}.py")
    argv = [sys.executable, script, "order", str(models["first"]), str(models["shuffled"])]
    done = subprocess.run(argv, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "not of the same rows" in done.stderr
