"""What runs code when it is read is refused, and not even looked into."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tests.reading.reading import read
from xentcli.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"label": ["a", "b"], "p": [0.5, 0.25]})
LEGACY_TORCH = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)


def checkpoint(first: str = "preds/data.pkl") -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(first, b"")
        if not first.endswith("pkl"):
            archive.writestr("preds/data.pkl", pickle.dumps({}, 2))
    return sink.getvalue()


def objects() -> bytes:
    sink = io.BytesIO()
    np.save(sink, np.array([{"label": "a"}, None], dtype=object), allow_pickle=True)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["a.pkl", "a.csv", "a.bin", "a.joblib", "a"])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("content", [FRAME, {"a": 1}, [1], "text", None])
def test_a_pickle_by_its_first_bytes(
    tmp_path: Path, name: str, protocol: int, content: Any
) -> None:
    refused(tmp_path / name, pickle.dumps(content, protocol))


@pytest.mark.parametrize("name", ["a.pkl", "A.PICKLE", "a.joblib", "a.pt", "a.pth", "a.pkl.gz"])
def test_by_its_name_whatever_it_holds(tmp_path: Path, name: str) -> None:
    for content in (pickle.dumps({"a": 1}, 0), b"x\x9c", b"label,p\na,0.5\n"):
        refused(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)


@pytest.mark.parametrize("content", [checkpoint(), checkpoint("preds/.format_version")])
@pytest.mark.parametrize("name", ["a.pt", "a.bin", "a.xlsx"])
def test_checkpoints_of_pytorch(tmp_path: Path, name: str, content: bytes) -> None:
    assert "checkpoint of PyTorch" in refused(tmp_path / name, content)
    refused(tmp_path / name, LEGACY_TORCH)


def test_arrays_of_objects(tmp_path: Path) -> None:
    assert "NumPy array of Python objects" in refused(tmp_path / "a.npy", objects())
    np.save(tmp_path / "b.npy", np.zeros(3))
    with pytest.raises(InputError, match="is a NumPy array, not a table of predictions"):
        read(tmp_path / "b.npy")


def test_the_option_does_not_help(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for format_ in ("csv", "excel", "parquet"):
        refused(path, pickle.dumps(FRAME, 5), input_format=format_)
    path = tmp_path / "really.pkl"
    path.write_bytes(b"label,p\na,0.5\n")
    assert read(path, input_format="csv") == [("a", 0.5)]


def refused(path: Path, content: bytes, **options: Any) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError, match="reading one runs the code in it") as caught:
        read(path, **options)
    assert caught.value.hint == "where you trust it, load it yourself and write Parquet or CSV"
    return caught.value.message
