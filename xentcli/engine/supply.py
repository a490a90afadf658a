"""The splits of a data set, handed out in order to whoever works on them."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, RowError
from xentcli.layout.naming import prefix_of
from xentcli.layout.schema import Table, missing_column
from xentcli.sums.run import Facts
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xentcli.layout.schema import Role
    from xentcli.reading.source import Source, Split


class NumberedSplit(NamedTuple):
    """A split to be worked through: number `number` of part `part` of the data set."""

    part: int
    number: int
    split: Split


class Supply:
    """The splits of all sources in order, each handed out once, under a lock.

    `turns` gives the numbers of the splits that are this supply's to hand out, all of them
    by default; where other processes have supplies of the same data, they share the turns.
    Sources are opened when their turn comes, and closed, which checks that they did not
    change, when their last split is done. `rows` keeps how many rows each split had, by
    which a row can be named afterwards.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        roles: Mapping[str, Role],
        *,
        rows: int,
        threads: int,
        turns: Iterator[int] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._turns = itertools.count() if turns is None else turns
        self._tasks = self._all(iter(sources), roles, rows, threads)
        self._open: dict[int, Source] = {}
        self._pending: dict[int, int] = defaultdict(int)
        self._exhausted: set[int] = set()
        self._at = (0, 0)
        # With the task, whose split may be all that is left of a stream's text.
        self._failures: dict[tuple[int, int], tuple[BaseException, NumberedSplit | None]] = {}
        self._sources: list[Source] = []
        self.facts: list[Facts] = []
        self.rows: dict[tuple[int, int], int] = {}
        self.stopped = False

    def _all(
        self, sources: Iterator[Source], roles: Mapping[str, Role], rows: int, threads: int
    ) -> Iterator[NumberedSplit]:
        turn = next(self._turns, None)
        numbers = itertools.count()
        for part, source in enumerate(sources):
            self._at = part, 0
            self._open[part] = source
            self._sources.append(source)
            self.facts.append(Facts(source.path, source.format, source.size))
            _check_columns(source, self._sources[0], roles)
            splits = source.splits(roles, block_rows=rows, threads=threads)
            for number, split in enumerate(splits):
                if next(numbers) == turn:
                    self._pending[part] += 1
                    yield NumberedSplit(part, number, split)
                    turn = next(self._turns, None)
                if turn is None:
                    return
                self._at = part, number + 1
            self._exhausted.add(part)
            self._close_if_done(part)

    def take(self) -> NumberedSplit | None:
        """The next split; None when there are no more, or a failure ended the run."""
        with self._lock:
            if self.stopped:
                return None
            try:
                return next(self._tasks, None)
            except BaseException as error:
                self._fail(self._at, error, None)
                return None

    def done(self, task: NumberedSplit, rows: int) -> None:
        """A split was worked through; it had so many rows."""
        with self._lock:
            self.rows[task.part, task.number] = rows
            self._pending[task.part] -= 1
            try:
                self._close_if_done(task.part)
            except InputError as error:
                self._fail((task.part, task.number), error, task)

    def failed(self, task: NumberedSplit | None, error: BaseException) -> None:
        """A split could not be worked through: no further ones are handed out.

        Without a task the failure is not of the data's making, and comes after all that are.
        """
        with self._lock:
            place = (1 << 60, 0) if task is None else (task.part, task.number)
            self._fail(place, error, task)

    def _fail(
        self, place: tuple[int, int], error: BaseException, task: NumberedSplit | None
    ) -> None:
        self._failures.setdefault(place, (error, task))
        self.stopped = True

    def _close_if_done(self, part: int) -> None:
        if part in self._exhausted and not self._pending[part] and part in self._open:
            self._open.pop(part).close()

    def close(self) -> None:
        """Releases every source, finished or not."""
        while self._open:
            self._open.popitem()[1].close()

    @property
    def consumed(self) -> int:
        """The bytes taken from all sources so far."""
        return sum(source.consumed for source in list(self._sources))

    def first_failure(self) -> tuple[tuple[int, int], BaseException] | None:
        """What went wrong first in the order of the data, with its part and split.

        A row's error is told with its line, which may mean reading the file again.
        """
        if not self._failures:
            return None
        part, number = min(self._failures)
        error, _ = self._failures[part, number]
        if isinstance(error, InputError) and part < len(self._sources):
            error = _changed(self._sources[part]) or error
        if isinstance(error, RowError):
            source = self._sources[part]
            place = None if error.row is None else source.place(number, error.row)
            return (part, number), error.located(source.path, place)
        return (part, number), error


def _changed(source: Source) -> InputError | None:
    """Whether a source changed while it was read, which explains any other trouble with it."""
    try:
        source.check_unchanged()
    except InputError as error:
        return error
    return None


def _check_columns(source: Source, first: Source, roles: Mapping[str, Role]) -> None:
    """Every part has the columns that the first one was understood by, and no further scores."""
    names = Table(source.columns, {}).names
    for name in roles:
        if name not in names:
            error = missing_column(name, names)
            raise InputError(f"{source.path}: {error.message}", hint=error.hint)
    known = {column.name for column in first.columns}
    families = {prefix_of(name) for name in roles} - {None}
    for name in names:
        if name not in known and prefix_of(name) in families:
            raise InputError(
                f"{source.path}: has the score column '{shown(name)}', which {first.path} has not"
            )
