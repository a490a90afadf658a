"""A progress bar on standard error, for long work on a terminal."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.engine.plan import Watcher

# Shorter work than this draws nothing.
_PATIENCE = 1.0


@contextmanager
def watching(total: int | None, *, wanted: bool | None) -> Iterator[Watcher | None]:
    """A watcher that draws a bar, or None where none is wanted.

    `total` is the number of bytes to be read, where it is known. By default a bar is drawn
    on a terminal, once the work has taken a second; `wanted` asks for it elsewhere too, or
    forbids it.
    """
    terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if wanted is False or (wanted is None and not terminal):
        yield None
        return
    bar = _Bar(total)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Rows, bytes, rate and time left; rich is loaded when the bar first shows."""

    def __init__(self, total: int | None) -> None:
        self._total = total or None
        self._start = time.monotonic()
        self._progress: Any = None
        self._task: Any = None

    def update(self, rows: int, consumed: int) -> None:
        """Draws how far the work is."""
        if time.monotonic() - self._start < _PATIENCE:
            return
        if self._progress is None:
            self._show()
        elapsed = time.monotonic() - self._start
        self._progress.update(
            self._task, completed=consumed, rows=f"{rows:,} rows", rate=f"{rows / elapsed:,.0f}/s"
        )

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.fields[rows]}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=self._total, rows="", rate="")
        self._progress.start()

    def close(self) -> None:
        """Takes the bar away."""
        if self._progress is not None:
            self._progress.stop()
