"""The signature: everything that can change a number, in one line beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from xentcli.layout.layout import Layout, Shape
from xentcli.options import Policy, ReportOptions, SumToOne
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def signature(layout: Layout, rows: int, policy: Policy, report: ReportOptions) -> str:
    """Everything that can change the number, in one line: equal lines, comparable numbers."""
    kind = layout.target_scale.value
    fields = {
        "task": layout.task.value + ("" if kind == "label" else f"/{kind}"),
        "k": layout.k,
        "rows": rows,
        "base": report.base.value,
        "clip": f"{policy.clip:g}",
        "sum": policy.sum_to_one.value,
        "weight": layout.weight or "none",
        "scale": layout.scale.value,
        "classes": _digest(_binding(layout)),
        "missing": policy.missing.value,
        "unknown": policy.unknown_label.value,
        "ignore": ",".join(sorted(policy.ignore_label)) or "none",
    }
    if policy.like is not None:
        fields["like"] = policy.like.value
    if layout.by:
        bins = dict(layout.bins)
        fields["by"] = ",".join(f"{name}{bins.get(name, '')}" for name in layout.by)
    if layout.cluster is not None:
        fields["cluster"] = layout.cluster
    if layout.units is not None:
        fields["count"] = layout.units
    if report.bootstrap is not None:
        replicates, seed = report.bootstrap
        fields["errors"] = (
            f"bootstrap({replicates},seed:{seed},by:{layout.cluster or layout.id or 'content'})"
        )
    if policy.sum_to_one in (SumToOne.WARN, SumToOne.ERROR):
        fields["tolerance"] = f"{policy.tolerance:g}"
    fields["v"] = __version__
    return "|".join(["xent", *(f"{k}:{_plain(str(v))}" for k, v in fields.items())])


def _binding(layout: Layout) -> tuple[str, ...]:
    """The classes in the order of their scores; beside a single score, the one it speaks of."""
    if layout.shape is Shape.SINGLE and layout.classes:
        return (*layout.classes, layout.classes[layout.positive])
    return layout.classes


def _digest(names: Sequence[str]) -> str:
    return f"{crc32(chr(0).join(names).encode('utf-8', 'surrogatepass')):08x}"


def _plain(text: str) -> str:
    """A value of the signature with the characters that separate its fields escaped."""
    return text.replace("\\", "\\\\").replace("|", "\\|")
