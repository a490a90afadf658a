"""Decimal columns give the number that float64 columns of the same text give, to the last bit."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from tests.commands.conftest import Xent


def test_decimals_are_rounded_as_their_text_is(xent: Xent) -> None:
    draw = random.Random(7)  # noqa: S311 - numbers to try, no secrets
    numbers = [Decimal(draw.randrange(1, 10**17)).scaleb(-17) for _ in range(500)]
    labels = [draw.randrange(2) for _ in numbers]
    texts = "".join(f"{y},{p}\n" for y, p in zip(labels, numbers, strict=True))
    xent.write("a.csv", f"label,p\n{texts}")
    pairs = pa.array([[p, 1 - p] for p in numbers], pa.list_(pa.decimal128(18, 17), 2))
    singles = pa.array(numbers, pa.decimal128(18, 17))
    pq.write_table(pa.table({"label": labels, "p": singles}), xent.folder / "a.parquet")
    pq.write_table(pa.table({"label": labels, "probs": pairs}), xent.folder / "lists.parquet")
    expected = xent.eval("a.csv")["metrics"]
    assert xent.eval("a.parquet")["metrics"] == expected
    lists = "".join(f'{y},"[{1 - p}, {p}]"\n' for y, p in zip(labels, numbers, strict=True))
    xent.write("lists.csv", f"label,probs\n{lists}")
    swapped = xent.eval("lists.parquet", "--classes", "1,0")["metrics"]
    assert swapped["cross_entropy"] == xent.eval("lists.csv")["metrics"]["cross_entropy"]
