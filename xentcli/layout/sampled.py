"""Whether sampled scores look like distributions: inside [0, 1], and one in all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xentcli.layout.schema import items_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.schema import Table

# How far the sampled rows may be from one for columns to be taken for one distribution.
_LOOSE = 0.02


def holds_distributions(table: Table, name: str) -> bool:
    """Whether every list in a column is one."""
    sampled = table.sample.get(name, ())
    lists = [v for v in sampled if isinstance(v, list) and all(_is_number(x) for x in v)]
    lists += [[float(item) for item in items_of(v)] for v in sampled if isinstance(v, str)]
    return bool(lists) and all(
        len(v) > 1 and all(0 <= x <= 1 for x in v) and abs(sum(v) - 1) <= _LOOSE for v in lists
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal)


def is_distribution(table: Table, names: Sequence[str]) -> bool:
    """Whether the columns together are one in every row."""
    columns = [table.numbers(n) or [] for n in names]
    rows = list(zip(*columns, strict=False))
    return bool(rows) and all(
        all(0 <= x <= 1 for x in row) and abs(sum(row) - 1) <= _LOOSE for row in rows
    )
