"""Comparisons with states: by sketches of the pairs, and without."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.comparing.pairs import candidate, losses, tables
from xentcli.errors import InputError, UsageError
from xentcli.jobs.comparing.compare import compare
from xentcli.jobs.comparing.comparison import Pairing
from xentcli.jobs.evaluate import run
from xentcli.jobs.states.files import state_bytes
from xentcli.jobs.states.recorder import Recording
from xentcli.jobs.states.saved import saved_of
from xentcli.options import (
    ColumnOptions,
    Comparing,
    FileOptions,
    Keep,
    Options,
    Policy,
    ReportOptions,
)
from xentcli.reading.data_sets import Files

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from xentcli.jobs.comparing.comparison import Candidate

ID = ColumnOptions(id="id")


def saved(
    folder: Path, name: str, table: pd.DataFrame, *, paired: bool = True, **options: Any
) -> str:
    """The path of the state of a table."""
    data, path = str(folder / f"{name}.csv"), str(folder / f"{name}.xent")
    table.to_csv(data, index=False)
    given = {"columns": ID, **options}
    ran = run(
        Files([data], FileOptions()), Options(**given), None, [Recording(Keep(paired=paired))]
    )
    report = given.get("report", ReportOptions())
    (folder / f"{name}.xent").write_bytes(state_bytes(saved_of(ran, report, path), path))
    return path


def of_paths(*paths: str, wanted: Comparing | None = None, **options: Any) -> Candidate:
    files = [Files([path], FileOptions()) for path in paths]
    (found,) = compare(files, paths, Options(**options), wanted).candidates
    return found


@pytest.mark.parametrize("weight", [None, "w"])
def test_sketches_are_near_the_pairs_themselves(tmp_path: Path, weight: str | None) -> None:
    a, b = tables(1, n=4000)
    columns = ID._replace(weight=weight)
    paths = [saved(tmp_path, n, t, columns=columns) for n, t in (("a", a), ("b", b))]
    found, exact = of_paths(*paths), candidate(a, b, weight=weight)
    assert found.pairing is Pairing.SKETCH
    for key, wanted in exact.metrics.items():
        told = found.metrics[key]
        assert told.difference.value == pytest.approx(wanted.difference.value, rel=1e-12)
        # Four of its own standard errors, 1/√(2·1024) each.
        assert told.difference.stderr == pytest.approx(wanted.difference.stderr, rel=4 / 2048**0.5)
        assert told.better == wanted.better
    contributions = [part.contribution for part in found.classes]
    assert contributions == pytest.approx([part.contribution for part in exact.classes])


def test_predictions_beside_a_state(tmp_path: Path) -> None:
    a, b = tables(2)
    base = saved(tmp_path, "a", a)
    b.sample(frac=1.0, random_state=1).to_csv(tmp_path / "b.csv", index=False)
    found = of_paths(base, str(tmp_path / "b.csv"))
    both = of_paths(base, saved(tmp_path, "b", b))
    assert found.metrics == both.metrics
    back = of_paths(str(tmp_path / "b.csv"), base).metrics["cross_entropy"].difference
    assert back.value == pytest.approx(losses(a).mean() - losses(b).mean())
    assert back.stderr == found.metrics["cross_entropy"].difference.stderr


def test_without_sketches_rows_are_taken_for_independent(tmp_path: Path) -> None:
    a, b = tables(3)
    paths = [saved(tmp_path, n, t, paired=False) for n, t in (("a", a), ("b", b))]
    found = of_paths(*paths)
    assert (found.pairing, found.findings[-1].code) == (Pairing.NONE, "no-sketch")
    error = math.hypot(*(x.std(ddof=1) / len(x) ** 0.5 for x in (losses(a), losses(b))))
    assert found.metrics["cross_entropy"].difference.stderr == pytest.approx(error)


def test_other_test_sets_are_refused(tmp_path: Path) -> None:
    a, b = tables(4)
    base = saved(tmp_path, "a", a)
    for name, other in (
        ("fewer", b.head(299)),
        ("ids", b.assign(id=b["id"] + 1)),
        ("labels", b.assign(label=b["label"].to_numpy()[::-1])),
    ):
        path = saved(tmp_path, name, other)
        with pytest.raises(InputError, match="are not of one test set"):
            of_paths(base, path)
        assert of_paths(base, path, wanted=Comparing(unpaired=True)).pairing is Pairing.NONE


def test_other_conventions_are_refused(tmp_path: Path) -> None:
    a, b = tables(5)
    base = saved(tmp_path, "a", a)
    clipped = saved(tmp_path, "b", b, policy=Policy(clip=1e-6))
    with pytest.raises(InputError, match=r"--clip is 0\.0 in one, 1e-06 in the other"):
        of_paths(base, clipped)
    with pytest.raises(InputError, match="have weights in one of them only"):
        of_paths(base, saved(tmp_path, "c", b, columns=ID._replace(weight="w")))


def test_figures_are_those_of_the_state(tmp_path: Path) -> None:
    a, b = tables(6)
    asked = ReportOptions(("cross_entropy", "ece"))
    paths = [saved(tmp_path, n, t, report=asked) for n, t in (("a", a), ("b", b))]
    assert set(of_paths(*paths).metrics) == {"cross_entropy", "ece"}
    with pytest.raises(UsageError, match="has no sums for brier"):
        of_paths(*paths, report=ReportOptions(("brier",)))
    with pytest.raises(UsageError, match="--allow-missing"):
        of_paths(*paths, columns=ID, wanted=Comparing(allow_missing=True))


def test_ids_that_rows_share_tell_no_pairs(tmp_path: Path) -> None:
    a, _ = tables(7)
    with pytest.raises(InputError, match="column 'country': 3 of 3 ids are those of several rows"):
        saved(tmp_path, "a", a, columns=ColumnOptions(id="country"))
    assert saved(tmp_path, "b", a, columns=ColumnOptions(id="country"), paired=False)
    assert saved(tmp_path, "c", a, columns=ColumnOptions(id="country", cluster="user"))
