"""Bins of a column of numbers: whose rows they are, in which order, and by which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import xentcli
from tests.sums.test_slices import check_slices, classes
from xentcli.errors import InputError, UsageError

if TYPE_CHECKING:
    from xentcli.report.report import Report

EDGES = "x[-1,0,0.5]"
NAMES = ["< -1", "[-1, 0)", "[0, 0.5)", ">= 0.5"]


def table(n: int = 400) -> pd.DataFrame:
    x = np.random.default_rng(8).normal(size=n)
    x[::7] = np.nan
    x[:5] = [-1.0, 0.0, -0.0, 0.5, np.inf]
    return classes(8, n).assign(x=x, g=np.arange(n) % 3)


def names(report: Report) -> list[str | None]:
    return [s.by["x"] for s in report.slices]


def binned(rows: pd.DataFrame) -> pd.DataFrame:
    """The bins as pandas cuts them, as text."""
    ends = [-np.inf, -1, 0, 0.5, np.inf]
    # pandas has no interval that is closed at infinity.
    finite = rows.x.replace(np.inf, 1e300)
    cut = pd.cut(finite, ends, right=False, labels=NAMES).astype(str)
    return rows.assign(x=cut.where(rows.x.notna(), ""))


def test_bins_are_those_of_pandas_in_their_order() -> None:
    rows = table()
    report = xentcli.evaluate(rows, by=EDGES)
    assert names(report) == ["", *NAMES]
    check_slices(report, binned(rows), ["x"])


def test_bins_crossed_with_values() -> None:
    rows = table()
    report = xentcli.evaluate(rows, by=["g", EDGES])
    assert [tuple(s.by.values()) for s in report.slices] == [
        (g, x) for g in ("0", "1", "2") for x in ("", *NAMES)
    ]
    check_slices(report, binned(rows), ["g", "x"])


def test_a_bin_without_rows_is_no_slice() -> None:
    rows = table().dropna()
    assert names(xentcli.evaluate(rows, by="x[-100,0]")) == ["[-100, 0)", ">= 0"]
    assert names(xentcli.evaluate(rows, by="x[1e9]")) == ["< 1000000000", ">= 1000000000"]
    finite = rows[rows.x < 10]
    assert names(xentcli.evaluate(finite, by="x[1e9]")) == ["< 1000000000"]


def test_many_bins_stay_in_their_order() -> None:
    rows = table().dropna()
    found = names(xentcli.evaluate(rows, by=f"x[{','.join(str(i / 10) for i in range(-12, 12))}]"))
    assert found.index("[-1, -0.9)") < found.index("[0, 0.1)") < found.index("[1, 1.1)")


@pytest.mark.parametrize("kind", ["float32", "Int64", "decimal", "int8", "uint64"])
def test_numbers_of_every_type(kind: Any) -> None:
    whole = pd.Series([1, 2, 3, 4, 5, 6] * 10)
    rows: Any = classes(1, 60)
    if kind == "decimal":
        column = pa.array(whole.tolist()).cast(pa.decimal128(20, 0))
        rows = pa.Table.from_pandas(rows).append_column("x", column)
    else:
        rows = rows.assign(x=whole.astype(kind))
    report = xentcli.evaluate(rows, by="x[3,5]")
    assert [(s.by["x"], s.rows) for s in report.slices] == [
        ("< 3", 20), ("[3, 5)", 20), (">= 5", 20)
    ]  # fmt: skip
    report = xentcli.evaluate(rows, by="x[quantiles=3]")
    assert [(s.by["x"], s.rows) for s in report.slices] == [
        ("< 3", 20), ("[3, 5)", 20), (">= 5", 20)
    ]  # fmt: skip


def test_quantiles_hold_equally_many_rows() -> None:
    rows = table()
    report = xentcli.evaluate(rows, by="x[q4]")
    known = rows.x.dropna()
    sizes = [s.rows for s in report.slices]
    assert sizes[0] == rows.x.isna().sum()
    assert sum(sizes[1:]) == len(known)
    assert max(sizes[1:]) - min(sizes[1:]) <= 1
    ordered = np.append(np.sort(known), np.inf)
    cuts = [0, 86, 172, 257, 343]  # of 343 numbers, none of them twice
    assert len(known) == 343
    for slice_, i in zip(report.slices[1:], range(4), strict=True):
        low, high = ordered[cuts[i]], ordered[cuts[i + 1]]
        inside = (rows.x >= low) & ((rows.x < high) | (i == 3))
        assert slice_.metrics["cross_entropy"].value == (
            xentcli.evaluate(rows[inside]).metrics["cross_entropy"].value
        )


def test_ties_make_fewer_bins() -> None:
    rows = classes(2, 90).assign(x=[0] * 60 + [1] * 15 + [2] * 15)
    report = xentcli.evaluate(rows, by="x[q10]")
    assert [(s.by["x"], s.rows) for s in report.slices] == [
        ("< 1", 60), ("[1, 2)", 15), (">= 2", 15)
    ]  # fmt: skip
    report = xentcli.evaluate(rows.assign(x=5.0), by="x[q10]")
    assert [(s.by["x"], s.rows) for s in report.slices] == [("any number", 90)]
    report = xentcli.evaluate(rows.assign(x=np.nan), by="x[q10]")
    assert [(s.by["x"], s.rows) for s in report.slices] == [("", 90)]


def test_scores_and_weights_may_be_cut() -> None:
    rows = classes(3, 100)
    report = xentcli.evaluate(rows, by="w[1]", weight="w")
    assert [s.rows for s in report.slices] == [(rows.w < 1).sum(), (rows.w >= 1).sum()]
    report = xentcli.evaluate(rows, by="prob_c0[q2]")
    assert [s.rows for s in report.slices] == [50, 50]


def test_a_column_named_like_bins_is_that_column() -> None:
    rows = table().rename(columns={"g": "x[0,1]"})
    assert [dict(s.by) for s in xentcli.evaluate(rows, by="x[0,1]").slices] == [
        {"x[0,1]": g} for g in "012"
    ]
    report = xentcli.evaluate(rows, by="x[0,1][1]")
    assert [s.by["x[0,1]"] for s in report.slices] == ["< 1", ">= 1"]


def test_the_order_of_rows_changes_no_bit() -> None:
    rows = table(3000)
    report = xentcli.evaluate(rows, by=["x[q7]", "g"])
    moved = rows.sample(frac=1, random_state=1)
    assert xentcli.evaluate(moved, by=["x[q7]", "g"]).slices == report.slices
    batches = pa.Table.from_pandas(moved).to_batches(max_chunksize=7)
    cut = pa.Table.from_batches(batches)
    assert xentcli.evaluate(cut, by=["x[q7]", "g"]).slices == report.slices


@pytest.mark.parametrize(
    ("by", "error", "words"),
    [
        ("x[1,1]", UsageError, "do not go up"),
        ("x[2,1]", UsageError, "do not go up"),
        ("x[]", UsageError, "no edge"),
        ("x[1,]", UsageError, "no edge"),
        ("x[a]", UsageError, "'a' is not a number"),
        ("x[nan]", UsageError, "finite"),
        ("x[inf]", UsageError, "finite"),
        ("x[q1]", UsageError, "2 to 1,000"),
        ("x[quantiles=1001]", UsageError, "2 to 1,000"),
        ("word[0,1]", InputError, "'word[0,1]': the column holds"),
        ("truth[q2]", InputError, "not numbers"),
        ("xx[0,1]", InputError, "there is no column 'xx'"),
        (["x[0]", "x"], UsageError, "'x' is named twice"),
        (["x[0]", "x[q2]"], UsageError, "'x' is named twice"),
        ("label[0]", InputError, "not numbers"),
    ],
)
def test_what_cannot_be_cut(by: str | list[str], error: type[Exception], words: str) -> None:
    rows = table().assign(word=pd.Series(["a", "b"] * 200).astype("string"), truth=True)
    with pytest.raises(error) as caught:
        xentcli.evaluate(rows, by=by)
    assert words in str(caught.value)


def test_labels_that_are_numbers_are_read_as_labels() -> None:
    rows = pd.DataFrame({"label": [0, 1, 1], "prob": [0.5, 0.5, 0.5]})
    with pytest.raises(UsageError, match="read as the truth"):
        xentcli.evaluate(rows, by="label[1]")


def test_bins_beside_clusters() -> None:
    rows = table().dropna().assign(user=lambda t: np.arange(len(t)) // 3)
    plain = xentcli.evaluate(rows, by=EDGES)
    clustered = xentcli.evaluate(rows, by=EDGES, cluster="user")
    assert names(clustered) == names(plain) == NAMES
    for a, b in zip(clustered.slices, plain.slices, strict=True):
        assert a.metrics["cross_entropy"].value == b.metrics["cross_entropy"].value
        assert a.metrics["cross_entropy"].stderr != b.metrics["cross_entropy"].stderr
    # The column that is cut may name the clusters, too: each of its values is one.
    same = xentcli.evaluate(rows.assign(own=rows.x), by=EDGES, cluster="own")
    both = xentcli.evaluate(rows, by=EDGES, cluster="x")
    assert list(both.slices) == list(same.slices)
    assert both.metrics == same.metrics


def test_a_stream_has_no_quantiles() -> None:
    stream = pa.Table.from_pandas(table()).to_reader()
    with pytest.raises(UsageError, match="read the data twice"):
        xentcli.evaluate(stream, by="x[q2]")
    assert names(xentcli.evaluate(pa.Table.from_pandas(table()).to_reader(), by=EDGES))


class Once:
    """A result that gives its rows to whoever asks first, as some databases do."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._reader = pa.Table.from_pandas(rows).to_reader(max_chunksize=50)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)


def test_rows_that_are_gone_the_second_time_are_noticed() -> None:
    with pytest.raises(InputError):
        xentcli.evaluate(Once(table()), by="x[q2]")
