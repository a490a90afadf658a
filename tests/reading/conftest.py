from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from xentcli.reading.text import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the bytes of a text block, which are a mebibyte otherwise."""

    def set_size(size: int) -> None:
        monkeypatch.setattr(records, "BLOCK_BYTES", size)
        monkeypatch.setattr("xentcli.reading.text.text_source._BYTES_A_COLUMN", 1)

    return set_size


@pytest.fixture
def piped(tmp_path: Path) -> Callable[[bytes], str]:
    """A FIFO through which the given bytes come, a few at a time."""

    def serve(data: bytes) -> str:
        path = tmp_path / "fifo"
        os.mkfifo(path)

        def write() -> None:
            with path.open("wb", buffering=0) as pipe:
                for start in range(0, len(data), 1000):
                    pipe.write(data[start : start + 1000])

        threading.Thread(target=write, daemon=True).start()
        return str(path)

    return serve
