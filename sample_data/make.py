"""Writes the sample files: real models' out-of-sample predictions on real data.

Run `python sample_data/make.py` to write them again beside this script, or
`python sample_data/make.py DIRECTORY` to write them elsewhere. Every fold, seed and row
order is fixed: the same versions of scikit-learn and numpy give the same numbers.
README.md describes the files one by one.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Columns = Mapping[str, Sequence[Any]]
"""A table: its columns in order, all of one length."""

SEED = 20_260
FOLDS = 10

CULTIVARS = ("barolo", "grignolino", "barbera")
"""The cultivars that scikit-learn calls class_0, class_1 and class_2."""

PREVALENCE = 0.1
"""The share of malignant tumours that the weights of the slices file restore."""


def out_of_sample(model: Any, data: Any, method: str = "predict_proba") -> np.ndarray:
    """The model's scores of every row, each from a fit that has not seen the row."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    scores: np.ndarray = cross_val_predict(model, data.data, data.target, cv=folds, method=method)
    return scores


def logistic_regression(regularisation: float = 1.0) -> Any:
    """Logistic regression on standardised features, solved to convergence."""
    model = LogisticRegression(C=1 / regularisation, tol=1e-8, max_iter=10_000)
    return make_pipeline(StandardScaler(), model)


def breast_cancer() -> Columns:
    """Binary: a 0/1 label (1 is malignant) and one probability."""
    data = load_breast_cancer()
    malignant = out_of_sample(logistic_regression(), data)[:, 0]
    return {"label": (1 - data.target).tolist(), "probability": malignant.tolist()}


def breast_cancer_slices(model: Any) -> Columns:
    """Binary with named labels, row ids, weights and a slice: the tumour's size."""
    data = load_breast_cancer()
    malignant, benign = out_of_sample(model, data).T
    is_malignant = data.target == 0
    share = is_malignant.mean()
    weight = np.where(is_malignant, PREVALENCE / share, (1 - PREVALENCE) / (1 - share))
    radius = data.data[:, list(data.feature_names).index("mean radius")]
    tercile = np.searchsorted(np.quantile(radius, [1 / 3, 2 / 3]), radius)
    return {
        "id": [f"tumour-{number:03d}" for number in range(1, len(radius) + 1)],
        "size": np.array(["small", "medium", "large"])[tercile].tolist(),
        "weight": weight.tolist(),
        "label": np.where(is_malignant, "malignant", "benign").tolist(),
        "prob_malignant": malignant.tolist(),
        "prob_benign": benign.tolist(),
    }


def wine() -> Columns:
    """Three named classes, one column of probabilities each."""
    data = load_wine()
    probabilities = out_of_sample(QuadraticDiscriminantAnalysis(reg_param=0.5), data)
    return {
        "label": [CULTIVARS[k] for k in data.target],
        **{f"prob_{name}": probabilities[:, k].tolist() for k, name in enumerate(CULTIVARS)},
    }


def wine_tidymodels() -> Columns:
    """Wine by logistic regression, in the columns of tidymodels' `augment()`."""
    data = load_wine()
    probabilities = out_of_sample(logistic_regression(), data)
    return {
        "truth": [CULTIVARS[k] for k in data.target],
        ".pred_class": [CULTIVARS[k] for k in probabilities.argmax(axis=1)],
        **{f".pred_{name}": probabilities[:, k].tolist() for k, name in enumerate(CULTIVARS)},
    }


def iris_logits() -> Columns:
    """Three classes as logits: the linear scores before the softmax."""
    data = load_iris()
    logits = out_of_sample(logistic_regression(), data, "decision_function")
    names = data.target_names
    return {
        "label": [str(names[k]) for k in data.target],
        **{f"logit_{name}": logits[:, k].tolist() for k, name in enumerate(names)},
    }


def iris_neighbours() -> Columns:
    """Shares of the five nearest neighbours, in caret's columns; some true classes get 0."""
    data = load_iris()
    shares = out_of_sample(KNeighborsClassifier(n_neighbors=5), data)
    names = [str(name) for name in data.target_names]
    return {
        "pred": [names[k] for k in shares.argmax(axis=1)],
        "obs": [names[k] for k in data.target],
        **{name: shares[:, k].tolist() for k, name in enumerate(names)},
        "rowIndex": list(range(1, len(shares) + 1)),
    }


def digits() -> Columns:
    """Ten classes, the probabilities as one list a row."""
    data = load_digits()
    probabilities = out_of_sample(logistic_regression(regularisation=10.0), data)
    return {"label": data.target.tolist(), "probs": probabilities.tolist()}


def digits_naive_bayes() -> Columns:
    """Ten classes as log-probabilities of a model that is far too sure of itself."""
    data = load_digits()
    log_probs = out_of_sample(GaussianNB(var_smoothing=1e-3), data, "predict_log_proba")
    return {"label": data.target.tolist(), "log_probs": log_probs.tolist()}


FILES: Mapping[str, Callable[[], Columns]] = {
    "breast_cancer.csv": breast_cancer,
    "breast_cancer_slices.csv": lambda: breast_cancer_slices(logistic_regression()),
    "breast_cancer_boosted.csv": lambda: breast_cancer_slices(
        GradientBoostingClassifier(random_state=SEED)
    ),
    "wine.csv": wine,
    "wine_tidymodels.csv": wine_tidymodels,
    "iris_logits.csv": iris_logits,
    "iris_neighbours.csv": iris_neighbours,
    "digits.parquet": digits,
    "digits_naive_bayes.parquet": digits_naive_bayes,
}


def write_csv(path: Path, columns: Columns) -> None:
    """A plain CSV file; floats in the shortest digits that read back as the same float."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_parquet(path: Path, columns: Columns) -> None:
    """A Parquet file; a column of lists becomes fixed-size lists of float64."""
    arrays = {}
    for name, values in columns.items():
        is_list = isinstance(values[0], list)
        type_ = pa.list_(pa.float64(), len(values[0])) if is_list else pa.int64()
        arrays[name] = pa.array(values, type_)
    pq.write_table(pa.table(arrays), path, compression="zstd", use_dictionary=["label"])


def write(directory: Path, names: Sequence[str] = tuple(FILES)) -> None:
    """Writes the named files into `directory`.

    One BLAS thread: how many there are changes the order of additions, and the last digits.
    """
    with threadpool_limits(1):
        for name in names:
            path = directory / name
            (write_parquet if path.suffix == ".parquet" else write_csv)(path, FILES[name]())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
