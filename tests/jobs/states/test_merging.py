"""Shards add up to the bits of a single run; what does not belong together is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jobs.states.made import BY_NAME, KINDS, VARIANTS, again, ran, table, written
from xentcli.errors import InputError
from xentcli.jobs.states.files import state_text
from xentcli.jobs.states.merging import merged
from xentcli.jobs.states.saved import Saved, report_of
from xentcli.options import Keep, Like, OnBadRow, Policy, ReportOptions, SumToOne

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.states.made import Kind

THREE = BY_NAME["three"].columns


def shards(folder: Path, sizes: list[int], **other: Any) -> list[str]:
    """Files of consecutive rows."""
    rows = table(sum(sizes), **other)
    ends = np.cumsum([0, *sizes]).tolist()
    return [
        written(folder, f"{i}.parquet", rows.slice(a, b - a))
        for i, (a, b) in enumerate(pairwise(ends))
    ]


def tree(data: st.DataObject, states: list[Saved]) -> Saved:
    """The states merged two by two, neighbours in any order of brackets."""
    while len(states) > 1:
        at = data.draw(st.integers(0, len(states) - 2))
        states = [*states[:at], again(merged(states[at : at + 2])), *states[at + 2 :]]
    return states[0]


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v != "quartiles"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_shards_are_the_whole(
    tmp_path: Path, kind: Kind, variant: str, data: st.DataObject
) -> None:
    sizes = data.draw(st.lists(st.integers(1, 25), min_size=2, max_size=5))
    paths = shards(tmp_path, sizes, zero=True)
    columns = kind.columns._replace(**VARIANTS[variant])
    keep = Keep(paired=columns.id is not None)
    whole, report = ran(paths, columns, keep=keep)
    parts = [ran([path], columns, keep=keep)[0] for path in paths]
    found = tree(data, [again(part) for part in parts])
    assert found.sum == whole.sum
    assert found.outcome == whole.outcome
    assert found.test_set == whole.test_set
    assert report_of(found, ReportOptions()).to_json() == report.to_json()
    if columns.id is not None:
        assert state_text(found) == state_text(whole)


def test_the_order_of_shards_is_that_of_sources_and_nothing_else(tmp_path: Path) -> None:
    paths = shards(tmp_path, [9, 20, 13])
    states = [ran([path], THREE)[0] for path in paths]
    one, other = (report_of(merged(s), ReportOptions()) for s in (states, states[::-1]))
    assert one.metrics == other.metrics
    assert one.classes == other.classes
    assert one.source.paths == other.source.paths[::-1]
    assert merged(states).shards == merged(states[::-1]).shards


def test_calibration_and_forked_workers_merge_too(tmp_path: Path) -> None:
    paths = shards(tmp_path, [900, 800, 1100])
    columns = BY_NAME["two"].columns._replace(weight="w", id="id")
    asked = ReportOptions(calibration=True)
    whole, report = ran(paths, columns, report=asked, keep=Keep(True), processes=True, block=99)
    parts = [ran([path], columns, report=asked, keep=Keep(True), block=99)[0] for path in paths]
    found = merged([again(part) for part in parts])
    assert found.sum == whole.sum
    assert report_of(found, ReportOptions()).to_json() == report.to_json()


def test_examples_name_the_file_and_the_row(tmp_path: Path) -> None:
    one = written(tmp_path, "one.parquet", table(30))
    other = written(tmp_path, "other.parquet", table(30, seed=1, zero=True))
    states = [again(ran([path], THREE)[0]) for path in (one, other)]
    (finding,) = report_of(merged(states), ReportOptions()).findings
    assert finding.example == {"row": 1, "path": other}


def states_of(
    tmp_path: Path, one: dict[str, Any], other: dict[str, Any], **same: Any
) -> list[Saved]:
    """Two shards made in two ways, called one.xent and other.xent."""
    found = []
    for name, seed, ways in (("one", 0, one), ("other", 1, other)):
        path = written(tmp_path, f"{name}.parquet", table(seed=seed))
        asked = {"columns": THREE, **same, **ways}
        found.append(replace(ran([path], **asked)[0], name=f"{name}.xent"))
    return found


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "task": (
        {"columns": BY_NAME["two"].columns},
        {"columns": THREE},
        "the task is binary in one, multiclass in the other",
    ),
    "scores": (
        {"columns": THREE._replace(scores="prob_c0,prob_c1,prob_c2")},
        {"columns": THREE._replace(scores="prob_c1,prob_c0,prob_c2")},
        "the classes are c0, c1, c2 in one, c1, c0, c2 in the other",
    ),
    "weight": (
        {"columns": THREE._replace(weight="w")},
        {},
        "--weight is w in one, none in the other",
    ),
    "id": ({"columns": THREE._replace(id="id")}, {}, "--id is id in one, none in the other"),
    "by": (
        {"columns": THREE._replace(by=("country",))},
        {"columns": THREE._replace(by=("country", "group"))},
        "--by is country in one, country, group in the other",
    ),
    "bins": (
        {"columns": THREE._replace(by=("age[q4]",))},
        {"columns": THREE._replace(by=("age[q4]",))},
        "the bins of --by are ",
    ),
    "cluster": ({"columns": THREE._replace(cluster="user")}, {}, "--cluster is user in one"),
    "clip": ({"policy": Policy(clip=0.125)}, {}, "--clip is 0.125 in one, 0.0 in the other"),
    "like": ({"policy": Policy(like=Like.KERAS)}, {}, "--like is keras in one, none in the other"),
    "sum": (
        {"policy": Policy(sum_to_one=SumToOne.RESCALE)},
        {},
        "--sum-to-one is rescale in one, warn in the other",
    ),
    "missing": (
        {"policy": Policy(missing=OnBadRow.DROP)},
        {},
        "--missing is drop in one, error in the other",
    ),
    "metric": (
        {"report": ReportOptions(("accuracy",))},
        {},
        "--metric is accuracy in one, none in the other",
    ),
    "calibration": (
        {"report": ReportOptions(calibration=True)},
        {},
        "--calibration is on in one, off in the other",
    ),
    "paired": (
        {"columns": THREE._replace(id="id"), "keep": Keep(True)},
        {"columns": THREE._replace(id="id")},
        "--paired is on in one, off in the other",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_differs_is_named(tmp_path: Path, what: str) -> None:
    one, other, words = REFUSED[what]
    states = states_of(tmp_path, one, other)
    with pytest.raises(InputError) as caught:
        merged(states)
    assert caught.value.message.startswith("one.xent and other.xent cannot be merged: ")
    assert words in caught.value.message


def test_versions_do_not_mix(tmp_path: Path) -> None:
    one, other = states_of(tmp_path, {}, {})
    other = again(replace(other, version="9.9"))
    assert report_of(other, ReportOptions()).version == "9.9"
    assert report_of(other, ReportOptions()).signature.endswith("|v:9.9")
    with pytest.raises(InputError, match=r"the version of xent is 0\.\S+ in one, 9\.9 in"):
        merged([one, other])


def test_labels_that_clash_are_an_error(tmp_path: Path) -> None:
    words = table(20)
    columns = BY_NAME["words"].columns
    digits = words.set_column(words.column_names.index("sure"), "sure", [["1", "0"] * 10])
    one = ran([written(tmp_path, "one.parquet", words)], columns)[0]
    other = ran([written(tmp_path, "other.parquet", digits)], columns)[0]
    with pytest.raises(InputError, match="holds the labels '0', '1', 'no', 'yes'"):
        merged([one, other])


def test_the_same_shard_twice_is_refused(tmp_path: Path) -> None:
    one, other = states_of(tmp_path, {}, {})
    words = r"one\.xent and copy\.xent cannot be merged: both hold the same 60 rows"
    with pytest.raises(InputError, match=words):
        merged([one, other, replace(one, name="copy.xent")])
    both = again(merged([one, other], "both.xent"))
    with pytest.raises(InputError, match=r"both\.xent and one\.xent .* the same 60 rows"):
        merged([both, one])


def test_rows_in_another_order_are_the_same_shard(tmp_path: Path) -> None:
    rows = table()
    path = written(tmp_path, "b.parquet", rows.take(list(reversed(range(60)))))
    (one, _) = states_of(tmp_path, {}, {})
    with pytest.raises(InputError, match="the same 60 rows"):
        merged([one, ran([path], THREE)[0]])


def test_rows_that_are_in_two_shards_are_counted(tmp_path: Path) -> None:
    rows = table(100)
    columns = THREE._replace(id="id")
    paths = [
        written(tmp_path, "one.parquet", rows.slice(0, 60)),
        written(tmp_path, "other.parquet", rows.slice(53)),
    ]
    one, other = (replace(ran([p], columns)[0], name=p[-12:]) for p in paths)
    with pytest.raises(InputError, match="rows in common, 7 of the 47 ids"):
        merged([one, other])


def test_overlaps_among_many_ids_are_seen(tmp_path: Path) -> None:
    rows = table(9000)
    columns = THREE._replace(id="id")
    one = ran([written(tmp_path, "one.parquet", rows.slice(0, 5000))], columns, block=999)[0]
    other = ran([written(tmp_path, "other.parquet", rows.slice(4500))], columns, block=999)[0]
    assert len(one.fingerprint.ids) == len(other.fingerprint.ids) == 1024
    with pytest.raises(InputError, match="rows in common"):
        merged([one, other])
    apart = ran([written(tmp_path, "apart.parquet", rows.slice(5000))], columns, block=999)[0]
    whole = ran([written(tmp_path, "whole.parquet", rows)], columns, block=999)[0]
    assert (merged([one, apart]).fingerprint.ids == whole.fingerprint.ids).all()
    assert (whole.fingerprint.ids == np.sort(whole.fingerprint.ids)).all()
