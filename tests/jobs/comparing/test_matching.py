"""Which row belongs to which: by order and by id, whatever the format and the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tests.jobs.comparing.pairs import candidate, compared, losses, tables
from xentcli.errors import InputError, UsageError
from xentcli.jobs.comparing import compare as module
from xentcli.jobs.comparing.compare import compare
from xentcli.jobs.evaluate import Files
from xentcli.options import (
    ColumnOptions,
    Comparing,
    FileOptions,
    OnBadRow,
    Options,
    Policy,
    RunOptions,
)

if TYPE_CHECKING:
    from pathlib import Path

    from xentcli.jobs.comparing.comparison import Candidate

LENIENT = Comparing(allow_missing=True)


def figures(found: Candidate) -> tuple[Any, ...]:
    """All that does not depend on where rows stand."""
    return found.metrics, found.outcomes, found.classes, found.slices, found.origin, found.rows


def of_files(folder: Path, a: pd.DataFrame, b: pd.DataFrame, **options: Any) -> Candidate:
    """The comparison of two files, a CSV and a Parquet file in small row groups."""
    a.to_csv(folder / "a.csv", index=False)
    b.to_parquet(folder / "b.parquet", row_group_size=37, index=False)
    paths = [str(folder / "a.csv"), str(folder / "b.parquet")]
    files = [Files([path], FileOptions()) for path in paths]
    (found,) = compare(files, paths, Options(**options)).candidates
    return found


@pytest.mark.parametrize("id_", [None, "id"])
def test_files_and_frames_give_the_same_bits(tmp_path: Path, id_: str | None) -> None:
    a, b = tables(1)
    columns = ColumnOptions(id=id_, by=("country",))
    found = of_files(tmp_path, a, b, columns=columns)
    assert figures(found) == figures(candidate(a, b, id=id_, by=("country",)))


def test_ids_undo_any_order() -> None:
    a, b = tables(2)
    shuffled = b.sample(frac=1.0, random_state=1)
    by_id = candidate(a, shuffled, id="id", by=("country",), weight="w")
    assert figures(by_id) == figures(candidate(a, b, by=("country",), weight="w"))
    again = candidate(a.sample(frac=1.0, random_state=2), shuffled, id="id", weight="w")
    assert again.metrics == by_id.metrics


@pytest.mark.parametrize("id_", [None, "id"])
def test_processes_give_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str | None
) -> None:
    a, b = tables(3, n=2000)
    columns = ColumnOptions(id=id_, by=("country",), weight="w")
    alone = of_files(tmp_path, a, b, columns=columns)
    monkeypatch.setattr(module, "SMALL", 0)
    run = RunOptions(threads=2, processes=True)
    forked = of_files(tmp_path, a, b, columns=columns, run=run)
    assert figures(forked) == figures(alone)
    assert forked.changed == alone.changed


@pytest.mark.parametrize("id_", [None, "id"])
def test_an_error_of_a_process_is_told_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str | None
) -> None:
    a, b = tables(4)
    b.loc[200, "prob_ant"] = 1.5
    monkeypatch.setattr(module, "SMALL", 0)
    with pytest.raises(InputError, match=r"b\.parquet: row 201, column 'prob_ant': 1\.5"):
        of_files(
            tmp_path,
            a,
            b,
            columns=ColumnOptions(id=id_),
            run=RunOptions(threads=2, processes=True),
        )


def test_other_labels_are_refused_with_the_first_row() -> None:
    a, b = tables(5)
    other = b.copy()
    other.loc[41:, "label"] = [("bee" if x == "ant" else "ant") for x in b["label"][41:]]
    with pytest.raises(InputError, match="row 42 has the label") as caught:
        compared(a, other)
    assert "--id" in (caught.value.hint or "")
    with pytest.raises(
        InputError, match=r"the row with the id of row 42 of .* \('\d+'\) has another label"
    ):
        compared(a, other, id="id")


@pytest.mark.parametrize(("rows", "words"), [(299, "has 299 rows"), (301, "has more rows than")])
def test_other_numbers_of_rows_are_refused(rows: int, words: str) -> None:
    a, b = tables(6)
    longer = pd.concat([b, b]).head(rows)
    with pytest.raises(InputError, match=words):
        compared(a, longer)


def test_other_weights_are_refused() -> None:
    a, b = tables(7)
    other = b.assign(w=b["w"].where(b.index != 10, 9.0))
    for id_ in (None, "id"):
        with pytest.raises(InputError, match="another weight"):
            compared(a, other, weight="w", id=id_)


def test_other_classes_are_refused() -> None:
    a, b = tables(8)
    with pytest.raises(InputError, match="its classes are 'ant', 'bee', 'cat', 'eel'"):
        compared(a, b.rename(columns={"prob_dog": "prob_eel"}))


def test_classes_bind_by_name() -> None:
    a, b = tables(9)
    turned = b[
        ["id", "label", "country", "w", "user", *[c for c in b if str(c).startswith("prob_")][::-1]]
    ]
    turned_found, found = candidate(a, turned), candidate(a, b)
    # Squares of a row are added up in the order of its columns.
    assert turned_found.metrics["cross_entropy"] == found.metrics["cross_entropy"]
    assert turned_found.metrics["accuracy"] == found.metrics["accuracy"]
    assert [p.name for p in turned_found.classes] == [p.name for p in found.classes]
    assert [p.contribution for p in turned_found.classes] == [p.contribution for p in found.classes]


def test_one_score_column_beside_two() -> None:
    a, b = tables(10, k=2)
    single = a[["id", "label"]].assign(prob_bee=a["prob_bee"])
    two = b[["id", "label", "prob_ant", "prob_bee"]]
    found = compared(single, two).candidates[0]
    d = losses(b) - losses(a)
    assert found.metrics["cross_entropy"].difference.value == pytest.approx(d.mean())
    words = single.assign(label=(a["label"] == "bee").astype(int)).drop(columns="prob_bee")
    words = words.assign(prob=a["prob_bee"])
    numbers = two.assign(label=words["label"]).rename(
        columns={"prob_ant": "p_0", "prob_bee": "p_1"}
    )
    again = compared(words, numbers).candidates[0]
    assert again.metrics["cross_entropy"] == found.metrics["cross_entropy"]
    back = compared(numbers, words).candidates[0].metrics["cross_entropy"].difference.value
    assert back == pytest.approx(-d.mean())


def test_twins_are_refused() -> None:
    a, b = tables(11)
    same = np.flatnonzero(a["label"] == a["label"][0])[[0, 3, 5]]
    twins = b.assign(id=b["id"].where(~b.index.isin(same[1:]), b["id"][0]))
    with pytest.raises(InputError, match="2 rows have an id that an earlier row has; the first"):
        compared(a, twins, id="id")
    own = rf"row {same[1] + 1} has an id \('{a['id'][0]}'\)"
    with pytest.raises(InputError, match=f"{own} that an earlier row has, and so have 1 more"):
        compared(twins, b, id="id", wanted=LENIENT)


def test_missing_ids_are_counted() -> None:
    a, b = tables(12)
    fewer = b.drop(index=[3, 4, 5])
    more = fewer.assign(id=fewer["id"].where(fewer.index != 9, 10**9))
    with pytest.raises(
        InputError, match=r"lacks 4 ids of .*the first that of row 4 .* \('\d+'\), and has 1 of"
    ):
        compared(a, more, id="id")
    found = candidate(a, more, id="id", wanted=LENIENT)
    kept = ~a.index.isin([3, 4, 5, 9])
    assert found.rows == len(a) - 4
    assert found.metrics == candidate(a[kept], b[kept]).metrics
    (finding,) = found.findings
    assert (finding.code, finding.count) == ("rows-unpaired", 5)
    assert found.origin is None


def test_no_id_in_common() -> None:
    a, b = tables(13)
    with pytest.raises(InputError, match="has no id that"):
        compared(a, b.assign(id=b["id"] + 10**6), id="id", wanted=LENIENT)


def test_a_row_without_an_id() -> None:
    a, b = tables(14)
    holes = b.assign(id=b["id"].astype(str).where(b.index != 7, None))
    with pytest.raises(InputError, match="row 8, column 'id': has no id"):
        compared(a, holes, id="id")


@pytest.mark.parametrize("id_", [None, "id"])
def test_rows_dropped_on_one_side_are_compared_with_nothing(id_: str | None) -> None:
    a, b = tables(15)
    policy = Policy(missing=OnBadRow.DROP)
    a.loc[[10, 20], "prob_ant"] = np.nan
    b.loc[[20, 30, 31], "prob_bee"] = np.nan
    found = candidate(a, b, policy=policy, id=id_, wanted=Comparing(allow_missing=id_ is not None))
    kept = ~a.index.isin([10, 20, 30, 31])
    assert found.metrics == candidate(a[kept], b[kept]).metrics
    assert found.rows == len(a) - 4
    assert {f.code: f.count for f in found.findings}["rows-unpaired"] == 3


def test_rows_that_have_nothing_beside_them_are_told_by_side() -> None:
    a, b = tables(15)
    found = candidate(a.drop(index=[1]), b.drop(index=[3, 4]), id="id", wanted=LENIENT)
    (finding,) = (f for f in found.findings if f.code == "rows-unpaired")
    words = "2 rows of a and 1 row of b have no row on the other side, and went uncompared: 297 "
    assert finding.message == words + "were compared"


def shuffled_within(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=1.0, random_state=1).sort_values("label", kind="stable")


@pytest.mark.parametrize("name", ["id", "image_id", "ImageID", "uuid", "filename", "note", "valid"])
def test_files_sorted_by_label_may_hold_their_rows_in_other_orders(name: str) -> None:
    a, b = (t.rename(columns={"id": name}) for t in tables(17))
    mixed = shuffled_within(b)
    found = candidate(a.sort_values("label", kind="stable"), mixed)
    codes = [f.code for f in found.findings]
    assert codes == (["order-differs"] if name not in ("note", "valid") else [])
    for pair in ((a, b), (a, b.drop(columns=name)), (a.assign(**{name: 1}), b)):
        assert "order-differs" not in {f.code for f in candidate(*pair).findings}
    by_id = candidate(a, mixed, id=name)
    assert "order-differs" not in {f.code for f in by_id.findings}


def test_wrong_wishes() -> None:
    a, b = tables(16)
    for words, wanted, more in (
        ("--allow-missing goes with --id", LENIENT, {}),
        ("--worst takes", Comparing(worst=-1), {}),
        ("--name is given 1 times, and there are 3", Comparing(names=("x",)), {}),
        ("--count", None, {"units": "w"}),
        ("is no mean of a number of each row", None, {"metrics": ("perplexity",)}),
    ):
        with pytest.raises(UsageError, match=words):
            compared(a, b, b, wanted=wanted, **more)


def test_names() -> None:
    a, b = tables(17)
    found = compared(a, b, wanted=Comparing(names=("new",)))
    assert (found.name, found.candidates[0].name) == ("a", "new")
    found = compared(a, b, wanted=Comparing(names=("old", "new")))
    assert (found.name, found.candidates[0].name) == ("old", "new")
