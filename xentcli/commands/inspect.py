"""`xent inspect`: how a source would be read, and why; scores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from xentcli.commands.options.taking import Given, takes
from xentcli.options import READING

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout
    from xentcli.layout.schema import Table
    from xentcli.reading.source import Source

_SHOWN_COLUMNS = 24
_SHOWN_ROWS = 3
_CELL = 24


@takes("inspect", *READING)
def inspect_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="As for `xent eval`.", show_default=False),
    ],
    *,
    given: Given,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", show_default=False)] = False,
) -> None:
    """Say how a source would be read: which column is what, why, and its first rows."""
    from xentcli.commands.output.files import deliver
    from xentcli.jobs.evaluate import Files, table_of, understand
    from xentcli.options import Options

    options = given.value(Options)
    source = next(Files(sources, options.file).open())
    table = table_of(source, options.file)
    layout = understand(source, table, options)
    if layout.truth is not None:
        find = layout.finder()
        seen = [t for t in table.texts(layout.targets[0]) if find(t) is not None]
        layout = layout.settled(seen)
    if json:
        from xentcli.report.json_text import spread

        deliver(spread(_record(source, table, layout)))
    else:
        deliver("\n".join(_lines(source, table, layout)) + "\n")


def _record(source: Source, table: Table, layout: Layout) -> dict[str, Any]:
    roles = _roles(layout)
    return {
        "schema": "xentcli/inspection/1",
        "source": {"path": source.path, "format": source.format, "bytes": source.size},
        "layout": {
            "task": layout.task.value,
            "target": list(layout.targets),
            "scores": list(layout.scores),
            "scale": layout.scale.value,
            "classes": list(layout.classes),
            "weight": layout.weight,
            "target_scale": layout.target_scale.value,
            "units": layout.units,
            "id": layout.id,
        },
        "reasons": dict(layout.reasons),
        "columns": [
            {"name": c.name, "type": c.type or None, "role": roles.get(c.name)}
            for c in table.columns
        ],
    }


def _roles(layout: Layout) -> dict[str, str]:
    roles = {**dict.fromkeys(layout.targets, "target"), **dict.fromkeys(layout.scores, "score")}
    if layout.weight is not None:
        roles[layout.weight] = "weight"
    if layout.units is not None:
        roles.setdefault(layout.units, "count")
    if layout.id is not None:
        roles.setdefault(layout.id, "id")
    return roles


def _lines(source: Source, table: Table, layout: Layout) -> list[str]:
    from xentcli.layout.schema import quoted
    from xentcli.text import shown

    why = dict(layout.reasons)
    size = "" if source.size is None else f", {source.size:,} bytes"
    lines = [f"{source.path} ({source.format}{size})", ""]
    facts = [
        ("task", _task(layout), ""),
        ("target", quoted(layout.targets), why.get("target", "")),
        ("scores", quoted(layout.scores), why["scores"]),
        ("scale", layout.scale.value, why["scale"]),
        ("classes", quoted(layout.classes), why.get("classes", "")),
    ]
    facts = [fact for fact in facts if fact[1]]
    if len(layout.scores) == 1 and layout.truth is not None:
        facts.append(("score of", f"'{shown(layout.classes[layout.positive])}'", why["classes"]))
    if layout.weight is not None:
        facts.append(("weight", f"'{shown(layout.weight)}'", "--weight"))
    if layout.units is not None:
        facts.append(("count", f"'{shown(layout.units)}'", "--count"))
    if layout.id is not None:
        facts.append(("id", f"'{shown(layout.id)}'", "--id"))
    width = max(len(value) for _, value, _ in facts)
    for name, value, reason in facts:
        lines.append(f"  {name:8}  {value:{width}}  {reason and f'({reason})'}".rstrip())
    lines += ["", *_columns(table, _roles(layout))]
    return lines


def _task(layout: Layout) -> str:
    from xentcli.options import TargetKind

    words = {
        TargetKind.CLASS: "classes",
        TargetKind.SOFT: "classes, soft targets",
        TargetKind.LABELS: "labels",
    }
    if layout.kind is TargetKind.OUTCOME:
        return layout.task.value
    return f"{layout.task.value}, {layout.k:,} {words[layout.kind]}"


def _columns(table: Table, roles: dict[str, str]) -> list[str]:
    """One line a column: name, type, role, and its first values."""
    from xentcli.text import shown

    ranked = sorted(table.columns, key=lambda c: c.name not in roles)
    chosen = {c.name for c in ranked[:_SHOWN_COLUMNS]}
    rows = [
        (
            shown(c.name, _CELL),
            c.type or "text",
            roles.get(c.name, "not used"),
            "  ".join(
                shown(str(v), _CELL) for v in list(table.sample.get(c.name, ()))[:_SHOWN_ROWS]
            ),
        )
        for c in table.columns
        if c.name in chosen
    ]
    head = ("column", "type", "read as", "first values")
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(3)]
    lines = [
        "  "
        + "  ".join([*(f"{cell:{w}}" for cell, w in zip(row[:3], widths, strict=True)), row[3]])
        for row in [head, *rows]
    ]
    left = len(table.columns) - len(rows)
    return [*(line.rstrip() for line in lines), *([f"  and {left:,} more columns"] if left else [])]


COMMAND = inspect_command
