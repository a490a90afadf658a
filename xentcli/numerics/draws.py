"""How often each row occurs in each replicate: Poisson weights, drawn from hashes of rows.

A weight is a function of the row's hash, the replicate's number and the seed, and of nothing
else: neither the order of the rows nor who works on them makes a difference. Hashing is the
finaliser of SplitMix64, each result of which gives four weights, 16 bits to each.

Steele, Lea and Flood 2014 (SplitMix64); Hanley and MacGibbon 2006 (Poisson weights).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.hashing import counted, mix
from xentcli.numerics.scratch import Scratch

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats, Hashes


MOST = 8
# How many of 65,536 draws give each weight: those of Poisson(1), cut at 8 and moved by some draws
# so that mean and variance are exactly 1.
DRAWS = (24107, 24113, 12055, 4017, 1004, 201, 33, 5, 1)
# A draw's weight is the number of these that it reaches.
_ENDS = np.cumsum(DRAWS[:-1]).astype(np.uint16)
_LANES = 4


class Draws:
    """Poisson(1) weights of rows in `replicates` replicates.

    Replicate b is the same however many there are.

    >>> from xentcli.numerics.hashing import mixed
    >>> draws = Draws(6, seed=0)
    >>> hashes = mixed(np.arange(1, 4, dtype=np.uint64))
    >>> draws.weights(hashes, 0, 6)
    array([[2., 2., 0., 0., 0., 2.],
           [1., 1., 2., 0., 0., 0.],
           [1., 0., 2., 0., 2., 1.]])
    """

    def __init__(self, replicates: int, seed: int) -> None:
        self._keys = counted(seed, -(-replicates // _LANES))
        self._numbers = Scratch(2, 0, np.uint64)
        self._bytes = Scratch(2, 0, np.uint8)
        self._found = Scratch(1, 0)

    def weights(self, hashes: Hashes, start: int, stop: int) -> Floats:
        """The weight of every row in replicates `start` (a multiple of 4) to `stop`.

        A (rows, replicates) matrix, which the thread's next call writes over.
        """
        keys = self._keys[start // _LANES : -(-stop // _LANES)]
        numbers, spare = self._numbers.of(len(hashes), len(keys))
        weights, reached = self._bytes.of(len(hashes), len(keys) * _LANES)
        found = self._found.of(len(hashes), len(keys) * _LANES)[0]
        np.bitwise_xor(hashes[:, None], keys, out=numbers)
        mix(numbers, spare)
        # The lanes of a number in the same order on every machine.
        draws = numbers.astype("<u8", copy=False).view("<u2")
        np.greater_equal(draws, _ENDS[0], out=weights.view(np.bool_))
        for end in _ENDS[1:]:
            np.greater_equal(draws, end, out=reached.view(np.bool_))
            np.add(weights, reached, out=weights)
        np.copyto(found, weights)
        every: Floats = found[:, : stop - start]
        return every
