"""Rows for the known values: ordinary data of every scale and shape, and what metrics say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tests.laws.rows import EVERY, Rows
from xentcli.options import Base, Scale

if TYPE_CHECKING:
    from tests.laws.kinds import Figures
    from xentcli.figures.values import Value

METRICS = {r.key: r for r in EVERY}
SCALES = list(Scale)
KINDS = [np.float64, np.float32]


def measure(key: str, rows: Rows, base: Base = Base.E, confidence: float = 0.95) -> Figures:
    """A metric's figures over all rows and of each class."""
    return rows.measure(METRICS[key], base, confidence)


def overall(key: str, rows: Rows, base: Base = Base.E, confidence: float = 0.95) -> Value:
    """A metric's figure over all rows."""
    found = measure(key, rows, base, confidence).overall
    assert found is not None
    return found


def value(key: str, rows: Rows) -> float | None:
    """The value alone."""
    return overall(key, rows).value


def by_class(key: str, rows: Rows) -> list[float | None]:
    """The values of the classes."""
    return [None if v is None else v.value for v in measure(key, rows).classes]


def random_rows(
    seed: int,
    scale: Scale = Scale.PROBABILITY,
    *,
    n: int = 60,
    k: int = 3,
    single: bool = False,
    kind: type[np.floating] = np.float64,
    weighted: bool = False,
    spread: float = 3.0,
) -> Rows:
    """Rows of a model that is right more often than not."""
    rng = np.random.default_rng(seed)
    k = 2 if single else k
    truth = rng.integers(0, k, n)
    z = rng.normal(size=(n, k)) * spread
    z[np.arange(n), truth] += spread
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    if scale is Scale.LOGIT:
        raw = z[:, 1] - z[:, 0] if single else z
    else:
        raw = p[:, 1] if single else p
        raw = np.minimum(np.log(raw), 0) if scale is Scale.LOG_PROBABILITY else raw
    return Rows(
        k,
        truth.astype(np.uint16),
        np.ascontiguousarray(raw.T).astype(kind),
        scale,
        weights=rng.exponential(size=n) if weighted else None,
    )


def matrix(rows: Rows) -> np.typing.NDArray[np.float64]:
    """The (n, K) probabilities as other libraries want them."""
    assert rows.scale is Scale.PROBABILITY
    p = rows.raw.astype(np.float64)
    return np.stack([1 - p, p], axis=1) if p.ndim == 1 else p.T.copy()


def unweighted(rows: Rows) -> Rows:
    """The same rows, all of one weight."""
    return replace(rows, weights=None)
