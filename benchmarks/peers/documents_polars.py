"""Perplexity by document in polars: a lazy scan, one group-by, the streaming engine.

`python documents_polars.py PATH OUT`.
"""

from __future__ import annotations

import sys

import polars as pl

LOSS, ROWS, TOTAL, SQUARES = (pl.col(name) for name in ("loss", "rows", "total", "squares"))


def figures(path: str) -> pl.LazyFrame:
    """Tokens, perplexity and its standard error by the delta method, sorted by document."""
    sums = (
        pl.scan_parquet(path)
        .with_columns(loss=-pl.col("logprob"))
        .group_by("doc")
        .agg(rows=pl.len(), total=LOSS.sum(), squares=(LOSS * LOSS).sum())
    )
    mean = TOTAL / ROWS
    variance = (SQUARES - TOTAL * mean) / (ROWS - 1)
    return sums.select(
        "doc",
        "rows",
        perplexity=mean.exp(),
        perplexity_stderr=pl.when(ROWS > 1).then(mean.exp() * (variance / ROWS).sqrt()),
    ).sort("doc")


def main() -> None:
    """Reads, groups, writes."""
    path, out = sys.argv[1:]
    figures(path).sink_parquet(out, engine="streaming")


if __name__ == "__main__":
    main()
