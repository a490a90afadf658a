"""States as parts of one data set: which go together, and what they are together."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from xentcli.errors import InputError
from xentcli.jobs.states.fingerprint import By
from xentcli.layout.bins import Bins
from xentcli.rows.tally import Entry, Place, Tally
from xentcli.sums.run import Outcome
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xentcli.jobs.states.saved import Saved
    from xentcli.rows.tally import Case
    from xentcli.sums.run import Sum

_LAYOUT = {
    "task": "the task",
    "target_scale": "the scale of the target",
    "targets": "the target",
    "target_shape": "the shape of the target",
    "target_words": "how the target is read",
    "scale": "the scale of the scores",
    "classes": "the classes",
    "bins": "the bins of --by",
    "positive": "the class that the score speaks of",
    "truth": "how labels are read",
    "scores": "the columns of scores",
    "shape": "the shape of the scores",
    "weight": "--weight",
    "id": "--id",
    "units": "--count",
    "by": "--by",
    "cluster": "--cluster",
    "positional": "whether classes have names",
}
_PLURAL = {"the classes", "the bins of --by", "the columns of scores", "the sums"}
_POLICY = {
    "clip": "--clip",
    "like": "--like",
    "sum_to_one": "--sum-to-one",
    "tolerance": "--tolerance",
    "missing": "--missing",
    "unknown_label": "--unknown-label",
    "ignore_label": "--ignore-label",
}


def merged(states: Sequence[Saved], name: str | None = None) -> Saved:
    """States as one, their sources in this order: what one run over all of them would have saved.

    Raises InputError for states of different layouts, conventions or figures, and for such as
    share rows, as far as that can be seen.
    """
    for other in states[1:]:
        _check_alike(states[0], other)
    _check_apart(states)
    found = reduce(_joined, states)
    names = states[0].name if len(states) == 1 else f"{len(states)} states"
    _ = found.settled  # raises where labels of shards clash
    return replace(found, name=name or names)


def _joined(one: Saved, other: Saved) -> Saved:
    first = len(one.outcome.facts)
    total = one.sum.merge(_moved(other.sum, first))
    facts = (*one.outcome.facts, *other.outcome.facts)
    shards = tuple(sorted((*one.shards, *other.shards)))
    return replace(one, outcome=Outcome(total, facts), shards=shards)


def _moved(total: Sum, first: int) -> Sum:
    """The same with its parts numbered from `first`."""

    def case(found: Case) -> Case:
        part, split, row = found.place
        return found._replace(place=Place(part + first, split, row))

    def entry(found: Entry) -> Entry:
        worst = None if found.worst is None else (found.worst[0], case(found.worst[1]))
        return Entry(found.count, case(found.first), worst)

    entries = {code: entry(found) for code, found in total.tally.entries.items()}
    rows = {(part + first, split): n for (part, split), n in total.rows.items()}
    return replace(total, tally=Tally(entries), rows=rows)


def _facts(one: Saved, other: Saved) -> Iterator[tuple[str, Any, Any]]:
    """What two states must have in common: what it is called, and what it is in both."""
    for key, words in _LAYOUT.items():
        yield words, getattr(one.layout, key), getattr(other.layout, key)
    for key, words in _POLICY.items():
        yield words, getattr(one.policy, key), getattr(other.policy, key)
    yield "--metric", one.metrics, other.metrics
    yield "--calibration", one.calibration, other.calibration
    yield "the sums", one.statistics, other.statistics
    yield "--paired", one.sketch is not None, other.sketch is not None
    yield "the version of xent", one.version, other.version


def _check_alike(one: Saved, other: Saved) -> None:
    for words, ours, theirs in _facts(one, other):
        if ours != theirs:
            named = words in (_LAYOUT["classes"], _LAYOUT["scores"])
            raise InputError(
                f"{one.name} and {other.name} cannot be merged: {words} "
                f"{'are' if words in _PLURAL else 'is'} "
                f"{_told(ours)} in one, {_told(theirs)} in the other",
                hint="score all with the same --scores and --classes" if named else None,
            )


def _told(value: Any) -> str:
    if isinstance(value, Bins):
        text = str(value if value.unknown else value._replace(quantiles=None))
    elif isinstance(value, tuple):
        text = ", ".join(map(_told, value)) or "none"
    elif isinstance(value, bool):
        text = "on" if value else "off"
    else:
        text = "none" if value is None else str(getattr(value, "value", value))
    return shown(text, 60)


def _check_apart(states: Sequence[Saved]) -> None:
    """Raises InputError for states that have rows in common, as far as that can be seen."""
    if states[0].by is By.ID:
        _check_ids(states)
        return
    seen: dict[Any, str] = {}
    for state in states:
        for shard in state.shards:
            if shard.rows and shard in seen:
                raise InputError(
                    f"{seen[shard]} and {state.name} cannot be merged: both hold the same "
                    f"{shard.rows:,} rows",
                    hint="--id tells rows apart that are alike",
                )
        seen.update(dict.fromkeys(state.shards, state.name))


def _check_ids(states: Sequence[Saved]) -> None:
    seen: dict[int, str] = {}
    for state in states:
        ids = state.fingerprint.ids.tolist()
        shared = [seen[number] for number in ids if number in seen]
        if shared:
            count = shared.count(shared[0])
            raise InputError(
                f"{shared[0]} and {state.name} cannot be merged: they have rows in common, "
                f"{count:,} of the {len(ids):,} ids that were compared",
                hint="a row belongs to one shard",
            )
        seen.update(dict.fromkeys(ids, state.name))
