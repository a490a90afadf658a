"""Counts of what was done to rows, or noticed about them, with the first and the worst case.

Nothing is clipped, dropped or rescaled without a count here; `findings` puts the counts
into words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """What can be noticed about a row."""

    SUM = "sum-to-one"
    RESCALED = "rescaled"
    CLIPPED = "clipped"
    CONVENTION = "convention"
    ZERO = "zero-probability"
    MISSING = "missing-dropped"
    UNKNOWN = "unknown-label-dropped"
    IGNORED = "ignored-label"


class Place(NamedTuple):
    """Where a row stands: the part of the data set, the split of the part, the row of the split.

    All count from 0.
    """

    part: int
    split: int
    row: int

    def moved(self, rows: int) -> Place:
        """The place `rows` further on in the same split."""
        return self._replace(row=self.row + rows)


class Case(NamedTuple):
    """A row that is an example of something, with the number or text that made it one."""

    place: Place
    value: float | str | None = None


@dataclass(frozen=True)
class Entry:
    """How many rows, the first of them, and the worst with how bad it is."""

    count: int
    first: Case
    worst: tuple[float, Case] | None = None

    def merge(self, other: Entry) -> Entry:
        """Both together: order-free, the earlier of equally bad cases being the worst."""
        cases = [e.worst for e in (self, other) if e.worst is not None]
        return Entry(
            self.count + other.count,
            min(self.first, other.first, key=lambda c: c.place),
            min(cases, key=lambda w: (-w[0], w[1].place)) if cases else None,
        )


@dataclass
class Tally:
    """What was noticed, by code: a commutative monoid under `merge`."""

    entries: dict[Code, Entry] = field(default_factory=dict)

    def note(self, code: Code, entry: Entry) -> None:
        """Adds to what is known under `code`."""
        known = self.entries.get(code)
        self.entries[code] = entry if known is None else known.merge(entry)

    def merge(self, other: Tally) -> Tally:
        """Both together, as a new tally."""
        merged = Tally(dict(self.entries))
        for code, entry in other.entries.items():
            merged.note(code, entry)
        return merged
