"""`xent eval --all-conventions`: one data set's loss as every system has it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.errors import UsageError

if TYPE_CHECKING:
    from xentcli.commands.options.results import Output
    from xentcli.jobs.all_conventions import Entry
    from xentcli.jobs.evaluate import Files
    from xentcli.options import Options

_FORMS = ("table", "json")


def deliver_all_conventions(files: Files, options: Options, output: Output) -> None:
    """Writes a line for each system: its number, how far it is from ours, and why."""
    from xentcli.commands.output.files import deliver
    from xentcli.jobs.all_conventions import under_all

    form = "json" if output.json else output.format or "table"
    if form not in _FORMS or output.export or output.score_only:
        raise UsageError(
            f"--all-conventions is written as {' or '.join(_FORMS)}",
            hint="--like NAME gives one system's number in every form",
        )
    entries = under_all(files, options)
    text = _json(entries) if form == "json" else _table(entries, output.digits)
    deliver(text, output.output)


def _json(entries: list[Entry]) -> str:
    from xentcli.renderers.json import text_of

    return text_of({"schema": "xentcli/conventions/1", "conventions": list(map(record, entries))})


def record(entry: Entry) -> dict[str, object]:
    """A line as plain values."""
    from xentcli.report.report import value_record

    return {
        "like": None if entry.like is None else entry.like.value,
        "system": entry.system,
        "function": entry.function or None,
        "figure": None if entry.value is None else value_record(entry.value),
        "rows_changed": entry.changed,
        "worst_row": entry.worst_row,
        "why": entry.why or None,
    }


def _table(entries: list[Entry], digits: int) -> str:
    head = ("--like", "value", "difference", "function", "why")
    own = entries[0].value.value if entries[0].value is not None else None
    rows = [
        (
            "(none)" if entry.like is None else entry.like.value,
            _number(entry, digits),
            _difference(entry, own),
            entry.function or "–",
            entry.why,
        )
        for entry in entries
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(4)]
    lines = []
    for row in [head, *rows]:
        cells = [f"{row[0]:{widths[0]}}", f"{row[1]:>{widths[1]}}", f"{row[2]:>{widths[2]}}"]
        lines.append("  ".join([*cells, f"{row[3]:{widths[3]}}", row[4]]).rstrip())
    return "\n".join(lines) + "\n"


def _number(entry: Entry, digits: int) -> str:
    if entry.value is None or entry.value.value is None:
        return "–"
    value = entry.value.value
    return "∞" if math.isinf(value) else f"{value:.{digits + 4}f}"


def _difference(entry: Entry, own: float | None) -> str:
    """How far a number is from ours; nothing where one of them is infinite or undefined."""
    if entry.like is None or entry.value is None or entry.value.value is None or own is None:
        return ""
    difference = entry.value.value - own
    if math.isnan(difference) or math.isinf(difference):
        return ""
    return f"{difference:+.2g}" if difference else "0"
