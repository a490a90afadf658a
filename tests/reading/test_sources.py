"""SOURCE arguments: files, directories, globs, standard input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xentcli.errors import InputError
from xentcli.reading.sources import Part, expand


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as Spark leaves it, which is the working directory."""
    for name in (
        "data/label=001/part-1.parquet",
        "data/label=001/.part-1.parquet.crc",
        "data/label=a%2Fb/part-0.csv.gz",
        "data/label=__HIVE_DEFAULT_PARTITION__/part-0.jsonl",
        "data/_SUCCESS",
        "data/_temporary/part-9.parquet",
        "data/README.md",
        "data/z.csv",
        "empty/README.md",
        "brackets[1].csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_directory_gives_its_data_files_in_order(tree: Path) -> None:
    del tree
    assert expand(["data"]) == [
        Part("data/label=001/part-1.parquet", {"label": "001"}, skipped=3),
        Part("data/label=__HIVE_DEFAULT_PARTITION__/part-0.jsonl", {"label": None}),
        Part("data/label=a%2Fb/part-0.csv.gz", {"label": "a/b"}),
        Part("data/z.csv", {}),
    ]


def test_a_glob_gives_the_files_it_matches(tree: Path) -> None:
    del tree
    assert expand(["data/label=*/part-*"]) == [
        Part("data/label=001/part-1.parquet", {"label": "001"}),
        Part("data/label=__HIVE_DEFAULT_PARTITION__/part-0.jsonl", {"label": None}),
        Part("data/label=a%2Fb/part-0.csv.gz", {"label": "a/b"}),
    ]
    assert [part.path for part in expand(["data/**/*.parquet"])] == [
        "data/_temporary/part-9.parquet",
        "data/label=001/part-1.parquet",
    ]


def test_a_glob_may_match_directories(tree: Path) -> None:
    del tree
    parts = expand(["data/label=0*"])
    assert [(p.path, p.partitions) for p in parts] == [
        ("data/label=001/part-1.parquet", {"label": "001"})
    ]


def test_a_name_with_brackets_is_a_name(tree: Path) -> None:
    del tree
    assert expand(["brackets[1].csv"]) == [Part("brackets[1].csv")]


def test_arguments_keep_their_order_and_standard_input_its_name(tree: Path) -> None:
    del tree
    assert [part.path for part in expand(["data/z.csv", "-", "brackets*"])] == [
        "data/z.csv",
        "-",
        "brackets[1].csv",
    ]


def test_each_file_counts_once(tree: Path) -> None:
    Path("link.csv").symlink_to("data/z.csv")
    os.link("data/z.csv", "hard.csv")
    paths = [part.path for part in expand(["data/z.csv", "./data/z.csv", str(tree), "link.csv"])]
    assert [p for p in paths if p.endswith(("z.csv", "link.csv", "hard.csv"))] == ["data/z.csv"]


def test_a_loop_of_links_ends(tree: Path) -> None:
    del tree
    Path("data/again").symlink_to("../data")
    Path("data/self").symlink_to(".")
    assert len(expand(["data"])) == 4


def test_states_are_looked_for_where_there_are_no_predictions(tree: Path) -> None:
    for name in ("b.xent", "a.xent.gz", ".c.xent", "notes.md"):
        (tree / "empty" / name).write_text("")
    (found, *more) = expand(["empty"])
    assert [part.path for part in (found, *more)] == ["empty/a.xent.gz", "empty/b.xent"]
    (tree / "empty" / "p.csv").write_text("")
    assert [part.path for part in expand(["empty"])] == ["empty/p.csv"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("empty", r"^empty: there are no data files in this directory \(1 other file\)$"),
        ("nothing/*.csv", r"^nothing/\*.csv: no file matches$"),
        ("no\x1bfile", r"^no\\x1bfile: there is no such file$"),
        ("nowhere/at/all.csv", "^nowhere/at/all.csv: there is no such file$"),
    ],
)
def test_what_is_not_there(tree: Path, argument: str, message: str) -> None:
    del tree
    with pytest.raises(InputError, match=message):
        expand([argument])


def test_the_nearest_names_are_told(tree: Path) -> None:
    del tree
    with pytest.raises(InputError, match=r"^data/zz.csv: there is no such file$") as caught:
        expand(["data/zz.csv"])
    assert caught.value.hint == "nearest names: data/z.csv"
