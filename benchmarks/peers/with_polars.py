"""The default report in polars: a lazy scan, one group-by, the streaming engine.

`python with_polars.py LAYOUT CLASSES PATH`. Of several spellings tried, the fastest.
"""

from __future__ import annotations

import sys

import polars as pl
from summary import ClassSums, print_report

LABEL, PROB, PROBS = pl.col("label"), pl.col("prob"), pl.col("probs")


def scan(path: str, columns: list[str]) -> pl.LazyFrame:
    """The file; a CSV file with its types given, as inferring them would cost a look."""
    if path.endswith(".parquet"):
        return pl.scan_parquet(path)
    return pl.scan_csv(path, schema={"label": pl.Int8, **dict.fromkeys(columns, pl.Float64)})


def binary(path: str) -> pl.LazyFrame:
    """A row's figures from the probability of class 1."""
    p_true = pl.when(LABEL.eq(1)).then(PROB).otherwise(1 - PROB)
    rows = scan(path, ["prob"]).select("label", "prob", p_true=p_true)
    return rows.with_columns(
        hit=pl.col("p_true") > 0.5,
        brier=2 * (1 - pl.col("p_true")) ** 2,
        off=~PROB.is_between(0, 1),
    )


def multiclass(rows: pl.LazyFrame, p_true: pl.Expr, columns: list[str]) -> pl.LazyFrame:
    """A row's figures from a column per class."""
    squares = pl.sum_horizontal(pl.col(name) * pl.col(name) for name in columns)
    figures = rows.with_columns(
        p_true=p_true.cast(pl.Float64),
        largest=pl.max_horizontal(columns),
        squares=squares,
        off=(pl.sum_horizontal(columns) - 1).abs() > 1e-3,
    )
    return figures.with_columns(
        hit=pl.col("p_true") >= pl.col("largest"),
        brier=pl.col("squares") - 2 * pl.col("p_true") + 1,
    )


def figures(layout: str, classes: int, path: str) -> tuple[pl.LazyFrame, list[str]]:
    """The rows' figures, and the names of the probability columns."""
    if layout == "binary":
        return binary(path), ["prob"]
    names = [f"prob_{k}" for k in range(classes)]
    if layout == "wide":
        p_true = pl.coalesce(pl.when(LABEL.eq(k)).then(pl.col(c)) for k, c in enumerate(names))
        return multiclass(scan(path, names), p_true, names), names
    unpacked = [PROBS.arr.get(k).alias(name) for k, name in enumerate(names)]
    rows = scan(path, names).select("label", *unpacked, p_true=PROBS.arr.get(LABEL))
    return multiclass(rows, pl.col("p_true"), names), names


def main() -> None:
    """Reads, groups, prints."""
    layout, classes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rows, names = figures(layout, classes, path)
    loss = pl.col("loss")
    grouped = (
        rows.with_columns(loss=-pl.col("p_true").log())
        .group_by("label")
        .agg(
            pl.len(),
            loss.mean().alias("mean"),
            loss.std().alias("sd"),
            pl.col("hit").sum(),
            pl.col("brier").mean(),
            pl.col("off").sum(),
            *[pl.col(name).cast(pl.Float64).sum() for name in names],
        )
    )
    table = grouped.collect(engine="streaming")
    print_report([ClassSums.from_row(row) for row in table.rows()])


if __name__ == "__main__":
    main()
