"""Arrays that grow at their end, without a second copy of what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


class Grown:
    """What was appended, in one array; columns are appended where it has rows of several.

    >>> grown = Grown()
    >>> grown.append(np.array([1, 2]))
    >>> grown.append(np.array([3]))
    >>> grown.array().tolist()
    [1, 2, 3]
    """

    def __init__(self) -> None:
        self._held: Array | None = None
        self._size = 0
        self._shape: tuple[int, ...] = ()

    def append(self, part: Array) -> None:
        """Takes in further entries, or columns of entries."""
        lines = part.T
        if self._held is None:
            self._shape = lines.shape[1:]
            self._held = np.empty((0, *self._shape), dtype=part.dtype)
        end = self._size + len(lines)
        if end > len(self._held):
            # In place, as far as the system can: its pages are moved, not their contents.
            self._held.resize((end + end // 4 + 1, *self._shape), refcheck=False)
        self._held[self._size : end] = lines
        self._size = end

    def array(self) -> Array:
        """All entries. Nothing may be appended afterwards."""
        if self._held is None:
            raise ValueError("nothing was appended")
        self._held.resize((self._size, *self._shape), refcheck=False)
        return self._held.T
