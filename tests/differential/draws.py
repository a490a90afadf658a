"""Numbers as predictions show them: peaked, flat, exact zeros and ones, tiny, enormous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[Any]

CLASSES = (2, 3, 4, 5, 10, 37, 100, 1000)
ROWS = (1, 2, 3, 7, 20, 64, 150, 300)
TINY = (0.0, 1e-30, 1e-16, 1e-10, 1e-7, 1e-4)
EXTREME = (1e4, 300.0, 100.0, 30.0)


def shape(rng: Generator) -> tuple[int, int]:
    """Rows and classes; many of both never at once."""
    classes = int(rng.choice(CLASSES))
    return min(int(rng.choice(ROWS)), 30_000 // classes), classes


def labels(rng: Generator, rows: int, classes: int) -> Array:
    """Class numbers, of some of the classes only."""
    present = rng.permutation(classes)[: max(1, int(rng.integers(1, classes + 1)))]
    return np.asarray(rng.choice(present, rows), dtype=np.int64)


def fractions(rng: Generator, rows: int) -> Array:
    """Targets between 0 and 1, their ends included, that single precision holds exactly."""
    return np.asarray(rng.integers(0, 65, rows) / 64)


def distributions(rng: Generator, rows: int, classes: int, *, edges: bool = False) -> Array:
    """Rows that sum to one; with ``edges`` some have certain, impossible and tiny classes."""
    found = rng.dirichlet(np.full(classes, rng.choice([0.1, 1.0, 20.0])), rows)
    found = np.where(np.isnan(found), 1 / classes, found)
    if edges:
        for row in np.flatnonzero(rng.random(rows) < 0.3):
            likely, rare = rng.choice(classes, 2, replace=False)
            if rng.random() < 0.4:
                found[row] = np.eye(classes)[likely]
            else:
                found[row, likely] += found[row, rare]
                found[row, rare] = 0.0
                small = float(rng.choice(TINY))
                found[row, rare] = small
                found[row, likely] = max(0.0, 1.0 - (found[row].sum() - found[row, likely]))
        return found
    return np.maximum(found, 1e-30)


def unscaled(rng: Generator, found: Array) -> Array:
    """The rows, each times its own factor of at most one: they no longer sum to one."""
    return np.asarray((found * rng.uniform(0.3, 1.0, (len(found), 1))).astype(found.dtype))


def chances(rng: Generator, size: tuple[int, ...]) -> Array:
    """Probabilities that need not sum to anything, with edges at either end."""
    found = rng.random(size)
    near = rng.random(size)
    small = rng.choice(TINY, size)
    found = np.where(near < 0.12, small, found)
    return np.asarray(np.where(near > 0.88, 1.0 - small, found))


def logits(rng: Generator, size: tuple[int, ...]) -> Array:
    """Scores without bounds, a few of them enormous."""
    found = rng.normal(0.0, float(rng.choice([0.5, 3.0])), size)
    extreme = rng.choice(EXTREME, size) * rng.choice([-1.0, 1.0], size)
    return np.asarray(np.where(rng.random(size) < rng.choice([0.0, 0.05]), extreme, found))


def weights(rng: Generator, rows: int) -> Array:
    """Weights that single precision holds: fractions, nothing, great ones; never all nothing."""
    form = int(rng.integers(3))
    if form == 0:
        found = rng.integers(1, 65, rows) / 16
    elif form == 1:
        found = rng.integers(0, 4, rows).astype(np.float64)
    else:
        found = rng.choice([0.0, 0.5, 1.0, 1e6], rows)
    if not found.any():
        found[0] = 1.0
    return np.asarray(found)


def class_weights(rng: Generator, classes: int) -> Array:
    """A positive weight for each class."""
    return np.asarray(rng.integers(1, 257, classes) / 64)
