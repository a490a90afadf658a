"""Hypothesis as in the laws: some known values hold for rows of any kind."""

from __future__ import annotations

from tests.laws import conftest

__all__ = ["conftest"]
