"""Text that cannot be read: the message names the line and the column."""

from __future__ import annotations

import gzip
import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.reading.reading import csv_bytes, read, zstd
from xentcli.errors import InputError, UsageError
from xentcli.layout.schema import Role
from xentcli.options import FileOptions
from xentcli.reading import open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = b"label,p\n" + b"cat,0.5\n" * 8
CASES = {
    "word": (b"dog,many\n", "line 10, column 'p': 'many' is not a number"),
    "comma": (b'dog,"0,93"\n', "line 10, column 'p': '0,93' is not a number"),
    "hexadecimal": (b"dog,0x1p-1\n", "line 10, column 'p': '0x1p-1' is not a number"),
    "underscore": (b"dog,1_0\n", "line 10, column 'p': '1_0' is not a number"),
    "full width": ("dog,１\n".encode(), "line 10, column 'p': '１' is not a number"),
    "too large": (b"dog,1e400\n", "line 10, column 'p': '1e400' is out of the range of float64"),
    "negative": (b"dog,-1e999\n", "line 10, column 'p': '-1e999' is out of the range of float64"),
    "escaped": (b"dog,\x1b[31m\n", r"line 10, column 'p': '\x1b[31m' is not a number"),
    "too few": (b"dog\n", "line 10: 1 field where the header has 2"),
    "too many": (b"dog,0.5,\n", "line 10: 3 fields where the header has 2"),
    "spaces": (b" \n", "line 10: 1 field where the header has 2"),
    "unclosed": (b'"dog,0.5\n', "line 10: a quote that is never closed"),
    "unclosed later": (b'owl,1\n"dog,0.5\n', "line 11: a quote that is never closed"),
    "unclosed field": (b'dog,"0.5\n', "line 10: a quote that is never closed"),
    "after a quote": (b'"dog"x,0.5\n', "line 10: text after a closing quote"),
    "space after a quote": (b'"dog" ,0.5\n', "line 10: text after a closing quote"),
    "stray then unclosed": (b'5" dog,1\n"owl,2\n', "line 11: a quote that is never closed"),
    "after quoted lines": (b'"d\no\ng",1\nowl,x\n', "line 13, column 'p': 'x' is not a number"),
    "latin-1": (b"d\xe9g,0.5\n", "line 10: byte 0xe9 is not UTF-8 (Latin-1, perhaps)"),
    "nul": (b"d\0g,0.5\n", "line 10: holds a NUL byte"),
}


@pytest.mark.parametrize("size", [16, 1 << 20])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("case", CASES)
def test_the_line_is_named(
    case: str, end: bytes, size: int, tmp_path: Path, small_blocks: Callable[[int], None]
) -> None:
    bad, message = CASES[case]
    small_blocks(size)
    path = tmp_path / "bad.csv"
    path.write_bytes((GOOD + bad + b"owl,0.25\n" * 8).replace(b"\n", end))
    with pytest.raises(InputError, match=re.escape(f"{path}: {message}")):
        read(path)


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_named_on_a_pipe_and_under_gzip(
    case: str, tmp_path: Path, piped: Callable[[bytes], str], small_blocks: Callable[[int], None]
) -> None:
    bad, message = CASES[case]
    small_blocks(32)
    content = GOOD + bad + b"owl,0.25\n" * 8
    path = tmp_path / "bad.csv.gz"
    path.write_bytes(gzip.compress(content))
    for source in (str(path), piped(content)):
        with pytest.raises(InputError, match=re.escape(f"{source}: {message}")):
            read(source)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 8])
def test_lines_are_counted_over_any_chunks(
    chunk: int,
    tmp_path: Path,
    small_blocks: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_blocks(16)
    monkeypatch.setattr("xentcli.reading.text.text_source._SKIPPED_BYTES", chunk)
    path = tmp_path / "bad.csv"
    path.write_bytes(b"label,p\r\n" + b"cat,0.5\r\n\rdog,1\n\n" * 3 + b"owl,x\r\n")
    with pytest.raises(InputError, match="line 14, column 'p': 'x' is not a number"):
        read(path)


def test_decimal_commas_get_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b'label,p\ndog,"0,93"\n')
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("decimal commas?")


NOT_NUMBERS = ("is not a number", "range of float64")


@pytest.mark.parametrize("case", [c for c in CASES if not CASES[c][1].endswith(NOT_NUMBERS)])
def test_the_sample_names_the_line_too(case: str, tmp_path: Path) -> None:
    bad, message = CASES[case]
    path = tmp_path / "bad.csv"
    path.write_bytes(GOOD + bad + b"owl,0.25\n" * 8)
    with (
        closing(open_source(str(path), FileOptions())) as source,
        pytest.raises(InputError, match=re.escape(f"{path}: {message}")),
    ):
        source.sample()


def test_an_unclosed_quote_among_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    rows = [b"cat,0.5\n"] * 100_000
    rows[9] = b'"cat,0.5\n'
    path.write_bytes(b"label,p\n" + b"".join(rows))
    with pytest.raises(InputError, match="line 11: a quote that is never closed"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n", "is empty"),
        (b"label,p,label\n", "two columns are named 'label'"),
        (b'\nlabel,"p\ncat,0.5\n', "line 2: a quote that is never closed"),
        (b'"label"x,p\ncat,0.5\n', "line 1: text after a closing quote"),
        (b"l\xe9bel,p\ncat,0.5\n", "line 1, in the header: byte 0xe9 is not UTF-8 (Latin-1"),
        (b"l\0bel,p\ncat,0.5\n", "line 1, in the header: holds a NUL byte"),
        ("label,p\ncat,0.5\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("label,p\ncat,0.5\n".encode("utf-16-le"), "looks like UTF-16-LE, not UTF-8"),
        ("label,p\ncat,0.5\n".encode("utf-16-be"), "looks like UTF-16-BE, not UTF-8"),
        ("label,p\ncat,0.5\n".encode("utf-32"), "is UTF-32, not UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "is a PNG image, not a table"),
        (b"PK\x03\x04" + bytes(20), "is a ZIP archive"),
    ],
)
def test_a_beginning_that_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{path}: {message}")):
        read(path)


def test_a_header_alone_is_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    for content in (b"label,p", b"label,p\n", b"label,p\r\n\r\n"):
        path.write_bytes(content)
        assert read(path) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252"])
def test_other_encodings_on_request(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(csv_bytes([("é", 0.5), ("ü", 0.25)]).decode().encode(encoding))
    assert read(path, encoding=encoding) == [("é", 0.5), ("ü", 0.25)]


def test_an_encoding_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(b"label,p\nd\xe9g,0.5\n")
    with pytest.raises(InputError, match="is not ascii"):
        read(path, encoding="ascii")
    with pytest.raises(UsageError, match="no text encoding 'klingon'"):
        read(path, encoding="klingon")


@pytest.mark.parametrize("delimiter", ["", "ab", "é", '"', "\n"])
def test_what_cannot_be_a_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD)
    with pytest.raises(UsageError, match="cannot be a delimiter"):
        read(path, delimiter=delimiter)


def test_an_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD)
    with pytest.raises(UsageError, match="there is no format 'xlsx'"):
        read(path, input_format="xlsx")


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("damage", ["truncated", "beheaded", "junk", "corrupt"])
def test_damaged_compression(
    tmp_path: Path, pack: Callable[[bytes], bytes], damage: str, piped: Callable[[bytes], str]
) -> None:
    rows = b"".join(b"cat,%f\n" % (i / 50_000) for i in range(50_000))
    packed = bytearray(pack(b"label,p\n" + rows))
    match damage:
        case "truncated":
            del packed[-5:]
        case "beheaded":
            del packed[len(packed) // 2 :]
        case "junk":
            packed += b"junk"
        case "corrupt" if pack is gzip.compress:
            packed[len(packed) // 2] ^= 0xFF
        case "corrupt":
            packed[8] ^= 0xFF
    path = tmp_path / "damaged.csv.gz"
    path.write_bytes(packed)
    for source in (str(path), piped(bytes(packed))):
        with pytest.raises(InputError, match=re.escape(source)):
            read(source)


JSON_CASES = {
    "text": ('{"label":"d","p":"0.5"}', "line 3, column 'p': '0.5' is not a number"),
    "range": ('{"label":"d","p":1e400}', "line 3, column 'p': '1e400' is out of the range"),
    "list": ('{"label":"d","p":[1]}', "line 3, column 'p': [1] is not a number"),
    "object": ('{"label":{"a":1},"p":1}', "line 3, column 'label': {\"a\":1} is not a label"),
    "twice": ('{"label":"d","label":"e","p":1}', "line 3, column 'label': the key is there twice"),
    "null": ("null", "line 3: null is not a JSON object"),
    "array": ("[1, 2]", "line 3: [1,2] is not a JSON object"),
    "two": ('{"label":"d","p":1} {"label":"e","p":1}', "line 3: not valid JSON: Extra data"),
    "cut": ('{"label":"d","p":', "line 3: not valid JSON"),
    "single quotes": ("{'label':'d','p':1}", "line 3: not valid JSON"),
    "octal": ('{"label":"d","p":01}', "line 3: not valid JSON"),
    "deep": ('{"label":' + "[" * 100_000, "line 3: not valid JSON"),
}


@pytest.mark.parametrize("size", [16, 1 << 20])
@pytest.mark.parametrize("case", JSON_CASES)
def test_json_lines_that_cannot_be_read(
    case: str, size: int, tmp_path: Path, small_blocks: Callable[[int], None]
) -> None:
    bad, message = JSON_CASES[case]
    small_blocks(size)
    path = tmp_path / "bad.jsonl"
    good = '{"label":"c","p":0.5}\n'
    path.write_text(f"{good}\n{bad}\n{good * 3}")
    with pytest.raises(InputError, match=re.escape(f"{path}: {message}")):
        read(path)


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ('[{"label":"c","p":0.5}]', "is a JSON array", "jq -c '.[]'"),
        ('\n{\n  "label": "c",\n  "p": 0.5\n}\n', "line 2: not valid JSON", "jq -c ."),
        ("null\n", "line 1: null is not a JSON object", ""),
        ("\n\n", "is empty", ""),
    ],
)
def test_json_that_is_not_lines(tmp_path: Path, content: str, message: str, hint: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(InputError, match=re.escape(f"{path}: {message}")) as caught:
        read(path)
    assert hint in (caught.value.hint or "")


def test_json_values_are_verbatim(tmp_path: Path, small_blocks: Callable[[int], None]) -> None:
    path = tmp_path / "good.jsonl"
    path.write_text(
        '{"label": 1, "p": 0.5, "v": [1, 0.5]}\n{"p": NaN, "label": 1.0, "v": [null]}\r\n\n'
        '{"label": true, "p": "Infinity"}\n{"label": "é", "p": -Infinity, "v": []}\n'
        '{"label": 19999999999999999999, "p": 1, "v": null}\n{"label": "", "other": {}}'
    )
    roles = {"label": Role.LABEL, "p": Role.NUMBER, "v": Role.VECTOR}
    inf = float("inf")
    expected = [
        ("1", 0.5, [1.0, 0.5]),
        ("1.0", None, [None]),
        ("true", inf, None),
        ("é", -inf, []),
        ("19999999999999999999", 1.0, None),
        (None, None, None),
    ]
    assert read(path, roles) == expected
    small_blocks(1)
    assert read(path, roles) == expected
