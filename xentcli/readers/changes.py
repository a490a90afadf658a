"""Whether a file is still the one that was opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from xentcli.errors import InputError

if TYPE_CHECKING:
    import os


class Fingerprint(NamedTuple):
    """What changes when a file is written to or replaced: its size, its mtime and its inode."""

    size: int
    modified: int
    device: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The fingerprint in the answer of `stat`."""
        return cls(status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)

    def check(self, path: str, name: str) -> None:
        """Raises `InputError` (calling it `name`) unless the file still has this fingerprint."""
        try:
            now = Fingerprint.of(Path(path).stat())
        except OSError:
            now = None
        if now != self:
            raise InputError(
                f"{name}: changed while being read",
                hint="wait until it is complete, or score a copy",
            )
