"""What --find-slices finds: figures beside pandas and scipy, planted slices, pure noise."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import xentcli
from tests.metrics.frames import distributions, label_table, labelled, soft_table
from xentcli.errors import UsageError

if TYPE_CHECKING:
    from xentcli.report.report import FoundSlices


def noise(seed: int, n: int = 600) -> pd.DataFrame:
    """Rows whose losses have nothing to do with any column."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "country": rng.choice(["DE", "FR", "US"], n),
            "device": rng.choice(["phone", "desk"], n),
            "hour": rng.integers(0, 6, n),
            "label": rng.integers(0, 2, n),
            "prob": rng.beta(2, 2, n),
        }
    )


def planted(seed: int = 1, n: int = 4000) -> pd.DataFrame:
    """Noise, but phones in France are often wrong."""
    rows = noise(seed, n)
    rng = np.random.default_rng(seed + 1)
    right = rng.beta(5, 2, n)
    bad = (rows.country == "FR") & (rows.device == "phone") & (rng.random(n) < 0.4)
    true = np.where(bad, 1 - right, right)
    return rows.assign(prob=np.where(rows.label == 1, true, 1 - true))


def search(rows: Any, **options: Any) -> FoundSlices:
    found = xentcli.evaluate(rows, find_slices=True, metric="cross_entropy", **options).found_slices
    assert found is not None
    return found


def losses(rows: pd.DataFrame) -> pd.Series[float]:
    return -np.log(np.where(rows.label == 1, rows.prob, 1 - rows.prob))  # type: ignore[return-value]


def side(rows: pd.DataFrame, inside: Any, weight: Any) -> tuple[float, float, float]:
    """Mean, squared error and effective number of the marked rows, by pandas."""
    loss, w = losses(rows)[inside], weight[inside]
    mean = math.fsum(w * loss) / math.fsum(w)
    n = math.fsum(w) ** 2 / math.fsum(w * w)
    square = math.fsum((w * (loss - mean)) ** 2) / math.fsum(w) ** 2
    if (w == 1).all():
        square *= n / (n - 1)
    return mean, square, n


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("base", ["e", "2"])
def test_figures_are_those_of_the_rows(weighted: bool, base: str) -> None:
    from scipy import stats

    rows = planted()
    w = np.random.default_rng(5).exponential(size=len(rows))
    weight = w if weighted else np.ones(len(rows))
    rows = rows.assign(w=w)
    options = {"weight": "w"} if weighted else {}
    found = search(rows.drop(columns=[] if weighted else "w"), base=base, **options)
    unit = 1.0 if base == "e" else math.log(2)
    total = math.fsum(weight * losses(rows))
    for entry in found.slices:
        inside = np.ones(len(rows), dtype=bool)
        for name, value in entry.by.items():
            inside &= (rows[name].astype(str) == value).to_numpy()
        mean, square, n = side(rows, inside, weight)
        rest, others, m = side(rows, ~inside, weight)
        df = (square + others) ** 2 / (square**2 / (n - 1) + others**2 / (m - 1))
        stderr = math.sqrt(square + others)
        reach = stats.t.ppf(0.975, df) * stderr
        p = stats.t.sf((mean - rest) / stderr, df)
        ours = [entry.loss, entry.difference, entry.stderr, *entry.interval]
        theirs = [mean, mean - rest, stderr, mean - rest - reach, mean - rest + reach]
        assert ours == pytest.approx([x / unit for x in theirs], rel=1e-11)
        assert entry.rows == inside.sum()
        assert entry.p == pytest.approx(p, rel=1e-8)
        excess = math.fsum(weight[inside]) * (mean - rest) / total
        assert entry.excess == pytest.approx(excess, rel=1e-11)
    assert {"country", "device"} in [set(s.by) for s in found.slices]


def test_the_planted_slice_is_found() -> None:
    found = search(planted())
    names = [s.name for s in found.slices]
    assert "country = FR · device = phone" in names
    # What has either value is pulled with it; no other pair is told.
    assert set(names) == {"country = FR · device = phone", "country = FR", "device = phone"}
    assert found.tested == 3 + 2 + 6 + 3 * 2 + 3 * 6 + 2 * 6
    assert [s.excess for s in found.slices] == sorted(
        (s.excess for s in found.slices), reverse=True
    )
    assert all(s.p <= s.p_holm <= 0.05 for s in found.slices)


def test_noise_has_no_slices() -> None:
    """False alarms in no more than the one search of twenty that is allowed, but for chance."""
    alarms = sum(bool(search(noise(seed)).slices) for seed in range(200))
    # Of 200 searches at 5 %, more than 18 have a probability of 0.4 %.
    assert alarms <= 18


def test_columns_of_many_values_drop_out() -> None:
    rows = planted(n=3000)
    wide = rows.assign(name=np.arange(3000) % 1000, fifty=np.arange(3000) % 50, x=rows.prob)
    wide["51"] = np.arange(3000) % 51
    report = xentcli.evaluate(wide, find_slices=True, scores="prob")
    (finding,) = [f for f in report.findings if f.code == "not-searched"]
    assert finding.count == 3
    for name in ("name", "x", "51"):
        assert f"'{name}'" in finding.message
    assert report.found_slices is not None
    # 50 values, and crossed with three others some of enough rows.
    crossed = [wide.value_counts(["fifty", c]) for c in ("country", "device", "hour")]
    enough = sum(int((sizes >= 30).sum()) for sizes in crossed)
    assert report.found_slices.tested == search(rows).tested + 50 + enough


def test_many_columns_are_searched_by_themselves_or_not_at_all() -> None:
    rows = planted()
    same = {f"c{i:03d}": np.arange(len(rows)) % 2 for i in range(97)}
    rows = rows.assign(late=rows.country, **same)
    order = ["label", "prob", *[f"c{i:03d}" for i in range(97)], "country", "device", "hour"]
    report = xentcli.evaluate(rows[[*order, "late"]], find_slices=True)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("not-searched", "info")
    assert "'late' (beyond the first 100 columns)" in finding.message
    assert "not in pairs" in finding.message
    assert finding.count == 1 + 80
    assert report.found_slices is not None
    assert {s.name for s in report.found_slices.slices} == {"country = FR", "device = phone"}


TEXTS = [
    "a, b",
    'say "hi"',
    "é…中",
    "\x1b[31mred\x00",
    "",
    "=1+1",
    "true",
    "01",
    " x ",
    "a=b · c=d",
]


def test_text_of_any_kind() -> None:
    n = 2000
    rows = noise(3, n)[["label", "prob"]]
    rows["text, \n"] = [TEXTS[i % len(TEXTS)] for i in range(n)]
    for bad in TEXTS:
        at = rows["text, \n"] == bad
        wrong = np.where(rows.label == 1, 0.01, 0.99)
        found = search(rows.assign(prob=np.where(at, wrong, rows.prob)))
        assert [dict(s.by) for s in found.slices] == [{"text, \n": bad}]
        report = xentcli.evaluate(
            rows.assign(prob=np.where(at, wrong, rows.prob)), find_slices=True
        )
        assert "\x1b" not in str(report)
        assert "\x00" not in str(report)


def test_missing_values_and_bins_are_values() -> None:
    rows = planted(n=3000).drop(columns=["country", "device", "hour"])
    rows["age"] = np.where(np.arange(3000) % 3 == 0, np.nan, np.arange(3000) / 10.0)
    wrong = rows.label + (1 - 2 * rows.label) * 0.99
    found = search(rows.assign(prob=rows.prob.where(rows.age.notna(), wrong)), by="age[100,200]")
    assert [dict(s.by) for s in found.slices] == [{"age": ""}]
    found = search(rows.assign(prob=rows.prob.where(~(rows.age >= 200), wrong)), by="age[100,200]")
    assert [dict(s.by) for s in found.slices] == [{"age": ">= 200"}]


def test_the_same_bits_in_any_order_and_cut() -> None:
    rows = planted(n=3000).assign(
        w=np.random.default_rng(2).exponential(size=3000), many=range(3000)
    )
    first = search(rows, weight="w")
    assert first.slices
    moved = rows.sample(frac=1, random_state=4)
    assert search(moved, weight="w") == first
    batches = pa.Table.from_pandas(moved, preserve_index=False).to_batches(max_chunksize=11)
    assert search(pa.Table.from_batches(batches), weight="w", threads=3) == first
    columns = ["many", "hour", "device", "prob", "w", "label", "country"]
    other = search(moved[columns], weight="w")
    assert {s.name.count("=") for s in other.slices} == {1, 2}
    assert [s.excess for s in other.slices] == [s.excess for s in first.slices]


def test_every_kind_of_target() -> None:
    g = np.arange(300) % 2
    tables: list[tuple[Any, dict[str, Any]]] = [
        (soft_table(*distributions(1, 300)), {}),
        (label_table(*labelled(1, 300)), {"task": "multilabel"}),
        (pd.DataFrame({"token_logprob": -1.0 - np.arange(300) / 1e3}), {}),
    ]
    for table, options in tables:
        rows = table.assign(g=g, half=np.arange(300) >= 150)
        found = search(rows, **options)
        whole = xentcli.evaluate(rows, by=["g"], metric="cross_entropy", **options)
        assert found.tested == 2 + 2 + 4
        sliced = {s.by["g"]: s.metrics["cross_entropy"].value for s in whole.slices}
        for entry in found.slices:
            if set(entry.by) == {"g"}:
                assert entry.loss == sliced[entry.by["g"]]
    assert [s.name for s in found.slices] == ["half = true"]


def test_equal_losses_and_pairs_that_are_a_value_again() -> None:
    rows = pd.DataFrame(
        {"label": 1, "prob": [0.5] * 60 + [0.25] * 60, "g": ["x"] * 60 + ["y"] * 60}
    )
    found = search(rows.assign(same=rows.g), positive=1)
    assert [s.name for s in found.slices] == ["g = y", "same = y"]
    assert found.slices[0].p == 0.0
    assert found.slices[0].interval == (math.log(2), math.log(2))
    assert search(rows.assign(prob=0.5), positive=1).slices == ()
    assert search(rows.assign(prob=1.0), positive=1).slices == ()


def test_few_rows_and_infinite_losses_are_not_tested() -> None:
    rows = pd.DataFrame({"label": 1, "prob": [0.9] * 100 + [0.1] * 29})
    rows["g"] = ["x"] * 100 + ["y"] * 29
    assert search(rows, positive=1)[:3] == ((), 0, 30)
    found = search(rows, positive=1, min_rows=29)
    assert ([s.name for s in found.slices], found.tested, found.min_rows) == (["g = y"], 2, 29)
    endless = search(rows.assign(prob=[0.0] + [0.9] * 128), positive=1, min_rows=2)
    assert (endless.slices, endless.tested, endless.endless) == ((), 0, True)
    clipped = search(rows.assign(prob=[0.0] + [0.9] * 128), positive=1, min_rows=2, clip=1e-9)
    assert (clipped.tested, clipped.endless) == (2, False)
    none = xentcli.evaluate(rows, positive=1, find_slices=True, ignore_label=1, classes=["0", "1"])
    assert "not-searched" not in [f.code for f in none.findings]
    nothing = search(rows.drop(columns="g"), positive=1)
    assert (nothing.slices, nothing.tested) == ((), 0)
    with pytest.raises(UsageError, match="--min-rows"):
        search(rows, positive=1, min_rows=-1)


def test_rows_of_no_weight_count_for_nothing() -> None:
    rows = planted(n=2000).assign(w=1.0)
    ghosts = rows.assign(w=0.0, prob=0.5, country="DE")
    both = pd.concat([rows, ghosts], ignore_index=True)
    assert search(both, weight="w") == search(rows, weight="w")


def test_other_options_change_nothing_that_was() -> None:
    rows = planted(n=1000)
    plain, searched = xentcli.evaluate(rows), xentcli.evaluate(rows, find_slices=True)
    assert plain.found_slices is None
    assert "found_slices" not in plain.to_dict()
    assert searched._replace(found_slices=None) == plain
    for metric, by in itertools.product(("accuracy", "brier"), ((), "country")):
        again = xentcli.evaluate(rows, find_slices=True, metric=metric, by=by)
        assert again.found_slices == searched.found_slices
