"""Measures the tool against its peers: whole processes, in turn, and all must agree.

`python benchmarks/run.py` measures everything and writes `results.json` beside this script
and `docs/scaling.svg`; `--write-readme` also puts the tables into README.md. A run of a part
(`--workload`, `--peers`, `--scale`) prints its tables and writes nothing, unless `--output`
names a file. The data are made once, in `data/`, from a seed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import by_document
import by_pair
import environment
import table
from contenders import PEER_NAMES, START_UP, Contender, Peer, Xent
from measure import ROOT, RunError, run
from series import Series, in_turn, say, score
from workloads import DATA, MANY_CLASSES, SCALING, WORKLOADS, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).parent
SECTIONS = ("documents", "pairs", "many-classes", "threads", "start-up", "scaling")
NAMES = (*(workload.name for workload in WORKLOADS), *SECTIONS)

BYTES_PER_ROW = 10
"""Of the scaling files, roughly: what a point needs on the disk."""


class Plan(argparse.Namespace):
    """The options, typed."""

    runs: int
    workload: list[str]
    peers: list[str]
    scale: float
    xent: tuple[str, ...]
    plot: bool
    output: Path | None
    write_readme: bool

    @property
    def is_partial(self) -> bool:
        """Whether less than everything is measured."""
        return set(self.workload) != set(NAMES) or self.peers != [*PEER_NAMES] or self.scale != 1

    def contenders(self, *, without: Sequence[str] = ()) -> list[Contender]:
        """The tool and the peers asked for."""
        peers = [Peer(name) for name in self.peers if name not in without]
        return [Xent(self.xent), *peers]

    def threads(self) -> list[Contender]:
        """The tool on one thread and on two."""
        return [Xent(self.xent, 1), Xent(self.xent, 2)]


def parse(arguments: Sequence[str] | None = None) -> Plan:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds of each series (5)")
    parser.add_argument(
        "--workload", action="append", choices=NAMES, help="only this one; repeatable"
    )
    parser.add_argument(
        "--peers", default=",".join(PEER_NAMES), help="comma list of peers; '' for none"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="times as many rows (1)")
    parser.add_argument(
        "--xent", default=Xent().command_line, type=lambda text: tuple(shlex.split(text)),
        help="the command to measure, another build for example (python -m xentcli)",
    )  # fmt: skip
    parser.add_argument("--no-plot", dest="plot", action="store_false", help="no scaling.svg")
    parser.add_argument(
        "--output",
        type=lambda text: Path(text).absolute(),
        help="where to write the results as JSON",
    )
    parser.add_argument("--write-readme", action="store_true", help="tables into README.md")
    plan = parser.parse_args(arguments, namespace=Plan())
    plan.workload = plan.workload or list(NAMES)
    peers = str(plan.peers)
    plan.peers = [name for name in peers.split(",") if name]
    if unknown := set(plan.peers) - set(PEER_NAMES):
        parser.error(f"--peers: no {', '.join(sorted(unknown))}; there are {', '.join(PEER_NAMES)}")
    return plan


def files(plan: Plan) -> list[Series]:
    """The speed table."""
    chosen = [workload for workload in WORKLOADS if workload.name in plan.workload]
    return [score(w.scaled(plan.scale), plan.contenders(), plan.runs) for w in chosen]


def documents(plan: Plan) -> list[Series]:
    """The perplexity of every document."""
    peers = [name for name in plan.peers if name != "sklearn"]
    return [by_document.score(plan.scale, plan.xent, peers, plan.runs)]


def pairs(plan: Plan) -> list[Series]:
    """Two models compared row by row."""
    peers = [name for name in plan.peers if name != "sklearn"]
    return by_pair.score(plan.scale, plan.xent, peers, plan.runs)


def many_classes(plan: Plan) -> list[Series]:
    """A thousand classes, for the memory."""
    workload = MANY_CLASSES.scaled(plan.scale)
    return [score(workload, plan.contenders(without=["sklearn"]), plan.runs)]


def threads(plan: Plan) -> list[Series]:
    """Every file on one thread and on two."""
    return [score(w.scaled(plan.scale), plan.threads(), plan.runs) for w in WORKLOADS]


def start_up(plan: Plan) -> list[Series]:
    """Commands that do next to nothing, against the imports they cannot avoid."""
    series = []
    for case in START_UP:
        commands = case.commands(plan.xent)
        for argv in commands.values():
            run(argv)
        rounds = 4 * plan.runs
        series.append(Series(case.name, case.title, in_turn(commands, rounds)))
    return series


def scaling(plan: Plan) -> list[Series]:
    """One file at growing length; each is deleted once it is measured."""
    contenders = [*plan.threads(), *plan.contenders(without=["sklearn"])[1:]]
    series = []
    for workload in (point.scaled(plan.scale) for point in SCALING):
        if not fits(workload):
            say(f"{workload.title}: left out, the disk is too full")
            continue
        try:
            series.append(score(workload, contenders, plan.runs))
        finally:
            workload.path.unlink(missing_ok=True)
    return series


def fits(workload: Workload) -> bool:
    """Whether the file leaves as much room on the disk again as it takes."""
    DATA.mkdir(exist_ok=True)
    return shutil.disk_usage(DATA).free > 2 * BYTES_PER_ROW * workload.rows


MEASURES: Mapping[str, Callable[[Plan], list[Series]]] = {
    "documents": documents,
    "pairs": pairs,
    "many-classes": many_classes,
    "threads": threads,
    "start-up": start_up,
    "scaling": scaling,
}


def measure(plan: Plan) -> dict[str, list[Series]]:
    """Every section asked for, in the order of the tables."""
    sections = {"files": files(plan)}
    for name, section in MEASURES.items():
        if name in plan.workload:
            sections[name] = section(plan)
    return sections


def write_results(plan: Plan, sections: Mapping[str, Sequence[Series]]) -> None:
    """results.json and the plot; for a part only what `--output` asks for."""
    output = plan.output or (None if plan.is_partial else HERE / "results.json")
    if output is None:
        return
    listed = {name: [s.to_json() for s in series] for name, series in sections.items()}
    document = {**environment.describe(), "rounds": plan.runs, "sections": listed}
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if plan.plot and sections.get("scaling"):
        picture = (
            ROOT / "docs" / "scaling.svg" if not plan.is_partial else output.with_suffix(".svg")
        )
        script = str(HERE / "plot.py")
        subprocess.run([sys.executable, script, str(output), str(picture)], check=True)


def main() -> int:
    """Measures, prints, writes."""
    plan = parse()
    os.chdir(ROOT)  # so that `python -m xentcli` is the checkout's
    try:
        sections = measure(plan)
    except (RunError, ValueError) as error:
        say(f"error: {error}")
        return 1
    text = table.render(sections, environment.describe())
    print(text)
    write_results(plan, sections)
    if plan.write_readme:
        table.splice(ROOT / "README.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
