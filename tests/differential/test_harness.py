"""The systems agree with the formulas of their conventions, on every case."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv, parquet

from tests.differential.conventions import agree, expected
from tests.differential.files import (
    has_csv,
    score_columns,
    truth_columns,
    write_csv,
    write_parquet,
)
from tests.differential.keras_losses import backend
from tests.differential.suites import SYSTEMS, cases_of
from tests.differential.systems import real

pytestmark = pytest.mark.differential
HERE = Path(__file__).parents[2]


def disagreement(found: dict[str, float], system: str, keras: str) -> str | None:
    """The first case that is not as its formula has it, in words."""
    for case in cases_of(system):
        if not agree(found[case.name], case, keras):
            parts = expected(case, keras)
            off = found[case.name] - parts.value
            return (
                f"{case.name}: {found[case.name]!r}, by formula {parts.value!r}; "
                f"off by {off:.3g}, allowed {parts.tolerance:.3g}"
            )
    return None


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_is_as_its_convention_says(system: str) -> None:
    found = {case.name: real(case) for case in cases_of(system)}
    assert disagreement(found, system, backend() if system == "keras" else "") is None


@pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="Keras or torch is not installed"
)
def test_keras_on_torch_is_as_its_convention_says() -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.differential.elsewhere"],
        cwd=HERE,
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        check=True,
    )
    assert disagreement(json.loads(said.stdout), "keras", "torch") is None


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_cases_enough(system: str) -> None:
    assert len(cases_of(system)) >= 200
    assert len({case.name for case in cases_of(system)}) == len(cases_of(system))


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_file_gives_the_case_back(system: str, tmp_path: Path) -> None:
    """Every tenth: the types and values of the scores, the rows, the truth's columns."""
    for case in cases_of(system)[::10]:
        read = parquet.read_table(write_parquet(case, tmp_path))
        scores = score_columns(case)
        assert set(read.column_names) >= set(scores) | set(truth_columns(case))
        for name, values in scores.items():
            column = read[name].to_numpy()
            assert column.dtype == case.scores.dtype
            np.testing.assert_array_equal(column, values)
        if has_csv(case):
            text = csv.read_csv(write_csv(case, tmp_path))
            for name, values in scores.items():
                np.testing.assert_array_equal(text[name].to_numpy().astype(float), values)
