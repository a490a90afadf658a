"""The program, and predictions that are known to be wrong in a known way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import Xent

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def xent(tmp_path: Path) -> Xent:
    """The program, in an empty folder."""
    return Xent(tmp_path)
