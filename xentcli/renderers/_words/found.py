"""What is said of slices that a search found, whatever the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.renderers._words.figures import aligned, errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.renderers._words.figures import Spelling
    from xentcli.report.report import FoundSlice, FoundSlices

MOST_FOUND = 20
HEADER = ("rows", "cross-entropy", "above the rest", "excess", "p (Holm)")


def found_summary(found: FoundSlices, spell: Spelling) -> str:
    """A sentence: how many were found, among how many, or why none was.

    >>> from xentcli.renderers._words.figures import Spelling
    >>> from xentcli.report.report import FoundSlices
    >>> found_summary(FoundSlices((), 56, 30, 0.95), Spelling())
    'no slice loses significantly more than the rest (56 tested)'
    """
    if found.endless:
        return "no slice was tested: the loss is infinite (--clip bounds it)"
    if not found.tested:
        return f"no slice was tested: none has {found.min_rows:,} rows or more, and a rest as large"
    tested = f"({found.tested:,} tested)"
    if not found.slices:
        return f"no slice loses significantly more than the rest {tested}"
    number = len(found.slices)
    loses = "slice loses" if number == 1 else "slices lose"
    hidden = number - len(found.slices[:MOST_FOUND])
    more = f", the {hidden:,} of least excess are not shown (-f json: all)" if hidden else ""
    return f"{number:,} {loses} significantly more than the rest {tested}{more}"


def found_name(found: FoundSlice, spell: Spelling) -> str:
    """The columns and values that the slice's rows have in common."""
    pairs = ((spell.text(name), spell.text(value) or '""') for name, value in found.by.items())
    return spell.separator.join(f"{name} = {value}" for name, value in pairs)


def found_cells(found: Sequence[FoundSlice], spell: Spelling) -> list[list[str]]:
    """The columns of the table beside the names: a list a column of `HEADER`."""
    differences = aligned(spell.signed(s.difference) for s in found)
    tails = errors((s.stderr for s in found), spell)
    return [
        [spell.quantity(s.rows) for s in found],
        aligned(spell.number(s.loss) for s in found),
        [f"{value}{tail}".rstrip() for value, tail in zip(differences, tails, strict=True)],
        aligned(spell.percent(s.excess) for s in found),
        aligned(spell.p_value(s.p_holm) for s in found),
    ]
