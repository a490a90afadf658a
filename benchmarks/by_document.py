"""The section on documents: figures of each, written as Parquet, and all must be the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contenders import PEERS
from measure import run
from series import Series, in_turn, say, summarise
from workloads import DATA, DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workloads import Workload

COMPARE = str(Path(__file__).parent / "compare.py")


def commands(
    workload: Workload, xent: Sequence[str], peers: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What each contender is called with, and where it writes to."""
    path = str(workload.path)
    results = {name: str(DATA / f".documents-{name}.parquet") for name in ("xent", *peers)}
    ours = [
        *xent,
        "eval",
        path,
        "--task",
        "outcome",
        "--by",
        "doc",
        "-m",
        "perplexity",
        "-o",
        results["xent"],
    ]
    scripts = {name: str(PEERS / f"documents_{name}.py") for name in peers}
    theirs = {name: [sys.executable, scripts[name], path, results[name]] for name in peers}
    return {"xent": ours, **theirs}, results


def score(scale: float, xent: Sequence[str], peers: Sequence[str], rounds: int) -> Series:
    """Makes the file, checks that all agree on every document, times them in turn.

    Raises:
        RunError: they differ, or one failed.
    """
    workload = DOCUMENTS.scaled(scale)
    size = workload.make().stat().st_size
    say(f"{workload.title}: {size / 1e6:.0f} MB, {rounds} rounds")
    called, results = commands(workload, xent, peers)
    try:
        for argv in called.values():
            run(argv)
        run([sys.executable, COMPARE, *results.values()])
        runs = in_turn(called, rounds)
    finally:
        for path in results.values():
            Path(path).unlink(missing_ok=True)
    series = Series(workload.name, workload.title, runs, workload.rows, size)
    summarise(series)
    return series
