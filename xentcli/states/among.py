"""Which sources are states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.states.marks import HEAD_BYTES, is_state
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.data_sets import Files
    from xentcli.states.saved import Saved


def states_among(files: Files) -> list[Saved]:
    """The states that the files are; none where they hold predictions.

    Raises UsageError where some are and some are not.
    """
    paths = files.paths
    marked = [path for path in paths if is_state(files.head(path, HEAD_BYTES))]
    if not marked:
        return []
    others = [path for path in paths if path not in marked]
    if others:
        raise UsageError(
            f"{shown(marked[0])} is a state, and {shown(others[0])} is none: states and "
            "predictions are not read together",
            hint="make a state of the predictions with --state, and merge them",
        )
    from xentcli.states.files import state_in

    return [state_in(files.supply(path)) for path in paths]
