"""What reviews found, so that it stays found."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from tests.jobs.comparing.pairs import NAMES, candidate, compared, tables
from tests.jobs.comparing.test_stored import ID, of_paths, saved
from xentcli.errors import InputError, UsageError
from xentcli.jobs.comparing import forked_sides
from xentcli.jobs.comparing.comparison import Pairing
from xentcli.jobs.side_by_side import side_by_side
from xentcli.options import Comparing, Like, OnBadRow, Policy, ReportOptions, Task

if TYPE_CHECKING:
    from pathlib import Path

UNPAIRED = Comparing(unpaired=True)


def labels(seed: int) -> list[pd.DataFrame]:
    """Two models of three labels a row."""
    rng = np.random.default_rng(seed)
    y = (rng.random((60, 3)) < 0.4).astype(float)
    truth = {f"true_{c}": y[:, i] for i, c in enumerate("xyz")} | {"id": range(60)}
    return [
        pd.DataFrame(truth | {f"prob_{c}": p[:, i] for i, c in enumerate("xyz")})
        for p in rng.uniform(0.05, 0.95, (2, 60, 3))
    ]


def test_means_per_label_in_states(tmp_path: Path) -> None:
    columns = ID._replace(task=Task.MULTILABEL)
    policy = Policy(like=Like.TORCH)
    pair = labels(1)
    paths = [
        saved(tmp_path, str(i), table, columns=columns, policy=policy)
        for i, table in enumerate(pair)
    ]
    found = of_paths(*paths)
    exact = candidate(*pair, task=Task.MULTILABEL, policy=policy)
    told, wanted = (c.metrics["cross_entropy"].difference for c in (found, exact))
    assert told.value == pytest.approx(wanted.value)
    assert told.stderr == pytest.approx(wanted.stderr, rel=4 / 2048**0.5)
    # A row counts for several labels: parts of it sum to nothing.
    assert [part.contribution for part in found.classes] == [None] * 3


def test_small_weights_are_compared_with_each_other() -> None:
    a, b = tables(1)
    tiny = np.random.default_rng(1).uniform(0.5, 1.0, len(a)) * 1e-9
    assert candidate(a.assign(w=tiny), b.assign(w=tiny * (1 + 1e-12)), weight="w").rows == 300
    for id_ in (None, "id"):
        with pytest.raises(InputError, match="another weight"):
            compared(a.assign(w=tiny), b.assign(w=1e-9), weight="w", id=id_)


@pytest.mark.parametrize("weight", [None, "w"])
def test_few_clusters_in_states(tmp_path: Path, weight: str | None) -> None:
    a, b = (t.assign(user=t["id"] % 6) for t in tables(2))
    columns = ID._replace(cluster="user", weight=weight)
    paths = [saved(tmp_path, n, t, columns=columns) for n, t in (("a", a), ("b", b))]
    found, exact = of_paths(*paths), candidate(a, b, cluster="user", weight=weight)
    told, wanted = (c.metrics["cross_entropy"] for c in (found, exact))
    # Six cells of the sketch hold all: it is exact but for two clusters in one cell.
    assert told.difference.stderr == pytest.approx(wanted.difference.stderr, rel=1e-9)
    assert told.p == pytest.approx(wanted.p, rel=1e-6)
    assert "few-clusters" in {f.code for f in exact.findings}


def test_weights_tell_fewer_rows_in_states(tmp_path: Path) -> None:
    a, b = (t.assign(w=[100.0] * 3 + [1e-6] * 297) for t in tables(3))
    columns = ID._replace(weight="w")
    paths = [saved(tmp_path, n, t, columns=columns) for n, t in (("a", a), ("b", b))]
    told, wanted = (
        c.metrics["cross_entropy"] for c in (of_paths(*paths), candidate(a, b, weight="w"))
    )
    assert told.p == pytest.approx(wanted.p, rel=0.2)


def test_other_weights_and_clusters_of_states(tmp_path: Path) -> None:
    a, b = tables(4)
    one = saved(tmp_path, "a", a, columns=ID._replace(weight="w"), paired=False)
    other = saved(
        tmp_path, "b", b.assign(w=b["w"] * 2), columns=ID._replace(weight="w"), paired=False
    )
    with pytest.raises(InputError, match="do not weigh the same"):
        of_paths(one, other)
    clustered = saved(tmp_path, "c", b, columns=ID._replace(weight="w", cluster="user"))
    with pytest.raises(InputError, match="--cluster is not the same"):
        of_paths(one, clustered)


def test_classes_of_states_in_any_spelling(tmp_path: Path) -> None:
    a, b = tables(5, k=2)
    numbers = [
        t[["id", "label"]].assign(
            label=np.where(t["label"] == "bee", word, "0"), prob=t["prob_bee"]
        )
        for t, word in ((a, "1"), (b, "1.0"))
    ]
    numbers[1]["label"] = numbers[1]["label"].replace("0", "0.0")
    paths = [saved(tmp_path, str(i), t) for i, t in enumerate(numbers)]
    assert of_paths(*paths).pairing is Pairing.SKETCH


def test_unpaired_data_are_of_one_kind() -> None:
    a, _ = tables(6)
    _, b = tables(6, k=2)
    with pytest.raises(InputError, match="other classes"):
        compared(a, b, wanted=UNPAIRED)
    c, _ = tables(7)
    assert set(candidate(a, c, wanted=UNPAIRED, metrics=("accuracy",)).metrics) == {"accuracy"}
    found = candidate(a, c, wanted=UNPAIRED, weight="w")
    assert found.weight == pytest.approx(c["w"].sum())
    sliced = candidate(a, c, wanted=UNPAIRED, by=("country",), report={"max_slices": 2})
    assert len(sliced.slices) <= 2
    assert all(None not in part.by.values() for part in sliced.slices)


def test_findings_of_the_baseline_are_told() -> None:
    a, b = tables(8)
    a = a.assign(**{f"prob_{c}": a[f"prob_{c}"] * (1.0 - 0.1 * (a.index == 3)) for c in NAMES})
    found = compared(a, b)
    assert [f.code for f in found.findings] == ["sum-to-one"]
    record = found.to_dict()
    assert record["base"]["findings"][0]["code"] == "sum-to-one"
    assert "sum-to-one" in str(found)


def test_nothing_left_to_compare() -> None:
    a, b = tables(9, n=20)
    a.loc[:9, "prob_ant"] = np.nan
    b.loc[10:, "prob_ant"] = np.nan
    with pytest.raises(InputError, match="no row is left"):
        compared(a, b, policy=Policy(missing=OnBadRow.DROP))


def test_rows_without_weight_are_no_changes() -> None:
    a, b = tables(10)
    found = candidate(a, b, wanted=Comparing(worst=300), weight="w")
    none = [t.assign(w=t["w"].where(t.index > 0, 0.0)) for t in (a, b)]
    again = candidate(*none, wanted=Comparing(worst=300), weight="w")
    assert {r.row for r in found.changed} - {r.row for r in again.changed} == {1}


def test_a_record_that_breaks_off_is_a_killed_worker() -> None:
    read, write = os.pipe()
    os.write(write, pickle.dumps(("some", "words"))[:-4])
    os.close(write)
    with pytest.raises(InputError, match="killed"):
        next(forked_sides.received(None, read))  # type: ignore[arg-type]
    os.close(read)


def test_contributions_are_of_the_cross_entropy_wherever_it_is_asked_for() -> None:
    a, b = tables(11)
    first, last = (
        candidate(a, b, metrics=m)
        for m in (("cross_entropy", "accuracy"), ("accuracy", "cross_entropy"))
    )
    assert list(last.metrics) == ["accuracy", "cross_entropy"]
    assert [p.contribution for p in first.classes] == [p.contribution for p in last.classes]
    assert (first.outcomes, first.changed) == (last.outcomes, last.changed)


def test_an_option_that_there_is_not_is_named_for_python() -> None:
    pair = tables(1)
    with pytest.raises(UsageError, match=r"compare\(\) has no option 'clp'") as caught:
        xentcli.compare(*pair, clp=0.1)  # type: ignore[call-arg]  # on purpose
    assert caught.value.hint == "did you mean clip?"
    found = xentcli.compare(*pair, base=2, names=("old", "new"))
    assert (found.name, found.candidates[0].name) == ("old", "new")
    assert found.candidates[0].metrics["cross_entropy"].difference.unit == "bits"
    assert repr(found).startswith("<Comparison with old: new: cross_entropy=")
    with pytest.raises(UsageError) as caught:
        xentcli.compare(*pair, name=["old", "new"])  # type: ignore[call-arg]  # on purpose
    assert caught.value.hint == "did you mean names?"


def test_tables_in_memory_are_called_by_their_names() -> None:
    a, b = tables(1)
    with pytest.raises(
        InputError, match=r"^<1>: lacks 5 ids of <0>, the first that of row 296 of <0>"
    ):
        xentcli.compare(a, b[:-5], id="id")
    with pytest.raises(InputError, match=r"^cand: has 295 rows, prod has more"):
        xentcli.compare(a, b[:-5], names=["prod", "cand"])
    with pytest.raises(InputError, match=r"^cand: has 295 rows, <0> has more"):
        xentcli.compare(a, b[:-5], names=["cand"])


def test_clusters_and_slices_are_in_the_signature_and_told() -> None:
    pair = tables(1)
    plain = xentcli.compare(*pair, id="id", metric="cross_entropy")
    found = xentcli.compare(*pair, id="id", metric="cross_entropy", cluster="user", by="country")
    for of in (found, found.candidates[0]):
        assert "|by:country|cluster:user|" in of.signature
    assert "cluster" not in plain.signature
    told = found.candidates[0].uncertainty
    clusters = pair[0]["user"].nunique()
    assert told is not None
    assert (told.method, told.clusters) == ("clustered", clusters)
    assert f"errors from {clusters} clusters" in str(found)
    assert found.to_dict()["candidates"][0]["uncertainty"]["clusters"] == clusters
    assert plain.to_dict()["candidates"][0]["uncertainty"] is None


@pytest.mark.parametrize("metric", ["cross_entropy(pos_weight=5)", "focal(alpha=0.9)"])
def test_figures_of_the_positive_class_are_of_one_class(metric: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    p, y = rng.random(50), rng.random(50) < 0.3
    a = pd.DataFrame({"label": np.where(y, "yes", "no"), "prob_no": 1 - p, "prob_yes": p})
    a = a.assign(id=range(50))
    b = a[["label", "prob_yes", "prob_no", "id"]]
    words = "classes stand in another order"
    with pytest.raises(InputError, match=words):
        xentcli.compare(a, b, metric=metric, unpaired=True)
    own = [tmp_path / "a.xent", tmp_path / "b.xent"]
    report = ReportOptions(metrics=(metric,))
    for path, frame in zip(own, (a, b), strict=True):
        saved(tmp_path, path.stem, frame, report=report)
    with pytest.raises(InputError, match=words):
        xentcli.compare(*own, metric=metric)
    found = xentcli.compare(a, b, metric=metric, unpaired=True, scores="prob_no,prob_yes")
    assert found.candidates[0].metrics[metric].difference.value == 0.0
    assert xentcli.compare(a, b, metric="brier", unpaired=True).candidates
    reports = [xentcli.evaluate(frame, metric=metric) for frame in (a, b)]
    assert side_by_side(["a", "b"], reports, 0.95).differ == ("classes",)
    assert side_by_side(["a", "a"], reports[:1] * 2, 0.95).differ == ()


@pytest.mark.parametrize("like", list(Like))
def test_states_of_one_column_as_other_systems_read_it(like: Like, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    p = rng.random(40)
    table = pd.DataFrame({"id": range(40), "label": (rng.random(40) < p).astype(int), "prob": p})
    report = ReportOptions(metrics=("calibration_loss", "brier"))
    path = saved(tmp_path, "a", table, policy=Policy(like=like), report=report)
    again = xentcli.evaluate(path, metric=report.metrics)
    once = xentcli.evaluate(table, metric=report.metrics, like=like, id="id")
    assert again.metrics == once.metrics


@pytest.mark.parametrize("like", [None, Like.SKLEARN, Like.TORCH, Like.KERAS])
def test_both_sides_have_the_figures_of_their_reports(like: Like | None) -> None:
    specs = ["cross_entropy", "cross_entropy(smoothing=0.1)", "focal", "focal(gamma=0)", "brier"]
    pair = labels(2)
    options: dict[str, Any] = {
        "task": "multilabel",
        "metric": [*specs, "mean_label_cross_entropy"],
        "like": like,
    }
    found = xentcli.compare(*pair, **options).candidates[0].metrics
    sides = [xentcli.evaluate(table, **options).metrics for table in pair]
    for key, difference in found.items():
        for told, report in zip((difference.base, difference.candidate), sides, strict=True):
            own = report[key].value, report[key].stderr
            assert (told.value, told.stderr) == pytest.approx(own, rel=1e-14), key
