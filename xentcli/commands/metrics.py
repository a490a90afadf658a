"""`xent metrics`: lists the metrics, or tells all about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xentcli.options import TargetKind

if TYPE_CHECKING:
    from xentcli.figures.metric import Metric


def metrics_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Tell all about this metric.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", show_default=False)] = False,
) -> None:
    """List every metric with its parameters, formula, and whether it merges."""
    from xentcli.commands.output.files import deliver
    from xentcli.metrics import find, registry

    if json:
        from xentcli.report.json_text import spread

        chosen = registry().values() if name is None else [find(name)]
        records = [record(m) for m in chosen]
        deliver(spread(records if name is None else records[0]))
    else:
        deliver(_list(list(registry().values())) if name is None else _page(find(name)))


def record(metric: Metric) -> dict[str, object]:
    """A metric's declaration as plain values."""
    return {
        "name": metric.name,
        "summary": metric.summary,
        "formula": metric.formula,
        "source": metric.source or None,
        "unit": metric.unit,
        "better": metric.better,
        "aliases": list(metric.aliases),
        "default": metric.default or metric.default_by_class,
        "merges": metric.merges,
        "for": [kind.value for kind in TargetKind if kind in metric.kinds],
        "cost": metric.cost or None,
        "parameters": [
            {
                "name": p.name,
                "default": p.default,
                "choices": None if p.choices is None else list(p.choices),
                "summary": p.summary,
            }
            for p in metric.parameters
        ],
    }


def _spelling(metric: Metric) -> str:
    parameters = ", ".join(f"{p.name}={_plain(p.default)}" for p in metric.parameters)
    return f"{metric.name}({parameters})" if parameters else metric.name


def _list(metrics: list[Metric]) -> str:
    width = max(len(_spelling(m)) for m in metrics)
    lines = []
    for m in metrics:
        mark = "*" if m.default or m.default_by_class else " "
        lines.append(f"{mark} {_spelling(m):{width}}  {m.summary}")
        lines.append(f"  {'':{width}}  = {m.formula}")
    lines.append("")
    merging = "All of them merge" if all(m.merges for m in metrics) else "Some do not merge"
    lines.append(f"* reported when no -m is given. {merging}: parts of a data set add up exactly.")
    return "\n".join(lines) + "\n"


def _page(metric: Metric) -> str:
    from xentcli.figures.metric import kinds_of

    lines = [_spelling(metric), "", f"  {metric.summary}", "", f"  formula  {metric.formula}"]
    if metric.unit == "loss":
        lines.append("  unit     nats, or what --base says")
    lines.append(f"  better   {metric.better}")
    lines.append(f"  merges   {'yes, exactly' if metric.merges else 'no'}")
    lines.append(f"  for      {', '.join(kinds_of(metric))}")
    if metric.cost:
        lines.append(f"  costs    {metric.cost}")
    if metric.source:
        lines.append(f"  source   {metric.source}")
    if metric.aliases:
        lines.append(f"  also     {', '.join(metric.aliases)}")
    for p in metric.parameters:
        lines += ["", f"  {p.name}={_plain(p.default)}", f"    {p.summary}"]
    return "\n".join(lines) + "\n"


def _plain(default: object) -> str:
    """A default as it is typed: 2, not 2.0."""
    return f"{default:g}" if isinstance(default, float) else str(default)


COMMAND = metrics_command
