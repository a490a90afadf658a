"""The runs over the data that requirements take: one for each distinct set of slicing columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.jobs.checking import deltas
from xentcli.jobs.states.among import score_or_read
from xentcli.reading.data_sets import Files, InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from xentcli.engine.plan import Watcher
    from xentcli.jobs.checking.baseline import Baseline
    from xentcli.jobs.checking.requirement import Requirement
    from xentcli.jobs.checking.verdicts import BaselineReport
    from xentcli.jobs.comparing.comparison import Comparison
    from xentcli.options import Options
    from xentcli.report.report import Finding, Report

    Columns = tuple[str, ...]

Data = Files | InMemory
# Its figures by class and slice say where a difference comes from.
_ALWAYS = ("cross_entropy",)
_OF_PAIRS = ("parts-unpaired", "no-sketch")


class Runs:
    """Reports and comparisons of the data, each made when it is first asked for.

    Requirements on the whole and on classes are served by the first run, whatever it slices by:
    the whole is the same. Runs with `--bootstrap` cannot slice, and then are of their own.
    """

    def __init__(
        self,
        data: Data,
        requirements: Sequence[Requirement],
        options: Options,
        watching: Callable[[int | None], AbstractContextManager[Watcher | None]],
    ) -> None:
        self._data = Again(data)
        self._base: Again | None = None
        self._options = options
        self._watching = watching
        self._reports: dict[Columns, Report] = {}
        self._bases: dict[Columns, Report] = {}
        self._comparisons: dict[Columns, Comparison] = {}
        self._requirements = tuple(requirements)
        own = options.columns.by
        self._sets: list[Columns] = [own] if own else []
        for columns in (r.columns for r in self._requirements if r.slice):
            if self._same(columns) is None:
                self._sets.append(columns)
        if not self._sets or (options.report.bootstrap is not None and not own):
            self._sets.insert(0, ())
        specs = (r.spec or r.key for r in self._requirements if r.metric is not None)
        self._metrics = tuple(dict.fromkeys((*specs, *_ALWAYS)))

    def _same(self, columns: Columns) -> Columns | None:
        """The run that slices by these columns, in whatever order."""
        return next((s for s in self._sets if sorted(s) == sorted(columns)), None)

    def _columns(self, requirement: Requirement) -> Columns:
        """What the run of a requirement slices by."""
        found = self._same(requirement.columns) if requirement.slice else None
        return self._sets[0] if found is None else found

    def check_readable(self, *, paired: bool) -> None:
        """Raises UsageError where a pipe would have to be read more than once.

        `paired` says that differences are those of rows, for which data are read beside a
        baseline's.
        """
        scored = {self._columns(r) for r in self._requirements if not (paired and r.delta)}
        compared = {self._columns(r) for r in self._requirements if paired and r.delta}
        wanted = len(scored) + len(compared)
        if wanted > 1 and self._data.is_pipe:
            raise _once(wanted)

    def report(self, requirement: Requirement) -> Report:
        """The report that a requirement's figure is in."""
        columns = self._columns(requirement)
        if columns not in self._reports:
            data = self._data.open()
            with self._watching(data.bytes) as watcher:
                report = score_or_read(data, self._asked(columns), watcher)
            rows = {known.source.rows_read for known in self._reports.values()}
            if rows - {report.source.rows_read}:
                raise InputError(f"{self.name}: has other rows when it is read again")
            self._reports[columns] = report
        return self._reports[columns]

    def base_report(self, requirement: Requirement, baseline: Baseline) -> Report:
        """The same report of the baseline's predictions, whose figures mean the same."""
        columns = self._columns(requirement)
        if columns not in self._bases:
            asked = self._asked(columns)
            asked = asked._replace(policy=asked.policy._replace(expect_rows=None))
            self._bases[columns] = score_or_read(self._based(baseline), asked)
        return self._bases[columns]

    def comparison(self, requirement: Requirement, baseline: Baseline) -> Comparison:
        """The data beside the baseline's predictions, row by row."""
        columns = self._columns(requirement)
        if columns not in self._comparisons:
            asked = self._asked(columns)
            found = deltas.compared(self._based(baseline), self._data.open(), asked)
            self._comparisons[columns] = found
        return self._comparisons[columns]

    def _asked(self, columns: Columns) -> Options:
        """The options of a run: the metrics that are asked for, and what to slice by."""
        options = self._options
        report = options.report._replace(metrics=self._metrics)
        if columns:
            report = report._replace(bootstrap=None)
        return options._replace(columns=options.columns._replace(by=columns), report=report)

    def _based(self, baseline: Baseline) -> Data:
        """The baseline's predictions, once more."""
        if baseline.data is None:
            raise TypeError("the baseline is no predictions")
        if self._base is None:
            self._base = Again(baseline.data)
        return self._base.open()

    def told(self, baseline: BaselineReport) -> BaselineReport:
        """A baseline with the signature of its predictions."""
        known = [c.signature for c in self._comparisons.values()]
        known += [r.signature for r in self._bases.values()]
        return baseline._replace(signature=known[0]) if known else baseline

    @property
    def name(self) -> str:
        """What the data are called."""
        for report in self._reports.values():
            paths = report.source.paths
            return paths[0] if len(paths) == 1 else f"{len(paths)} files"
        for comparison in self._comparisons.values():
            return comparison.candidates[0].name
        return "<data>"

    @property
    def signature(self) -> str:
        """That of the first run."""
        known = [r.signature for r in self._reports.values()]
        known += [c.candidates[0].signature for c in self._comparisons.values()]
        return known[0] if known else ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the reader of the figures should know, each once."""
        found = [f for report in self._reports.values() for f in report.findings]
        for comparison in self._comparisons.values():
            found += comparison.candidates[0].findings
        # What pairs there are is told beside each verdict.
        told = [f for f in found if f.code not in _OF_PAIRS]
        return tuple({(f.code, f.message): f for f in told}.values())


class Again:
    """Data that are opened for one run after another, where that can be."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._used = 0

    @property
    def is_pipe(self) -> bool:
        """Whether files can be read only once; of tables that shows when they are."""
        return isinstance(self._data, Files) and self._data.anew() is None

    def open(self) -> Data:
        """The data, once more. Raises UsageError where they are gone."""
        self._used += 1
        again = self._data if self._used == 1 else self._data.anew()
        if again is None:
            raise _once(self._used)
        return again


def _once(runs: int) -> UsageError:
    return UsageError(
        f"these requirements take {runs} runs over data that can be read only once",
        hint="write the stream to a file first, or slice by the same columns in all of them",
    )
