"""Data sets of every kind of truth, as files, and their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xentcli.jobs.evaluate import Files, run
from xentcli.jobs.states.files import parse, state_text
from xentcli.jobs.states.recorder import Recording
from xentcli.jobs.states.saved import Saved, saved_of
from xentcli.options import (
    ColumnOptions,
    FileOptions,
    Keep,
    Options,
    Policy,
    ReportOptions,
    RunOptions,
    TargetKind,
    Task,
)

if TYPE_CHECKING:
    from pathlib import Path

    from xentcli.report.report import Report

_POLICY, _REPORT = Policy(), ReportOptions()
NAMES = ("c0", "c1", "c2")


class Kind(NamedTuple):
    """What a data set is, and how it is read."""

    name: str
    truth: TargetKind
    columns: ColumnOptions


KINDS = (
    Kind("three", TargetKind.CLASS, ColumnOptions(target=("label",), scores="prob_*")),
    Kind("two", TargetKind.CLASS, ColumnOptions(target=("sure",), scores="p", positive="yes")),
    Kind("words", TargetKind.CLASS, ColumnOptions(target=("sure",), scores="p")),
    Kind("soft", TargetKind.SOFT, ColumnOptions(target=("soft_*",), scores="prob_*")),
    Kind(
        "labels",
        TargetKind.LABELS,
        ColumnOptions(target=("on_*",), scores="single_*", task=Task.MULTILABEL),
    ),
    Kind(
        "outcome",
        TargetKind.OUTCOME,
        ColumnOptions(scores="p", task=Task.OUTCOME, units="bytes"),
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}

# What is asked for beside the columns of truth and scores.
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "id": {"id": "id"},
    "weighted": {"weight": "w", "id": "id"},
    "sliced": {"by": ("country",), "id": "id"},
    "crossed": {"by": ("country", "group")},
    "binned": {"by": ("age[18,65]",), "weight": "w"},
    "quartiles": {"by": ("age[q4]",)},
    "clustered": {"cluster": "user", "id": "id"},
    "both": {"by": ("country",), "cluster": "user"},
}


def table(n: int = 60, seed: int = 0, *, sharp: float = 1.0, zero: bool = False) -> pa.Table:
    """Rows with a truth of every kind; `sharp` makes another model of it."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    scores = rng.dirichlet(np.ones(3), n)
    if sharp != 1.0:
        scores = scores**sharp * np.random.default_rng(99).lognormal(sigma=0.5, size=(n, 3))
    scores /= scores.sum(axis=1, keepdims=True)
    if zero:
        scores[0] = np.eye(3)[(truth[0] + 1) % 3]
    soft = rng.dirichlet(np.ones(3), n)
    soft[::5] = np.eye(3)[truth[::5]]
    found: dict[str, Any] = {"id": [f"r{seed}-{i}" for i in range(n)]}
    found["label"] = [NAMES[t] for t in truth]
    found["sure"] = ["yes" if t else "no" for t in truth]
    found["p"] = np.clip(scores[:, 0], 0.01, 0.99)
    for k, name in enumerate(NAMES):
        found[f"prob_{name}"] = scores[:, k]
        found[f"soft_{name}"] = soft[:, k]
        found[f"on_{name}"] = rng.integers(0, 2, n)
        found[f"single_{name}"] = rng.uniform(0.01, 0.99, n) ** sharp
    found["w"] = rng.integers(1, 40, n) / 8
    found["country"] = rng.choice(["DE", "FR", "é", ""], n)
    found["group"] = rng.integers(-2, 3, n)
    found["age"] = rng.uniform(0, 90, n)
    found["user"] = rng.integers(0, 9, n)
    found["bytes"] = rng.integers(1, 9, n)
    return pa.table(found)


def written(folder: Path, name: str, rows: pa.Table) -> str:
    """The path of a Parquet file of these rows."""
    path = folder / name
    pq.write_table(rows, path, row_group_size=max(17, len(rows) // 8))
    return str(path)


def ran(
    paths: list[str],
    columns: ColumnOptions,
    *,
    policy: Policy = _POLICY,
    report: ReportOptions = _REPORT,
    keep: Keep | None = None,
    processes: bool = False,
    block: int = 7,
) -> tuple[Saved, Report]:
    """What a run saves, and what it reports."""
    work = RunOptions(threads=2, block_rows=block, processes=processes)
    options = Options(columns=columns, policy=policy, report=report, run=work)
    done = run(Files(paths, FileOptions()), options, None, [Recording(keep or Keep())])
    return saved_of(done, report, "a.xent"), done.report(report)


def again(saved: Saved) -> Saved:
    """A saved run that went through the text of its file."""
    return parse(state_text(saved).encode(), saved.name)
