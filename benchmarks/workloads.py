"""What is measured: the files, their shapes and sizes. Light: imports nothing heavy."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data"


class Layout(StrEnum):
    """How a file holds its scores: one column, a column a class, or a list a row.

    DOCUMENTS is one column, too: the log-probabilities of tokens, beside their document.
    FIRST and SECOND are of two models that predict the same rows, which have ids; SHUFFLED is
    SECOND in another order.
    """

    BINARY = "binary"
    WIDE = "wide"
    LISTS = "lists"
    DOCUMENTS = "documents"
    FIRST = "first"
    SECOND = "second"
    SHUFFLED = "shuffled"


@dataclass(frozen=True)
class Workload:
    """A file of predictions, determined by these fields and the generator's seed.

    `classes` is, of documents, how many tokens one has on average.
    """

    name: str
    format: str
    layout: Layout
    classes: int
    rows: int

    @property
    def title(self) -> str:
        """For people: `Parquet, lists of 10, 10M rows`."""
        if self.layout is Layout.DOCUMENTS:
            documents = abbreviated(self.rows // self.classes)
            return f"Parquet, {abbreviated(self.rows)} tokens in {documents} documents"
        shape = {
            Layout.BINARY: "binary",
            Layout.WIDE: f"{self.classes} columns",
            Layout.LISTS: f"lists of {self.classes:,}",
            Layout.FIRST: "a first model",
            Layout.SECOND: "a second model",
            Layout.SHUFFLED: "the second model, shuffled",
        }
        name = {"parquet": "Parquet", "csv": "CSV"}[self.format]
        return f"{name}, {shape[self.layout]}, {abbreviated(self.rows)} rows"

    @property
    def path(self) -> Path:
        """Where the file lies once it is made."""
        return DATA / f"{self.layout}-{self.classes}x{self.rows}.{self.format}"

    def scaled(self, scale: float) -> Workload:
        """The same workload with `scale` times the rows, at least one."""
        return dataclasses.replace(self, rows=max(1, round(self.rows * scale)))

    def make(self) -> Path:
        """Makes the file unless it is there. A child does it: see `measure` for why."""
        if not self.path.exists():
            arguments = [self.format, self.layout, str(self.classes), str(self.rows)]
            script = str(HERE / "generate.py")
            subprocess.run([sys.executable, script, *arguments, str(self.path)], check=True)
        return self.path


def abbreviated(count: int) -> str:
    """20000000 as `20M`, 200000 as `200k`; what is not round stays as it is."""
    for unit, suffix in ((1_000_000, "M"), (1_000, "k")):
        if count >= unit and count % unit == 0:
            return f"{count // unit}{suffix}"
    return f"{count:,}"


WORKLOADS = (
    Workload("parquet-binary", "parquet", Layout.BINARY, 2, 20_000_000),
    Workload("parquet-wide", "parquet", Layout.WIDE, 10, 10_000_000),
    Workload("parquet-lists", "parquet", Layout.LISTS, 10, 10_000_000),
    Workload("csv-binary", "csv", Layout.BINARY, 2, 10_000_000),
    Workload("csv-wide", "csv", Layout.WIDE, 10, 2_000_000),
)
"""The five files of the speed table, at full size."""

MANY_CLASSES = Workload("many-classes", "parquet", Layout.LISTS, 1000, 200_000)
"""A wide output layer: what counts here is memory."""

DOCUMENTS = Workload("documents", "parquet", Layout.DOCUMENTS, 50, 10_000_000)
"""Tokens of a language model, to be scored by document: what counts here is the grouping."""

PAIRS = tuple(
    Workload(f"pairs-{layout.value}", "parquet", layout, 2, 10_000_000)
    for layout in (Layout.FIRST, Layout.SECOND, Layout.SHUFFLED)
)
"""Two models' predictions of the same rows, to be compared; the second's also shuffled."""

SCALING = tuple(
    Workload(f"scaling-1e{power}", "parquet", Layout.BINARY, 2, 10**power) for power in range(4, 9)
)
"""The same binary file at growing length."""
