"""What the fast peers print: the figures of `xent eval`, from one row of sums per class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Sequence


class ClassSums(NamedTuple):
    """The rows whose true class is `label`."""

    label: int
    rows: int
    mean_loss: float
    sd_loss: float | None
    hits: int
    mean_brier: float
    off: int
    """Rows whose probabilities do not sum to one (binary: that lie outside [0, 1])."""
    predicted: Sequence[float]
    """The summed probability of each class; binary: of class 1 alone."""

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Self:
        """The fields in order, the summed probabilities spread out at the end."""
        label, rows, mean_loss, sd_loss, hits, mean_brier, off, *predicted = row
        return cls(label, rows, mean_loss, sd_loss, hits, mean_brier, off, predicted)


def print_report(classes: Sequence[ClassSums]) -> None:
    """Prints the report as JSON: overall figures and one entry a class."""
    rows = sum(c.rows for c in classes)
    totals = [sum(column) for column in zip(*(c.predicted for c in classes), strict=True)]
    if len(totals) == 1:
        totals.insert(0, rows - totals[0])
    report = {
        "cross_entropy": sum(c.rows * c.mean_loss for c in classes) / rows,
        "accuracy": sum(c.hits for c in classes) / rows,
        "brier": sum(c.rows * c.mean_brier for c in classes) / rows,
        "off": sum(c.off for c in classes),
        "classes": [
            {
                "label": c.label,
                "rows": c.rows,
                "cross_entropy": c.mean_loss,
                "stderr": None if c.sd_loss is None else c.sd_loss / c.rows**0.5,
                "recall": c.hits / c.rows,
                "brier": c.mean_brier,
                "mean_predicted": totals[c.label] / rows,
            }
            for c in sorted(classes)
        ],
    }
    print(json.dumps(report))
