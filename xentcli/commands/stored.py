"""States where `xent eval` takes them, and makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_type_hints

from xentcli.commands.parameters import Inputs
from xentcli.errors import UsageError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.commands.results import Kept, Report
    from xentcli.evaluation import Files, Ran
    from xentcli.options import ReportOptions
    from xentcli.report import Report as Result
    from xentcli.states.saved import Saved


def states_among(files: Files) -> list[Saved]:
    """The states that the files are; none where they hold predictions.

    Raises UsageError where some are and some are not.
    """
    from xentcli.states.marks import HEAD_BYTES, is_state

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


def report_of_states(states: Sequence[Saved], inputs: Inputs, report: Report, kept: Kept) -> Result:
    """The report of states, as parts of one data set."""
    from xentcli.states.merging import merged
    from xentcli.states.saved import report_of

    given = _given(inputs)
    if report.all_conventions:
        given = "--all-conventions"
    if given:
        raise UsageError(
            f"{given} is for predictions: how a state's rows were read was decided when it was made"
        )
    if kept.state is not None:
        raise UsageError("--state is for predictions", hint="`xent merge` makes one of states")
    return report_of(merged(states), report.options(), inputs.expect_rows)


def _given(inputs: Inputs) -> str | None:
    """The first option of how rows are read that was given; --expect-rows is none of them."""
    for field in get_type_hints(Inputs):
        value, default = getattr(inputs, field), getattr(Inputs, field)
        if field != "expect_rows" and (value or None) != (default or None):
            return "--" + field.replace("_", "-")
    return None


def content_of(ran: Ran, options: ReportOptions, path: str) -> bytes:
    """The content of the state file of a run."""
    from xentcli.states.files import state_bytes
    from xentcli.states.saved import saved_of

    return state_bytes(saved_of(ran, options, path), path)
