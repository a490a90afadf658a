"""Reports of data sets, whether their rows are there or their states alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.evaluate import score
from xentcli.jobs.states.among import states_among
from xentcli.jobs.states.merging import merged
from xentcli.jobs.states.saved import report_of
from xentcli.reading.data_sets import Files

if TYPE_CHECKING:
    from xentcli.engine.plan import Watcher
    from xentcli.jobs.evaluate import Options
    from xentcli.reading.data_sets import InMemory
    from xentcli.report.report import Report


def score_or_read(
    data: Files | InMemory, options: Options, watcher: Watcher | None = None
) -> Report:
    """`score` of predictions, and the report of states.

    How a state's rows were read was decided when it was made: of the options, those of the report
    matter, and slices are its own. Raises UsageError for figures that it has no sums for.
    """
    states = states_among(data) if isinstance(data, Files) else []
    if states:
        return report_of(merged(states), options.report, options.policy.expect_rows)
    return score(data, options, watcher)
