"""A state that went through its file is the run that it was made of, and so is its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.jobs.states.made import BY_NAME, KINDS, VARIANTS, again, ran, table, written
from tests.laws.kinds import CASES
from xentcli.errors import UsageError
from xentcli.jobs.states.files import state_text
from xentcli.jobs.states.saved import report_of
from xentcli.options import Base, Keep, Like, OnBadRow, Policy, ReportOptions, Scale, TargetKind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.states.made import Kind

# Metrics with every choice of their parameters, by what they are for.
SPECS = {
    kind: tuple(dict.fromkeys(case.request.key for case in CASES if case.kind is kind))
    for kind in TargetKind
}
PAIRS = {case.request.key for case in CASES if case.pair}


def specs_for(kind: Kind) -> tuple[str, ...]:
    """The metrics that a data set can be asked for; class weights by name are of c0 and c1."""
    own = [s for s in SPECS[kind.truth] if kind.name in ("two", "words") or s not in PAIRS]
    return tuple(s for s in own if "c0=" not in s or kind.name not in ("two", "words"))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_everything_comes_back(tmp_path: Path, kind: Kind, variant: str) -> None:
    path = written(tmp_path, "a.parquet", table(zero=True))
    columns = kind.columns._replace(**VARIANTS[variant])
    keep = Keep(paired=columns.id is not None)
    saved, report = ran([path], columns, keep=keep)
    back = again(saved)
    assert back == saved
    assert back.sum == saved.sum
    assert state_text(back) == state_text(saved)
    assert report_of(back, ReportOptions()).to_json() == report.to_json()
    assert (back.sketch is not None) == keep.paired


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("variant", ["plain", "weighted", "sliced", "clustered"])
def test_every_metric_comes_back(tmp_path: Path, kind: Kind, variant: str) -> None:
    path = written(tmp_path, "a.parquet", table(zero=True))
    columns = kind.columns._replace(**VARIANTS[variant])
    specs = specs_for(kind)
    asked = ReportOptions(specs)
    saved, report = ran([path], columns, report=asked)
    back = again(saved)
    assert back == saved
    assert report_of(back, ReportOptions()).to_json() == report.to_json()
    for spec in specs:
        one = ReportOptions((spec,), base=Base.TWO, confidence=0.9)
        _, alone = ran([path], columns, report=one)
        assert report_of(back, one).to_json() == alone.to_json(), spec


@pytest.mark.parametrize("name", ["three", "two"])
@pytest.mark.parametrize("scale", Scale)
def test_calibration_comes_back(tmp_path: Path, name: str, scale: Scale) -> None:
    path = written(tmp_path, "a.parquet", table(sharp=2))
    columns = BY_NAME[name].columns
    policy = Policy(clip=1e-4)
    if scale is not Scale.PROBABILITY:
        columns, policy = columns._replace(scale=Scale.LOGIT), Policy()
    asked = ReportOptions(calibration=True)
    saved, report = ran([path], columns._replace(weight="w"), policy=policy, report=asked)
    back = again(saved)
    assert back.sum.state.parts == saved.sum.state.parts
    assert set(back.sum.state.parts) >= {"row_sample", "fingerprint"}
    assert report_of(back, ReportOptions()).to_json() == report.to_json()
    assert report_of(back, asked).calibration == report.calibration
    assert report_of(back, ReportOptions(("accuracy",))).calibration is None


@pytest.mark.parametrize("like", Like)
def test_another_systems_number_comes_back(tmp_path: Path, like: Like) -> None:
    path = written(tmp_path, "a.parquet", table(zero=True))
    policy = Policy(like=like)
    saved, report = ran([path], BY_NAME["three"].columns, policy=policy)
    assert report_of(again(saved), ReportOptions()).to_json() == report.to_json()


def test_slices_are_chosen_when_the_state_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", table())
    columns = BY_NAME["three"].columns._replace(by=("group",))
    saved, _ = ran([path], columns)
    for options in (ReportOptions(min_rows=12), ReportOptions(max_slices=2)):
        _, report = ran([path], columns, report=options)
        assert report_of(again(saved), options).to_json() == report.to_json()
    plain, _ = ran([path], BY_NAME["three"].columns)
    with pytest.raises(UsageError, match="--min-rows goes with --by"):
        report_of(plain, ReportOptions(min_rows=3))


def test_slices_that_are_left_out_come_back(tmp_path: Path) -> None:
    rows = table(3000)
    path = written(tmp_path, "a.parquet", rows.append_column("many", [list(range(3000))]))
    columns = BY_NAME["three"].columns._replace(by=("many",))
    saved, _ = ran([path], columns)
    saved.sum.slices.most = 500
    back = again(saved)
    assert back.sum.slices.bar is not None
    assert len(back.sum.slices.places) == 500
    assert back.sum.slices == saved.sum.slices
    assert back.sum.slices.total().sums == saved.sum.state.sums


def test_figures_without_sums_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", table())
    saved, _ = ran([path], BY_NAME["three"].columns, report=ReportOptions(("accuracy",)))
    with pytest.raises(UsageError, match=r"a\.xent: has no sums for cross_entropy") as caught:
        report_of(saved, ReportOptions(("cross_entropy",)))
    assert caught.value.hint == "make the state with -m cross_entropy"
    with pytest.raises(UsageError, match=r"has no sums for ece\(bins=20\)"):
        report_of(saved, ReportOptions(("ece(bins=20)",)))
    with pytest.raises(UsageError, match="has no sums for"):
        report_of(saved, ReportOptions(calibration=True))
    with pytest.raises(UsageError, match="soft targets"):
        report_of(saved, ReportOptions(("entropy",)))


def test_findings_name_their_rows(tmp_path: Path) -> None:
    rows = table(zero=True)
    labels = rows.column("label").to_pylist()
    labels[20], labels[41] = "", "cow"
    rows = rows.set_column(rows.column_names.index("label"), "label", [labels])
    path = written(tmp_path, "a.parquet", rows)
    columns = BY_NAME["three"].columns._replace(classes=("c0", "c1", "c2"))
    policy = Policy(missing=OnBadRow.DROP, unknown_label=OnBadRow.DROP)
    saved, report = ran([path], columns, policy=policy)
    back = report_of(again(saved), ReportOptions())
    assert back.findings == report.findings
    assert [f.example["row"] for f in back.findings if f.example] == [1, 21, 42]


def test_expected_rows_are_asked_of_the_report(tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", table())
    saved, _ = ran([path], BY_NAME["three"].columns, policy=Policy(expect_rows=60))
    assert again(saved).policy.expect_rows is None
    assert report_of(saved, ReportOptions(), 60)
    with pytest.raises(Exception, match="60 rows were scored, --expect-rows 61"):
        report_of(saved, ReportOptions(), 61)
