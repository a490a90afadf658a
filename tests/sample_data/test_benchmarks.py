"""The benchmark's files are what they claim, and the peers do the work they are timed for."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from tests.sample_data.benchmark import FOLDER, ROWS, module, python

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = {"binary": 2, "wide": 10, "lists": 10}


def generate(folder: Path, layout: str, file_format: str, rows: int = ROWS) -> Path:
    path = folder / f"{layout}-{rows}.{file_format}"
    shape = [file_format, layout, str(SHAPES[layout]), str(rows)]
    python(str(FOLDER / "generate.py"), *shape, str(path))
    return path


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Labels and an (n, K) matrix of float64 probabilities."""
    table = pc.read_csv(path) if path.suffix == ".csv" else pq.read_table(path)
    labels = np.array(table["label"].to_pylist())
    if "probs" in table.column_names:
        return labels, np.array(table["probs"].to_pylist())
    scores = np.array([c.to_pylist() for c in table.columns[1:]]).T
    return labels, np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("benchmarks")
    formats = {"binary": "csv", "wide": "csv", "lists": "parquet"}
    return {layout: generate(folder, layout, formats[layout]) for layout in formats}


@pytest.mark.parametrize("layout", SHAPES)
def test_files_hold_probabilities_and_none_is_zero(files: dict[str, Path], layout: str) -> None:
    labels, probabilities = read(files[layout])
    assert probabilities.shape == (ROWS, SHAPES[layout])
    assert set(labels.tolist()) == set(range(SHAPES[layout]))
    assert probabilities.min() > 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_same_shape_gives_the_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    assert generate(tmp_path, "wide", "csv").read_bytes() == files["wide"].read_bytes()


def expected(labels: np.ndarray, probabilities: np.ndarray) -> list[dict[str, float]]:
    """Every figure of every class, the straightforward way."""
    rows = np.arange(len(labels))
    loss = -np.log(probabilities[rows, labels])
    hit = probabilities.argmax(axis=1) == labels
    one_hot = np.eye(probabilities.shape[1])[labels]
    brier = ((probabilities - one_hot) ** 2).sum(axis=1)
    of = [labels == k for k in range(probabilities.shape[1])]
    return [
        {
            "label": k,
            "rows": int(mine.sum()),
            "cross_entropy": loss[mine].mean(),
            "stderr": loss[mine].std(ddof=1) / mine.sum() ** 0.5,
            "recall": hit[mine].mean(),
            "brier": brier[mine].mean(),
            "mean_predicted": probabilities[:, k].mean(),
        }
        for k, mine in enumerate(of)
    ]


@pytest.mark.parametrize("layout", SHAPES)
@pytest.mark.parametrize("peer", ["polars", "duckdb"])
def test_the_fast_peers_report_every_figure(files: dict[str, Path], peer: str, layout: str) -> None:
    pytest.importorskip(peer)
    script = str(FOLDER / "peers" / f"with_{peer}.py")
    output = python(script, layout, str(SHAPES[layout]), str(files[layout]))
    report: dict[str, Any] = json.loads(output)
    labels, probabilities = read(files[layout])
    assert report["off"] == 0
    for theirs, ours in zip(report["classes"], expected(labels, probabilities), strict=True):
        assert theirs == pytest.approx(ours, rel=1e-5)


def perplexities(path: Path) -> list[dict[str, float]]:
    """Rows, perplexity and its standard error by document, the straightforward way."""
    tokens = pq.read_table(path)
    document, loss = np.array(tokens["doc"].to_pylist()), -np.array(tokens["logprob"].to_pylist())
    found = []
    for d in range(document.max() + 1):
        mine = loss[document == d]
        height, n = np.exp(mine.mean()), len(mine)
        error = height * mine.std(ddof=1) / n**0.5 if n > 1 else None
        found.append({"doc": d, "rows": n, "perplexity": height, "perplexity_stderr": error})
    return found


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokens") / "tokens.parquet"
    python(str(FOLDER / "generate.py"), "parquet", "documents", "50", str(ROWS), str(path))
    return path


def test_documents_lie_one_after_the_other(tokens: Path) -> None:
    documents = np.array(pq.read_table(tokens)["doc"].to_pylist())
    assert sorted(set(documents.tolist())) == list(range(ROWS // 50))
    assert (np.diff(documents) >= 0).all()


@pytest.mark.parametrize("contender", ["xent", "polars", "duckdb"])
def test_contenders_give_every_documents_perplexity(
    tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contender: str
) -> None:
    if contender != "xent":
        pytest.importorskip(contender)
    by_document = module("by_document", monkeypatch)
    monkeypatch.setattr(by_document, "DATA", tmp_path)
    workload = module("workloads", monkeypatch).DOCUMENTS.scaled(ROWS / 10_000_000)
    assert workload.rows == ROWS
    xent = [sys.executable, "-m", "xentcli"]
    commands, results = by_document.commands(workload, xent, ["polars", "duckdb"])
    python(*[str(tokens) if a == str(workload.path) else a for a in commands[contender][1:]])
    names = ["doc", "rows", "perplexity", "perplexity_stderr"]
    rows = pq.read_table(results[contender], columns=names).to_pylist()
    for theirs, ours in zip(rows, perplexities(tokens), strict=True):
        assert theirs == pytest.approx(ours, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [("rows", "other rows"), ("perplexity", "perplexity of 1 documents"), ("", "")],
)
def test_tables_are_compared_document_by_document(
    tmp_path: Path, change: str, message: str
) -> None:
    columns: dict[str, list[float]] = {"doc": [0, 1], "rows": [5, 1], "perplexity": [2.0, 3.0]}
    columns["perplexity_stderr"] = [0.5, float("nan")]
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet")]
    pq.write_table(pa.table(columns), paths[0])
    if change:
        columns[change] = [columns[change][0], columns[change][1] * 2]
    pq.write_table(pa.table(columns), paths[1])
    argv = [sys.executable, str(FOLDER / "compare.py"), *paths]
    done = subprocess.run(argv, check=False, capture_output=True, encoding="utf-8")
    assert bool(done.returncode) == bool(change)
    assert message in done.stderr


def test_ratios_are_paired_round_by_round(monkeypatch: pytest.MonkeyPatch) -> None:
    run = module("measure", monkeypatch).Run
    series = module("series", monkeypatch).Series(
        "name",
        "title",
        {"a": [run(1.0, 10.0), run(10.0, 30.0), run(2.0, 20.0)],
         "b": [run(3.0, 1.0), run(20.0, 1.0), run(5.0, 1.0)]},
    )  # fmt: skip
    assert series.seconds("a") == 2.0
    assert series.peak_mb("a") == 20.0
    assert series.ratio("b", "a") == 2.5


def test_a_failing_contender_is_an_error_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measure = module("measure", monkeypatch)
    with pytest.raises(measure.RunError, match="no such file"):
        measure.run([sys.executable, "-c", "raise SystemExit('no such file')"])


def test_tables_go_between_the_markers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = module("table", monkeypatch)
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    table.splice(readme, "new")
    expected_text = f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"
    assert readme.read_text(encoding="utf-8") == expected_text


def test_a_readme_without_markers_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = module("table", monkeypatch)
    readme = tmp_path / "README.md"
    readme.write_text("no markers\n", encoding="utf-8")
    with pytest.raises(ValueError, match="README"):
        table.splice(readme, "new")
    assert readme.read_text(encoding="utf-8") == "no markers\n"
