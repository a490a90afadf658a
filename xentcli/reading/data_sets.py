"""What a run is over: files and streams, or a table in memory."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from xentcli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.source import Source


class Files:
    """The parts of a data set that lie in files or come through pipes."""

    def __init__(self, arguments: Sequence[str], options: FileOptions) -> None:
        from xentcli.reading.sources import expand

        self._parts = expand(arguments)
        self._options = options
        # What was looked at already: streams, with what was seen of them, and the first file.
        self._begun: dict[str, Input] = {}

    def head(self, path: str, size: int) -> bytes:
        """The first bytes of a part, which are left to be read; none where it cannot be read."""
        from xentcli.reading.bytes.inputs import Input

        try:
            supply = self._begun.get(path) or Input(path)
            found = supply.stream().peek(size)
        except (OSError, ValueError, InputError):
            return b""  # whoever reads it will say so
        # The first file stays open: what was looked at is what is read, and one that changes in
        # between is noticed. Of the others there may be more than a process may have open.
        if supply.is_file and path != self._parts[0].path:
            supply.close()
        else:
            self._begun[path] = supply
        return found

    def supply(self, path: str) -> Input:
        """The bytes of a part, from the first on."""
        from xentcli.reading.bytes.inputs import Input

        return self._begun.pop(path, None) or Input(path)

    def open(self) -> Iterator[Source]:
        """Opens the parts one by one, as they are asked for."""
        from xentcli.reading import open_source

        for part in self._parts:
            begun = self._begun.pop(part.path, None)
            yield open_source(part.path, self._options, part.partitions, begun)

    def reopen(self) -> Iterator[Source] | None:
        """The parts opened anew; None where one is a pipe, and can be opened only once."""
        return None if self.bytes is None else self.open()

    def anew(self) -> Files | None:
        """The same data for another run; None where a part can be read only once."""
        return None if self.bytes is None else self

    @property
    def paths(self) -> list[str]:
        """The parts' paths."""
        return [part.path for part in self._parts]

    @property
    def bytes(self) -> int | None:
        """The size of all parts; None where one is a pipe, and can be opened only once.

        None, too, where one was removed meanwhile: whoever closes it will say so.
        """
        total = 0
        for part in self._parts:
            try:
                status = os.stat(part.path)
            except (OSError, ValueError):
                return None
            if not stat.S_ISREG(status.st_mode):
                return None
            total += status.st_size
        return total


class InMemory:
    """A data set that is an opened source already; `again`, if it is given, opens it anew."""

    bytes = None

    def __init__(self, source: Source, again: Callable[[], Source | None] | None = None) -> None:
        self._source = source
        self._again = again

    def open(self) -> Iterator[Source]:
        """The source itself; it can be read once."""
        yield self._source

    def reopen(self) -> Iterator[Source] | None:
        """The source opened anew; None where that cannot be."""
        source = None if self._again is None else self._again()
        return None if source is None else iter([source])

    def anew(self) -> InMemory | None:
        """The same data for another run; None where they can be read only once."""
        source = None if self._again is None else self._again()
        return None if source is None else InMemory(source, self._again)
