"""Makes one file of synthetic predictions, a row group at a time, from a fixed seed.

`python generate.py FORMAT LAYOUT CLASSES ROWS PATH`. Logits are normal, labels are drawn
from a slightly flatter softmax, so that the model is overconfident as real ones are. Rows
come in blocks with a seed each: a longer file begins with the rows of a shorter one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from workloads import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 20_260
GROUP_CELLS = 25_000_000
GROUP_ROWS = 1_000_000
FLATTENING = 0.8
DECIMALS = 6
TOKEN_LOGIT, TOKEN_SPREAD = 1.5, 3.0
NOISE = 0.5
PAIRED = (Layout.FIRST, Layout.SECOND, Layout.SHUFFLED)


class Block(NamedTuple):
    """A row group to be made: its number, its length and the generator of its numbers."""

    number: int
    rows: int
    random: np.random.Generator

    @property
    def ids(self) -> np.ndarray:
        """A number of each row, from 1 through the whole file."""
        return np.arange(1, self.rows + 1) + self.number * GROUP_ROWS


def blocks(layout: Layout, rows: int, classes: int) -> Iterator[Block]:
    """The row groups of a file."""
    cells = 1 if layout is Layout.DOCUMENTS else classes
    size = min(GROUP_ROWS, max(1, GROUP_CELLS // cells))
    for number, start in enumerate(range(0, rows, size)):
        random = np.random.default_rng([SEED, classes, number])
        yield Block(number, min(size, rows - start), random)


def binary(rows: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Labels in {0, 1} and the probability of 1, float64."""
    logits = random.standard_normal(rows) * 2
    labels = random.random(rows) < 1 / (1 + np.exp(-FLATTENING * logits))
    return labels.astype(np.int64), 1 / (1 + np.exp(-logits))


def second(block: Block, p: np.ndarray) -> np.ndarray:
    """What another model makes of the rows of a block: the logits of the first, and noise."""
    random = np.random.default_rng([SEED, 2, block.number, 1])
    logits = np.log(p / (1 - p)) + NOISE * random.standard_normal(block.rows)
    probabilities: np.ndarray = 1 / (1 + np.exp(-logits))
    return probabilities


def multiclass(
    rows: int, classes: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Labels in 0..K-1 and the (K, n) probabilities, float32, summing to one."""
    logits = random.standard_normal((classes, rows), dtype=np.float32) * np.float32(2)
    cumulative = np.cumsum(np.exp(np.float32(FLATTENING) * logits), axis=0)
    draws = random.random(rows, dtype=np.float32) * cumulative[-1]
    labels = np.minimum((cumulative <= draws).sum(axis=0), classes - 1)
    exponentials = np.exp(logits, out=logits)
    exponentials /= exponentials.sum(axis=0, dtype=np.float64).astype(np.float32)
    return labels, exponentials


def documents(block: Block, length: int) -> tuple[np.ndarray, np.ndarray]:
    """The document of each token, and the log-probability, float64.

    Documents lie one after the other, `length` tokens each on average; the last of a block
    goes on in the next. Some are harder than others.
    """
    number, rows, random = block
    starts = max(1, rows // length) - (number == 0)
    cuts = np.zeros(rows, dtype=np.int64)
    cuts[random.choice(np.arange(1, rows), starts, replace=False)] = 1
    before = number * (GROUP_ROWS // length) - 1 if number else 0
    inside = np.cumsum(cuts)
    difficulty = TOKEN_LOGIT + 0.5 * random.standard_normal(starts + 1)
    odds_against = difficulty[inside] + TOKEN_SPREAD * random.standard_normal(rows)
    return before + inside, -np.logaddexp(0.0, odds_against)


def printable(probabilities: np.ndarray) -> np.ndarray:
    """Six decimals, as people print them, but never 0: that would cost infinity."""
    rounded: np.ndarray = np.round(probabilities.astype(np.float64), DECIMALS)
    floored: np.ndarray = np.maximum(rounded, 10.0**-DECIMALS)
    return floored


def record_batch(layout: Layout, classes: int, block: Block, *, text: bool) -> pa.RecordBatch:
    """One block of the file."""
    finish: Callable[[np.ndarray], np.ndarray] = printable if text else np.asarray
    _, rows, random = block
    if layout is Layout.DOCUMENTS:
        document, logprob = documents(block, classes)
        return pa.record_batch({"doc": document, "logprob": logprob})
    if layout is Layout.BINARY:
        labels, p = binary(rows, random)
        return pa.record_batch({"label": labels, "prob": finish(p)})
    if layout in PAIRED:
        labels, p = binary(rows, random)
        p = p if layout is Layout.FIRST else second(block, p)
        return pa.record_batch({"id": block.ids, "label": labels, "prob": finish(p)})
    labels, probabilities = multiclass(rows, classes, random)
    columns: dict[str, object] = {"label": labels}
    if layout is Layout.WIDE:
        columns |= {f"prob_{k}": finish(probabilities[k]) for k in range(classes)}
    else:
        flat = np.ascontiguousarray(probabilities.T).reshape(-1)
        columns["probs"] = pa.FixedSizeListArray.from_arrays(flat, classes)
    return pa.record_batch(columns)


def shuffled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of all batches in another order, in batches of as many."""
    every = pa.Table.from_batches(batches)
    order = np.random.default_rng(SEED).permutation(len(every))
    yield from every.take(order).combine_chunks().to_batches(max_chunksize=GROUP_ROWS)


def generate(file_format: str, layout: Layout, classes: int, rows: int, path: Path) -> None:
    """Writes the file beside its final place, then moves it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    text = file_format == "csv"
    writer = None
    made = (record_batch(layout, classes, b, text=text) for b in blocks(layout, rows, classes))
    for batch in shuffled(made) if layout is Layout.SHUFFLED else made:
        if writer is None:
            writer = open_writer(partial, batch.schema, text=text)
        writer.write_table(pa.Table.from_batches([batch]))
    if writer is not None:
        writer.close()
    partial.rename(path)


def open_writer(
    path: Path, schema: pa.Schema, *, text: bool
) -> pa.csv.CSVWriter | pq.ParquetWriter:
    """A writer with the defaults that pandas users get, unquoted for CSV."""
    if text:
        options = pa.csv.WriteOptions(quoting_style="none", quoting_header="none")
        return pa.csv.CSVWriter(path, schema, write_options=options)
    return pq.ParquetWriter(path, schema)


if __name__ == "__main__":
    file_format_, layout_, classes_, rows_, path_ = sys.argv[1:]
    generate(file_format_, Layout(layout_), int(classes_), int(rows_), Path(path_))
