"""Several files, directories and globs are one data set, or the part that is not is named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"
FIRST, SECOND = HEADER + "cat,0.75,0.25\n", HEADER + "dog,0.5,0.5\n"


@pytest.fixture
def parts(xent: Xent) -> str:
    xent.write("data/part-0.csv", FIRST)
    xent.write("data/part-1.csv", SECOND)
    return "data"


def put(xent: Xent, name: str, columns: dict[str, pa.Array]) -> None:
    (xent.folder / name).parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), xent.folder / name)


def test_files_directories_and_globs_are_the_same_data_set(xent: Xent, parts: str) -> None:
    names = [f"{parts}/part-0.csv", f"{parts}/part-1.csv"]
    reports = [xent.eval(*sources) for sources in (names, [parts], ["data/*.csv"], ["d*"])]
    assert reports[0]["source"]["paths"] == names
    assert all(report == reports[0] for report in reports)


def test_only_data_files_of_a_directory_are_read(xent: Xent, parts: str) -> None:
    others = ("_SUCCESS", ".part-0.csv.crc", "README", "README.md", "_logs/a.csv", ".hidden/a.csv")
    for name in others:
        xent.write(f"{parts}/{name}", "not data")
    xent.write(f"{parts}/deep/er/part-2.csv", FIRST)
    source = xent.eval(parts)["source"]
    assert source["rows"] == 3
    assert source["paths"] == [
        f"{parts}/{n}" for n in ("deep/er/part-2.csv", "part-0.csv", "part-1.csv")
    ]


def test_each_file_counts_once_by_whatever_name(xent: Xent, parts: str) -> None:
    (xent.folder / "link.csv").symlink_to("data/part-0.csv")
    (xent.folder / "data" / "hard.csv").hardlink_to(xent.folder / "data" / "part-0.csv")
    (xent.folder / "again").symlink_to("data")
    sources = ("./data/part-0.csv", "data/part-0.csv", parts, "again", "link.csv", "data/*.csv")
    assert xent.eval(*sources)["source"]["rows"] == 2


def test_a_loop_of_links_ends(xent: Xent, parts: str) -> None:
    (xent.folder / "data" / "loop").symlink_to("../data")
    assert xent.eval(parts)["source"]["rows"] == 2


@pytest.mark.parametrize(
    ("source", "needles"),
    [
        ("empty", ("empty", "no data files")),
        ("others", ("others", "no data files")),
        ("nothing/*.csv", ("nothing/*.csv", "no file matches")),
        ("data/part-7.csv", ("data/part-7.csv", "no such file", "hint", "data/part-1.csv")),
        ("itself.csv", ("itself.csv",)),
        ("data/part-0.csv/x", ("data/part-0.csv/x",)),
        ("", ("error: ",)),
        ("no\x1b[31m", (r"no\x1b[31m",)),
    ],
)
def test_sources_that_are_not_there_are_refused(
    xent: Xent, parts: str, source: str, needles: tuple[str, ...]
) -> None:
    (xent.folder / "empty").mkdir()
    xent.write("others/_SUCCESS", "")
    (xent.folder / "itself.csv").symlink_to("itself.csv")
    result = xent.run("eval", parts, source, "-o", "out")
    result.assert_error(*needles)


@pytest.mark.parametrize(
    ("second", "needles"),
    [
        ({"prob_cat": [0.5], "prob_dog": [0.5]}, ("'label'",)),
        ({"Y": ["cat"], "prob_cat": [0.5], "prob_dog": [0.5]}, ("'label'",)),
        ({"label": ["cat"], "prob_cat": ["0.5"], "prob_dog": [0.5]}, ("'prob_cat'", "string")),
        ({"label": ["cat"], "prob_cat": [0.5]}, ("'prob_dog'",)),
    ],
)
def test_a_part_that_does_not_fit_the_others_is_named(
    xent: Xent, second: dict[str, list[object]], needles: tuple[str, ...]
) -> None:
    put(xent, "data/a.parquet", {"label": ["cat"], "prob_cat": [0.5], "prob_dog": [0.5]})
    put(xent, "data/b.parquet", second)
    xent.run("eval", "data", "-o", "out").assert_error("data/b.parquet", *needles)


def test_a_csv_part_with_another_header_is_named(xent: Xent, parts: str) -> None:
    xent.write(f"{parts}/part-1.csv", SECOND.replace("prob_dog", "prob_cow"))
    xent.run("eval", parts).assert_error("data/part-1.csv", "'prob_dog'")


def test_columns_bind_by_name_in_every_part(xent: Xent, parts: str) -> None:
    whole = xent.eval(parts)
    xent.write(f"{parts}/part-1.csv", "prob_dog,extra,prob_cat,label\n0.5,9,0.5,dog\n")
    assert xent.eval(parts)["metrics"] == whole["metrics"]


def test_single_precision_parts_are_widened(xent: Xent) -> None:
    columns = {"label": ["cat", "dog"], "prob_cat": [0.75, 0.5], "prob_dog": [0.25, 0.5]}
    put(xent, "data/a.parquet", columns)
    single = {n: pa.array(v, pa.float32()) for n, v in columns.items() if n != "label"}
    put(xent, "data/b.parquet", {"label": columns["label"], **single})
    both, one = xent.eval("data"), xent.eval("data/a.parquet")
    assert both["metrics"]["cross_entropy"]["value"] == one["metrics"]["cross_entropy"]["value"]


def test_formats_may_differ_between_parts(xent: Xent, parts: str) -> None:
    xent.write("data/c.jsonl", '{"label":"cat","prob_cat":0.5,"prob_dog":0.5}\n')
    put(xent, "data/d.parquet", {"label": ["cat"], "prob_cat": [0.5], "prob_dog": [0.5]})
    assert xent.eval(parts)["source"]["rows"] == 4


def test_an_error_in_a_part_names_the_part_and_its_own_line(xent: Xent, parts: str) -> None:
    xent.write(f"{parts}/part-1.csv", SECOND + "dog,0.5,x\n")
    xent.run("eval", parts).assert_error("data/part-1.csv: line 3, column 'prob_dog'")


def test_a_part_without_rows_is_no_error_beside_others(xent: Xent, parts: str) -> None:
    xent.write(f"{parts}/part-2.csv", HEADER)
    assert xent.eval(parts)["source"]["rows"] == 2


def test_the_first_part_may_be_the_one_without_rows(xent: Xent, parts: str) -> None:
    xent.write(f"{parts}/part-.csv", HEADER)
    assert xent.eval(parts)["metrics"] == xent.eval("data/part-0.csv", "data/part-1.csv")["metrics"]


def test_the_text_of_partitions_is_kept(xent: Xent) -> None:
    names = ("001", "a%2Fb", "2020-01-01")
    scores = "prob_001,prob_a/b,prob_2020-01-01\n"
    for number, name in enumerate(names):
        row = ["0.25", "0.25", "0.25"]
        row[number] = "0.5"
        xent.write(f"data/label={name}/part.csv", scores + ",".join(row) + "\n")
    report = xent.eval("data")
    assert [(c["name"], c["rows"]) for c in report["classes"]] == [
        ("001", 1),
        ("a/b", 1),
        ("2020-01-01", 1),
    ]
    assert report["metrics"]["accuracy"]["value"] == 1
    xent.write("data/label=__HIVE_DEFAULT_PARTITION__/part.csv", scores + "0.25,0.25,0.5\n")
    xent.run("eval", "data").assert_error("label=__HIVE_DEFAULT_PARTITION__", "'label'", "missing")
    assert xent.eval("data", "--missing", "drop")["source"]["rows"] == 3


def test_a_pipe_and_a_file_can_be_parts(xent: Xent, parts: str) -> None:
    report = xent.eval("-", f"{parts}/part-1.csv", stdin=FIRST)
    assert report["source"]["paths"] == ["<stdin>", "data/part-1.csv"]
    assert report["metrics"] == xent.eval(parts)["metrics"]


def test_standard_input_closed_is_refused(xent: Xent) -> None:
    xent.run("eval", "-", under="exec <&-").assert_error("<stdin>")


def test_an_unreadable_part_is_refused(xent: Xent, parts: str, as_mere_user: str) -> None:
    (xent.folder / "data" / "part-1.csv").chmod(0)
    xent.run("eval", parts, "-o", "out", under=as_mere_user).assert_error(
        "data/part-1.csv", "permission denied"
    )


def test_an_unreadable_directory_is_refused(xent: Xent, parts: str, as_mere_user: str) -> None:
    os.chmod(xent.folder / parts, 0)
    try:
        result = xent.run("eval", parts, under=as_mere_user)
    finally:
        os.chmod(xent.folder / parts, 0o755)  # noqa: S103
    result.assert_error("data", "permission denied")
