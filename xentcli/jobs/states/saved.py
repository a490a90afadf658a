"""What a state file holds, as values: a run without its rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.jobs.evaluate import check_slicing
from xentcli.jobs.states.fingerprint import MOST_IDS, By
from xentcli.jobs.states.recorder import FINGERPRINT, PAIRS
from xentcli.metrics import fitting, request
from xentcli.options import ReportOptions, RunOptions, check
from xentcli.report.calibration import with_calibration
from xentcli.report.from_sums import finalise, settled
from xentcli.report.signature import signature
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.sums.run import Outcome
from xentcli.sums.statistic import LOSS, ROWS, SUPPORT, union
from xentcli.text import shown
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentcli.figures.metric import Requested
    from xentcli.jobs.evaluate import Ran
    from xentcli.jobs.states.fingerprint import Fingerprint
    from xentcli.jobs.states.pair_sketch import PairSketch
    from xentcli.layout.layout import Layout
    from xentcli.options import Policy
    from xentcli.report.report import Report
    from xentcli.sums.run import Sum


class Shard(NamedTuple):
    """A run that went into a state: what its rows held, as a digest, and how many they were."""

    digest: str
    rows: int


@dataclass(frozen=True)
class Saved:
    """A run, as its state file has it; `name` is what messages call it.

    `metrics` are the specs that were asked for, none where they are the default; `statistics` the
    names of the sums and parts that are kept. `policy` has no --expect-rows: that is asked of a
    report. In `outcome`, every part of the data is one split. `shards` are the runs in it
    whose rows have no ids.
    """

    name: str = field(compare=False)
    layout: Layout
    policy: Policy
    metrics: tuple[str, ...]
    calibration: bool
    statistics: tuple[str, ...]
    outcome: Outcome
    shards: tuple[Shard, ...]
    version: str = __version__

    @property
    def sum(self) -> Sum:
        """What the run added up."""
        return self.outcome.sum

    @property
    def fingerprint(self) -> Fingerprint:
        """Which rows there were."""
        found: Fingerprint = self.sum.state.parts[FINGERPRINT]
        return found

    @property
    def sketch(self) -> PairSketch | None:
        """What lets two states be compared row by row; None where that was not asked for."""
        found: PairSketch | None = self.sum.state.parts.get(PAIRS)
        return found

    @property
    def by(self) -> By:
        """What told the rows apart."""
        return self.fingerprint.by

    @property
    def rows(self) -> int:
        """The rows that were scored."""
        return self.fingerprint.rows

    @property
    def settled(self) -> Layout:
        """The layout, its classes named as the labels that occurred name them."""
        return settled(self.layout, sorted(self.sum.labels), self.outcome.facts[0].path)

    @property
    def test_set(self) -> str:
        """The digest of the rows' identities and truths."""
        return self.fingerprint.digest(self.settled.classes)

    @property
    def signature(self) -> str:
        """The signature of the report in nats."""
        return self.signed(ReportOptions())

    def signed(self, options: ReportOptions) -> str:
        """The signature of a report: of the version that scored the rows."""
        line = signature(self.settled, self.rows, self.policy, options)
        return line.removesuffix(f"v:{__version__}") + f"v:{self.version}"


def saved_of(ran: Ran, options: ReportOptions, name: str) -> Saved:
    """What is kept of a run, to be called `name`.

    Raises InputError where pairs of rows were to be told by ids that several rows have.
    """
    total = ran.outcome.sum
    found: Fingerprint = total.state.parts[FINGERPRINT]
    _check_ids(ran, found)
    content = "".join(f"{lane:016x}" for lane in found.content.tolist())
    # Rows with ids are known by these.
    shards = (Shard(content, found.rows),) if found.by is By.LABEL else ()
    return Saved(
        name,
        _unsettled(ran.layout),
        ran.policy._replace(expect_rows=None),
        tuple(r.key for r in request(options.metrics)) if options.metrics else (),
        options.calibration,
        _names(ran.requested),
        _normal(ran.outcome),
        shards,
    )


def _check_ids(ran: Ran, found: Fingerprint) -> None:
    """Raises InputError for ids that do not tell rows apart, where pairs are told by them."""
    many, known = found.repeated
    if many and PAIRS in ran.outcome.sum.state.parts and ran.layout.cluster is None:
        name, whole = ran.outcome.facts[0].path, "" if known < MOST_IDS else " looked at"
        raise InputError(
            f"{name}: column '{shown(ran.layout.id or '')}': {many:,} of {known:,} ids{whole} are "
            "those of several rows, which --paired could not tell apart",
            hint="--id takes a column that names rows; --cluster one that rows have in common",
        )


def _unsettled(layout: Layout) -> Layout:
    """The layout without what only some rows told: why it is so, and names that are yet to be."""
    names = None if layout.truth is None else layout.truth.names(())
    return layout._replace(reasons=(), classes=names or layout.classes)


def _names(requested: Iterable[Requested]) -> tuple[str, ...]:
    """The names of all sums and parts that figures are made of."""
    wanted = union((ROWS, SUPPORT, *(s for r in requested for s in r.statistics())))
    return tuple(sorted({key for s in wanted for key in s.keys}))


def _normal(outcome: Outcome) -> Outcome:
    """The outcome with every part as one split: how it was cut does not matter any more."""
    total = outcome.sum

    def case(found: Case) -> Case:
        return found._replace(place=Place(found.place.part, 0, total.row_number(found.place) - 1))

    entries = {
        code: Entry(
            entry.count,
            case(entry.first),
            None if entry.worst is None else (entry.worst[0], case(entry.worst[1])),
        )
        for code, entry in total.tally.entries.items()
    }
    rows = dict.fromkeys(((part, 0) for part in range(len(outcome.facts))), 0)
    for (part, _), n in total.rows.items():
        rows[part, 0] += n
    normal = replace(total, tally=Tally(entries), rows=rows, replicates=None)
    return Outcome(normal, tuple(outcome.facts))


def report_of(saved: Saved, options: ReportOptions, expect_rows: int | None = None) -> Report:
    """The report of a state: what the run itself would have reported with these options.

    Without metrics among them, those are reported that the run was asked for. Raises UsageError
    for figures that the state has no sums for.
    """
    policy = saved.policy._replace(expect_rows=expect_rows)
    check(policy, options, RunOptions())
    _check_rows_needed(options)
    check_slicing(saved.layout, options)
    if not options.metrics:
        options = options._replace(
            metrics=saved.metrics, calibration=options.calibration or saved.calibration
        )
    requested = fitting(request(options.metrics), saved.layout, chosen=bool(options.metrics))
    if options.calibration:
        requested = with_calibration(requested, saved.layout)
    for wanted in requested:
        if not {key for s in wanted.statistics() for key in s.keys} <= set(saved.statistics):
            spec = f"-m '{wanted.key}'" if wanted.key != wanted.metric.name else f"-m {wanted.key}"
            raise UsageError(
                f"{saved.name}: has no sums for {wanted.key}", hint=f"make the state with {spec}"
            )
    losses = any(LOSS in r.statistics() for r in requested) or policy.like is not None
    outcome = saved.outcome if losses else _without_losses(saved.outcome)
    report = finalise(saved.layout, outcome, requested, policy, options)
    return report._replace(version=saved.version, signature=saved.signed(options))


def _check_rows_needed(options: ReportOptions) -> None:
    """Raises UsageError for what no sums tell."""
    for asked, option in (
        (options.bootstrap, "--bootstrap"),
        (options.find_slices, "--find-slices"),
    ):
        if asked:
            raise UsageError(f"{option} needs the rows, of which a state keeps but sums")


def _without_losses(outcome: Outcome) -> Outcome:
    """The outcome as of a run that no loss was asked of: nothing is noticed about losses."""
    kept: dict[Code, Entry] = {
        code: entry
        for code, entry in outcome.sum.tally.entries.items()
        if code not in (Code.ZERO, Code.CLIPPED)
    }
    return outcome._replace(sum=replace(outcome.sum, tally=Tally(kept)))
