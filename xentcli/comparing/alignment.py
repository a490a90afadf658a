"""Blocks of the baseline with what stands beside them, in their order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from xentcli.jobs.comparing.pairs import Pairs
    from xentcli.jobs.comparing.partners import Beside
    from xentcli.jobs.comparing.sides import Lines

    Aligned = tuple[Lines, list[Beside]]

# So many blocks wait for their sums while the rows beside the next one are looked up.
_AHEAD = 2


def beside(blocks: Iterator[Lines], pairs: Sequence[Pairs]) -> Iterator[Aligned]:
    """The blocks with what stands beside them."""
    for lines in blocks:
        yield lines, [pair.beside(lines) for pair in pairs]


def ahead(blocks: Iterator[Lines], pairs: Sequence[Pairs]) -> Iterator[Aligned]:
    """The same, found by another thread while blocks before them are added up."""
    with ThreadPoolExecutor(1) as finder:
        waiting: deque[tuple[Lines, list[Future[Beside]]]] = deque()
        for lines in blocks:
            waiting.append((lines, [finder.submit(pair.beside, lines) for pair in pairs]))
            if len(waiting) > _AHEAD:
                before, found = waiting.popleft()
                yield before, [own.result() for own in found]
        for before, found in waiting:
            yield before, [own.result() for own in found]
