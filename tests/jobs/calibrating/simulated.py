"""Predictions whose right calibration is known: classes drawn from softmax, logits distorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import log_softmax

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Drawn(NamedTuple):
    """Logits as a model would write them, (K, n), and the classes that came."""

    z: Floats
    truth: Ints


def draw(k: int, rows: int, seed: int, factor: float = 1.0) -> Drawn:
    """Logits that are `factor` times those that the classes are drawn from."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(k, rows)) * 1.5
    cumulated = np.exp(log_softmax(z, axis=0)).cumsum(axis=0)
    truth = (rng.random(rows) > cumulated).sum(axis=0).clip(0, k - 1)
    return Drawn(z * factor, truth)


def log_p(z: Floats) -> Floats:
    """Logits as log-probabilities, by scipy."""
    normalised: Floats = log_softmax(z, axis=0)
    return normalised


def table(drawn: Drawn, scale: str = "logit", *, label: bool = True) -> pa.Table:
    """A column a class on a scale, named so that xent reads it without options."""
    z, truth = drawn
    values = {"logit": z, "log-probability": log_p(z), "probability": np.exp(log_p(z))}[scale]
    prefix = {"logit": "logit", "log-probability": "logprob", "probability": "prob"}[scale]
    names = [f"c{k}" for k in range(len(z))]
    columns = {f"{prefix}_{n}": pa.array(row) for n, row in zip(names, values, strict=True)}
    if label:
        columns = {"label": pa.array([names[k] for k in truth]), **columns}
    return pa.table(columns)


def write(path: Path, content: pa.Table) -> str:
    """Writes Parquet, and returns the file's name."""
    pq.write_table(content, path)
    return path.name
