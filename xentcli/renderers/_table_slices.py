"""The table of slices: which of them the loss comes from, the costliest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers._figures import label
from xentcli.renderers._order import costliest_slices
from xentcli.renderers._table_classes import breakdown, hidden_note

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xentcli.renderers._figures import Spelling
    from xentcli.report import Report


def slice_block(
    report: Report, spell: Spelling, *, width: int | None, most: int | None
) -> list[RenderableType]:
    """The table of the costliest `most` slices, and a line on what it leaves out."""
    if not report.slices:
        return []
    title = " · ".join(spell.text(label(name)) for name in report.slices[0].by)
    shown, share = costliest_slices(report, most)
    hidden = len(report.slices) - len(shown)
    what = "slice" if hidden == 1 else "slices"
    return breakdown(title, shown, hidden_note(hidden, what, share, spell), spell, width=width)
