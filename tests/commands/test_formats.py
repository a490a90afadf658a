"""The formats of spreadsheets and statistical packages, through the whole program."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import orc
from sklearn.metrics import log_loss

from tests.reading.tables import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Xent

ROWS = 400


def drawn() -> pd.DataFrame:
    """Labels 0 and 1 with the probabilities of both, as SAS names them."""
    chance = np.random.default_rng(7)
    p = chance.random(ROWS)
    return pd.DataFrame(
        {"BAD": chance.integers(0, 2, ROWS).astype(float), "P_BAD0": 1 - p, "P_BAD1": p}
    )


def write(frame: pd.DataFrame, path: Path) -> None:
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".xlsx":
            path.write_bytes(workbook(one=[list(frame), *frame.to_numpy().tolist()]))
        case ".dta":
            frame.to_stata(path, write_index=False)
        case ".sav":
            pyreadstat.write_sav(frame, str(path))
        case ".xpt":
            pyreadstat.write_xport(frame, str(path), file_format_version=5)
        case ".orc":
            orc.write_table(pa.Table.from_pandas(frame), str(path))


@pytest.mark.parametrize("suffix", ["xlsx", "dta", "sav", "xpt", "orc"])
def test_the_same_bits_as_csv(xent: Xent, suffix: str) -> None:
    frame = drawn()
    write(frame, xent.folder / "a.csv")
    write(frame, xent.folder / f"a.{suffix}")
    expected, report = xent.eval("a.csv"), xent.eval(f"a.{suffix}")
    oracle = log_loss(frame["BAD"], frame[["P_BAD0", "P_BAD1"]])
    assert report["metrics"]["cross_entropy"]["value"] == pytest.approx(oracle, rel=1e-13)
    assert report["metrics"] == expected["metrics"]
    assert report["classes"] == expected["classes"]
    assert report["layout"]["target"] == ["BAD"]


def test_a_probability_of_zero_is_zero_in_a_transport_file(xent: Xent) -> None:
    """pandas reads it as 5e-79, of which the logarithm is finite."""
    frame = pd.DataFrame({"BAD": [1.0, 0.0], "P_BAD0": [1.0, 0.5], "P_BAD1": [0.0, 0.5]})
    write(frame, xent.folder / "a.xpt")
    assert xent.run("eval", "a.xpt", "--score-only").stdout == "Infinity\n"


def test_rows_name_the_row_of_the_sheet(xent: Xent) -> None:
    cells: list[Any] = [("label", "prob"), (1, 0.5), (None, None), (0, 1.5)]
    xent.write("a.xlsx", workbook(one=cells))
    xent.run("eval", "a.xlsx").assert_error("a.xlsx: row 4, column 'prob': 1.5 is not a prob")


@pytest.mark.parametrize("name", ["a.pkl", "a.bin", "a.pt"])
def test_pickles_are_refused(xent: Xent, name: str) -> None:
    xent.write(name, pickle.dumps(drawn()))
    done = xent.run("eval", name)
    done.assert_error(f"{name}: is a", "runs the code in it", "write Parquet or CSV")


def test_a_damaged_workbook_is_one_line(xent: Xent) -> None:
    xent.write("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60))
    xent.run("eval", "a.xls").assert_error("a.xls: ")
