"""Rows as Arrow record batches of a source in memory, as a reader would deliver them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tests.laws.kinds import statistics_for
from xentcli.engine.forked import run_forked
from xentcli.engine.plan import Plan
from xentcli.engine.threads import run_threads
from xentcli.layout.layout import Layout, Shape
from xentcli.layout.schema import Column, Kind
from xentcli.options import Policy, Scale, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.laws.rows import Rows
    from xentcli.layout.schema import Role
    from xentcli.reading.source import Source
    from xentcli.sums.run import Sum


@dataclass
class MemorySplit:
    """A run of rows, yielded in blocks."""

    table: Any
    block: int

    def batches(self) -> Iterator[Any]:
        yield from self.table.to_batches(max_chunksize=self.block)


_KINDS = {
    "string": Kind.TEXT,
    "int64": Kind.NUMBER,
    "double": Kind.NUMBER,
    "float": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
}


@dataclass
class MemorySource:
    """Tables, each of which is a split."""

    tables: Sequence[Any]
    path: str = "memory"
    format: str = "arrow"
    size: int | None = None
    consumed: int = 0
    columns: tuple[Column, ...] = ()
    closed: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = tuple(
            Column(f.name, _KINDS.get(str(f.type), Kind.LIST), str(f.type))
            for f in self.tables[0].schema
        )

    def sample(self) -> Mapping[str, Sequence[object]]:
        found: dict[str, Sequence[object]] = self.tables[0].slice(0, 100).to_pydict()
        return found

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[MemorySplit]:
        del threads
        for table in self.tables:
            yield MemorySplit(table.select(list(roles)), block_rows)

    def place(self, split: int, row: int) -> str | None:
        return f"split {split}, row {row}"

    def check_unchanged(self) -> None:
        """What is in memory stays as it is."""

    def close(self) -> None:
        self.closed.append(True)


def layout_of(rows: Rows, names: Sequence[str] | None = None, *, vector: bool = False) -> Layout:
    """The layout of what `table_of` makes."""
    classes = tuple(names or (f"c{i}" for i in range(rows.k)))
    single = rows.raw.ndim == 1
    shape = Shape.SINGLE if single else Shape.VECTOR if vector else Shape.COLUMNS
    columns = ("score",) if shape is not Shape.COLUMNS else tuple(f"score {n}" for n in classes)
    return Layout(
        task=Task.BINARY if rows.k == 2 else Task.MULTICLASS,
        targets=("label",),
        scores=columns,
        shape=shape,
        scale=rows.scale,
        classes=classes,
        positive=rows.positive,
        weight=None if rows.weights is None else "weight",
    )


def table_of(rows: Rows, layout: Layout, labels: str = "text") -> Any:
    """An Arrow table; `labels` is `text`, `dictionary` or, for whole-number names, `int64`."""
    texts = pa.array([layout.classes[t] for t in rows.truth.tolist()], pa.string())
    found: dict[str, Any] = {"label": texts}
    if labels == "dictionary":
        found["label"] = texts.dictionary_encode()
    elif labels != "text":
        found["label"] = texts.cast(pa.int64()).cast(labels)
    kind = pa.from_numpy_dtype(rows.raw.dtype)
    if layout.shape is Shape.SINGLE:
        found["score"] = pa.array(rows.raw)
    elif layout.shape is Shape.VECTOR:
        flat = pa.array(np.ascontiguousarray(rows.raw.T).reshape(-1), kind)
        found["score"] = pa.FixedSizeListArray.from_arrays(flat, rows.k)
    else:
        found |= {n: pa.array(r, kind) for n, r in zip(layout.scores, rows.raw, strict=True)}
    if rows.weights is not None:
        found["weight"] = pa.array(rows.weights)
    return pa.table(found)


def summed(
    layout: Layout,
    sources: Sequence[Sequence[Any]],
    policy: Policy | None = None,
    *,
    threads: int = 1,
    block: int | None = None,
    forked: bool = False,
) -> Sum:
    """What a run over these sources, each a list of tables, adds up."""
    wanted = statistics_for(layout.kind)
    plan = Plan.of(layout, policy or Policy(), wanted, workers=threads, rows=block)

    def opened() -> Iterator[Source]:
        for tables in sources:
            yield MemorySource(tables)

    if forked:
        return run_forked(plan, opened).sum
    return run_threads(plan, opened()).sum


def passes_the_decoder(rows: Rows) -> bool:
    """Whether every row is one that the decoder takes."""
    if rows.scale is Scale.LOGIT and rows.raw.ndim == 2 and rows.raw.size:
        return bool(np.all(rows.raw.max(axis=0) > -np.inf))
    return True
