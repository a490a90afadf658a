"""`xent conventions`: how other systems compute the loss, and under what name to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xentcli.layout.rules import Convention, Rule


def conventions_command(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", show_default=False)] = False,
) -> None:
    """Say how each system that --like knows computes its loss."""
    from xentcli.commands.output.files import deliver
    from xentcli.layout.conventions import CONVENTIONS

    conventions = list(CONVENTIONS.values())
    if json:
        from xentcli.report.json_text import spread

        deliver(spread([record(c) for c in conventions]))
    else:
        deliver("\n".join(_lines(c) for c in conventions))


def record(convention: Convention) -> dict[str, object]:
    """A system's conventions as plain values."""
    return {
        "like": convention.name.value,
        "system": convention.system,
        "version": convention.version,
        "ignores": list(convention.ignore),
        "otherwise": convention.refuses,
        "rules": [
            {
                "for": scope(rule),
                "function": rule.function,
                "steps": rule.steps,
                "clips": rule.clips,
                "divides_by": rule.divides_by,
                "arithmetic": rule.arithmetic.value,
                "row_weights": rule.weights,
            }
            for rule in convention.rules
        ],
    }


_KINDS = {"class": "classes", "soft": "soft targets", "labels": "labels"}


def scope(rule: Rule) -> str:
    """What predictions a rule is for, in words."""
    kinds = " and ".join(word for kind, word in _KINDS.items() if kind in rule.kinds)
    if len(rule.scales) == 1:
        kinds += ", logits"
    elif len(rule.scales) == 2:
        kinds += ", probabilities"
    if rule.single or rule.two_classes:
        kinds += ", one column" if rule.single else ", two classes"
    return kinds


def _lines(convention: Convention) -> str:
    lines = [f"{convention.name.value}: {convention.system} {convention.version}"]
    if convention.ignore:
        lines[0] += f", leaves out the label {', '.join(convention.ignore)}"
    for rule in convention.rules:
        lines.append(f"  {scope(rule)}: {rule.function}")
        lines.append(
            f"    {rule.steps}; divides by {rule.divides_by}; {rule.arithmetic.value} arithmetic"
        )
    lines.append(f"  otherwise: {convention.refuses}")
    return "\n".join(lines) + "\n"


COMMAND = conventions_command
