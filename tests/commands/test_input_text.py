"""Delimited text is read as Python's `csv` reads it, or refused by line (robustness 1 to 6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
ROW = "cat,0.75,0.25\n"
MANY = 100_000  # more than one block of a mebibyte


def test_an_unclosed_quote_is_found_at_its_line(xent: Xent) -> None:
    rows = [ROW] * MANY
    rows[9] = '"cat,0.75,0.25\n'
    xent.write("a.csv", HEADER + "".join(rows))
    xent.run("eval", "a.csv", "-o", "out").assert_error("a.csv: line 11", "quote")


def test_an_unclosed_quote_in_a_later_block_is_found_at_its_line(xent: Xent) -> None:
    rows = [ROW] * MANY
    rows[90_000] = '"cat,0.75,0.25\n'
    xent.write("a.csv", HEADER + "".join(rows))
    xent.run("eval", "a.csv").assert_error("a.csv: line 90002", "quote")


def test_an_unclosed_quote_among_quoted_rows_is_found_at_its_line(xent: Xent) -> None:
    rows = ['"cat",0.75,0.25\n'] * MANY
    rows[9] = '"cat,0.75,0.25\n'
    xent.write("a.csv", HEADER + "".join(rows))
    xent.run("eval", "a.csv", "-o", "out").assert_error("a.csv: line 11", "quote")


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        pytest.param("cat,0.75\n", "line 3", id="too few"),
        pytest.param("cat,0.75,0.25,9\n", "line 3", id="too many"),
        pytest.param("cat,0.75,0.25,\n", "line 3", id="a delimiter at the end"),
        pytest.param("cat,0.7,0.3\n" * 9 + "cat\n", "line 12", id="one field"),
        pytest.param('"c\nat",0.7,0.3\ncat,0.7\n', "line 5", id="behind a quoted newline"),
    ],
)
def test_a_row_with_another_number_of_fields_is_refused(xent: Xent, rows: str, line: str) -> None:
    xent.write("a.csv", HEADER + ROW + rows)
    xent.run("eval", "a.csv").assert_error("a.csv", line, "field")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEADER + "dog,0.5,0.5\ncat,0.75,0.25", id="no final newline"),
        pytest.param((HEADER + "dog,0.5,0.5\n" + ROW).replace("\n", "\r"), id="CR"),
        pytest.param((HEADER + "dog,0.5,0.5\n" + ROW).replace("\n", "\r\n"), id="CRLF"),
        pytest.param(HEADER + "dog,0.5,0.5\r\n" + ROW, id="mixed"),
        pytest.param("\ufeff" + HEADER + "dog,0.5,0.5\n" + ROW, id="BOM"),
        pytest.param(
            '\ufeff"label","prob_cat","prob_dog"\n"dog","0.5","0.5"\n"cat","0.75","0.25"\n',
            id="BOM and quotes",
        ),
        pytest.param(HEADER + "\ndog,0.5,0.5\n\n\n" + ROW + "\n", id="blank lines"),
        pytest.param(HEADER + "dog, 0.5 ,0.5\n" + ROW, id="spaces around numbers"),
    ],
)
def test_every_way_of_ending_lines_gives_the_same_rows(xent: Xent, text: str) -> None:
    xent.write("a.csv", text)
    loss = xent.eval("a.csv", "-m", "cross_entropy")["metrics"]["cross_entropy"]["value"]
    assert loss == -(math.log(0.75) + math.log(0.5)) / 2


def test_a_quoted_newline_belongs_to_the_label(xent: Xent) -> None:
    xent.write("a.csv", '"label","prob_c\nt","prob_a""b,c"\n"c\nt",0.75,0.25\n"a""b,c",0.5,0.5\n')
    report = xent.eval("a.csv")
    assert [(c["name"], c["rows"]) for c in report["classes"]] == [("c\nt", 1), ('a"b,c', 1)]


def test_quoted_newlines_across_blocks_are_no_rows(xent: Xent) -> None:
    row = '"' + "line\n" * 20_000 + '",cat,0.75,0.25\n'  # 100 kB: blocks end within
    xent.write("a.csv", "text," + HEADER + row * 40)
    source = xent.eval("a.csv")["source"]
    assert (source["rows"], source["rows_read"]) == (40, 40)


def test_a_record_longer_than_a_block_is_read(xent: Xent) -> None:
    xent.write("a.csv", "text," + HEADER + "x" * 3_000_000 + f",{ROW}" + f",{ROW}")
    assert xent.eval("a.csv")["source"]["rows"] == 2


def test_a_record_without_bounds_is_refused_with_the_limit(xent: Xent) -> None:
    xent.write("a.csv", "text," + HEADER + f",{ROW}" + "x" * 40_000_000 + f",{ROW}")
    xent.run("eval", "a.csv").assert_error("a.csv: line 3", "16 MiB")


@pytest.mark.parametrize(
    ("name", "content", "needle"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf", "empty"),
        ("a.csv", b"\n\n", "empty"),
        ("a.csv", HEADER.encode(), "no rows"),
        ("a.csv", HEADER.strip().encode(), "no rows"),
        ("a.tsv", b"label\tprob_cat\tprob_dog\n\n\n", "no rows"),
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b"\n", "empty"),
    ],
)
def test_a_file_without_rows_is_refused(xent: Xent, name: str, content: bytes, needle: str) -> None:
    xent.write(name, content)
    xent.run("eval", name, "-o", "out").assert_error(name, needle)


def test_empty_standard_input_is_refused(xent: Xent) -> None:
    xent.run("eval", "-").assert_error("<stdin>", "empty")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "label,prob_cat,prob_dog,prob_dog\ncat,0.75,0.25,0.25\n"),
        ("a.csv", "label,prob_cat,prob_dog,label\ncat,0.75,0.25,cat\n"),
        ("a.jsonl", '{"label":"cat","prob_cat":0.75,"prob_dog":0.2,"prob_dog":0.25}\n'),
    ],
)
def test_two_columns_of_one_name_are_refused(xent: Xent, name: str, content: str) -> None:
    xent.write(name, content)
    xent.run("eval", name).assert_error(name, "twice" if name.endswith("l") else "two columns")


@pytest.mark.parametrize(
    ("options", "needles"),
    [
        (("--target", "Label"), ("'Label'", "'label'")),
        (("--target", "label "), ("'label '", "'label'")),
        (("--target", "lable"), ("'lable'", "'label'")),
        (("--target", "zzz"), ("'zzz'", "'label', 'prob_cat', 'prob_dog'")),
        (("--scores", "prob_cat,prob_dgo"), ("'prob_dgo'", "'prob_dog'")),
        (("--scores", "proba_*"), ("'proba_*'", "'prob_cat'")),
        (("--weight", "w"), ("--weight", "'w'")),
    ],
)
def test_a_column_that_is_not_there_is_told_with_the_nearest_names(
    xent: Xent, small: str, options: tuple[str, ...], needles: tuple[str, ...]
) -> None:
    xent.run("eval", small, *options).assert_error(small, *needles)


@pytest.mark.parametrize("name", ["label ", " Label"])
def test_spaces_around_a_column_name_are_told(xent: Xent, name: str) -> None:
    xent.write("a.csv", f"{name},prob_cat,prob_dog\ncat,0.75,0.25\n")
    xent.run("eval", "a.csv", "--target", "label").assert_error("a.csv", "'label'", f"'{name}'")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEADER.replace(",", "\t") + "cat\t0.75\t0.25\n", id="tabs"),
        pytest.param(HEADER.replace(",", ";") + "cat;0.75;0.25\n", id="semicolons"),
        pytest.param(HEADER.replace(",", ";") + "cat;0,75;0,25\n", id="decimal commas"),
        pytest.param(HEADER.replace(",", "|") + "cat|0.75|0.25\n", id="pipes"),
        pytest.param(HEADER + 'cat,".75",+2.5e-1\n', id="every way to write a number"),
    ],
)
def test_the_delimiter_is_found_whatever_the_name_says(xent: Xent, text: str) -> None:
    xent.write("a.csv", text)
    value = xent.eval("a.csv", "-m", "mean_probability")["classes"][0]["metrics"]
    assert value["mean_probability"]["value"] == 0.75


def test_decimal_commas_between_commas_are_refused_with_the_way_out(xent: Xent) -> None:
    xent.write("a.csv", HEADER + ROW * 3 + 'cat,"0,75","0,25"\n')
    needles = "a.csv: line 5, column 'prob_cat': '0,75' is not a number", "hint", "--delimiter ';'"
    xent.run("eval", "a.csv").assert_error(*needles)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("label~p\nyes~0.75\nno~0.25\n", ("--delimiter", "~")),
        ("label p\nyes 0.75\nno 0.25\n", ("--delimiter", "space")),
        ("yes\t0.75\nno\t0.25\n", ("--no-header", "--target", "1", "--scores", "2")),
    ],
)
def test_odd_text_is_read_with_options(xent: Xent, text: str, options: tuple[str, ...]) -> None:
    loss = xent.eval("-", *options, "-m", "cross_entropy", stdin=text)["metrics"]["cross_entropy"]
    assert loss["value"] == -math.log(0.75)


def test_types_never_come_from_the_first_block(xent: Xent) -> None:
    whole = "cat,1,0\n" * 150_000  # over a mebibyte
    xent.write("a.csv", HEADER + whole + "dog,0.5,0.5\n" * 150_000)
    means = [c["metrics"]["mean_probability"]["value"] for c in xent.eval("a.csv")["classes"]]
    assert means == [0.75, 0.25]


def test_a_mebibyte_of_empty_scores_comes_before_the_values(xent: Xent) -> None:
    xent.write("a.csv", HEADER + "cat,,\n" * 200_000 + "cat,0.5,0.5\ndog,0.5,0.5\n")
    xent.run("eval", "a.csv").assert_error("a.csv: line 2, column 'prob_cat'", "missing", "hint")
    report = xent.eval("a.csv", "--missing", "drop")
    assert (report["source"]["rows"], report["source"]["rows_read"]) == (2, 200_002)
    assert [(f["code"], f["count"]) for f in report["findings"]] == [("missing-dropped", 200_000)]
