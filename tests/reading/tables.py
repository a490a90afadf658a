"""Rows of a label and a number in the formats of spreadsheets and statistical packages."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd
import pyarrow as pa
import pyreadstat
import xlwt
from pyarrow import orc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = tuple[str | None, float | None]

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as an Arrow table."""
    return pa.table(
        {
            "label": pa.array([label for label, _ in rows], pa.string()),
            "p": pa.array([p for _, p in rows], pa.float64()),
        }
    )


def _archive(entries: Mapping[str, str]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return sink.getvalue()


def _cell(value: object) -> str:
    """A cell of a sheet of Excel: numbers as Python spells them, which is exact."""
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case str():
            text = escape(value)
            return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of Excel with these rows of cells on its sheets."""
    names = list(sheets)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/{n}.xml" ContentType="{_SHEET}.worksheet+xml"/>'
        for n in names
    )
    entries = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        f'.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEET}'
        f'.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="r{i}"/>'
            for i, n in enumerate(names, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        + "".join(
            f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
            for i, n in enumerate(names, 1)
        )
        + "</Relationships>",
    }
    for name, rows in sheets.items():
        cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        entries[f"xl/worksheets/{name}.xml"] = (
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'
        )
    return _archive(entries)


def xlsx_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as a workbook of one sheet."""
    return workbook(predictions=[("label", "p"), *rows])


def ods_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as an OpenDocument spreadsheet."""

    def cell(value: object) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            # Runs of spaces and those at the ends are elements of their own.
            text = escape(value).replace(" ", "<text:s/>")
            lines = "".join(f"<text:p>{line}</text:p>" for line in text.split("\n"))
            return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'

    body = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in [("label", "p"), *rows]
    )
    content = (
        f'{_XML}<office:document-content xmlns:office="{_NAMES}:office:1.0" '
        f'xmlns:table="{_NAMES}:table:1.0" xmlns:text="{_NAMES}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="one">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="{_NAMES}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{_ODS}"/></manifest:manifest>'
    )
    return _archive({"mimetype": _ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def xls_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as a workbook of Excel 97."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("predictions")
    for i, row in enumerate([("label", "p"), *rows]):
        for j, value in enumerate(row):
            if value is not None:
                sheet.write(i, j, value)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def orc_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as an ORC file."""
    sink = io.BytesIO()
    orc.write_table(table(rows), sink)
    return sink.getvalue()


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as pandas has them."""
    return pd.DataFrame(
        {"label": [label or "" for label, _ in rows], "p": [p for _, p in rows]}
    ).astype({"p": "float64"})


def dta_bytes(rows: Sequence[Row], version: Any = 118) -> bytes:
    """The rows as a data set of Stata."""
    return _written(lambda p: frame(rows).to_stata(p, write_index=False, version=version))


def sav_bytes(rows: Sequence[Row], **how: Any) -> bytes:
    """The rows as a data set of SPSS."""
    return _written(lambda path: pyreadstat.write_sav(frame(rows), path, **how))


def xpt_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as a transport file of SAS."""
    return _written(lambda path: pyreadstat.write_xport(frame(rows), path, file_format_version=5))


def _written(write: Callable[[str], object]) -> bytes:
    """What a function writes that wants a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(str(path))
        return path.read_bytes()
