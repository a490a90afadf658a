"""What a state keeps of all rows besides sums, as plain values: a form for each kind of part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.jobs.states.exact_text import (
    array_of,
    array_record,
    number,
    number_text,
    sums_of,
    sums_record,
)
from xentcli.jobs.states.fingerprint import MOST_IDS, By, Fingerprint
from xentcli.jobs.states.pair_sketch import CELLS, PairSketch
from xentcli.numerics.keyed_sums import KeyedSums
from xentcli.report.json_text import whole
from xentcli.rows.imitate import RoundedPair
from xentcli.rows.matrix_scores import Logits, LogProbabilities, Probabilities
from xentcli.rows.single_scores import SingleLogit, SingleLogProbability, SingleProbability
from xentcli.sums.row_sample import RowSample, Taken
from xentcli.sums.score_grid import ScoreGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from xentcli.rows.scores import Scores

    Record = Mapping[str, Any]

# What the scores of a sample are, by name.
_SCORES: dict[str, type[Scores]] = {
    "probabilities": Probabilities,
    "log-probabilities": LogProbabilities,
    "logits": Logits,
    "single-probabilities": SingleProbability,
    "single-log-probabilities": SingleLogProbability,
    "single-logits": SingleLogit,
    "single-rounded-pairs": RoundedPair,
}


class Form(NamedTuple):
    """A kind of part, what it is called in a file, and the way there and back."""

    kind: type
    name: str
    record: Callable[[Any], dict[str, Any]]
    of: Callable[[Record], Any]


def part_record(part: object) -> dict[str, Any]:
    """A part as plain values."""
    form = next(f for f in FORMS if f.kind is type(part))
    return {"kind": form.name, **form.record(part)}


def part_of(record: Record) -> Any:
    """The part that `part_record` made a record of. Raises ValueError for one of no known kind."""
    for form in FORMS:
        if form.name == record["kind"]:
            return form.of(record)
    raise ValueError(f"a part that is a {record['kind']!r}")


def _keyed_record(sums: KeyedSums) -> dict[str, Any]:
    record = {"keys": array_record(sums.keys), "rows": array_record(sums.rows)}
    if sums.weight is not None:
        record["weight"] = sums_record({"weight": sums.weight}, len(sums.keys))
    return record


def _keyed_of(record: Record, kind: str) -> KeyedSums:
    keys, rows = array_of(record["keys"], kind), array_of(record["rows"], "i8")
    if keys.ndim != 1 or keys.shape != rows.shape or not _ascend(keys):
        raise ValueError("keys and rows that do not go together")
    weight = None
    if "weight" in record:
        weight = sums_of(record["weight"], len(keys))["weight"]
    return KeyedSums(keys, rows, weight)


def _ascend(keys: NDArray[Any]) -> bool:
    return bool(np.all(keys[1:] > keys[:-1]))


def _of_sample(sample: RowSample) -> dict[str, Any]:
    taken = sample.taken()
    if taken is None:
        return {"scores": None}
    kind, positive, bounds = taken.kind
    return {
        "scores": next(name for name, scores in _SCORES.items() if scores is kind),
        "positive": positive,
        "bounds": None if bounds is None else list(map(number_text, bounds)),
        "most": taken.most,
        "kept": _keyed_record(taken.kept),
        "raw": array_record(taken.raw),
        "truth": array_record(taken.truth),
    }


def _sample_of(record: Record) -> RowSample:
    if record["scores"] is None:
        return RowSample.of(None)
    kept = _keyed_of(record["kept"], "u8")
    raw, truth = array_of(record["raw"], "f4", "f8"), array_of(record["truth"])
    single = record["scores"].startswith("single")
    columns = 1 if single else len(raw)
    if raw.shape != (columns, len(kept.keys)) or truth.shape != kept.keys.shape:
        raise ValueError("scores and classes of another number of rows")
    if truth.dtype.kind not in "ui" or (truth.max(initial=0) >= (2 if single else columns)):
        raise ValueError("classes that are none")
    bounds = record["bounds"]
    ends = None
    if bounds is not None:
        low, high = map(number, bounds)
        ends = low, high
    most = None if record["most"] is None else whole(record["most"], 1)
    kind = _SCORES[record["scores"]], whole(record["positive"], 0, 2), ends
    return RowSample.of(Taken(most, kept, raw, truth, kind))


def _of_grid(grid: ScoreGrid) -> dict[str, Any]:
    kept = grid.counted()
    return {"dropped": grid.dropped, "kept": _keyed_record(kept)}


def _grid_of(record: Record) -> ScoreGrid:
    return ScoreGrid.of(whole(record["dropped"], 0, 64), _keyed_of(record["kept"], "i8"))


def _of_fingerprint(found: Fingerprint) -> dict[str, Any]:
    return {
        "by": found.by.value,
        "rows": found.rows,
        "sums": array_record(found.sums),
        "content": array_record(found.content),
        "ids": array_record(found.ids),
    }


def _fingerprint_of(record: Record) -> Fingerprint:
    sums, content, ids = (array_of(record[key], "u8") for key in ("sums", "content", "ids"))
    if sums.ndim != 2 or len(sums) != 2 or content.shape != (2,):
        raise ValueError("sums of hashes of the wrong shape")
    if ids.ndim != 1 or len(ids) > MOST_IDS or not _ascend(ids):
        raise ValueError("hashes of ids of the wrong shape")
    return Fingerprint.of(By(record["by"]), whole(record["rows"]), sums, content, ids)


def _of_pairs(sketch: PairSketch) -> dict[str, Any]:
    return {"cells": CELLS, **sums_record(sketch.sums, CELLS)}


def _pairs_of(record: Record) -> PairSketch:
    if record["cells"] != CELLS:
        raise ValueError(f"a sketch of {record['cells']!r} cells")
    return PairSketch.of(sums_of(record, CELLS))


FORMS = (
    Form(RowSample, "row-sample", _of_sample, _sample_of),
    Form(ScoreGrid, "score-grid", _of_grid, _grid_of),
    Form(Fingerprint, "fingerprint", _of_fingerprint, _fingerprint_of),
    Form(PairSketch, "pair-sketch", _of_pairs, _pairs_of),
)
