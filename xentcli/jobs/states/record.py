"""A saved run as plain values, which JSON can hold, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.jobs.states.exact_text import (
    number,
    number_text,
    sums_of,
    sums_record,
)
from xentcli.jobs.states.layout_record import layout_of, layout_record, policy_of, policy_record
from xentcli.jobs.states.parts import part_of, part_record
from xentcli.jobs.states.recorder import FINGERPRINT
from xentcli.jobs.states.saved import Saved, Shard
from xentcli.report.json_text import text, texts, whole
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.sums.run import Facts, Outcome, Sum
from xentcli.sums.slices.slices import Slices
from xentcli.sums.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    Record = Mapping[str, Any]


def record_of(saved: Saved) -> dict[str, Any]:
    """All of a saved run but what its file is called."""
    total = saved.sum
    return {
        "version": saved.version,
        "signature": saved.signature,
        "test_set": {"digest": saved.test_set, "by": saved.by.value, "rows": saved.rows},
        "metrics": list(saved.metrics),
        "calibration": saved.calibration,
        "statistics": list(saved.statistics),
        "layout": layout_record(saved.layout),
        "policy": policy_record(saved.policy),
        "sources": [
            {"path": f.path, "format": f.format, "bytes": f.size, "rows": total.rows[part, 0]}
            for part, f in enumerate(saved.outcome.facts)
        ],
        "rows_read": total.read,
        "labels": sorted(total.labels),
        "tally": [_entry_record(code, e) for code, e in sorted(total.tally.entries.items())],
        "shards": [shard._asdict() for shard in saved.shards],
        "state": sums_record(total.state.sums, total.state.size),
        "slices": _slices_record(total.slices) if saved.layout.parted_by else None,
        "parts": {name: part_record(total.state.parts[name]) for name in sorted(total.state.parts)},
    }


def saved_from(record: Record, name: str) -> Saved:
    """The saved run that `record_of` made a record of.

    Raises KeyError, TypeError, ValueError and the like for what is none.
    """
    layout = layout_of(record["layout"])
    size = layout.size
    state = State(size, sums_of(record["state"], size))
    state.parts = {key: part_of(part) for key, part in record["parts"].items()}
    if len(state.parts[FINGERPRINT].sums[0]) != layout.k + 1:
        raise ValueError("a fingerprint of another number of classes")
    facts = tuple(
        Facts(text(s["path"]), text(s["format"]), None if s["bytes"] is None else whole(s["bytes"]))
        for s in record["sources"]
    )
    if not facts:
        raise ValueError("no sources")
    slices = Slices(size)
    if layout.parted_by:
        slices = _slices_of(record["slices"], size, len(layout.parted_by))
    total = Sum(
        state,
        Tally(dict(_entry_of(entry, len(facts)) for entry in record["tally"])),
        frozenset(texts(record["labels"])),
        whole(record["rows_read"]),
        {(part, 0): whole(s["rows"]) for part, s in enumerate(record["sources"])},
        slices,
    )
    calibration = record["calibration"]
    if not isinstance(calibration, bool):
        raise TypeError("calibration is true or false")
    return Saved(
        name,
        layout,
        policy_of(record["policy"]),
        texts(record["metrics"]),
        calibration,
        texts(record["statistics"]),
        Outcome(total, facts),
        tuple(Shard(text(s["digest"]), whole(s["rows"])) for s in record["shards"]),
        text(record["version"]),
    )


def _slices_record(slices: Slices) -> dict[str, Any]:
    """Slices in the order of their values; the first sums are of what is left out."""
    settled = slices.settled()
    order, _ = settled.places.ordered()
    numbers = np.zeros(settled.slots, dtype=np.intp)
    numbers[order + 1] = np.arange(1, settled.slots)
    keys = settled.places.keys()
    sums = settled.gathered(numbers, settled.slots).sums
    return {
        "most": settled.most,
        "bar": settled.bar,
        "values": [list(keys[place]) for place in order.tolist()],
        **sums_record(sums, settled.slots * settled.size),
    }


def _slices_of(record: Record, size: int, columns: int) -> Slices:
    keys = [texts(value) for value in record["values"]]
    if any(len(key) != columns for key in keys) or len(set(keys)) != len(keys):
        raise ValueError("values of slices that are not told apart")
    slices = Slices(size, whole(record["most"], 1, 1 << 63))
    slices.of_keys(keys)
    bar = record["bar"]
    slices.bar = None if bar is None else whole(bar, 0, 1 << 64)
    room = slices.state.size
    for name, sums in sums_of(record, slices.slots * size).items():
        sums.grow(room * (sums.size // (slices.slots * size)))
        slices.state.sums[name] = sums
    return slices


def _entry_record(code: Code, entry: Entry) -> dict[str, Any]:
    worst = entry.worst
    return {
        "code": code.value,
        "rows": entry.count,
        "first": _case_record(entry.first),
        "worst": None if worst is None else {"by": number_text(worst[0]), **_case_record(worst[1])},
    }


def _entry_of(record: Record, parts: int) -> tuple[Code, Entry]:
    worst = record["worst"]
    entry = Entry(
        whole(record["rows"], 1),
        _case_of(record["first"], parts),
        None if worst is None else (number(worst["by"]), _case_of(worst, parts)),
    )
    return Code(record["code"]), entry


def _case_record(case: Case) -> dict[str, Any]:
    """A row by its source and its number in it, from 1, and the number or text that made it one."""
    record: dict[str, Any] = {"source": case.place.part, "row": case.place.row + 1}
    if isinstance(case.value, str):
        record["text"] = case.value
    elif case.value is not None:
        record["value"] = number_text(case.value)
    return record


def _case_of(record: Record, parts: int) -> Case:
    place = Place(whole(record["source"], 0, parts), 0, whole(record["row"], 1) - 1)
    if "text" in record:
        return Case(place, text(record["text"]))
    return Case(place, number(record["value"]) if "value" in record else None)
