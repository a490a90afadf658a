"""From data sets to a comparison: read them side by side, and report on every candidate."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from xentcli.engine.plan import Plan
from xentcli.engine.threads import usable_threads
from xentcli.errors import UsageError
from xentcli.jobs.comparing.agreement import order_findings
from xentcli.jobs.comparing.changes import Changes
from xentcli.jobs.comparing.comparison import Comparison, Pairing
from xentcli.jobs.comparing.figures import corrected_among
from xentcli.jobs.comparing.measures import measures
from xentcli.jobs.comparing.pairs import Pairs, ahead, beside
from xentcli.jobs.comparing.partners import InOrder
from xentcli.jobs.comparing.reporting import Sides, reported
from xentcli.jobs.comparing.sides import Side
from xentcli.jobs.evaluate import FORKS, SMALL, Files, check_slicing, with_bins
from xentcli.jobs.states.among import states_among
from xentcli.layout.layout import Identity, Kind
from xentcli.layout.like import adopted, rule_of
from xentcli.options import Comparing, TargetKind, check
from xentcli.report.from_sums import settled
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xentcli.engine.plan import Watcher
    from xentcli.jobs.comparing.measures import Measure
    from xentcli.jobs.comparing.pairs import PairSums
    from xentcli.jobs.comparing.partners import Partner
    from xentcli.jobs.comparing.sides import Lines
    from xentcli.jobs.evaluate import InMemory
    from xentcli.layout.rules import Rule
    from xentcli.options import Options
    from xentcli.report.report import Finding


def compare(
    data: Sequence[Files | InMemory],
    paths: Sequence[str],
    options: Options,
    wanted: Comparing | None = None,
    watcher: Watcher | None = None,
) -> Comparison:
    """Compares candidates with the first of the data sets, row by row.

    `paths` name the data sets where `wanted.names` do not. Rows are matched by the column that
    `options.columns.id` names, else by their order; those of states by their sketches. Raises
    InputError for rows that cannot be scored, or are not the same; UsageError for options that
    do not fit.
    """
    wanted = wanted or Comparing()
    check(options.policy, options.report, options.run)
    names = _names(paths, wanted)
    _check(options, wanted)
    stored = [states_among(part) if isinstance(part, Files) else [] for part in data]
    if any(stored):
        from xentcli.jobs.comparing.stored import compared

        return compared(data, stored, names, options, wanted, watcher)
    if wanted.unpaired:
        from xentcli.jobs.comparing.unpaired import unpaired

        return unpaired(data, names, options, watcher)
    return _Comparison(data, names, options, wanted).run(watcher)


def _names(paths: Sequence[str], wanted: Comparing) -> list[str]:
    """What the data sets are called."""
    if len(paths) < 2:
        raise UsageError("a comparison takes two sources or more: the baseline and candidates")
    names = list(wanted.names)
    if len(names) == len(paths) - 1:
        names.insert(0, paths[0])
    if names and len(names) != len(paths):
        raise UsageError(
            f"--name is given {len(names)} times, and there are {len(paths)} sources",
            hint="name all of them, or all but the baseline",
        )
    return names or list(paths)


def _check(options: Options, wanted: Comparing) -> None:
    """Raises UsageError for options that a comparison has no use for."""
    if wanted.allow_missing and options.columns.id is None:
        raise UsageError("--allow-missing goes with --id: by their order, all rows are compared")
    if wanted.worst < 0:
        raise UsageError(f"--worst takes a number from 0 up, not {wanted.worst}")
    if options.columns.units is not None:
        raise UsageError("--count does not go with a comparison, which is of losses a row")
    if options.report.bootstrap is not None and not wanted.unpaired:
        raise UsageError("--bootstrap goes with --unpaired; differences of rows have formulas")
    if options.report.find_slices or options.report.calibration:
        raise UsageError("--find-slices and --calibration are for xent eval")


class _Comparison:
    """A comparison row by row, while it is made."""

    def __init__(
        self,
        data: Sequence[Files | InMemory],
        names: Sequence[str],
        options: Options,
        wanted: Comparing,
    ) -> None:
        self._data = data
        self._names = names
        self._options = options
        self._wanted = wanted

    def run(self, watcher: Watcher | None) -> Comparison:
        """Reads all rows, and reports."""
        sides: list[Side] = []
        with contextlib.ExitStack() as stack:
            bare = self._options._replace(
                columns=self._options.columns._replace(by=(), cluster=None)
            )
            for number, (name, data) in enumerate(zip(self._names, self._data, strict=True)):
                sides.append(Side(name, data, bare if number else self._options))
                stack.callback(sides[-1].close)
            base, *others = sides
            check_slicing(base.sliced, self._options.report)
            rule = rule_of(self._options.policy, base.layout)
            measured = self._measures(base, rule)
            if (
                any(m.key == "cross_entropy" for m in measured)
                and base.layout.kind is TargetKind.CLASS
            ):
                for side in sides:
                    side.ask("calibration_loss")
            self._cut(base)
            identity = None if self._id is None else Identity(Kind.ID, (self._id,))
            streams = self._streams(stack, sides, measured, identity)
            pairs = [
                self._pairs(base, side, measured, blocks)
                for side, blocks in zip(others, streams[1:], strict=True)
            ]
            rows = 0
            # By their order, rows of candidates are yet to be read, which only this thread may.
            aligned = beside if self._id is None else ahead
            for lines, every in aligned(streams[0], pairs):
                for pair, own in zip(pairs, every, strict=True):
                    pair.add(lines, own)
                rows = lines.end
                if watcher is not None:
                    watcher.update(rows, lines.consumed * len(sides))
            sums = [pair.sums(rows) for pair in pairs]
            return self._reported(sides, sums, measured, rule)

    def _streams(
        self,
        stack: contextlib.ExitStack,
        sides: Sequence[Side],
        measured: Sequence[Measure],
        identity: Identity | None,
    ) -> list[Iterator[Lines]]:
        """The rows of each side: read by processes of their own, where that is worth it.

        Of the baseline, with the columns by which rows are sliced, and told.
        """
        told = () if self._id is None or not self._wanted.worst else (self._id,)
        kept = (tuple(dict.fromkeys((*sides[0].sliced.parted_by, *told))), *[()] * (len(sides) - 1))
        run, sizes = self._options.run, [side.data.bytes for side in sides]
        alone = not run.processes or (run.threads or usable_threads()) == 1 or None in sizes
        if alone or sum(size or 0 for size in sizes) < SMALL or not FORKS:
            return [side.rows(measured, identity, k) for side, k in zip(sides, kept, strict=True)]
        from xentcli.jobs.comparing.forked_sides import ForkedSides

        forked = ForkedSides()
        stack.callback(forked.end)
        return [
            forked.rows(side, measured, identity, k) for side, k in zip(sides, kept, strict=True)
        ]

    def _measures(self, base: Side, rule: Rule | None) -> tuple[Measure, ...]:
        per_label = base.layout.kind is TargetKind.LABELS and rule is not None and rule.per_label
        specs = self._options.report.metrics
        means_only = self._wanted.means_only
        found = measures(specs, base.layout, per_label=per_label, means_only=means_only)
        return found or measures((), base.layout, per_label=per_label)

    @property
    def _id(self) -> str | None:
        """The column by which rows are matched."""
        return self._options.columns.id

    def _cut(self, base: Side) -> None:
        """Finds the edges of quantile bins, if there are any to be found."""
        if not any(bins.unknown for _, bins in base.sliced.bins):
            return
        options = self._options._replace(policy=adopted(self._options.policy))
        plan = Plan.of(base.sliced, options.policy, (), workers=1)
        plan, _ = with_bins(plan, base.data, options)
        base.sliced = plan.layout

    def _pairs(
        self, base: Side, side: Side, measured: Sequence[Measure], blocks: Iterator[Lines]
    ) -> Pairs:
        name = self._id
        partner: Partner
        if name is None:
            partner = InOrder(base, side, blocks)
        else:
            from xentcli.jobs.comparing.matching import ById

            partner = ById(base, side, blocks, name, allow_missing=self._wanted.allow_missing)
        several = isinstance(base.data, Files) and len(base.data.paths) > 1
        changes = Changes(self._wanted.worst, name, several=several)
        most = self._options.report.max_slices
        return Pairs(base, partner, measured, changes=changes, max_slices=most)

    def _noticed(self, base: Side, side: Side) -> tuple[Finding, ...]:
        return order_findings(base, side) if self._id is None else ()

    def _reported(
        self,
        sides: Sequence[Side],
        sums: Sequence[PairSums],
        measured: Sequence[Measure],
        rule: Rule | None,
    ) -> Comparison:
        base, *others = sides
        options = self._options.report
        reports = [side.report(options, base.sliced) for side in sides]
        labels = () if base.left is None else sorted(base.left.sum.labels)
        layout = settled(base.sliced, labels, base.path)
        pairing = Pairing.ORDER if self._id is None else Pairing.ID
        found = [
            reported(
                Sides(base.name, side.name, pairing, reports[0], report, self._noticed(base, side)),
                own,
                layout,
                measured,
                options,
                rule,
                self._wanted.lines,
            )
            for side, report, own in zip(others, reports[1:], sums, strict=True)
        ]
        return Comparison(
            version=__version__,
            name=base.name,
            source=reports[0].source,
            signature=reports[0].signature,
            layout=reports[0].layout,
            confidence=options.confidence,
            candidates=corrected_among(found),
            findings=reports[0].findings,
        )
