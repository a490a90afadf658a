"""Workers as processes, for files: what Python's interpreter lock would keep from threads.

Every worker opens the data anew and goes through the same splits, of which it works on
those whose turn it drew from a common counter. The counter is a pipe that holds one number:
reading it is drawing a turn, writing the next number back passes the right on.
"""

from __future__ import annotations

import contextlib
import functools
import mmap
import os
import pickle
import select
import signal
import struct
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.sums.run import Outcome, Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xentcli.engine.plan import Plan, Watcher
    from xentcli.reading.source import Source
    from xentcli.sums.run import Facts

_NUMBER = struct.Struct("q")
_PROGRESS = struct.Struct("qq")
_STOP = -1


class Turns:
    """Numbers 0, 1, 2, …, each drawn by one of the processes that share them."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.write(self._write, _NUMBER.pack(0))

    def __iter__(self) -> Turns:
        return self

    def __next__(self) -> int:
        (turn,) = _NUMBER.unpack(os.read(self._read, _NUMBER.size))
        os.write(self._write, _NUMBER.pack(turn if turn == _STOP else turn + 1))
        if turn == _STOP:
            raise StopIteration
        return int(turn)

    def stop(self) -> None:
        """No further turns are drawn by anyone."""
        os.read(self._read, _NUMBER.size)
        os.write(self._write, _NUMBER.pack(_STOP))

    def close(self) -> None:
        """Releases the pipe."""
        os.close(self._read)
        os.close(self._write)


class _Report(NamedTuple):
    """What a worker sends back."""

    sum: Sum
    facts: Sequence[Facts]
    failure: tuple[tuple[int, int], BaseException] | None


class Worker(NamedTuple):
    """A process of ours, and the end of the pipe that it writes to."""

    pid: int
    pipe: int


def run_forked(
    plan: Plan, reopen: Callable[[], Iterable[Source]], watcher: Watcher | None = None
) -> Outcome:
    """Works through all splits in `plan.workers` processes; `reopen` opens the data anew.

    Raises the first error in the order of the data, whatever the workers met first, and
    InputError when a worker is killed. No worker outlives the call.
    """
    turns = Turns()
    progress = mmap.mmap(-1, _PROGRESS.size * plan.workers)
    workers: list[Worker] = []
    try:
        for number in range(plan.workers):
            work = functools.partial(_work, plan, reopen, turns, progress, number)
            workers.append(fork(work, workers))
        reports = _collect(workers, progress, watcher)
    finally:
        end(workers)
        turns.close()
        progress.close()
    failures = [report.failure for report in reports if report.failure is not None]
    if failures:
        raise min(failures, key=lambda failure: failure[0])[1]
    total = Sum.total((report.sum for report in reports), plan.layout.size)
    return Outcome(total, max((report.facts for report in reports), key=len))


def fork(work: Callable[[int], None], others: Sequence[Worker]) -> Worker:
    """Has a process of its own do some work, which is given the end of a pipe to write to.

    The process ends with the work, without any of the clean-up that is its parent's.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return Worker(pid, read)
    try:
        # The parent takes the signals, and ends its workers.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for pipe in (read, *(other.pipe for other in others)):
            os.close(pipe)
        _end_with_parent()
        _keep_freed_memory()
        work(write)
    finally:
        os._exit(0)


def _work(
    plan: Plan,
    reopen: Callable[[], Iterable[Source]],
    turns: Turns,
    progress: mmap.mmap,
    number: int,
    pipe: int,
) -> None:
    """The life of a worker."""
    supply = plan.supply(reopen(), turns)
    read = 0

    def count(rows: int) -> None:
        nonlocal read
        read += rows
        _PROGRESS.pack_into(progress, _PROGRESS.size * number, read, supply.consumed)

    try:
        total = plan.work(supply, count)
    except BaseException as error:
        total = Sum.total((), plan.layout.size)
        supply.failed(None, error)
    try:
        failure = supply.first_failure()
    except BaseException as error:  # reading the file again for the line may fail, too
        failure = (1 << 60, 0), error
    if failure is not None:
        turns.stop()
    total.rows = supply.rows
    _send(pipe, _Report(total, supply.facts, failure))


def _end_with_parent() -> None:
    """Has Linux kill this process when its parent is killed, which cannot do it any more."""
    import ctypes

    set_death_signal = 1
    try:
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    except (AttributeError, OSError):
        return


def _keep_freed_memory() -> None:
    """Tells glibc to keep what is freed: blocks of one size come and go all the time.

    Every page given back is one to be zeroed again. Where there is no glibc, nothing happens.
    """
    import ctypes

    top_pad, trim_threshold, mmap_threshold = -2, -1, -3
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(mmap_threshold, 64 << 20)
    mallopt(trim_threshold, 256 << 20)
    mallopt(top_pad, 16 << 20)


def _send(pipe: int, report: _Report) -> None:
    try:
        data = pickle.dumps(report)
    except Exception as error:
        told = RuntimeError(f"{report.failure} ({error})")
        data = pickle.dumps(report._replace(failure=((1 << 60, 0), told)))
    with open(pipe, "wb") as stream:
        stream.write(data)


def killed() -> InputError:
    """The error for a worker that ended without a word."""
    return InputError(
        "a worker process was killed, perhaps because memory ran out",
        hint="fewer --threads need less",
    )


def _collect(
    workers: Sequence[Worker], progress: mmap.mmap, watcher: Watcher | None
) -> list[_Report]:
    """The reports of all workers; an error as soon as one died without."""
    received = {worker.pipe: bytearray() for worker in workers}
    open_pipes = dict.fromkeys(received)
    while open_pipes:
        ready, _, _ = select.select(list(open_pipes), [], [], 0.1)
        for pipe in ready:
            data = os.read(pipe, 1 << 20)
            received[pipe] += data
            if not data:
                del open_pipes[pipe]
                if not received[pipe]:
                    raise killed()
        if watcher is not None and open_pipes:
            told = list(_PROGRESS.iter_unpack(progress[:]))
            watcher.update(sum(rows for rows, _ in told), max(consumed for _, consumed in told))
    return [pickle.loads(data) for data in received.values()]  # noqa: S301 - from our own workers


def end(workers: Sequence[Worker]) -> None:
    """Has no worker outlive this."""
    for worker in workers:
        os.close(worker.pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        os.waitpid(worker.pid, 0)
