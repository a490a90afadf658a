"""What a command does not need it does not load."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.reading.tables import workbook

if TYPE_CHECKING:
    from tests.commands.conftest import Xent


def loaded(xent: Xent, *arguments: str) -> set[str]:
    """The modules that a run loads, as Python itself reports them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "xentcli", *arguments],
        cwd=xent.folder,
        env=xent.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 50
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("eval", "--help"),
        ("check", "--help"),
        ("calibrate", "--help"),
        ("calibrate", "fit", "--help"),
    ],
)
def test_help_and_version_load_no_numbers(xent: Xent, arguments: tuple[str, ...]) -> None:
    modules = loaded(xent, *arguments)
    assert not modules & {"numpy", "pyarrow", "pandas", "pyarrow.lib"}


def test_only_vector_scaling_loads_scipy(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_a,prob_b\n" + "a,0.9,0.1\nb,0.8,0.2\na,0.4,0.6\n" * 5)
    plain = loaded(xent, "calibrate", "fit", "a.csv", "--method", "platt", "-o", "c.json")
    assert not plain & {"scipy", "pandas", "rich"}
    assert not loaded(xent, "calibrate", "apply", "c.json", "a.csv") & {"scipy", "pandas", "rich"}
    assert "scipy" in loaded(xent, "calibrate", "fit", "a.csv", "--method", "vector")


@pytest.mark.parametrize("form", ["csv", "jsonl", "arrow", "parquet", "orc", "xlsx"])
def test_scoring_loads_neither_pandas_nor_datasets(xent: Xent, form: str) -> None:
    table = pa.table({"label": ["cat", "dog"], "prob_cat": [0.75, 0.5], "prob_dog": [0.25, 0.5]})
    name, path = f"a.{form}", xent.folder / f"a.{form}"
    match form:
        case "csv":
            xent.write(name, "label,prob_cat,prob_dog\ncat,0.75,0.25\ndog,0.5,0.5\n")
        case "jsonl":
            xent.write(name, '{"label":"cat","prob_cat":0.75,"prob_dog":0.25}\n')
        case "arrow":
            with pa.ipc.new_file(path, table.schema) as writer:
                writer.write_table(table)
        case "orc":
            orc.write_table(table, str(path))
        case "xlsx":
            rows = [table.column_names, *(row.values() for row in table.to_pylist())]
            path.write_bytes(workbook(one=[list(row) for row in rows]))
        case _:
            pq.write_table(table, path)
    modules = loaded(xent, "eval", name)
    assert "numpy" in modules
    unwanted = {"pandas", "pyarrow.dataset", "pyarrow._dataset", "scipy", "pyarrow.pandas_compat"}
    if form != "parquet":
        unwanted |= {"pyarrow.parquet", "pyarrow._parquet"}
    if form != "orc":
        unwanted |= {"pyarrow.orc", "pyarrow._orc"}
    if form != "xlsx":
        unwanted |= {"python_calamine", "pyreadstat"}
    assert not modules & unwanted
    # What --calibration alone needs.
    asked_for = {"binning", "row_sample", "score_grid", "temperature", "quantiles", "pav"}
    asked_for |= {"calibration", "calibration_report", "recalibration", "reliability"}
    assert not modules & {f"xentcli.{name}" for name in asked_for}


def test_a_gate_loads_what_scoring_does(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_a,prob_b\n" + "a,0.9,0.1\nb,0.8,0.2\na,0.4,0.6\n" * 5)
    modules = loaded(xent, "check", "a.csv", "--require", "rows > 1", "-f", "github")
    assert not modules & {"pandas", "scipy", "rich", "pyarrow.dataset", "yaml"}
