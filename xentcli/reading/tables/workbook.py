"""Spreadsheets: the one sheet that holds cells, read whole by calamine or xlrd."""

from __future__ import annotations

import io
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import InputError
from xentcli.layout.schema import Column, Kind, quoted
from xentcli.reading.bytes.edge import folded
from xentcli.reading.bytes.inputs import as_file
from xentcli.reading.foreign import refuse_archive
from xentcli.reading.tables.cells import array_of, is_missing, spelled
from xentcli.reading.tables.table_source import TableSource, missing_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from xentcli.layout.schema import Role
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input

_HEAD_BYTES = 1 << 10
_OLD = b"\xd0\xcf\x11\xe0"


def open_workbook(supply: Input, options: FileOptions) -> TableSource:
    """Opens a workbook of any kind. Raises `InputError` for any other archive."""
    refuse_archive(supply.stream().peek(_HEAD_BYTES), supply.name)
    file = as_file(supply)
    try:
        sheet = Sheet(_only_sheet(file.path, supply.name), header=not options.no_header)
        return TableSource(supply, "excel", file, sheet)
    except BaseException:
        file.close()
        raise


class Sheet:
    """The cells of a sheet under its first row that is not empty."""

    def __init__(self, sheet: Any, *, header: bool) -> None:
        self._sheet = sheet
        self._first = sheet.start[0] + 1 if sheet.start else 1
        self.total: int | None = sheet.height
        first = next(self._filled(), (0, []))
        width = len(first[1])
        self._skipped = int(header)
        names = [str(i + 1) for i in range(width)]
        if header:
            names = ["" if is_missing(cell) else spelled(cell) for cell in first[1]]
        # A column that pandas has no name for is its index; one without cells is no column.
        used = set[int]()
        for _, row in self._filled():
            used.update(i for i, cell in enumerate(row) if i not in used and not is_missing(cell))
            if len(used) == width:
                break
        self._places = {names[i]: i for i in sorted(used)}
        self.columns = tuple(Column(names[i], Kind.UNTYPED) for i in sorted(used))

    def _filled(self) -> Iterator[tuple[int, list[object]]]:
        """The rows with any cell that is filled, and their numbers in the sheet."""
        for number, row in enumerate(self._sheet.iter_rows(), self._first):
            if not all(map(is_missing, row)):
                yield number, row

    def chunks(self, names: Sequence[str], rows: int) -> Iterator[Cells]:
        """The rows under the header."""
        filled = islice(self._filled(), self._skipped, None)
        places = {name: self._places[name] for name in names}
        while found := list(islice(filled, rows)):
            yield Cells([number for number, _ in found], [row for _, row in found], places)

    def close(self) -> None:
        """Nothing to release but memory."""
        self._sheet = None


class Cells(NamedTuple):
    """Some rows of a sheet."""

    numbers: list[int]
    rows: list[list[object]]
    places: dict[str, int]

    def array(self, column: str, role: Role) -> pa.Array:
        """The cells of a column. Raises `RowError`."""
        place = self.places[column]
        return array_of(column, role, [row[place] for row in self.rows])

    def values(self, column: str) -> list[object]:
        """The cells of a column as text."""
        place = self.places[column]
        return [None if is_missing(row[place]) else spelled(row[place]) for row in self.rows]


def _only_sheet(path: str, name: str) -> Any:
    with _edge(name), Path(path).open("rb") as file:
        read = _old_sheets if file.peek(len(_OLD)).startswith(_OLD) else _sheets
        sheets = read(file, name)
    filled = [sheet for sheet in sheets if sheet.height]
    if not filled:
        raise InputError(f"{name}: is empty")
    if len(filled) > 1:
        raise InputError(
            f"{name}: has cells on the sheets {quoted([sheet.name for sheet in filled])}",
            hint="save the one with the predictions alone, or as CSV",
        )
    return filled[0]


def _sheets(file: IO[bytes], name: str) -> list[Any]:
    """The sheets of a workbook that is an archive, whose checksums tell damage."""
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise missing_package(name, "a spreadsheet", "python-calamine") from error
    book = calamine.load_workbook(file)
    return [
        book.get_sheet_by_name(sheet.name)
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def _old_sheets(file: IO[bytes], name: str) -> list[OldSheet]:
    """The sheets of a workbook of Excel 97: over a damaged one calamine ends the process."""
    try:
        import xlrd
    except ImportError as error:
        raise missing_package(name, "a workbook of Excel 97", "xlrd") from error
    book = xlrd.open_workbook(file_contents=file.read(), logfile=io.StringIO())
    return [OldSheet(sheet, book.datemode) for sheet in book.sheets()]


class OldSheet:
    """A sheet of xlrd with the face of calamine's."""

    def __init__(self, sheet: Any, datemode: int) -> None:
        self._sheet = sheet
        self._datemode = datemode
        self.name: str = sheet.name
        self.start = (0, 0)
        self.height: int = sheet.nrows

    def iter_rows(self) -> Iterator[list[object]]:
        """The rows, all as wide as the widest."""
        width = self._sheet.ncols
        for i in range(self.height):
            cells = [self._value(cell) for cell in self._sheet.row(i)]
            yield cells + [None] * (width - len(cells))

    def _value(self, cell: Any) -> object:
        import xlrd

        match cell.ctype:
            case xlrd.XL_CELL_BOOLEAN:
                return bool(cell.value)
            case xlrd.XL_CELL_DATE:
                return xlrd.xldate_as_datetime(cell.value, self._datemode)
            case xlrd.XL_CELL_TEXT | xlrd.XL_CELL_NUMBER:
                value: object = cell.value
                return value
        return None


@contextmanager
def _edge(name: str) -> Iterator[None]:
    """Turns whatever the libraries raise for a damaged file into `InputError`."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"{name}: {folded(error)}") from error
