"""Whether tables of per-document figures agree, document by document.

`python compare.py OURS THEIRS…` ends with a message, and 1, where they do not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping

EXACT = ("doc", "rows")
TOLERANCES = {"perplexity": 1e-12, "perplexity_stderr": 1e-7}
"""As parts of the perplexity: a variance from rounded sums of squares is short of digits."""


def read(path: str) -> Mapping[str, np.ndarray]:
    """The columns that are compared; NaN where there is no figure."""
    table = pq.read_table(path, columns=[*EXACT, *TOLERANCES])
    return {name: table[name].to_numpy() for name in table.column_names}


def difference(ours: str, theirs: str) -> str | None:
    """What is not the same, in words."""
    first, second = read(ours), read(theirs)
    for name in EXACT:
        if not np.array_equal(first[name], second[name]):
            return f"{ours} and {theirs}: other {name}"
    for name, tolerance in TOLERANCES.items():
        a, b = first[name], second[name]
        near = np.abs(a - b) <= tolerance * first["perplexity"]
        apart = ~(near | (np.isnan(a) & np.isnan(b)))
        if apart.any():
            at = int(apart.argmax())
            pair = f"{a[at]!r} and {b[at]!r} in document {first['doc'][at]}"
            return f"{ours} and {theirs}: {name} of {apart.sum()} documents, first {pair}"
    return None


if __name__ == "__main__":
    ours_, *others = sys.argv[1:]
    sys.exit("\n".join(filter(None, (difference(ours_, path) for path in others))) or 0)
