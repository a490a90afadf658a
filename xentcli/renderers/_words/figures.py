"""Numbers and names as a person reads them. Nothing else in xentcli rounds."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


_NAME_LIMIT = 60


class Name(str):
    """A text within a sentence that came from data."""

    __slots__ = ()


# Those of its texts that are a `Name` come from data.
Sentence = list[str]


class Spelling(NamedTuple):
    """Spells numbers with `digits` decimals, in Unicode or in ASCII.

    >>> spell = Spelling(digits=4)
    >>> spell.number(0.12345), spell.number(12345.6789), spell.number(3.14e-07)
    ('0.1235', '12,345.68', '3.1e-07')
    >>> spell.number(None), spell.number(float("inf")), spell.percent(0.6624)
    ('–', '∞', '66.2%')
    """

    digits: int = 4
    ascii: bool = False

    def number(self, value: float | None) -> str:
        """`value` with `digits` decimals, fewer from a thousand up.

        A number that these would show as zero, and is none, keeps two of its digits.
        """
        if value is None or math.isnan(value):
            return self.undefined
        if math.isinf(value):
            return ("-" if value < 0 else "") + ("inf" if self.ascii else "∞")
        if value != 0 and abs(value) < 0.5 * 10.0**-self.digits:
            return f"{value:.1e}"
        if abs(value) >= 1e15:
            return f"{value:.{max(self.digits, 1)}e}"
        beyond = max(0, len(str(int(abs(value)))) - 3)
        # Adding 0.0 turns a negative zero into zero.
        return f"{value + 0.0:,.{max(0, self.digits - beyond)}f}"

    def signed(self, value: float) -> str:
        """A difference with its sign.

        >>> [Spelling(digits=2).signed(x) for x in (0.125, -3.0, 0.001)]
        ['+0.12', '-3.00', '0.00']
        """
        if abs(value) < 0.5 * 10.0**-self.digits:
            return self.number(0.0)
        return ("+" if value > 0 else "") + self.number(value)

    def p_value(self, p: float | None) -> str:
        """A p value, of which no more than its size matters once it is tiny.

        >>> Spelling().p_value(0.0321), Spelling().p_value(1e-9), Spelling().p_value(None)
        ('0.032', '<0.001', '–')
        """
        if p is None:
            return self.undefined
        return "<0.001" if p < 0.001 else f"{p:.3f}"

    def p_equals(self, p: float) -> str:
        """The same within a sentence.

        >>> Spelling().p_equals(0.0321), Spelling().p_equals(1e-9)
        ('= 0.032', '< 0.001')
        """
        text = self.p_value(p)
        return f"< {text[1:]}" if text.startswith("<") else f"= {text}"

    def error(self, stderr: float) -> str:
        """A standard error; one below the decimals shown is only said to be below them.

        >>> Spelling(digits=2).error(0.0015)
        '<0.01'
        """
        if 0 < stderr < 0.5 * 10.0**-self.digits:
            return f"<{10.0**-self.digits:.{self.digits}f}"
        return self.number(stderr)

    def percent(self, share: float | None) -> str:
        """A share of one as a percentage with one decimal."""
        if share is None or not math.isfinite(share):
            return self.number(share)
        if 0 < share < 0.0005:
            return "<0.1%"
        return f"{100 * share:,.1f}%"

    def quantity(self, number: float) -> str:
        """A number of things, whole unless they are weighted."""
        return f"{number:,.0f}" if number % 1 == 0 else self.number(number)

    def interval(self, bounds: tuple[float, float] | None) -> str:
        """The two ends of an interval, or nothing."""
        if bounds is None:
            return ""
        return f"{self.number(bounds[0])} to {self.number(bounds[1])}"

    def text(self, text: str, limit: int | None = None) -> str:
        """Text that came from data, with nothing in it that a terminal would obey.

        With `limit`, longer text loses its middle.
        """
        text = shown(text)
        if self.ascii:
            text = text.encode("ascii", "backslashreplace").decode("ascii")
        if limit is None or len(text) <= limit:
            return text
        return text[: limit // 2] + self.ellipsis + text[-(limit // 2) :]

    @property
    def undefined(self) -> str:
        """What stands where there is no figure."""
        return "-" if self.ascii else "–"

    @property
    def plus_minus(self) -> str:
        """The sign before a standard error."""
        return "+/-" if self.ascii else "±"

    @property
    def ellipsis(self) -> str:
        """What stands for text left out."""
        return "..." if self.ascii else "…"

    @property
    def separator(self) -> str:
        """What stands between remarks on one line."""
        return " - " if self.ascii else " · "


def named(text: str, spell: Spelling) -> Name:
    """The name of a source within a sentence: safe to show, and not too long."""
    return Name(spell.text(text, limit=_NAME_LIMIT) or '""')


def aligned(cells: Iterable[str]) -> list[str]:
    """The cells at one width, with the decimal points of plain numbers in one column.

    >>> aligned(["1.25", "12.5", "–"])
    [' 1.25', '12.5 ', '    –']
    """
    texts = list(cells)
    tails = [_tail(text) for text in texts]
    widest = max((tail for tail in tails if tail is not None), default=0)
    padded = [
        text if tail is None else text + " " * (widest - tail)
        for text, tail in zip(texts, tails, strict=True)
    ]
    width = max(map(len, padded), default=0)
    return [text.rjust(width) for text in padded]


def _tail(text: str) -> int | None:
    """The length of a plain number from its decimal point on; None for any other text."""
    match = re.fullmatch(r"[-+<]?[\d,]+(\.\d*)?", text)
    return None if match is None else len(match[1] or "")


def errors(values: Iterable[float | None], spell: Spelling) -> list[str]:
    """Standard errors as they follow their figures: ` ± 0.01`, blank where there is none."""
    numbers = aligned("" if value is None else spell.error(value) for value in values)
    signed = [f" {spell.plus_minus} {number}" if number.strip() else "" for number in numbers]
    width = max(map(len, signed), default=0)
    return [text.ljust(width) for text in signed]


def intervals(
    bounds: Iterable[tuple[float, float] | None], spelled: Callable[[float], str]
) -> list[str]:
    """Intervals with their ends in columns, blank where there is none.

    >>> intervals([(0.5, 1.5), (10.0, 11.0), None], str)
    [' 0.5 to 1.5', '10.0 to 11.0', '']
    """
    ends = [("", "") if pair is None else map(spelled, pair) for pair in bounds]
    lowers, uppers = (aligned(side) for side in zip(*ends, strict=True))
    return [
        f"{lower} to {upper.lstrip()}" if lower.strip() else ""
        for lower, upper in zip(lowers, uppers, strict=True)
    ]


def label(key: str) -> str:
    """A metric's key as words; its parameters stay as they are typed.

    >>> label("normalized_cross_entropy"), label("focal_loss(gamma=2)")
    ('normalized cross-entropy', 'focal loss(gamma=2)')
    """
    name, bracket, parameters = key.partition("(")
    words = name.replace("cross_entropy", "cross-entropy").replace("_", " ")
    return words + bracket + parameters


def titled(key: str, unit: str | None) -> str:
    """A metric's key as words, with its unit.

    >>> titled("cross_entropy", "nats"), titled("brier", None)
    ('cross-entropy (nats)', 'brier')
    """
    return f"{label(key)} ({unit})" if unit else label(key)


def listed(paths: Sequence[str]) -> str:
    """Up to three paths by name, more of them by the first and their number.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"])
    ('a, b, c', 'a and 3 more')
    """
    return ", ".join(paths) if len(paths) <= 3 else f"{paths[0]} and {len(paths) - 1:,} more"
