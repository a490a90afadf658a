"""Text that is not UTF-8 is named for what it is, and read on request (robustness 7)."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

PLAIN = "label,prob_cat,prob_dog\ncat,0.75,0.25\ndog,0.5,0.5\n"
ACCENTED = "label,prob_café,prob_naïf\ncafé,0.75,0.25\nnaïf,0.5,0.5\n"


@pytest.mark.parametrize(
    ("content", "found", "encoding"),
    [
        (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"), "UTF-16", "utf-16"),
        (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), "UTF-16", "utf-16"),
        (PLAIN.encode("utf-16-le"), "UTF-16-LE", "utf-16-le"),
        (PLAIN.encode("utf-16-be"), "UTF-16-BE", "utf-16-be"),
        (codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"), "UTF-32", "utf-32"),
        (ACCENTED.encode("latin-1"), "Latin-1", "latin-1"),
    ],
)
def test_the_encoding_found_is_named_and_read_on_request(
    xent: Xent, content: bytes, found: str, encoding: str
) -> None:
    xent.write("a.csv", content)
    xent.run("eval", "a.csv", "-o", "out").assert_error("a.csv", found, "hint", encoding)
    report = xent.eval("a.csv", "--encoding", encoding)
    expected = ["café", "naïf"] if encoding == "latin-1" else ["cat", "dog"]
    assert report["layout"]["classes"] == expected
    assert [c["rows"] for c in report["classes"]] == [1, 1]


@pytest.mark.parametrize(
    ("content", "needle"),
    [
        (PLAIN.encode() + b"caf\xe9,0.5,0.5\n", "line 4: byte 0xe9"),
        (PLAIN.encode() + b"\x93cat\x94,0.5,0.5\n", "line 4: byte 0x93"),
        (PLAIN.encode() + b"cat\0,0.5,0.5\n", "line 4"),
        (PLAIN.encode() + b"cat,0.5\0,0.5\n", "line 4"),
        (PLAIN.replace("dog", "d\0g").encode(), "line 1"),
        (b"caf\xe9," + PLAIN.encode(), "line 1"),
        (PLAIN.encode() + b"\xed\xa0\x80,0.5,0.5\n", "line 4"),
    ],
)
def test_bytes_that_are_not_utf8_are_found_at_their_line(
    xent: Xent, content: bytes, needle: str
) -> None:
    xent.write("a.csv", content)
    xent.run("eval", "a.csv").assert_error(f"a.csv: {needle}", "hint", "--encoding")


def test_bytes_that_are_not_utf8_far_down_are_found_at_their_line(xent: Xent) -> None:
    xent.write("a.csv", PLAIN.encode() + b"cat,0.5,0.5\n" * 200_000 + b"caf\xe9,0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error("a.csv: line 200004: byte 0xe9", "Latin-1")


def test_bytes_that_are_not_utf8_in_json_are_found_at_their_line(xent: Xent) -> None:
    good = b'{"label":"cat","prob_cat":0.5,"prob_dog":0.5}\n'
    xent.write("a.jsonl", good + good.replace(b'"cat"', b'"caf\xe9"'))
    xent.run("eval", "a.jsonl").assert_error("a.jsonl: line 2: byte 0xe9", "Latin-1")


def test_text_that_is_not_in_the_encoding_asked_for_is_refused(xent: Xent) -> None:
    xent.write("a.csv", PLAIN)
    xent.run("eval", "a.csv", "--encoding", "utf-16").assert_error("a.csv", "utf-16")
    xent.write("b.csv", ACCENTED)
    xent.run("eval", "b.csv", "--encoding", "ascii").assert_error("b.csv", "ascii")
