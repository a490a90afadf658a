"""Data sets of Stata, SPSS and SAS, and ORC: what the contract does not cover."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import orc

from tests.reading.reading import ROLES, read
from tests.reading.tables import (
    dta_bytes,
    orc_bytes,
    sav_bytes,
    xpt_bytes,
)
from xentcli.errors import InputError
from xentcli.layout.schema import Kind, Role
from xentcli.options import FileOptions
from xentcli.reading import open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def as_stata(frame: pd.DataFrame, path: Path) -> None:
    frame.to_stata(path, write_index=False)


def as_spss(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_sav(frame, str(path))


def as_sas(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_xport(frame, str(path), file_format_version=8)


every_package = pytest.mark.parametrize("write", [as_stata, as_spss, as_sas])


@every_package
def test_whole_numbers_are_labels_without_a_point(
    write: Callable[..., None], tmp_path: Path
) -> None:
    path = tmp_path / "file.bin"
    write(pd.DataFrame({"label": [1.0, 0.0, np.nan, 2.5], "p": [0.5, 0.25, 0.125, 0.0]}), path)
    assert read(path) == [("1", 0.5), ("0", 0.25), (None, 0.125), ("2.5", 0.0)]
    source = open_source(str(path), FileOptions())
    assert [column.kind for column in source.columns] == [Kind.NUMBER, Kind.NUMBER]
    assert source.sample()["label"] == ["1", "0", None, 2.5]


@every_package
def test_a_column_cannot_be_what_it_is_not(write: Callable[..., None], tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    write(pd.DataFrame({"label": ["a", "b"], "p": ["0.5", "x"]}), path)
    with pytest.raises(InputError, match="column 'p' holds text, not numbers"):
        read(path)


def test_labels_of_values_are_labels_in_stata_and_spss(tmp_path: Path) -> None:
    frame = pd.DataFrame({"label": [1.0, 0.0, 1.0, np.nan], "p": [0.5] * 4})
    values: Any = {"label": {0: "no", 1: "yes"}}
    for name in ("a.dta", "a.sav"):
        path = str(tmp_path / name)
        if name.endswith("dta"):
            frame.to_stata(path, write_index=False, value_labels=values)
        else:
            pyreadstat.write_sav(frame, path, variable_value_labels=values)
        for rows in (1, 100):
            got = [label for label, _ in read(path, block_rows=rows)]
            assert got == ["yes", "no", "yes", None]


def test_dates_are_no_labels(tmp_path: Path) -> None:
    frame = pd.DataFrame({"label": pd.to_datetime(["2026-01-31", "2026-02-01"]), "p": [0.5, 0.5]})
    for write, name in ((as_stata, "a.dta"), (as_spss, "a.sav")):
        write(frame, tmp_path / name)
        with pytest.raises(InputError, match="column 'label' holds dates or times, no labels"):
            read(tmp_path / name)
        assert read(tmp_path / name, {"label": Role.TEXT})[0][0].startswith("2026-01-31")


def test_single_precision_stays_single_in_stata(tmp_path: Path) -> None:
    as_stata(pd.DataFrame({"p": np.array([0.1, 0.9], np.float32)}), tmp_path / "a.dta")
    source = open_source(str(tmp_path / "a.dta"), FileOptions())
    split = next(iter(source.splits({"p": Role.NUMBER}, block_rows=9, threads=1)))
    assert next(iter(split.batches())).schema.field("p").type == pa.float32()


def test_a_sas_data_set_by_way_of_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that can be installed writes .sas7bdat; what pandas gives is put in its place."""
    frame = pd.DataFrame({"label": ["a", ""], "p": [0.5, np.nan]})
    asked: dict[str, Any] = {}

    class Reader:
        def __init__(self, chunks: list[pd.DataFrame]) -> None:
            self._chunks = iter(chunks)

        def __iter__(self) -> Any:
            return self._chunks

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def read_sas(path: str, **how: Any) -> Reader:
        asked.update(how, path=path)
        return Reader([frame[:1], frame[1:]])

    monkeypatch.setattr(pd, "read_sas", read_sas)
    path = tmp_path / "a.sas7bdat"
    path.write_bytes(bytes(100))
    assert read(path) == [("a", 0.5), (None, None)]
    assert (asked["format"], asked["encoding"], asked["path"]) == ("sas7bdat", "infer", str(path))


MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
ROWS: list[tuple[str | None, float | None]] = [(f"c{i % 7}", i / 8) for i in range(5000)]


@pytest.mark.parametrize(
    ("whole", "sizes"),
    [
        (dta_bytes(ROWS), (20, 300, 20_000)),
        (sav_bytes(ROWS), (20, 300, 20_000)),
        (xpt_bytes(ROWS), (100, 700)),
        (orc_bytes(ROWS), (10, 5000)),
        (MAGIC + bytes(1000), (40, 1000)),
    ],
    ids=["stata", "spss", "xport", "orc", "sas7bdat"],
)
def test_what_is_cut_off_is_an_error(whole: bytes, sizes: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    for size in sizes:
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"file\.bin: "):
            read(path)


@pytest.mark.parametrize("cut", [1, 100])
def test_an_end_that_is_missing_is_missed_in_a_pipe_and_under_an_odd_name(
    cut: int, tmp_path: Path
) -> None:
    # The library itself reads such a file without a word.
    content = xpt_bytes(ROWS)[:-cut]
    odd, pipe = tmp_path / "odd\nname.xpt", tmp_path / "pipe"
    odd.write_bytes(content)
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as writers:
        writers.submit(pipe.write_bytes, content)
        with pytest.raises(InputError, match="pipe: is cut off"):
            read(pipe)
    with pytest.raises(InputError, match=r"name\.xpt: is cut off"):
        read(odd)


@pytest.mark.parametrize("write", [sav_bytes, xpt_bytes])
def test_the_package_that_is_missing_is_named(
    write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(write(ROWS[:3]))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr("xentcli.reading.tables.statistical_packages.find_spec", lambda _: None)
    with pytest.raises(InputError, match="which takes the package pyreadstat to read") as caught:
        read(path)
    assert (caught.value.hint or "").startswith("pip install ")


def test_orc_knows_the_types_of_its_columns(tmp_path: Path) -> None:
    lists = pa.array([[0.25, 0.75], None], pa.list_(pa.float32()))
    table = pa.table({"label": pa.array([3, 4], pa.int32()), "probs": lists})
    orc.write_table(table, str(tmp_path / "a.orc"))
    rows = read(tmp_path / "a.orc", {"label": Role.LABEL, "probs": Role.VECTOR})
    assert rows == [(3, [0.25, 0.75]), (4, None)]
    with pytest.raises(InputError, match=r"column 'probs' holds .*, not numbers"):
        read(tmp_path / "a.orc", {"probs": Role.NUMBER})


def test_text_may_begin_like_a_binary_file(tmp_path: Path) -> None:
    for word in ("ORC", "FEA1", "PARE"):
        path = tmp_path / f"{word}.csv"
        path.write_text(f"{word},label,p\n1,a,0.5\n")
        assert read(path, ROLES) == [("a", 0.5)]
