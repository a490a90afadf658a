"""One contract for all readers: the same rows, whatever holds them and however they are cut."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from tests.reading.reading import EASY, FORMATS, ROLES, read
from xentcli.errors import InputError
from xentcli.options import FileOptions
from xentcli.reading import formats, open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.reading.tables import Row

ROWS: list[Row] = [
    ("cat", 0.1),
    ("dog, big", 1e-300),
    ('say "hi"', None),
    ("two\nlines", 0.30000000000000004),
    (None, 1.0),
    ("NA", 5e-324),
    ("001", 1.7976931348623157e308),
    ("null", 0.0),
    ("true", -2.5),
    ("ünï\u202ecode ✓", 123456789.123456789),
    ("2020-01-01", 0.5),
    (" spaced ", 0.5),
]


# Without what no data set of Stata, SPSS or SAS can hold: a text that begins or ends with a
# space, bidirectional marks in an old encoding, the largest and the smallest numbers.
EASY_ROWS: list[Row] = [
    ("cat", 0.1),
    ("dog, big", 1e-30),
    ('say "hi"', None),
    (None, 1.0),
    ("NA", 0.30000000000000004),
    ("001", 1e30),
    ("null", 0.0),
    ("true", -2.5),
    ("2020-01-01", 123456789.123456789),
]


@pytest.fixture(params=list(FORMATS))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rows(form: str) -> list[Row]:
    return EASY_ROWS if form in EASY else ROWS


@pytest.fixture
def held(form: str, rows: list[Row], tmp_path: Path) -> Path:
    path = tmp_path / form
    path.write_bytes(FORMATS[form](rows))
    return path


@pytest.mark.parametrize("block_rows", [1, 2, 5, 1000])
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_rows_are_verbatim(held: Path, rows: list[Row], block_rows: int, threads: int) -> None:
    assert read(held, block_rows=block_rows, threads=threads) == rows


@pytest.mark.parametrize("size", [1, 7, 20, 64, 200])
def test_blocks_of_any_size_give_the_same_rows(
    held: Path, rows: list[Row], size: int, small_blocks: Callable[[int], None]
) -> None:
    small_blocks(size)
    assert read(held) == rows


def test_a_pipe_gives_the_same_rows(
    held: Path, rows: list[Row], piped: Callable[[bytes], str]
) -> None:
    assert read(piped(held.read_bytes())) == rows


def test_columns_come_in_the_order_asked_for(held: Path, rows: list[Row]) -> None:
    swapped = dict(reversed(ROLES.items()))
    assert read(held, swapped) == [(p, label) for label, p in rows]


def test_columns_not_asked_for_are_left_out(held: Path, rows: list[Row]) -> None:
    assert read(held, {"p": ROLES["p"]}) == [(p,) for _, p in rows]


def test_the_sample_consumes_nothing(held: Path, rows: list[Row]) -> None:
    source = open_source(str(held), FileOptions())
    sample = source.sample()
    assert list(sample) == ["label", "p"] == [column.name for column in source.columns]
    assert sample["label"][0] == "cat"
    assert len(sample["label"]) == len(sample["p"]) >= 1
    got = [row for split in _splits(source) for b in split.batches() for row in b.to_pylist()]
    assert len(got) == len(rows)


def test_a_file_can_be_split_twice(held: Path, rows: list[Row]) -> None:
    source = open_source(str(held), FileOptions())
    counts = [sum(b.num_rows for s in _splits(source) for b in s.batches()) for _ in range(2)]
    source.close()
    assert counts == [len(rows), len(rows)]


def test_all_bytes_are_accounted_for(held: Path) -> None:
    source = open_source(str(held), FileOptions())
    assert source.size == held.stat().st_size
    for split in _splits(source):
        for _ in split.batches():
            pass
    assert 0 < source.consumed <= source.size
    assert source.format in formats.FORMATS


@pytest.mark.parametrize("format_", formats.FORMATS.values(), ids=lambda format_: format_.name)
def test_every_row_of_the_table_names_what_opens_it(format_: formats.Format) -> None:
    module, _, function = format_.opener.partition(":")
    opener = getattr(import_module(f"xentcli.reading.{module}"), function)
    inspect.signature(opener).bind("supply", "options", *format_.arguments)


def test_the_table_is_in_the_order_of_names() -> None:
    assert list(formats.FORMATS) == sorted(formats.FORMATS)


def test_a_change_while_reading_is_noticed(held: Path) -> None:
    source = open_source(str(held), FileOptions())
    with held.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(InputError, match="changed while being read"):
        source.close()


def test_a_replacement_while_reading_is_noticed(held: Path) -> None:
    source = open_source(str(held), FileOptions())
    other = held.with_name("other")
    other.write_bytes(held.read_bytes())
    other.replace(held)
    with pytest.raises(InputError, match="changed while being read"):
        source.close()


def test_the_first_bytes_outweigh_the_name(held: Path, rows: list[Row], tmp_path: Path) -> None:
    renamed = held.rename(tmp_path / f"misnamed{held.suffix}.bin")
    assert read(renamed) == rows


def test_partitions_are_constant_columns(held: Path, rows: list[Row]) -> None:
    roles = {"country": ROLES["label"], **ROLES, "year": ROLES["p"], "none": ROLES["label"]}
    given = {"country": "d=e", "year": "2020", "none": None}
    source = open_source(str(held), FileOptions(), given)
    assert [column.name for column in source.columns] == ["label", "p", *given]
    assert {len(values) for values in source.sample().values()} == {len(source.sample()["p"])}
    got: list[tuple[Any, ...]] = []
    for split in source.splits(roles, block_rows=5, threads=2):
        for batch in split.batches():
            got += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    assert got == [("d=e", label, p, 2020.0, None) for label, p in rows]


def test_a_partition_column_in_the_file_is_an_error(held: Path) -> None:
    with pytest.raises(InputError, match="column 'p' is both in the file and in the name"):
        open_source(str(held), FileOptions(), {"p": "1"})


def _splits(source: Any) -> Any:
    return source.splits(ROLES, block_rows=4, threads=2)
