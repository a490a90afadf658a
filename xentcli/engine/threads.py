"""The loop in threads, and how many of them there may be."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from xentcli.sums.run import Outcome, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentcli.engine.plan import Plan, Watcher
    from xentcli.reading.source import Source


def usable_threads() -> int:
    """The processors this process may use, affinity and cgroup quota included."""
    import os

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        with open("/sys/fs/cgroup/cpu.max") as file:
            quota, period = file.read().split()
        if quota != "max":
            count = min(count or 1, max(1, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        pass
    return count or 1


def run_threads(plan: Plan, sources: Iterable[Source], watcher: Watcher | None = None) -> Outcome:
    """Works through all splits in threads.

    Raises the first error in the order of the data, whatever the threads met first.
    """
    supply = plan.supply(sources)
    sums: list[Sum] = []
    read = [0] * plan.workers

    def work(number: int) -> None:
        def count(rows: int) -> None:
            read[number] += rows

        try:
            sums.append(plan.work(supply, count))
        except BaseException as error:
            supply.failed(None, error)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(plan.workers)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            # In steps short enough to draw progress and to notice Ctrl-C.
            while thread.is_alive():
                thread.join(0.1)
                if watcher is not None and thread.is_alive():
                    watcher.update(sum(read), supply.consumed)
        failure = supply.first_failure()
        if failure is not None:
            raise failure[1]
    finally:
        supply.stopped = True
        supply.close()
    total = Sum.total(sums, plan.layout.size)
    total.rows = supply.rows
    return Outcome(total, supply.facts)
