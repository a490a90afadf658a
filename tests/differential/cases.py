"""Files of predictions as arrays: what a system is asked, before it is a system's own call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Truth = Literal["labels", "fractions", "soft", "multilabel"]
    Scale = Literal["probability", "logit", "log-probability"]


@dataclass(frozen=True)
class Case:
    """Some rows, and the function of a system that is to score them.

    ``function`` names a key of ``systems.FUNCTIONS``; what stands before its first dot is the
    system. ``truth`` is one of

    * whole numbers (n,): the number of each row's class, or ``ignore``;
    * floats (n,): how much of each row belongs to the second of two classes;
    * floats (n, K): a distribution over the classes;
    * bytes (n, L), each 0 or 1: several labels a row.

    ``scores`` is (n, K), or (n,) if it holds the second class only. What a function has no use
    for keeps its default.
    """

    name: str
    function: str
    classes: tuple[str, ...]
    truth: Array
    scores: Array
    scale: Scale = "probability"
    weights: Array | None = None
    smoothing: float = 0.0
    class_weights: Array | None = None
    pos_weight: Array | None = None
    ignore: int | None = None
    gamma: float = 2.0
    alpha: float = 0.25
    balanced: bool = False

    @property
    def system(self) -> str:
        return self.function.partition(".")[0]

    @property
    def kind(self) -> Truth:
        if self.truth.ndim == 1:
            return "fractions" if self.truth.dtype.kind == "f" else "labels"
        return "soft" if self.truth.dtype.kind == "f" else "multilabel"

    @property
    def single(self) -> bool:
        """Whether one column of scores speaks for both classes."""
        return self.scores.ndim == 1

    @property
    def kept(self) -> Array:
        """Which rows are not ignored."""
        if self.ignore is None:
            return np.ones(len(self.truth), dtype=bool)
        return np.asarray(self.truth != self.ignore)

    @property
    def targets(self) -> Array:
        """The truth as numbers of the shape of the scores, in double precision."""
        if self.kind != "labels" or self.single:
            return self.truth.astype(np.float64)
        found = np.zeros(self.scores.shape)
        rows = np.flatnonzero(self.kept)
        found[rows, self.truth[rows]] = 1.0
        return found

    @property
    def row_weights(self) -> Array:
        """Weights of the rows, or those of their classes: to Keras the two are one thing."""
        found = np.ones(len(self.truth)) if self.weights is None else self.weights
        if self.class_weights is not None and self.kind == "labels":
            found = found * self.class_weights[np.where(self.kept, self.truth, 0)]
        return np.asarray(found)
