"""Working arrays that are used again and again, block after block."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


class Scratch(threading.local):
    """Arrays of each thread's own, so many of one type, that whoever asks next writes over.

    Fresh ones cost more than what is done in them: these stay in the processor's cache.

    >>> scratch = Scratch(2, 4)
    >>> a, b = scratch.of(3)
    >>> a.shape, b.dtype, scratch.of(6).shape
    ((3,), dtype('float64'), (2, 6))
    """

    def __init__(self, arrays: int, size: int, dtype: DTypeLike = np.float64) -> None:
        # Called anew in every thread, with the same arguments.
        self._arrays = np.empty((arrays, size), dtype)

    def of(self, *shape: int) -> NDArray[Any]:
        """The arrays, each of this shape; what is in them is anything."""
        size = 1
        for length in shape:
            size *= length
        count, room = self._arrays.shape
        if size > room:
            self._arrays = np.empty((count, size), self._arrays.dtype)
        few = self._arrays[:, :size]
        return few if len(shape) == 1 else few.reshape(count, *shape)
