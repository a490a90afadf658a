"""One data set's loss under the conventions of every system, and why they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.jobs.evaluate import Files, begin, score, understand
from xentcli.layout.conventions import CONVENTIONS, rule_for
from xentcli.layout.rules import Arithmetic, Rule
from xentcli.metrics import request
from xentcli.report.report import value_record
from xentcli.rows.tally import Code

if TYPE_CHECKING:
    from xentcli.figures.values import Value
    from xentcli.layout.layout import Layout
    from xentcli.options import Like, Options
    from xentcli.report.report import Finding, Report


SCHEMA = "xentcli/conventions/1"


class Entry(NamedTuple):
    """The number of one system (`like` None: xent's own), or why there is none.

    `changed` rows cost something else than their scores say, `worst_row` most of all; `why`
    says in words what makes the number another.
    """

    like: Like | None
    system: str
    function: str
    value: Value | None
    why: str
    changed: int = 0
    worst_row: int | None = None


class AllConventions(NamedTuple):
    """The numbers of all systems, xent's own first."""

    entries: tuple[Entry, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain containers, shaped as the JSON of `--all-conventions`."""
        return {"schema": SCHEMA, "conventions": [_record(entry) for entry in self.entries]}


def _record(entry: Entry) -> dict[str, Any]:
    return {
        "like": None if entry.like is None else entry.like.value,
        "system": entry.system,
        "function": entry.function or None,
        "figure": None if entry.value is None else value_record(entry.value),
        "rows_changed": entry.changed,
        "worst_row": entry.worst_row,
        "why": entry.why or None,
    }


def under_all(files: Files, options: Options) -> AllConventions:
    """The first metric asked for under every convention, xent's own first.

    Raises InputError for a pipe, which cannot be read once for every system.
    """
    if files.bytes is None:
        raise InputError(
            "--all-conventions reads its input once for every system, and a pipe can be read once",
            hint="save it to a file first",
        )
    if options.policy.like is not None:
        raise UsageError("--all-conventions and --like ask for two things: give one of them")
    if options.policy.clip:
        raise UsageError("--all-conventions and --clip ask for two things: give one of them")
    if options.columns.by:
        raise UsageError("--all-conventions speaks of all rows: leave --by out")
    if options.report.find_slices:
        raise UsageError("--all-conventions is about the cross-entropy: leave --find-slices out")
    if options.report.bootstrap is not None:
        raise UsageError("--all-conventions and --bootstrap ask for two things: give one of them")
    metrics = options.report.metrics or ("cross_entropy",)
    if not all(r.metric.name == "cross_entropy" for r in request(metrics)):
        raise UsageError("--all-conventions is about the cross-entropy: no other -m goes with it")
    options = options._replace(report=options.report._replace(metrics=metrics))
    _, telling, table = begin(files.open(), options.file)
    layout = understand(telling, table, options)
    own = _first(score(files, options))
    first = Entry(None, "xent", "as the scores stand", own, "")
    others = (_entry(like, layout, files, options, own) for like in CONVENTIONS)
    return AllConventions((first, *others))


def _entry(like: Like, layout: Layout, files: Files, options: Options, own: Value) -> Entry:
    convention = CONVENTIONS[like]
    system = f"{convention.system} {convention.version}"
    try:
        rule = rule_for(like, layout)
    except UsageError as error:
        return Entry(like, system, "", None, error.message.removeprefix(f"--like {like.value}: "))
    adopted = options._replace(policy=options.policy._replace(like=like))
    try:
        report = score(files, adopted)
    except InputError as error:
        # Another system's numbers do not depend on what this one cannot do.
        return Entry(like, system, rule.function, None, error.message)
    value = _first(report)
    found = next((f for f in report.findings if f.code == Code.CONVENTION), None)
    worst = None if found is None else int(found.details["worst_row"] or 0)
    weighs = "class_weight" in "".join(options.report.metrics)
    why = _why(rule, found, layout, value.value != own.value, weighs)
    return Entry(
        like,
        system,
        rule.function,
        value,
        why,
        0 if found is None else found.count,
        worst,
    )


def _first(report: Report) -> Value:
    """The figure of the first metric over all rows."""
    if not report.metrics:
        raise UsageError("--all-conventions needs a metric with a figure over all rows")
    return next(iter(report.metrics.values()))


def _why(
    rule: Rule,
    found: Finding | None,
    layout: Layout,
    differs: bool,  # noqa: FBT001 - facts of the comparison
    weighs: bool,  # noqa: FBT001
) -> str:
    """What makes the number another, in words."""
    reasons = []
    if found is not None:
        rows = "1 row" if found.count == 1 else f"{found.count:,} rows"
        reasons.append(f"{rows}: {rule.steps_for(layout)}")
    if rule.per_row and (layout.weight is not None or weighs):
        reasons.append("divided by the number of rows, not by their weight")
    if rule.per_label:
        reasons.append("the mean over labels, not their sum")
    if rule.inside and weighs and differs:
        reasons.append("class weights go into the smoothed target")
    if reasons:
        return "; ".join(reasons)
    single = rule.arithmetic is Arithmetic.SINGLE
    rounding = "rounding: computed in float32" if single else "rounding"
    return rounding if differs else "the same"
