"""Data sets of statistical packages, in chunks that pandas or pyreadstat gives as frames."""

from __future__ import annotations

import warnings
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from xentcli.errors import InputError
from xentcli.layout.schema import Column, Kind, Role
from xentcli.numerics import to_arrow
from xentcli.reading.bytes.edge import folded
from xentcli.reading.bytes.inputs import as_file
from xentcli.reading.tables.cells import array_of, is_missing, spelled
from xentcli.reading.tables.table_source import TableSource

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    import pyarrow as pa

    from xentcli.reading.bytes.inputs import Input

_FIRST_ROWS = 200
# pyreadstat begins at the front for every chunk, so that these are few.
_CELLS = 1 << 22


class Frames(Protocol):
    """Gives the columns `names` (all, if None) as frames of `rows` rows."""

    def __call__(
        self, path: str, names: Sequence[str] | None, rows: int
    ) -> Generator[Any, None, None]: ...


def open_frames(
    supply: Input, format_: str, frames: Frames, check: Callable[[str], None] | None = None
) -> TableSource:
    """Opens a data set. Raises `InputError` for one that the library cannot read.

    `check` looks for what the library does not, such as an end that is missing.
    """
    file = as_file(supply)
    try:
        if check is not None:
            check(file.path)
        return TableSource(supply, format_, file, DataSet(frames, file.path, supply.name))
    except BaseException:
        file.close()
        raise


class DataSet:
    """A typed table; a column with labels for its values is a column of text."""

    def __init__(self, frames: Frames, path: str, name: str) -> None:
        self._frames = frames
        self._path = path
        self._name = name
        self.total: int | None = None
        with _edge(name), closing(frames(path, None, _FIRST_ROWS)) as first:
            frame = next(first, None)
        if frame is None:
            raise InputError(f"{name}: is empty")
        self.columns = tuple(_column(str(c), frame[c]) for c in frame.columns)

    def chunks(self, names: Sequence[str], rows: int) -> Iterator[FrameChunk]:
        """The rows in the order of the file."""
        done = 0
        many = max(rows, _CELLS // max(1, len(self.columns)))
        with closing(self._frames(self._path, names, many)) as frames:
            while True:
                with _edge(self._name):
                    frame = next(frames, None)
                if frame is None:
                    break
                for start in range(0, len(frame), rows):
                    part = frame.iloc[start : start + rows]
                    yield FrameChunk(range(done + 1, done + len(part) + 1), part)
                    done += len(part)
        self.total = done

    def close(self) -> None:
        """Nothing to release: every run through the rows opens and closes the file."""


class FrameChunk(NamedTuple):
    """Some rows of a data set."""

    numbers: range
    frame: Any

    def array(self, column: str, role: Role) -> pa.Array:
        """The values of a column. Raises `RowError`."""
        series = self.frame[column]
        if role is Role.NUMBER:
            return _numbers(series)
        return array_of(column, role, self._cells(column))

    def values(self, column: str) -> list[object]:
        """The values of a column: numbers as such, all else as text."""
        return [
            None if is_missing(x) else x if _is_fraction(x) else spelled(x)
            for x in self._cells(column)
        ]

    def _cells(self, column: str) -> list[object]:
        cells: list[object] = self.frame[column].tolist()
        return cells


def _is_fraction(cell: object) -> bool:
    return isinstance(cell, float) and not cell.is_integer()


def _numbers(series: Any) -> pa.Array:
    values = np.asarray(series)
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    return to_arrow.nan_as_null(values)


def _column(name: str, series: Any) -> Column:
    kind = series.dtype.kind
    if kind in "fiub" and not hasattr(series, "cat"):
        return Column(name, Kind.NUMBER, "numbers")
    first = next((x for x in series.tolist() if not is_missing(x)), "")
    if isinstance(first, str | bytes | int | float):
        return Column(name, Kind.TEXT, "text")
    return Column(name, Kind.OTHER, "dates or times")


@contextmanager
def _edge(name: str) -> Iterator[None]:
    """Turns whatever the libraries raise for a damaged file into `InputError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (InputError, MemoryError):
        raise
    except Exception as error:  # of damaged files, anything is raised
        raise InputError(f"{name}: {folded(error)}") from error
