"""Two states as a pair: the sketch's standard error is the exact one, within what it states."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.jobs.states.made import BY_NAME, again, ran, table, written
from tests.laws.rows import rows_of
from xentcli.errors import InputError, UsageError
from xentcli.jobs.states.merging import merged
from xentcli.jobs.states.pair_sketch import CELLS, PairSketch
from xentcli.jobs.states.pairing import mean_difference, paired_error
from xentcli.numerics.exact import ratio
from xentcli.numerics.hashing import of_texts
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import Keep, Like, Policy
from xentcli.sums.run import Sum

if TYPE_CHECKING:
    from pathlib import Path

    from xentcli.jobs.states.saved import Saved

THREE = BY_NAME["three"].columns._replace(id="id")
FIGURES = {"cross_entropy": "loss", "brier": "brier", "accuracy": "hit"}


def pair(folder: Path, n: int, columns: Any = THREE, **other: Any) -> tuple[Saved, Saved]:
    found = []
    for name, sharp in (("base", 1.0), ("candidate", 1.5)):
        path = written(folder, f"{name}.parquet", table(n, sharp=sharp, **other))
        state = again(ran([path], columns, keep=Keep(paired=True), block=500)[0])
        found.append(replace(state, name=f"{name}.xent"))
    return found[0], found[1]


def figures(n: int, sharp: float) -> dict[str, Any]:
    """What every row costs, by another way."""
    rows = table(n, sharp=sharp)
    p = np.stack([rows.column(f"prob_c{k}").to_numpy() for k in range(3)])
    own = np.array([int(label[1]) for label in rows.column("label").to_pylist()])
    true = p[own, np.arange(n)]
    hot = np.eye(3)[own].T
    return {
        "loss": -np.log(true),
        "brier": ((p - hot) ** 2).sum(axis=0),
        "hit": (p.argmax(axis=0) == own).astype(float),
    }


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("key", FIGURES)
def test_it_is_the_exact_error_nearly(tmp_path: Path, key: str, weight: str | None) -> None:
    n = 3000
    base, candidate = pair(tmp_path, n, THREE._replace(weight=weight))
    ours, theirs = figures(n, 1.0)[FIGURES[key]], figures(n, 1.5)[FIGURES[key]]
    w = np.ones(n) if weight is None else table(n).column("w").to_numpy()
    d = theirs - ours
    mean = (w * d).sum() / w.sum()
    spread = math.sqrt(((w * (d - mean)) ** 2).sum()) / w.sum()
    exact = spread * (math.sqrt(n / (n - 1)) if weight is None else 1.0)
    found = paired_error(base, candidate, key)
    assert found is not None
    # Four of its own standard errors.
    assert abs(found / exact - 1) < 4 / math.sqrt(2 * CELLS)
    assert float(mean_difference(base, candidate, key) or 0) == pytest.approx(mean, rel=1e-12)


def test_over_many_hashes_the_error_of_the_error_is_what_theory_says() -> None:
    n, seeds = 4000, 200
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(2), n)
    truth = rng.integers(0, 2, n)
    batch = rows_of(truth.tolist(), p.tolist()).batch()
    hashes = of_texts([f"row {i}" for i in range(n)])
    x = np.asarray(batch.loss)
    d = x - x.mean()
    exact = math.sqrt((d * d).sum())
    found = []
    for seed in range(seeds):
        sketch = PairSketch(seed)
        sketch.add(batch, hashes)
        s, t = (
            np.array([ratio(u, 1 << UNIT_BITS) for u in sketch.part(key).units()])
            for key in ("cross_entropy", "weight")
        )
        cells = s - x.mean() * t
        found.append(math.sqrt((cells * cells).sum()) / exact - 1)
    rms = math.sqrt(np.mean(np.square(found)))
    stated = 1 / math.sqrt(2 * CELLS)
    assert 0.85 * stated < rms < 1.15 * stated
    assert abs(np.mean(found)) < 0.2 * stated


@pytest.mark.parametrize("weight", [None, "w"])
def test_of_few_rows_each_has_a_cell_of_its_own(tmp_path: Path, weight: str | None) -> None:
    base, candidate = pair(tmp_path, 4, THREE._replace(weight=weight))
    d = figures(4, 1.5)["loss"] - figures(4, 1.0)["loss"]
    w = np.ones(4) if weight is None else table(4).column("w").to_numpy()
    spread = w * (d - (w * d).sum() / w.sum())
    exact = math.sqrt((spread * spread).sum()) / w.sum()
    exact *= math.sqrt(4 / 3) if weight is None else 1.0
    assert paired_error(base, candidate, "cross_entropy") == pytest.approx(exact, rel=1e-9)


def test_a_model_against_itself_differs_by_nothing(tmp_path: Path) -> None:
    base, _ = pair(tmp_path, 300)
    for key in FIGURES:
        assert paired_error(base, base, key) == 0.0


def test_clusters_count_as_one(tmp_path: Path) -> None:
    n = 2000
    columns = THREE._replace(cluster="user")
    base, candidate = pair(tmp_path, n, columns)
    d = figures(n, 1.5)["loss"] - figures(n, 1.0)["loss"]
    users = table(n).column("user").to_numpy()
    sums = np.bincount(users, weights=d - d.mean())
    exact = math.sqrt(9 / 8 * (sums * sums).sum()) / n
    # Nine clusters have a cell each, unless two share one.
    assert paired_error(base, candidate, "cross_entropy") == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("name", ["soft", "labels", "outcome"])
def test_other_truths_have_the_loss_alone(tmp_path: Path, name: str) -> None:
    base, candidate = pair(tmp_path, 400, BY_NAME[name].columns._replace(id="id"))
    assert paired_error(base, candidate, "cross_entropy") is not None
    assert paired_error(base, candidate, "brier") is None
    assert paired_error(base, candidate, "accuracy") is None


def test_order_shards_and_workers_change_no_bit(tmp_path: Path) -> None:
    rows = table(200)
    whole, _ = ran([written(tmp_path, "w.parquet", rows)], THREE, keep=Keep(True))
    turned = rows.take(list(reversed(range(200))))
    other, _ = ran([written(tmp_path, "t.parquet", turned)], THREE, keep=Keep(True))
    assert whole.sketch == other.sketch
    paths = [written(tmp_path, f"{i}.parquet", rows.slice(i * 50, 50)) for i in range(4)]
    parts = [ran([path], THREE, keep=Keep(True))[0] for path in paths]
    assert merged(parts[::-1]).sketch == whole.sketch
    assert isinstance(whole.sum, Sum)


def test_an_infinite_loss_has_no_error(tmp_path: Path) -> None:
    base, candidate = pair(tmp_path, 50, zero=True)
    assert paired_error(base, candidate, "cross_entropy") is None
    assert paired_error(base, candidate, "brier") is not None


def test_what_is_not_paired(tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", table())
    plain = ran([path], THREE)[0]
    paired = ran([path], THREE, keep=Keep(True))[0]
    assert paired_error(plain, paired, "cross_entropy") is None
    with pytest.raises(UsageError, match="--paired needs --id"):
        ran([path], THREE._replace(id=None), keep=Keep(True))
    like = ran([path], THREE._replace(weight="w"), policy=Policy(like=Like.KERAS), keep=Keep(True))
    assert paired_error(like[0], like[0], "cross_entropy") is None
    one = written(tmp_path, "one.parquet", table(1))
    single = ran([one], THREE, keep=Keep(True))[0]
    assert paired_error(single, single, "cross_entropy") is None


def test_other_rows_are_told(tmp_path: Path) -> None:
    def state(rows: Any, columns: Any = THREE) -> Saved:
        path = written(tmp_path, "a.parquet", rows)
        return ran([path], columns, keep=Keep(paired=columns.id is not None))[0]

    base = state(table())
    for other, words in (
        (state(table(61)), "60 rows in one, 61 in the other"),
        (state(table(seed=1)), "ids or labels differ"),
        (state(table(), THREE._replace(id=None)), "told apart by id in one, label in the other"),
    ):
        with pytest.raises(InputError, match=f"are not of one test set: .*{words}"):
            paired_error(base, other, "cross_entropy")
    with pytest.raises(InputError, match="rows do not weigh the same in both"):
        paired_error(base, state(table(), THREE._replace(weight="w")), "brier")
    with pytest.raises(InputError, match="--cluster is not the same"):
        paired_error(base, state(table(), THREE._replace(cluster="user")), "brier")
