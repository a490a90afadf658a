"""Runs contenders in turn, A B C A B C …, so that a noisy minute strikes all alike."""

from __future__ import annotations

import math
import statistics
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from measure import Run, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contenders import Contender
    from workloads import Workload

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Series:
    """The runs of some contenders on one thing: a file, or a start-up command.

    `rows`, `bytes` and `cross_entropy` are None where nothing is scored.
    """

    name: str
    title: str
    runs: Mapping[str, Sequence[Run]]
    rows: int | None = None
    bytes: int | None = None
    cross_entropy: float | None = None

    def seconds(self, contender: str) -> float:
        """The median time."""
        return statistics.median(run.seconds for run in self.runs[contender])

    def peak_mb(self, contender: str) -> float:
        """The median peak memory."""
        return statistics.median(run.peak_mb for run in self.runs[contender])

    def ratio(self, contender: str, base: str) -> float:
        """The median over rounds of the contender's time over the base's in that round."""
        pairs = zip(self.runs[contender], self.runs[base], strict=True)
        return statistics.median(theirs.seconds / ours.seconds for theirs, ours in pairs)

    def to_json(self) -> dict[str, Any]:
        """As it stands in results.json: every run, no summary."""
        return asdict(self)


def say(message: str) -> None:
    """Progress, on standard error."""
    print(message, file=sys.stderr, flush=True)


def in_turn(commands: Mapping[str, list[str]], rounds: int) -> dict[str, list[Run]]:
    """Every command once per round."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, argv in commands.items():
            runs[name].append(run(argv)[0])
    return runs


def agreed_cross_entropy(contenders: Sequence[Contender], workload: Workload) -> float:
    """What all contenders say the file's cross-entropy is; warms the page cache, too.

    Raises:
        ValueError: they differ by more than `TOLERANCE`.
    """
    values = {c.name: c.cross_entropy(run(c.check_command(workload))[1]) for c in contenders}
    first = next(iter(values.values()))
    if not all(math.isclose(value, first, rel_tol=TOLERANCE) for value in values.values()):
        raise ValueError(f"{workload.name}: the contenders disagree: {values}")
    return first


def score(workload: Workload, contenders: Sequence[Contender], rounds: int) -> Series:
    """Makes the file, checks that all agree on it, times them in turn."""
    say(f"{workload.title}: making the file")
    size = workload.make().stat().st_size
    say(f"{workload.title}: {size / 1e6:.0f} MB, {rounds} rounds")
    value = agreed_cross_entropy(contenders, workload)
    runs = in_turn({c.name: c.command(workload) for c in contenders}, rounds)
    series = Series(workload.name, workload.title, runs, workload.rows, size, value)
    summarise(series)
    return series


def summarise(series: Series) -> None:
    """Says the medians."""
    for name in series.runs:
        say(f"  {name:10} {series.seconds(name):8.3f} s {series.peak_mb(name):8.0f} MB")
