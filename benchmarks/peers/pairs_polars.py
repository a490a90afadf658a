"""Two models' predictions of the same rows in polars, on the streaming engine.

`python pairs_polars.py order|id FIRST SECOND`: rows are matched by their order, or by an id.
"""

from __future__ import annotations

import sys

import polars as pl
from pairs import MEASURES, print_report

LABEL = pl.col("label")


def figures(prob: str) -> dict[str, pl.Expr]:
    """The loss, the Brier score and whether it is a hit, of a column of probabilities of 1."""
    p_true = pl.when(LABEL == 1).then(pl.col(prob)).otherwise(1 - pl.col(prob))
    off = 1 - p_true
    return {"cross_entropy": -p_true.log(), "brier": 2 * off * off, "accuracy": p_true > 0.5}


def paired(how: str, first: str, second: str) -> pl.LazyFrame:
    """Rows beside each other: label, prob, other_label, other_prob."""
    names = {"label": "other_label", "prob": "other_prob"}
    columns = ["label", "prob"] if how == "order" else ["id", "label", "prob"]
    ours = pl.scan_parquet(first).select(columns)
    theirs = pl.scan_parquet(second).select(columns).rename(names)
    if how == "order":
        return pl.concat([ours, theirs], how="horizontal")
    return ours.join(theirs, on="id")


def summed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row a class: see `pairs.class_sums`."""
    ours, theirs = figures("prob"), figures("other_prob")
    numbers = {f"{m}_a": ours[m].cast(pl.Float64) for m in MEASURES}
    numbers |= {f"{m}_b": theirs[m].cast(pl.Float64) for m in MEASURES}
    of = []
    for m in MEASURES:
        a, b, d = (pl.col(f"{m}_{side}") for side in "abd")
        of += [a.mean(), b.mean(), d.mean().alias(f"{m}_mean"), d.std().alias(f"{m}_sd")]
    differences = {f"{m}_d": pl.col(f"{m}_b") - pl.col(f"{m}_a") for m in MEASURES}
    other = (pl.col("other_label") != LABEL).alias("other")
    return (
        rows.select("label", other, **numbers)
        .with_columns(**differences)
        .group_by("label")
        .agg(pl.len(), pl.col("other").sum(), *of)
    )


def main() -> None:
    """Reads, matches, groups, prints."""
    how, first, second = sys.argv[1:]
    print_report(summed(paired(how, first, second)).collect(engine="streaming").rows())


if __name__ == "__main__":
    main()
