"""Two models' predictions of the same rows in DuckDB: one SQL query.

`python pairs_duckdb.py order|id FIRST SECOND`: rows are matched by their order, or by an id.
"""

# The query is put together from paths of our own, not from what a stranger types.
# ruff: noqa: S608

from __future__ import annotations

import os
import sys

import duckdb
from pairs import MEASURES, print_report


def paired(how: str, first: str, second: str) -> str:
    """Label, whether the other file has another, and the probability of it in both."""
    join = "POSITIONAL JOIN {}" if how == "order" else "JOIN {} USING (id)"
    right = join.format(f"read_parquet('{second}') AS b")
    return (
        "SELECT a.label AS label, a.label <> b.label AS other,"
        " CASE WHEN a.label = 1 THEN a.prob ELSE 1 - a.prob END AS p,"
        " CASE WHEN a.label = 1 THEN b.prob ELSE 1 - b.prob END AS q"
        f" FROM read_parquet('{first}') AS a {right}"
    )


def query(how: str, first: str, second: str) -> str:
    """One row a class: see `pairs.class_sums`."""
    of = {"cross_entropy": "-ln({})", "brier": "2 * (1 - {0}) * (1 - {0})"}
    of["accuracy"] = "({} > 0.5)::INT::DOUBLE"
    numbers = ", ".join(
        f"{of[m].format(p)} AS {m}_{side}" for m in MEASURES for side, p in ("ap", "bq")
    )
    sums = ", ".join(
        f"avg({m}_a), avg({m}_b), avg({m}_b - {m}_a), stddev_samp({m}_b - {m}_a)" for m in MEASURES
    )
    rows = f"SELECT label, other, {numbers} FROM ({paired(how, first, second)})"
    return f"SELECT label, count(*), sum(other::INT), {sums} FROM ({rows}) GROUP BY label"


def main() -> None:
    """Reads, matches, groups, prints."""
    connection = duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})
    how, first, second = sys.argv[1:]
    if how == "id":
        connection.execute("SET preserve_insertion_order = false")
    print_report(connection.execute(query(how, first, second)).fetchall())


if __name__ == "__main__":
    main()
