"""Who runs: the commands of each contender, and how its cross-entropy is read."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workloads import Workload

PEERS = Path(__file__).parent / "peers"


class Contender(Protocol):
    """A way to score a file: what to time, and a run that tells the cross-entropy."""

    @property
    def name(self) -> str:
        """The key in results.json."""
        ...

    def command(self, workload: Workload) -> list[str]:
        """The command to be timed."""
        ...

    def check_command(self, workload: Workload) -> list[str]:
        """A command whose output `cross_entropy` understands."""
        ...

    def cross_entropy(self, output: str) -> float:
        """The figure in that output."""
        ...


@dataclass(frozen=True)
class Xent:
    """This tool, with its default report as a table."""

    command_line: tuple[str, ...] = (sys.executable, "-m", "xentcli")
    threads: int | None = None

    @property
    def name(self) -> str:
        """`xent`, or with the number of threads where it is given."""
        return "xent" if self.threads is None else f"xent-{self.threads}"

    def command(self, workload: Workload) -> list[str]:
        """The default report."""
        threads = [] if self.threads is None else ["--threads", str(self.threads)]
        return [*self.command_line, "eval", str(workload.path), *threads]

    def check_command(self, workload: Workload) -> list[str]:
        """The same report as JSON."""
        return [*self.command(workload), "--json"]

    def cross_entropy(self, output: str) -> float:
        """The first metric of the report."""
        return float(json.loads(output)["metrics"]["cross_entropy"]["value"])


@dataclass(frozen=True)
class Peer:
    """Another tool doing the same work, by a script in `peers/`."""

    name: str

    def command(self, workload: Workload) -> list[str]:
        """The script, told the shape of the file so that it need not look."""
        script = str(PEERS / f"with_{self.name}.py")
        shape = [workload.layout.value, str(workload.classes)]
        return [sys.executable, script, *shape, str(workload.path)]

    def check_command(self, workload: Workload) -> list[str]:
        """The same: the scripts print JSON."""
        return self.command(workload)

    def cross_entropy(self, output: str) -> float:
        """As the scripts print it."""
        return float(json.loads(output)["cross_entropy"])


PEER_NAMES = ("polars", "duckdb", "sklearn")


@dataclass(frozen=True)
class StartUp:
    """A command that does next to nothing, and the bare imports to hold it against."""

    name: str
    title: str
    arguments: tuple[str, ...]
    imports: str

    def commands(self, xent: Sequence[str]) -> dict[str, list[str]]:
        """By contender."""
        return {
            "xent": [*xent, *self.arguments],
            "imports": [sys.executable, "-c", f"import {self.imports}"],
        }


SMALL_FILE = str(Path(__file__).parents[1] / "sample_data" / "iris_logits.csv")

START_UP = (
    StartUp("version", "`xent --version`", ("--version",), "typer, rich"),
    StartUp("help", "`xent --help`", ("--help",), "typer, rich"),
    StartUp(
        "small-csv",
        "`xent eval` of 150 rows of CSV",
        ("eval", SMALL_FILE),
        "typer, rich.table, numpy, pyarrow.csv",
    ),
)
