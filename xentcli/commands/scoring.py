"""What commands that score have in common: options as values, a run, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.commands.output.forms import bare
from xentcli.errors import UsageError
from xentcli.options import READING
from xentcli.text import shown, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.commands.options.results import Output, Work
    from xentcli.commands.options.taking import Given
    from xentcli.commands.output.forms import Output as Target
    from xentcli.jobs.evaluate import Files, Ran
    from xentcli.jobs.states.saved import Saved
    from xentcli.options import Keep, Options, ReportOptions
    from xentcli.renderers import Renderer
    from xentcli.report.report import Finding
    from xentcli.report.report import Report as Result
    from xentcli.sums.run import Observing


def options_of(given: Given) -> Options:
    """The options of a run, whose workers may be processes."""
    from xentcli.options import Options

    options = given.value(Options)
    return options._replace(run=options.run._replace(processes=True))


def check_output(output: Target) -> None:
    """Raises UsageError for what no table can be asked for."""
    if output.digits < 0:
        raise UsageError(f"--digits takes a number from 0 up, not {output.digits}")


def run_files(files: Files, options: Options, work: Work, keep: Keep | None) -> Ran:
    """Adds up the rows of a data set, under a progress bar where one is wanted."""
    from xentcli.commands.output.progress import watching
    from xentcli.jobs.evaluate import run

    observing: tuple[Observing, ...] = ()
    if keep is not None:
        from xentcli.jobs.states.recorder import Recording

        observing = (Recording(keep),)
    wanted = False if work.quiet else work.progress
    with watching(files.bytes, wanted=wanted) as watcher:
        return run(files, options, watcher, observing)


def shows_findings(forms: dict[str, Renderer], output: Output) -> bool:
    """Whether whoever reads standard output is told of the findings there."""
    form = forms.get("-")
    return form is not None and form.name != "csv" and not output.score_only


def warn(findings: Iterable[Finding], source: str | None = None) -> None:
    """The findings that matter, on standard error, where the output has no place for them."""
    of = "" if source is None else f"{shown(source)}: "
    for finding in findings:
        if finding.severity != "info":
            tell(f"{finding.severity}: {of}{shown(finding.message)} [{finding.code}]")


def first_value(result: Result) -> str:
    """The first metric's value as Python, jq and awk read it; empty where it is undefined."""
    if not result.metrics:
        raise UsageError("-b: the metric asked for has no figure over all rows")
    return bare(next(iter(result.metrics.values())).value)


def report_of_states(states: Sequence[Saved], given: Given, options: Options) -> Result:
    """The report of states, as parts of one data set."""
    from xentcli.commands.options.results import Kept, Shown
    from xentcli.jobs.states.merging import merged
    from xentcli.jobs.states.saved import report_of

    refuse_reading(given, all_conventions=given.value(Shown).all_conventions)
    if given.value(Kept).state is not None:
        raise UsageError("--state is for predictions", hint="`xent merge` makes one of states")
    return report_of(merged(states), options.report, options.policy.expect_rows)


def refuse_reading(given: Given, *, all_conventions: bool = False) -> None:
    """Raises UsageError for an option of how rows are read, where there are states alone."""
    # --expect-rows is none of them.
    names = [name for name in given.changed(*READING) if name != "expect_rows"]
    if all_conventions:
        names.insert(0, "all_conventions")
    if names:
        raise UsageError(
            f"--{names[0].replace('_', '-')} is for predictions: how a state's rows were read was "
            "decided when it was made"
        )


def all_states(paths: Sequence[str]) -> bool:
    """Whether all of these are states, as far as files tell."""
    from xentcli.jobs.states.files import is_a_state

    return all(map(is_a_state, paths))


def content_of(ran: Ran, options: ReportOptions, path: str) -> bytes:
    """The content of the state file of a run."""
    from xentcli.jobs.states.files import state_bytes
    from xentcli.jobs.states.saved import saved_of

    return state_bytes(saved_of(ran, options, path), path)
