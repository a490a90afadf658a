"""Which sources are states."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.jobs.evaluate import score
from xentcli.jobs.states.files import HEAD_BYTES, is_state
from xentcli.jobs.states.merging import merged
from xentcli.jobs.states.saved import report_of
from xentcli.reading.data_sets import Files
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.engine.plan import Watcher
    from xentcli.jobs.states.saved import Saved
    from xentcli.options import Options
    from xentcli.reading.data_sets import InMemory
    from xentcli.report.report import Report


def states_among(files: Files) -> list[Saved]:
    """The states that the files are; none where they hold predictions.

    Raises UsageError where some are and some are not.
    """
    paths = files.paths
    if not is_state(files.head(paths[0], HEAD_BYTES)):
        # Later pipes are not opened before their turn: who fills them may wait for the first.
        others = [path for path in paths[1:] if os.path.isfile(path)]
        marked = [path for path in others if is_state(files.head(path, HEAD_BYTES))]
        if marked:
            raise _mixed(marked[0], paths[0])
        return []
    from xentcli.jobs.states.files import state_in

    found = []
    for path in paths:
        if not is_state(files.head(path, HEAD_BYTES)):
            raise _mixed(paths[0], path)
        found.append(state_in(files.supply(path)))
    return found


def _mixed(state: str, other: str) -> UsageError:
    return UsageError(
        f"{shown(state)} is a state, and {shown(other)} is none: states and predictions are not "
        "read together",
        hint="make a state of the predictions with --state, and merge them",
    )


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
