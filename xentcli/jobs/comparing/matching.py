"""Which rows of a candidate belong to which of the baseline: by an id."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from xentcli.errors import InputError
from xentcli.jobs.comparing.agreement import first_other, truths
from xentcli.jobs.comparing.hash_index import Grown, HashIndex
from xentcli.jobs.comparing.partners import Beside, Unpaired
from xentcli.numerics.hashing import of_texts
from xentcli.report.from_sums import no_rows
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from xentcli.jobs.comparing.agreement import Truth
    from xentcli.jobs.comparing.sides import Lines, Side
    from xentcli.numerics.arrays import Hashes, Rows


class ById:
    """A candidate whose rows are kept, to be found by the hash of their id.

    A row takes some 17 bytes, 8 for each measure (1 where it is but yes or no) and 8 where rows
    have weights; 8 more while they are brought into order. Hashes have 64 bits: of ten million
    ids, two share one in one of some 400,000 cases, and are then told to be the same, which is
    an error.
    """

    def __init__(
        self,
        base: Side,
        side: Side,
        blocks: Iterable[Lines],
        name: str,
        *,
        allow_missing: bool,
    ) -> None:
        self._base = base
        self._side = side
        self._name = name
        self._allow_missing = allow_missing
        self._own, theirs = truths(base, side)
        self._absent = 0
        self._first_absent: str | None = None
        self._twice = 0
        self._first_twice: str | None = None
        self._read(blocks, theirs)

    def _read(self, blocks: Iterable[Lines], truth: Truth) -> None:
        """Takes in all rows of the candidate."""
        columns: dict[str | int, Grown] = defaultdict(Grown)
        for lines in blocks:
            columns["hashes"].append(self._hashes(lines))
            for number, line in enumerate(lines.values):
                columns[number].append(line)
            for name, column in (("truth", truth.of(lines.truth)), ("weights", lines.weights)):
                if column is not None:
                    columns[name].append(column)
        if not columns:
            raise no_rows(self._side.path)
        self._index = HashIndex(columns.pop("hashes").array())
        self._refuse_twins()
        held = {name: column.array() for name, column in columns.items()}
        self._truth, self._weights = held.pop("truth", None), held.pop("weights", None)
        self._values = [held[number] for number in range(len(held))]
        self._seen = np.zeros(len(self._index), dtype=np.bool_)

    def _hashes(self, lines: Lines) -> Hashes:
        if lines.hashes is None:
            raise ValueError("these rows have no ids")
        found = lines.hashes
        empty = found == _NO_ID
        if empty.any():
            row = lines.number(int(empty.argmax()))
            raise InputError(f"{lines.path}: row {row:,}, column '{shown(self._name)}': has no id")
        return found

    def _refuse_twins(self) -> None:
        """Raises InputError where two rows of the candidate have one id."""
        earlier, later = self._index.twins()
        if not len(later):
            return
        # Rows are counted from 1, those left out not among them.
        first = later.argmin()
        a, b = int(earlier[first]) + 1, int(later[first]) + 1
        raise InputError(
            f"{self._side.path}: {len(later):,} rows have an id that an earlier row has; the first "
            f"is scored row {b:,}, which has that of row {a:,}",
            hint=f"is '{shown(self._name)}' the column that names rows? --id takes another",
        )

    def beside(self, lines: Lines) -> Beside:
        """The candidate's numbers of the rows with the same ids.

        Raises InputError for the first of them that has another label, or weight.
        """
        hashes = self._hashes(lines)
        own, there = self._index.find(hashes)
        rows: Rows | None = None
        if not there.all():
            self._note_absent(lines, there)
            rows = np.flatnonzero(there)
            own = own[rows]
        self._note_twins(lines, rows, own)
        self._seen[own] = True
        self._check(lines, rows, own)
        return Beside(tuple(line.take(own) for line in self._values), rows)

    def _note_twins(self, lines: Lines, rows: Rows | None, own: Rows) -> None:
        again = self._seen.take(own)
        ordered = np.sort(own)
        if not again.any() and not (ordered[1:] == ordered[:-1]).any():
            return
        _, first = np.unique(own, return_index=True)
        later = np.ones(len(own), dtype=np.bool_)
        later[first] = again[first]
        self._twice += int(np.count_nonzero(later))
        row = int(later.argmax())
        row = row if rows is None else int(rows[row])
        self._first_twice = self._first_twice or (
            f"{lines.path}: row {lines.number(row):,} has an id{self._told(lines, row)} that an "
            "earlier row has"
        )

    def _note_absent(self, lines: Lines, there: NDArray[np.bool_]) -> None:
        self._absent += int(np.count_nonzero(~there))
        row = int((~there).argmax())
        self._first_absent = self._first_absent or (
            f"row {lines.number(row):,} of {lines.path}{self._told(lines, row)}"
        )

    def _told(self, lines: Lines, row: int) -> str:
        """The id of a row of the baseline, where it was kept."""
        found = lines.told(self._name, row)
        return "" if found is None else f" ('{shown(found, 60)}')"

    def _check(self, lines: Lines, rows: Rows | None, own: Rows) -> None:
        """Raises InputError for the first row that is not the same."""
        for ours, theirs, what in (
            (self._own.of(lines.truth), self._truth, "label"),
            (lines.weights, self._weights, "weight"),
        ):
            if ours is None or theirs is None:
                continue
            ours = ours if rows is None else ours[..., rows]  # noqa: PLW2901
            theirs = theirs.take(own, axis=-1)  # noqa: PLW2901
            row = first_other(ours, theirs, weights=what == "weight")
            if row is not None:
                there = row if rows is None else int(rows[row])
                raise InputError(
                    f"{self._side.path}: the row with the id of row {lines.number(there):,} of "
                    f"{lines.path}{self._told(lines, there)} has another {what}",
                    hint="two data sets are compared row by row where their rows are the same",
                )

    def finish(self, rows: int) -> Unpaired:
        """Raises InputError for ids that occur twice, or on one side only."""
        del rows
        if self._twice:
            raise InputError(
                (self._first_twice or "")
                + (f", and so have {self._twice - 1:,} more" if self._twice > 1 else ""),
                hint=f"is '{shown(self._name)}' the column that names rows? --id takes another",
            )
        more = len(self._seen) - int(np.count_nonzero(self._seen))
        if (more or self._absent) and not self._allow_missing:
            missing = f", the first that of {self._first_absent}" if self._absent else ""
            raise InputError(
                f"{self._side.path}: lacks {_ids(self._absent)} of {self._base.path}{missing}, "
                f"and has {more:,} of its own",
                hint="`xent compare --allow-missing` compares the rows that both have",
            )
        if not self._seen.any():
            raise InputError(f"{self._side.path}: has no id that {self._base.path} has")
        return Unpaired(self._absent, more)


def _ids(count: int) -> str:
    return "1 id" if count == 1 else f"{count:,} ids"


_NO_ID = of_texts([""])[0]
