"""A job in a scratch folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ci.workflows import Job

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """An empty folder, and the tools of a job beside it."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Job(folder, tmp_path / "tools")
