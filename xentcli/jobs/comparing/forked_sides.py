"""Data sets read by processes of their own, which send what is compared of their rows.

Threads would wait for each other: a block's numbers are made in many short steps, between which
Python lets but one of them go on.
"""

from __future__ import annotations

import contextlib
import pickle
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xentcli.engine import forked
from xentcli.engine.parcels import send

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from xentcli.jobs.comparing.measures import Measure
    from xentcli.jobs.comparing.sides import Left, Lines, Side
    from xentcli.layout.layout import Identity

_PIPE_BYTES = 1 << 20


class _Last(NamedTuple):
    """What comes after the rows: what they leave, or the error that ended them."""

    left: Left | None
    error: BaseException | None


class ForkedSides:
    """The processes that read the sides of a comparison; they end with it."""

    def __init__(self) -> None:
        self._workers: list[forked.Worker] = []

    def rows(
        self,
        side: Side,
        measures: Sequence[Measure],
        identity: Identity | None,
        keep: Sequence[str] = (),
    ) -> Iterator[Lines]:
        """`Side.rows`, made by another process, which starts at once.

        Raises the same errors, and InputError when the process is killed.
        """
        work = partial(_work, side, measures, identity, keep)
        worker = forked.fork(work, self._workers)
        self._workers.append(worker)
        _widen(worker.pipe)
        return received(side, worker.pipe)

    def end(self) -> None:
        """Ends the processes, whatever they are doing."""
        forked.end(self._workers)
        self._workers = []


def received(side: Side, pipe: int) -> Iterator[Lines]:
    """The rows that a process sends; it leaves `side` what reports are made of."""
    with open(pipe, "rb", buffering=_PIPE_BYTES, closefd=False) as stream:
        while True:
            try:
                found = pickle.load(stream)  # noqa: S301 - from our own worker
            except (EOFError, pickle.UnpicklingError):
                raise forked.killed() from None
            if not isinstance(found, _Last):
                yield found
                continue
            if found.error is not None:
                raise found.error
            side.left = found.left
            return


def _work(
    side: Side,
    measures: Sequence[Measure],
    identity: Identity | None,
    keep: Sequence[str],
    pipe: int,
) -> None:
    with open(pipe, "wb", buffering=_PIPE_BYTES) as stream:
        try:
            for lines in side.rows(measures, identity, keep):
                send(lines, stream)
            last = _Last(side.left, None)
        except BaseException as error:
            last = _Last(None, error)
        _send(last, stream)


def _send(last: _Last, stream: BinaryIO) -> None:
    try:
        data = pickle.dumps(last, protocol=5)
    except Exception as error:
        data = pickle.dumps(_Last(None, RuntimeError(f"{last.error!r} ({error})")))
    stream.write(data)


def _widen(pipe: int) -> None:
    """Lets the pipe hold more than a page or two, where Linux can do that."""
    import fcntl

    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
