"""Delimited text against Python's `csv` module, for any text, cut anywhere."""

from __future__ import annotations

import csv
import io
import math
from contextlib import closing
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.csv as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reading.reading import read
from xentcli.errors import InputError
from xentcli.layout.schema import Role
from xentcli.options import FileOptions
from xentcli.reading import open_source
from xentcli.reading.bytes.inputs import Peekable
from xentcli.reading.numerals import NotANumberError, is_infinity, number
from xentcli.reading.text import records
from xentcli.reading.text.records import DelimitedCutter, LineCutter, MalformedRecordError, blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xentcli.reading.text.records import Cutter

PIECES = st.sampled_from(
    ['"', '""', ",", "\n", "\r", "\r\n", "a", "b c", " ", "é", "\ufeff", "0.5", ";", "\u2028", "x"]
)
WILD = st.lists(PIECES, max_size=40).map("".join)
FIELDS = st.text(st.sampled_from('ab",\n\r;é \ufeff\u2028\x0b'), max_size=6)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
LEVELS: list[Literal[0, 1]] = [csv.QUOTE_MINIMAL, csv.QUOTE_ALL]


def in_blocks(data: bytes, cutter: Cutter, size: int, limit: int = 1 << 20) -> list[bytes]:
    stream = Peekable(io.BytesIO(data))
    return [bytes(block.data) for block in blocks(stream, cutter, size, limit=limit)]


def strict_records(text: str) -> list[list[str]] | None:
    """The non-blank records of `text`; None where Python's strict parser refuses it."""
    try:
        return [r for r in csv.reader(io.StringIO(text, newline=""), strict=True) if r]
    except csv.Error:
        return None


@given(text=WILD, size=st.integers(1, 30))
@settings(max_examples=600)
def test_cutting_changes_no_record(text: str, size: int) -> None:
    expected = strict_records(text)
    try:
        cut = in_blocks(text.encode(), DelimitedCutter(","), size)
    except MalformedRecordError:
        assert expected is None
        return
    assert expected is not None
    assert b"".join(cut) == text.encode()
    found = [record for block in cut for record in strict_records(block.decode()) or []]
    assert found == expected


@given(lines=st.lists(st.text(st.sampled_from('ab"\r '), max_size=9)), size=st.integers(1, 30))
def test_cutting_lines(lines: list[str], size: int) -> None:
    text = "\n".join(lines).encode()
    cut = in_blocks(text, LineCutter(), size)
    assert b"".join(cut) == text
    assert all(block.endswith(b"\n") for block in cut[:-1])


@given(
    rows=st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=20),
    end=ENDS,
    quoting=st.sampled_from(LEVELS),
    size=st.integers(1, 40),
    final=st.booleans(),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_field_is_read_as_python_reads_it(
    *,
    rows: list[tuple[str, str]],
    end: str,
    quoting: Literal[0, 1],
    size: int,
    final: bool,
    tmp_path: Path,
    small_blocks: Callable[[int], None],
) -> None:
    small_blocks(size)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([("a", "b"), *rows])
    content = text.getvalue() if final else text.getvalue().removesuffix(end)
    path = tmp_path / "any.csv"
    path.write_text(content, encoding="utf-8", newline="")
    expected = [tuple(r) for r in csv.reader(io.StringIO(content, newline="")) if r][1:]
    roles = {"a": Role.TEXT, "b": Role.TEXT}
    if any(len(row) != 2 for row in expected):  # a bare \r, which Python writes unquoted
        with pytest.raises(InputError, match="where the header has 2"):
            read(path, roles, delimiter=",")
    else:
        assert read(path, roles, delimiter=",") == expected


@given(
    numbers=st.lists(
        st.one_of(
            st.floats(allow_nan=False).map(repr),
            st.from_regex(r"\A[ \t]?[+-]?[0-9]{1,30}\.?[0-9]{0,30}(e[+-]?[0-9]{1,3})?[ ]?\Z"),
            st.sampled_from(["inf", "-Infinity", "+INF", "nan", "NA", "", "1e-400", ".5", "5."]),
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_are_those_of_python(numbers: list[str], tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("label,p\n" + "".join(f"x,{text}\n" for text in numbers))
    try:
        expected = [number(text) for text in numbers]
    except NotANumberError:
        with pytest.raises(
            InputError, match=r"line .*, column 'p': .* out of the range of float64"
        ):
            read(path)
        return
    assert [p for _, p in read(path)] == expected
    plain = [text for text, p in zip(numbers, expected, strict=True) if p is not None]
    assert [number(text) for text in plain] == [float(text) for text in plain]


@given(text=st.text(st.sampled_from("0123456789.eE+-_xXp infINFNaAn１,٣\u00a0\t"), max_size=8))
@settings(max_examples=1000)
def test_no_text_is_taken_for_a_number_by_the_fast_parser_alone(text: str) -> None:
    try:
        column = pc.read_csv(
            pa.BufferReader(f"x;{text}\n".encode()),
            pc.ReadOptions(column_names=["x", "p"]),
            pc.ParseOptions(delimiter=";"),
            pc.ConvertOptions(column_types={"p": pa.float64()}, null_values=[""]),
        )
    except pa.ArrowInvalid:
        return
    value = column["p"][0].as_py()
    if value is not None and math.isinf(value) and not is_infinity(text):
        return  # a number too large, which the reader looks for
    exact = number(text)
    assert exact == value or (exact is None and (value is None or value != value))  # noqa: PLR0124


def test_a_blank_line_is_a_missing_value_only_in_a_single_column(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_text('\nlabel,p\n\ncat,0.5\n\n\r\n"",0.25\n\n')
    assert read(path) == [("cat", 0.5), (None, 0.25)]
    path.write_text("p\n0.5\n\n0.25\n")
    assert read(path, {"p": Role.NUMBER}) == [(0.5,), (None,), (0.25,)]
    path.write_text("label\ncat\n\ndog\n")
    assert read(path, {"label": Role.LABEL}) == [("cat",), (None,), ("dog",)]


def test_no_header_names_columns_by_number(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("cat\t0.5\ndog\t0.25\n")
    roles = {"1": Role.LABEL, "2": Role.NUMBER}
    assert read(path, roles, no_header=True) == [("cat", 0.5), ("dog", 0.25)]


@pytest.mark.parametrize("delimiter", ["tab", "\\t", "\t"])
def test_a_tab_can_be_spelled(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "tabs.csv"
    path.write_text("label\tp\n1,2,3\t0.5\n")
    assert read(path, delimiter=delimiter) == [("1,2,3", 0.5)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("label;p\ncat;0,25\n", ["label", "p"]),
        ("label|p\ncat|0.25\n", ["label", "p"]),
        ("label\tp\na,b\t0.25\n", ["label", "p"]),
        ('label,p\n"a;b;c",0.25\n', ["label", "p"]),
        ("label,p;q,r\ncat,1,2\n", ["label", "p;q", "r"]),
        ("p\n0.5\n", ["p"]),
        ("label,p\ncat,0.5\ndog\n", ["label", "p"]),
    ],
)
def test_the_delimiter_is_found(tmp_path: Path, text: str, names: list[str]) -> None:
    path = tmp_path / "some.csv"
    path.write_text(text)
    with closing(open_source(str(path), FileOptions())) as source:
        assert [column.name for column in source.columns] == names


def test_decimal_commas_are_read_where_the_delimiter_is_another(
    tmp_path: Path, small_blocks: Callable[[int], None]
) -> None:
    path = tmp_path / "european.csv"
    path.write_text("label;p\ncat;0,25\ndog; +1 \nowl;NA\nemu;inf\n")
    expected = [("cat", 0.25), ("dog", 1.0), ("owl", None), ("emu", float("inf"))]
    assert read(path) == expected
    small_blocks(1)
    assert read(path) == expected


@pytest.mark.parametrize("text", ["[0.25, 0.75]", "[0.25 0.75]", " (0.25;0.75) ", "[ .25, 75e-2 ]"])
def test_lists_in_a_field(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lists.csv"
    path.write_text(f'label,probs\ncat,"{text}"\ndog,\nowl,[]\nemu,"[1, nan]"\n')
    rows = read(path, {"label": Role.LABEL, "probs": Role.VECTOR})
    assert rows == [("cat", [0.25, 0.75]), ("dog", None), ("owl", []), ("emu", [1.0, None])]


def test_a_field_of_three_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    long = 'x"\n' * 1_000_000
    doubled = long.replace('"', '""')
    path.write_text(f'label,p\ncat,0.5\n"{doubled}",0.25\ndog,0.75\n')
    assert read(path) == [("cat", 0.5), (long, 0.25), ("dog", 0.75)]


def test_a_record_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_blocks: Callable[[int], None]
) -> None:
    small_blocks(10)
    path = tmp_path / "endless.csv"
    path.write_text("label,p\ncat,0.5\n" + '"' + "x" * 5000 + '",1\n')
    assert len(read(path)) == 2
    monkeypatch.setattr(records, "RECORD_LIMIT", 1024)
    with pytest.raises(InputError, match=r"line 3: a record of more than .* begins here"):
        read(path)


def test_wide_files(tmp_path: Path) -> None:
    names = [f"prob_{i}" for i in range(10_000)]
    path = tmp_path / "wide.csv"
    row = ",".join(["0.0001"] * len(names))
    path.write_text(",".join(["label", *names]) + "\n" + f"cat,{row}\n" * 20)
    roles = {"label": Role.LABEL, **dict.fromkeys(names, Role.NUMBER)}
    rows = read(path, roles)
    assert len(rows) == 20
    assert rows[-1] == ("cat", *[0.0001] * len(names))
