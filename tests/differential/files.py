"""A case as a file: a column a class for the scores, and the truth beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.differential.cases import Case

    Array = NDArray[Any]

PREFIXES = {"probability": "prob", "logit": "logit", "log-probability": "logprob"}


def truth_columns(case: Case) -> dict[str, Any]:
    """``label`` with the names of classes, or ``q_CLASS``, or ``true_CLASS``.

    A label that is to be ignored and is no class stands as its number.
    """
    if case.kind == "labels":
        names = dict(enumerate(case.classes))
        return {"label": [names.get(int(k), str(k)) for k in case.truth]}
    if case.kind == "fractions":
        return {f"q_{case.classes[0]}": 1 - case.truth, f"q_{case.classes[1]}": case.truth}
    prefix = "q_" if case.kind == "soft" else "true_"
    return {f"{prefix}{name}": case.truth[:, k] for k, name in enumerate(case.classes)}


def score_columns(case: Case) -> dict[str, Array]:
    """``prob`` of the second class, or ``prob_CLASS``; other scales by their names; types kept."""
    prefix = PREFIXES[case.scale]
    if case.single:
        return {prefix: case.scores}
    return {f"{prefix}_{name}": case.scores[:, k] for k, name in enumerate(case.classes)}


def table(case: Case) -> Any:
    """All columns of the case."""
    columns = truth_columns(case) | score_columns(case)
    if case.weights is not None:
        columns["weight"] = case.weights
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def write_parquet(case: Case, folder: Path) -> Path:
    """The case in ``folder``, under its name; single precision stays single."""
    path = folder / f"{case.name}.parquet"
    parquet.write_table(table(case), path)
    return path


def has_csv(case: Case) -> bool:
    """Whether text can hold the case: it knows no precision, and is read as double."""
    return case.scores.dtype == np.float64


def write_csv(case: Case, folder: Path) -> Path:
    """The case in ``folder``, under its name, each number in digits that give it back exactly."""
    if not has_csv(case):
        raise ValueError(f"{case.name} is single precision")
    path = folder / f"{case.name}.csv"
    csv.write_csv(table(case), path)
    return path
