"""What whoever calibrates should know, in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.rows.tally import Code

if TYPE_CHECKING:
    from xentcli.rows.tally import Tally


class Notice(NamedTuple):
    """Something worth a line: its code, how much it matters, and the line."""

    code: str
    severity: str
    message: str

    @property
    def line(self) -> str:
        """As it is told to a person."""
        return f"{self.severity}: {self.message} [{self.code}]"


_WORDS = {
    Code.SUM: ("warning", "do not sum to one"),
    Code.RESCALED: ("info", "were made to sum to one"),
    Code.CLIPPED: ("info", "have a loss that the clip changed"),
    Code.ZERO: ("warning", "give what is true the probability 0"),
    Code.MISSING: ("info", "with a missing value were left out"),
    Code.UNKNOWN: ("info", "with a label of no class were left out"),
    Code.IGNORED: ("info", "with an ignored label were left out"),
}


def noticed(tally: Tally) -> tuple[Notice, ...]:
    """The tally of the rows in words.

    >>> from xentcli.rows.tally import Case, Entry, Place, Tally
    >>> tally = Tally({Code.SUM: Entry(2, Case(Place(0, 0, 0)))})
    >>> noticed(tally)[0].line
    'warning: 2 rows do not sum to one [sum-to-one]'
    """
    return tuple(
        Notice(code.value, severity, f"{counted(tally.entries[code].count, 'row')} {words}")
        for code, (severity, words) in _WORDS.items()
        if code in tally.entries
    )


def counted(n: int, word: str) -> str:
    """A number with its noun."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"
