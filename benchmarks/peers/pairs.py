"""What the peers print of two models: the figures of `xent compare`, from sums per class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURES = ("cross_entropy", "brier", "accuracy")


class ClassSums(NamedTuple):
    """The pairs of rows whose true class is `label`.

    `first` and `second` are the means of the models, `difference` those of their differences
    and `sd` the standard deviations of these, in the order of `MEASURES`. `other` counts rows
    that have another label in the second file.
    """

    label: int
    rows: int
    other: int
    first: Sequence[float]
    second: Sequence[float]
    difference: Sequence[float]
    sd: Sequence[float]


def class_sums(row: Sequence[Any]) -> ClassSums:
    """Of a row of a result: label, rows, other, and four figures of each measure."""
    label, rows, other, *figures = row
    return ClassSums(label, rows, other, *(figures[i::4] for i in range(4)))


def print_report(rows: Sequence[Sequence[Any]]) -> None:
    """Prints the figures of all rows and of each class as JSON."""
    classes = sorted(class_sums(row) for row in rows)
    if any(c.other for c in classes):
        raise SystemExit("the files are not of the same rows")
    figures = {
        "all": _whole(classes),
        **{
            str(c.label): {
                name: {
                    "base": c.first[i],
                    "candidate": c.second[i],
                    "difference": c.difference[i],
                    "stderr": c.sd[i] / c.rows**0.5,
                }
                for i, name in enumerate(MEASURES)
            }
            for c in classes
        },
    }
    print(json.dumps({"rows": sum(c.rows for c in classes), "figures": figures}))


def _whole(classes: Sequence[ClassSums]) -> dict[str, dict[str, float]]:
    """The figures of all classes together: variances are those within and that between."""
    n = sum(c.rows for c in classes)
    found = {}
    for i, name in enumerate(MEASURES):
        sides = {"base": 0.0, "candidate": 0.0, "difference": 0.0}
        for c in classes:
            for key, means in zip(sides, (c.first, c.second, c.difference), strict=True):
                sides[key] += c.rows * means[i] / n
        squares = sum(
            (c.rows - 1) * c.sd[i] ** 2 + c.rows * (c.difference[i] - sides["difference"]) ** 2
            for c in classes
        )
        found[name] = {**sides, "stderr": (squares / (n - 1) / n) ** 0.5}
    return found
