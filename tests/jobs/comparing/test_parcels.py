"""Blocks of columns come through to another process as they were, and nothing besides."""

from __future__ import annotations

import io
import pickle

import pyarrow as pa
import pytest

from xentcli.engine.parcels import send

WORDS = [f"word {i}" for i in range(500)]
COLUMNS = {
    "numbers": pa.array([*range(999), None]),
    "texts": pa.array(["a", None] * 500),
    "few": pa.array(["DE", "FR", None, "DE"] * 250).dictionary_encode(),
    "many": pa.array([*WORDS, *WORDS]).dictionary_encode(),
    "codes": pa.array([7, 7, None, 9] * 250).dictionary_encode(),
}


@pytest.mark.parametrize("rows", [(0, 1000), (990, 10), (5, 0)])
def test_blocks_come_through(rows: tuple[int, int]) -> None:
    block = pa.RecordBatch.from_pydict(COLUMNS).slice(*rows)
    send((1, block), stream := io.BytesIO())
    one, found = pickle.loads(stream.getvalue())  # noqa: S301 - our own
    assert one == 1
    assert found.to_pydict() == block.to_pydict()
    if rows[1] == 10:
        assert stream.tell() < 4000
