"""Spreadsheets: cells as they are shown, the one sheet that holds them, and what is no workbook."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlwt

from tests.reading.reading import ROLES, read
from tests.reading.tables import ods_bytes, workbook, xls_bytes, xlsx_bytes
from xentcli.errors import InputError
from xentcli.layout.schema import Role
from xentcli.options import FileOptions
from xentcli.reading import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def written(path: Path, *rows: Sequence[object], **sheets: Sequence[Sequence[object]]) -> Path:
    path.write_bytes(workbook(**(sheets or {"one": rows})))
    return path


def test_a_whole_number_names_the_class_that_is_shown(path: Path) -> None:
    labels = [1, 1.0, -2.0, 0.5, 2.0**60, True, "1.0", "001"]
    rows = read(written(path, ("label", "p"), *[(label, 0.5) for label in labels]))
    assert [label for label, _ in rows] == [
        "1", "1", "-2", "0.5", "1.152921504606847e+18", "true", "1.0", "001",
    ]  # fmt: skip


def test_numbers_that_are_stored_as_text(path: Path) -> None:
    cells = ["0.25", " 1e-3 ", "NA", "", 0, 1]
    rows = read(written(path, ("label", "p"), *[("a", cell) for cell in cells]))
    assert [p for _, p in rows] == [0.25, 0.001, None, None, 0.0, 1.0]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [("0,5", "'0,5' is not a number"), (True, "'true' is not a number"), ("x", "'x' is not")],
)
def test_what_is_no_number_is_told_with_its_row(path: Path, cell: object, problem: str) -> None:
    rows: list[Any] = [("a", 0.5), (None, None), ("b", cell)]
    with pytest.raises(InputError, match=f"book.xlsx: row 4, column 'p': {problem}"):
        read(written(path, ("label", "p"), *rows))


def test_blank_rows_and_columns_are_none(path: Path) -> None:
    rows = [(None, None, None), ("label", None, "p"), (None,) * 3, ("a", None, 0.5), (None,) * 3]
    assert read(written(path, *rows)) == [("a", 0.5)]
    source = open_source(str(path), FileOptions())
    assert [column.name for column in source.columns] == ["label", "p"]
    assert source.sample() == {"label": ["a"], "p": ["0.5"]}


def test_the_index_that_pandas_writes_has_no_name(path: Path) -> None:
    written(path, (None, "label", "p"), (0, "a", 0.5), (1, "b", 0.25))
    assert read(path) == [("a", 0.5), ("b", 0.25)]


def test_without_a_header(path: Path) -> None:
    written(path, ("a", 0.5), ("b", 0.25))
    roles = {"1": Role.LABEL, "2": Role.NUMBER}
    assert read(path, roles, no_header=True) == [("a", 0.5), ("b", 0.25)]


def test_lists_in_cells(path: Path) -> None:
    written(path, ("probs",), ("[0.25, 0.75]",), (None,), ("[0.5 0.5]",))
    expected = [([0.25, 0.75],), ([0.5, 0.5],)]
    assert read(path, {"probs": Role.VECTOR}) == expected


def test_a_date_is_no_label_for_its_name_is_lost(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("one")
    style = xlwt.XFStyle()
    style.num_format_str = "YYYY-MM-DD"
    for place, cell in {(0, 0): "label", (0, 1): "p", (1, 1): 0.5}.items():
        sheet.write(*place, cell)
    sheet.write(1, 0, dt.datetime(2026, 2, 1), style)  # noqa: DTZ001 - as a sheet has it
    path = tmp_path / "dates.xls"
    book.save(str(path))
    with pytest.raises(InputError, match=r"row 2, column 'label'.* is a date or a time"):
        read(path)
    assert read(path, {"label": Role.TEXT}) == [("2026-02-01",)]


def test_empty_sheets_are_passed_over_and_two_are_too_many(path: Path) -> None:
    cells = [("label", "p"), ("a", 0.5)]
    assert read(written(path, empty=[], full=cells)) == [("a", 0.5)]
    with pytest.raises(InputError, match="has cells on the sheets 'one', 'two'") as caught:
        read(written(path, one=cells, two=cells))
    assert caught.value.hint == "save the one with the predictions alone, or as CSV"
    with pytest.raises(InputError, match="is empty"):
        read(written(path, one=[], two=[]))


def test_two_columns_of_one_name(path: Path) -> None:
    with pytest.raises(InputError, match="two columns are named 'p'"):
        read(written(path, ("label", "p", "p"), ("a", 0.5, 0.5)))


def archive(*names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["a.csv"], "is a ZIP archive, not a table"),
        (["arr_0.npy"], "is an archive of NumPy arrays, not a table"),
        (["model/data.pkl"], "is a checkpoint of PyTorch: reading one runs the code in it"),
    ],
)
def test_archives_that_are_no_workbooks(tmp_path: Path, names: list[str], problem: str) -> None:
    for suffix in (".xlsx", ".zip", ".npz", ".csv"):
        path = tmp_path / f"file{suffix}"
        path.write_bytes(archive(*names))
        with pytest.raises(InputError, match=f"file{suffix}: {problem}"):
            read(path)


@pytest.mark.parametrize("write", [xlsx_bytes, ods_bytes, xls_bytes])
def test_a_damaged_workbook_is_an_error(tmp_path: Path, write: Any) -> None:
    whole = write([(f"c{i % 7}", i / 8) for i in range(300)])
    path = tmp_path / "file.bin"
    for size in (600, 2000, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"file\.bin: "):
            read(path)


@pytest.mark.parametrize(
    ("package", "write"), [("python_calamine", xlsx_bytes), ("xlrd", xls_bytes)]
)
def test_the_package_that_is_missing_is_named(
    path: Path, package: str, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(write([("a", 0.5)]))
    monkeypatch.setitem(sys.modules, package, None)
    problem = f"which takes the package {package.replace('_', '-')} to read"
    with pytest.raises(InputError, match=problem) as caught:
        read(path, ROLES)
    assert (caught.value.hint or "").startswith("pip install ")
