"""The section on pairs: two models' predictions of the same rows, by their order and by an id."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from contenders import PEERS
from measure import Run, run
from series import Series, in_turn, say, summarise
from workloads import PAIRS, abbreviated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEASURES = ("cross_entropy", "brier", "accuracy")
TOLERANCE = 1e-9
HOW = {"order": "by their order, {} rows", "id": "by an id, the second file shuffled"}

Figures = dict[str, dict[str, dict[str, float]]]


def commands(
    how: str, first: str, second: str, xent: Sequence[str], peers: Sequence[str]
) -> dict[str, list[str]]:
    """What each contender is called with; all print JSON."""
    options = ["--json", "-m", ",".join(MEASURES), "--worst", "0"]
    matching = ["--id", "id"] if how == "id" else []
    scripts = {name: str(PEERS / f"pairs_{name}.py") for name in peers}
    theirs = {name: [sys.executable, scripts[name], how, first, second] for name in peers}
    return {"xent": [*xent, "compare", first, second, *matching, *options], **theirs}


def figures(output: str) -> Figures:
    """What was printed, by class (and `all`), measure and name."""
    report: dict[str, Any] = json.loads(output)
    if "figures" in report:
        found: Figures = report["figures"]
        return found
    (candidate,) = report["candidates"]
    parts = {"all": candidate, **{c["name"]: c for c in candidate["classes"]}}
    return {name: {m: _of(part["metrics"][m]) for m in MEASURES} for name, part in parts.items()}


def _of(metric: Mapping[str, Any]) -> dict[str, float]:
    values = {side: metric[side]["value"] for side in ("base", "candidate", "difference")}
    return {**values, "stderr": metric["difference"]["stderr"]}


def refuse_others(found: Mapping[str, Figures]) -> None:
    """Raises ValueError where two contenders' figures are more than `TOLERANCE` apart."""
    (name, ours), *others = found.items()
    for other, theirs in others:
        if _flat(ours).keys() != _flat(theirs).keys():
            raise ValueError(f"pairs: {name} and {other} have figures of other classes")
        for key, value in _flat(ours).items():
            if not math.isclose(value, _flat(theirs)[key], rel_tol=TOLERANCE):
                pair = f"{value!r} of {name} and {_flat(theirs)[key]!r} of {other}"
                raise ValueError(f"pairs: the contenders disagree: {' '.join(key)}, {pair}")


def _flat(found: Figures) -> dict[tuple[str, str, str], float]:
    return {
        (part, measure, name): value
        for part, measures in found.items()
        for measure, values in measures.items()
        for name, value in values.items()
    }


def score(scale: float, xent: Sequence[str], peers: Sequence[str], rounds: int) -> list[Series]:
    """Makes the files, checks that all agree in every figure, times them in turn.

    Raises:
        RunError: one failed.
        ValueError: they differ.
    """
    files = [workload.scaled(scale) for workload in PAIRS]
    sizes = {workload.name: workload.make().stat().st_size for workload in files}
    first, second, shuffled = (str(workload.path) for workload in files)
    rows = files[0].rows
    say(f"pairs: {sum(sizes.values()) / 1e6:.0f} MB, {rounds} rounds")
    others = {"order": second, "id": shuffled}
    called = {how: commands(how, first, others[how], xent, peers) for how in HOW}
    refuse_others(
        {
            f"{name} by {how}": figures(run(argv)[1])
            for how in HOW
            for name, argv in called[how].items()
        }
    )
    found = [
        Series(f"pairs-{how}", title.format(abbreviated(rows)), in_turn(called[how], rounds), rows)
        for how, title in HOW.items()
    ]
    found.append(reading(xent, (first, second), rounds, rows))
    for series in found:
        summarise(series)
    return found


def reading(xent: Sequence[str], paths: Sequence[str], rounds: int, rows: int) -> Series:
    """For scale: both files scored by themselves, one after the other."""
    runs = in_turn({path: [*xent, "eval", path] for path in paths}, rounds)
    both = [
        Run(sum(r.seconds for r in pair), max(r.peak_mb for r in pair))
        for pair in zip(*runs.values(), strict=True)
    ]
    title = "for scale: `xent eval` of both, one after the other"
    return Series("pairs-reading", title, {"xent": both}, rows)
