"""The generator of the documents, as a module: it lies outside every package."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.warm import program

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def generate(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """`docs/generate.py`, whose shells find an `xent` that is loaded already."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    folder = program.command(tmp_path_factory.mktemp("bin")).parent
    search_path = module.search_path
    module.__dict__["search_path"] = lambda: f"{folder}{os.pathsep}{search_path()}"
    return module
