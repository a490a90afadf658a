"""The contract between a reader and the rest: sources, splits, columns.

A reader opens a file (or a stream) as a `Source`: named, typed columns and a few sample
rows, from which the layout is resolved. The source is then cut into splits, each of which
yields Arrow record batches of the columns asked for. Splits are handed out one after the
other, under a lock, and worked on in parallel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from xentcli.layout.schema import Column, Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa


__all__ = ["Column", "Kind", "Role", "Source", "Split"]


class Split(Protocol):
    """A run of consecutive rows of one source, small enough to be worked on by one thread."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in order, with the columns asked for in the order asked for.

        Raises `RowError` (rows counted from the split's start) for a row that cannot be
        decoded, and `InputError` for anything wrong with the file as a whole.
        """
        ...


class Source(Protocol):
    """One opened file or stream.

    `path` is the name as the user gave it (`-` is shown as `<stdin>`), `format` the word of
    `--input-format`, `size` its bytes where known, `consumed` the bytes taken so far (for
    the progress bar), `columns` its columns in order.
    """

    path: str
    format: str
    size: int | None
    columns: tuple[Column, ...]

    @property
    def consumed(self) -> int:
        """Bytes of the file as it lies that were taken so far."""
        ...

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows, by column, as Python values; delimited text gives str (None: empty).

        Never consumes rows: splits start at the first row whether or not a sample was taken.
        """
        ...

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """Cuts the source into splits of the columns in `roles`, in order.

        Batches have at most `block_rows` rows where the format allows it to be chosen.
        With fewer natural pieces than `threads`, pieces are made smaller where they can be.
        """
        ...

    def place(self, split: int, row: int) -> str | None:
        """Where a row (from 0) of the `split`-th split (from 0) stands: `line 1042` or `row 17`.

        May read the file again. `row` may be the number of a row that failed to decode.
        """
        ...

    def check_unchanged(self) -> None:
        """Raises `InputError` ("changed while being read") when the file is no longer the same."""
        ...

    def close(self) -> None:
        """Releases the file, and checks that it did not change while it was read.

        Raises `InputError` ("changed while being read") when size, mtime or inode differ.
        """
        ...
