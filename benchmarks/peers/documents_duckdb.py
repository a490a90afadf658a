"""Perplexity by document in DuckDB: one SQL query, grouped by document.

`python documents_duckdb.py PATH OUT`.
"""

# The query is put together from paths of our own, not from what a stranger types.
# ruff: noqa: S608

from __future__ import annotations

import os
import sys

import duckdb


def query(path: str) -> str:
    """Tokens, perplexity and its standard error by the delta method, sorted by document."""
    sums = (
        "SELECT doc, count(*) AS n, -sum(logprob) AS total, sum(logprob * logprob) AS squares"
        f" FROM read_parquet('{path}') GROUP BY doc"
    )
    variance = "(squares - total * (total / n)) / (n - 1)"
    return (
        "SELECT doc, n AS rows, exp(total / n) AS perplexity, CASE WHEN n > 1 THEN"
        f" exp(total / n) * sqrt({variance} / n) END AS perplexity_stderr"
        f" FROM ({sums}) ORDER BY doc"
    )


def main() -> None:
    """Reads, groups, writes."""
    path, out = sys.argv[1:]
    connection = duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})
    connection.execute(f"COPY ({query(path)}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    main()
