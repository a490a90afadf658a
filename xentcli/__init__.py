"""Cross-entropy of a model's predictions, from a file, right, fast and with its cause."""

from __future__ import annotations

__version__ = "0.1.0"
