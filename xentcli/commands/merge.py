"""`xent merge`: states of parts of a data set as the state of the whole."""

from __future__ import annotations

from typing import Annotated

import typer

from xentcli.commands.options.results import Target
from xentcli.commands.options.taking import Given, takes
from xentcli.errors import InputError

STATES = typer.Argument(
    metavar="STATE...",
    help="What `xent eval --state` saved: a file, a directory, a glob, or - for standard input.",
    show_default=False,
)


@takes("merge", Target)
def merge_command(states: Annotated[list[str], STATES], *, given: Given) -> None:
    """Add up the states of parts of one data set, to the bits of a single run over all of it."""
    from xentcli.commands.output.files import check_target, deliver
    from xentcli.jobs.states.files import read_state, state_bytes
    from xentcli.jobs.states.merging import merged
    from xentcli.reading.sources import expand

    output = given.value(Target).output
    check_target(output, states)
    # One state given twice is an error, where of one file of predictions once is enough.
    paths = [part.path for argument in states for part in expand([argument])]
    check_target(output, paths)
    found = []
    for path in paths:
        state = read_state(path)
        if state is None:
            raise InputError(f"{path}: is not a state", hint="`xent eval --state` makes one")
        found.append(state)
    deliver(state_bytes(merged(found), output), output)


COMMAND = merge_command
