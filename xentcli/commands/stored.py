"""States where `xent eval` takes them, and makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_type_hints

from xentcli.commands.options.inputs import Inputs
from xentcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.commands.options.results import Kept, Report
    from xentcli.jobs.evaluate import Ran
    from xentcli.jobs.states.saved import Saved
    from xentcli.options import ReportOptions
    from xentcli.report.report import Report as Result


def report_of_states(states: Sequence[Saved], inputs: Inputs, report: Report, kept: Kept) -> Result:
    """The report of states, as parts of one data set."""
    from xentcli.jobs.states.merging import merged
    from xentcli.jobs.states.saved import report_of

    refuse_reading(inputs, all_conventions=report.all_conventions)
    if kept.state is not None:
        raise UsageError("--state is for predictions", hint="`xent merge` makes one of states")
    return report_of(merged(states), report.options(), inputs.expect_rows)


def refuse_reading(inputs: Inputs, *, all_conventions: bool = False) -> None:
    """Raises UsageError for an option of how rows are read, where there are states alone."""
    given = "--all-conventions" if all_conventions else _given(inputs)
    if given:
        raise UsageError(
            f"{given} is for predictions: how a state's rows were read was decided when it was made"
        )


def all_states(paths: Sequence[str]) -> bool:
    """Whether all of these are states, as far as files tell."""
    from xentcli.jobs.states.marks import is_a_state

    return all(map(is_a_state, paths))


def _given(inputs: Inputs) -> str | None:
    """The first option of how rows are read that was given; --expect-rows is none of them."""
    for field in get_type_hints(Inputs):
        value, default = getattr(inputs, field), getattr(Inputs, field)
        if field != "expect_rows" and (value or None) != (default or None):
            return "--" + field.replace("_", "-")
    return None


def content_of(ran: Ran, options: ReportOptions, path: str) -> bytes:
    """The content of the state file of a run."""
    from xentcli.jobs.states.files import state_bytes
    from xentcli.jobs.states.saved import saved_of

    return state_bytes(saved_of(ran, options, path), path)
