"""The table of slices: which of them the loss comes from, the costliest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers._table.classes import Compared, breakdown, hidden_note
from xentcli.renderers._words.figures import label
from xentcli.renderers._words.order import costliest_slices
from xentcli.report.slices import SliceTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.report import Report, SliceReport


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
    note = hidden_note(hidden, what, share, spell)
    tests = _compared(report.slices, shown)
    return breakdown(title, shown, note, spell, width=width, tests=tests)


def _compared(slices: Sequence[SliceReport], shown: Sequence[SliceReport]) -> Compared | None:
    found = tuple(entry.versus_rest for entry in shown)
    if not isinstance(slices, SliceTable) or not any(found):
        return None
    return Compared(found, 1.0 - slices.confidence)
