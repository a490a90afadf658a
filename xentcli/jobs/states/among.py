"""Which sources are states."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.jobs.states.marks import HEAD_BYTES, is_state
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.jobs.states.saved import Saved
    from xentcli.reading.data_sets import Files


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
