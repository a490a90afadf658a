"""A stream put into a temporary file, for formats that are read from their end."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from xentcli.reading.bytes.edge import reading

if TYPE_CHECKING:
    from xentcli.reading.bytes.inputs import Input


@dataclass(frozen=True)
class Spooled:
    """A path that can be opened at will until `close`, and the size of the file there."""

    path: str
    size: int
    _file: IO[bytes] | None = None

    def close(self) -> None:
        """Gives the temporary file, if any, back to the system."""
        if self._file is not None:
            self._file.close()


def as_file(supply: Input) -> Spooled:
    """`supply` itself if it is a file, else a temporary copy of the stream.

    The copy has no name in any directory, so that it goes away even when the process is killed.
    """
    if supply.is_file:
        return Spooled(supply.path, supply.size or 0)
    file = tempfile.TemporaryFile(prefix="xent-")  # noqa: SIM115 - closed by `Spooled.close`
    try:
        with reading(supply.name):
            shutil.copyfileobj(supply.begin(), file, 1 << 20)
            file.flush()
        return Spooled(f"/dev/fd/{file.fileno()}", file.tell(), file)
    except BaseException:
        file.close()
        raise
