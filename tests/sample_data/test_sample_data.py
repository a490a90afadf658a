"""The sample files are what their script and their README say they are."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).parents[2] / "sample_data"

WINE = ("barolo", "grignolino", "barbera")
IRIS = ("setosa", "versicolor", "virginica")

PROBABILITIES = {
    "breast_cancer_slices.csv": ["prob_malignant", "prob_benign"],
    "breast_cancer_boosted.csv": ["prob_malignant", "prob_benign"],
    "wine.csv": [f"prob_{name}" for name in WINE],
    "wine_tidymodels.csv": [f".pred_{name}" for name in WINE],
    "iris_neighbours.csv": list(IRIS),
}


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample_data", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def columns(name: str, folder: Path = FOLDER) -> dict[str, list[str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


def matrix(table: dict[str, list[str]], names: list[str]) -> np.ndarray:
    return np.array([table[name] for name in names], dtype=np.float64).T


def lists(name: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    table = pq.read_table(FOLDER / name)
    scores = np.array(table[column].to_pylist(), dtype=np.float64)
    return np.array(table["label"].to_pylist()), scores


def test_the_folder_holds_what_the_script_writes_and_stays_small(make: ModuleType) -> None:
    written = {path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".parquet"}}
    assert written == set(make.FILES)
    assert sum((FOLDER / name).stat().st_size for name in written) < 1_000_000


@pytest.mark.parametrize("name", ["iris_neighbours.csv", "wine.csv"])
def test_the_script_writes_the_committed_numbers(
    make: ModuleType, tmp_path: Path, name: str
) -> None:
    make.write(tmp_path, [name])
    committed, rewritten = columns(name), columns(name, tmp_path)
    assert list(committed) == list(rewritten)
    scores = PROBABILITIES[name]
    for column in committed.keys() - set(scores):
        assert committed[column] == rewritten[column]
    np.testing.assert_allclose(
        matrix(rewritten, scores), matrix(committed, scores), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("name", PROBABILITIES)
def test_probabilities_of_a_row_sum_to_one(name: str) -> None:
    probabilities = matrix(columns(name), PROBABILITIES[name])
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-9)


def test_labels_are_those_of_the_data() -> None:
    malignant = (load_breast_cancer().target == 0).astype(int)
    assert columns("breast_cancer.csv")["label"] == [str(y) for y in malignant]
    for name in ("breast_cancer_slices.csv", "breast_cancer_boosted.csv"):
        assert [text == "malignant" for text in columns(name)["label"]] == malignant.tolist()
    cultivars = [WINE[k] for k in load_wine().target]
    assert columns("wine.csv")["label"] == cultivars
    assert columns("wine_tidymodels.csv")["truth"] == cultivars
    species = [IRIS[k] for k in load_iris().target]
    assert columns("iris_logits.csv")["label"] == species
    assert columns("iris_neighbours.csv")["obs"] == species


def test_digits_are_lists_of_ten() -> None:
    labels, probabilities = lists("digits.parquet", "probs")
    assert labels.tolist() == load_digits().target.tolist()
    assert probabilities.shape == (1797, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-9)
    assert probabilities[np.arange(1797), labels].min() > 0


def test_naive_bayes_underflows_as_probabilities_only() -> None:
    labels, log_probs = lists("digits_naive_bayes.parquet", "log_probs")
    p_true = np.exp(log_probs)[np.arange(len(labels)), labels]
    assert np.isfinite(log_probs).all()
    assert (p_true == 0).sum() == 2


def test_weights_restore_the_prevalence_and_keep_the_total(make: ModuleType) -> None:
    table = columns("breast_cancer_slices.csv")
    weight = np.array(table["weight"], dtype=np.float64)
    malignant = np.array(table["label"]) == "malignant"
    assert weight.sum() == pytest.approx(len(weight))
    assert weight[malignant].sum() / weight.sum() == pytest.approx(make.PREVALENCE)
    assert len(set(table["id"])) == len(weight)
    assert set(table["size"]) == {"small", "medium", "large"}


def test_only_the_neighbours_give_a_true_class_zero() -> None:
    zeros = {}
    for name, scores in PROBABILITIES.items():
        table = columns(name)
        labels = table.get("label") or table.get("truth") or table["obs"]
        rows = zip(labels, *(table[score] for score in scores), strict=True)
        zeros[name] = sum(
            float(dict(zip(scores, values, strict=True))[true_column(label, scores)]) == 0
            for label, *values in rows
        )
    expected = dict.fromkeys(PROBABILITIES, 0) | {"iris_neighbours.csv": 2}
    assert zeros == expected


def true_column(label: str, scores: list[str]) -> str:
    return next(name for name in scores if name.endswith(label))
