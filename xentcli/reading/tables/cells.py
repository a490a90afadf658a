"""Cells of spreadsheets and of statistical packages as their roles ask for them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from xentcli.errors import RowError
from xentcli.layout.schema import Role
from xentcli.reading import arrays
from xentcli.reading.numerals import NotANumberError, number
from xentcli.reading.text.exact_fields import vector
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

_SHOWN = 60
_WHOLE = 2**53  # up to here a float64 is the whole number that it shows
_TIMES = (dt.date, dt.time, dt.timedelta)


def array_of(column: str, role: Role, cells: Sequence[object]) -> pa.Array:
    """The array that text formats deliver for `role`. Raises `RowError` for a cell it cannot be."""
    convert = _CONVERTERS[role]
    values = []
    for row, cell in enumerate(cells):
        try:
            values.append(None if is_missing(cell) else convert(cell))
        except NotANumberError as error:
            problem = f"'{shown(spelled(cell), _SHOWN)}' {error.problem}"
            raise RowError(problem, row=row, column=shown(column), hint=error.hint) from error
    return arrays.of_role(role, values)


def is_missing(cell: object) -> bool:
    """Whether a cell is empty: nothing, no text, NaN or pandas' words for it."""
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or cell == "" or type(cell).__name__ in ("NAType", "NaTType")


def spelled(cell: object) -> str:
    """A cell as text, a whole number without a point: as a spreadsheet shows it.

    >>> [spelled(cell) for cell in (1.0, 0.25, True, "001", dt.date(2026, 1, 31))]
    ['1', '0.25', 'true', '001', '2026-01-31']
    """
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) <= _WHOLE else repr(cell)
        case dt.datetime() if cell.time() == dt.time.min:
            return cell.date().isoformat()
        case dt.date() | dt.time():
            return cell.isoformat()
    return str(cell)


def _label(cell: object) -> str:
    if isinstance(cell, _TIMES):
        # A spreadsheet makes dates of such names as 1-2, and the name is gone.
        raise NotANumberError("is a date or a time, which is no label", "write it as text")
    return spelled(cell)


def _number(cell: object) -> float | None:
    match cell:
        case bool():
            raise NotANumberError("is not a number")
        case int() | float():
            return float(cell)
        case str():
            return number(cell)
    raise NotANumberError("is not a number")


def _vector(cell: object) -> list[float | None] | None:
    if not isinstance(cell, str):
        raise NotANumberError("is not a list of numbers")
    return vector(cell)


_CONVERTERS: dict[Role, Callable[[object], object]] = {
    Role.LABEL: _label,
    Role.NUMBER: _number,
    Role.VECTOR: _vector,
    Role.TEXT: spelled,
}
