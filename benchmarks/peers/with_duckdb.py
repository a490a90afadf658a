"""The default report in DuckDB: one SQL query, grouped by class.

`python with_duckdb.py LAYOUT CLASSES PATH`. Of several spellings tried, the fastest.
"""

# The query is put together from column numbers, not from what a stranger types.
# ruff: noqa: S608

from __future__ import annotations

import os
import sys

import duckdb
from summary import ClassSums, print_report


def source(path: str, columns: list[str]) -> str:
    """The file; a CSV file with its dialect and types given, so that nothing is sniffed."""
    if path.endswith(".parquet"):
        return f"read_parquet('{path}')"
    types = ", ".join(f"'{name}': 'DOUBLE'" for name in columns)
    return (
        f"read_csv('{path}', header=true, delim=',', quote='', escape='', auto_detect=false,"
        f" columns={{'label': 'TINYINT', {types}}})"
    )


def binary(path: str) -> str:
    """Label, p_true, hit, brier, off and the probability of class 1, row by row."""
    p_true = "CASE WHEN label = 1 THEN prob ELSE 1 - prob END"
    rows = f"SELECT label, prob, {p_true} AS p_true FROM {source(path, ['prob'])}"
    return (
        "SELECT label, p_true, p_true > 0.5 AS hit, 2 * (1 - p_true) * (1 - p_true) AS brier,"
        f" NOT (prob BETWEEN 0 AND 1) AS off, prob FROM ({rows})"
    )


def multiclass(rows: str, columns: list[str]) -> str:
    """The same from p_true, the largest, the sum and the sum of squares of a row."""
    return (
        "SELECT label, p_true, p_true >= largest AS hit, squares - 2 * p_true + 1 AS brier,"
        f" abs(total - 1) > 1e-3 AS off, {', '.join(columns)} FROM ({rows})"
    )


def wide(path: str, classes: int) -> tuple[str, list[str]]:
    """A column per class: plain arithmetic over the columns."""
    names = [f"prob_{k}" for k in range(classes)]
    cases = " ".join(f"WHEN {k} THEN {name}" for k, name in enumerate(names))
    rows = (
        f"SELECT *, CASE label {cases} END AS p_true, greatest({', '.join(names)}) AS largest,"
        f" {' + '.join(names)} AS total, {' + '.join(f'{c} * {c}' for c in names)} AS squares"
        f" FROM {source(path, names)}"
    )
    return multiclass(rows, names), names


def lists(path: str, classes: int) -> tuple[str, list[str]]:
    """A list a row: the list functions, which beat unpacking it into columns."""
    rows = (
        "SELECT label, probs, probs[label + 1] AS p_true, list_max(probs) AS largest,"
        " list_sum(probs) AS total, list_inner_product(probs, probs) AS squares"
        f" FROM {source(path, [])}"
    )
    return multiclass(rows, ["probs"]), [f"probs[{k}]" for k in range(1, classes + 1)]


def query(layout: str, classes: int, path: str) -> str:
    """The whole query."""
    if layout == "binary":
        rows, scores = binary(path), ["prob"]
    else:
        rows, scores = (wide if layout == "wide" else lists)(path, classes)
    sums = ", ".join(f"sum({score})" for score in scores)
    return (
        "SELECT label, count(*), avg(loss), stddev_samp(loss), sum(hit::INT), avg(brier),"
        f" sum(off::INT), {sums}"
        f" FROM (SELECT *, -ln(p_true::DOUBLE) AS loss FROM ({rows})) GROUP BY label"
    )


def main() -> None:
    """Reads, groups, prints."""
    layout, classes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    connection = duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})
    connection.execute("SET preserve_insertion_order = false")
    rows = connection.execute(query(layout, classes, path)).fetchall()
    print_report([ClassSums.from_row(row) for row in rows])


if __name__ == "__main__":
    main()
