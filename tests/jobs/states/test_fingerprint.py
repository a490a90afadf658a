"""A test set has one fingerprint, whoever predicted it and however it is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from tests.jobs.states.made import BY_NAME, KINDS, again, ran, table, written
from xentcli.jobs.states.pairing import same_test_set
from xentcli.options import ColumnOptions, Policy, Scale

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.states.made import Kind
    from xentcli.jobs.states.saved import Saved

THREE = BY_NAME["three"].columns._replace(id="id")


def saved(folder: Path, rows: pa.Table, columns: ColumnOptions = THREE, **other: Any) -> Saved:
    return again(ran([written(folder, "x.parquet", rows)], columns, **other)[0])


def changed(rows: pa.Table, column: str, row: int, value: Any) -> pa.Table:
    """The rows with one value changed."""
    values = rows.column(column).to_pylist()
    values[row] = value
    return rows.set_column(rows.column_names.index(column), column, [values])


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("identity", ["id", None])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_models_and_orders_share_it(
    tmp_path: Path, kind: Kind, identity: str | None, weight: str | None
) -> None:
    columns = kind.columns._replace(id=identity, weight=weight)
    one = saved(tmp_path, table(), columns)
    shuffled = table(sharp=3).take(np.random.default_rng(0).permutation(60))
    other = saved(tmp_path, shuffled, columns, policy=Policy(clip=0.125))
    assert same_test_set(one, other)
    assert one.by.value == ("label" if identity is None else "id")
    assert one.test_set == other.test_set != "0" * 32
    # What the models say is in the digest of the shard's content, and there alone.
    assert one.shards == other.shards == () or one.shards != other.shards


def test_formats_layouts_and_orders_of_classes_share_it(tmp_path: Path) -> None:
    rows = table()
    one = saved(tmp_path, rows)
    path = tmp_path / "x.csv"
    pyarrow.csv.write_csv(rows, path)
    assert same_test_set(one, ran([str(path)], THREE)[0])
    turned = saved(tmp_path, rows, THREE._replace(scores="prob_c2,prob_c0,prob_c1"))
    assert turned.layout.classes == ("c2", "c0", "c1")
    assert same_test_set(one, turned)
    turned_back = [rows.column(f"prob_c{k}").to_pylist() for k in (1, 2, 0)]
    lists = [list(scores) for scores in zip(*turned_back, strict=True)]
    vectors = rows.append_column("list", [lists])
    columns = THREE._replace(scores="list", classes=("c1", "c2", "c0"), scale=Scale.LOGIT)
    assert same_test_set(one, saved(tmp_path, vectors, columns))


def test_one_score_and_two_share_it(tmp_path: Path) -> None:
    rows = table()
    p = rows.column("p").to_numpy()
    two = rows.append_column("two_no", [1 - p]).append_column("two_yes", [p])
    columns = ColumnOptions(target=("sure",), id="id")
    ways = (
        columns._replace(scores="p"),
        columns._replace(scores="two_*"),
        columns._replace(scores="p", positive="yes"),
    )
    states = [saved(tmp_path, two, way) for way in ways]
    assert same_test_set(states[0], states[1])
    assert same_test_set(states[0], states[2])


def test_numbers_are_ids_and_labels_in_every_type(tmp_path: Path) -> None:
    rows = table(30)
    found = []
    for ids, labels in (
        (pa.array(range(30)), pa.array([i % 2 for i in range(30)])),
        (pa.array([float(i) for i in range(30)]), pa.array([i % 2 == 1 for i in range(30)])),
        (pa.array([f"{i}" for i in range(30)]), pa.array([f"{i % 2}.0" for i in range(30)])),
    ):
        made = pa.table({"id": ids, "label": labels, "p": rows.column("p")})
        found.append(saved(tmp_path, made, ColumnOptions(scores="p", id="id")).test_set)
    assert len(set(found)) == 1


@pytest.mark.parametrize("identity", ["id", None])
def test_a_label_that_differs_is_seen(tmp_path: Path, identity: str | None) -> None:
    columns = THREE._replace(id=identity)
    one = saved(tmp_path, table(), columns)
    label = table().column("label")[7].as_py()
    other = saved(tmp_path, changed(table(), "label", 7, "c0" if label != "c0" else "c1"), columns)
    assert not same_test_set(one, other)


def test_an_id_that_differs_is_seen_and_so_are_labels_that_were_exchanged(tmp_path: Path) -> None:
    one = saved(tmp_path, table())
    assert not same_test_set(one, saved(tmp_path, changed(table(), "id", 7, "new")))
    labels = table().column("label").to_pylist()
    a, b = labels.index("c0"), labels.index("c1")
    exchanged = changed(changed(table(), "label", a, "c1"), "label", b, "c0")
    assert not same_test_set(one, saved(tmp_path, exchanged))
    # Without ids these are the same labels.
    plain = THREE._replace(id=None)
    assert same_test_set(saved(tmp_path, table(), plain), saved(tmp_path, exchanged, plain))


@pytest.mark.parametrize(("name", "column"), [("soft", "soft_c0"), ("labels", "on_c1")])
def test_truths_of_several_classes_are_seen(tmp_path: Path, name: str, column: str) -> None:
    columns = BY_NAME[name].columns._replace(id="id")
    policy = Policy()
    one = saved(tmp_path, table(), columns, policy=policy)
    rows = table()
    values = {c: rows.column(c).to_pylist() for c in rows.column_names if c[:5] == column[:5]}
    names = sorted(values) if name == "soft" else [column]
    for c, v in zip(names, [1.0, 0.0, 0.0], strict=False):
        new = v if name == "soft" else 1 - values[c][3]
        rows = changed(rows, c, 3, new)
    assert not same_test_set(one, saved(tmp_path, rows, columns, policy=policy))


def test_weights_are_in_it_where_nothing_else_tells_rows_apart(tmp_path: Path) -> None:
    plain = THREE._replace(id=None, weight="w")
    other = changed(table(), "w", 3, 99.0)
    assert not same_test_set(saved(tmp_path, table(), plain), saved(tmp_path, other, plain))


def test_another_identity_is_another_test_set(tmp_path: Path) -> None:
    one, other = saved(tmp_path, table()), saved(tmp_path, table(), THREE._replace(id=None))
    assert not same_test_set(one, other)
