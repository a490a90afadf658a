"""Labels are text: how a label's spelling names a class.

`001` is not `1`. The spellings `1`, `1.0` and `true` name the class `1` only where no class
is spelled so itself. For one score column, pairs of words are understood: 0 and 1, no and
yes, and so on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0+")

# (negative, positive), as a program writes them when nobody chose the words.
PAIRS = (
    ("0", "1"),
    ("-1", "1"),
    ("-1", "+1"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("neg", "pos"),
    ("negative", "positive"),
)
NEGATIVE = {negative for negative, _ in PAIRS}
POSITIVE = {positive for _, positive in PAIRS}


def canonical(text: str) -> str:
    """The spelling shared by all ways in which programs write one whole number or truth value.

    >>> [canonical(t) for t in ("1", "1.0", "true", "True", "001", "cat")]
    ['1', '1', '1', '1', '001', 'cat']
    """
    whole = _WHOLE.fullmatch(text)
    if whole:
        return "0" if whole[1] == "-0" else whole[1]
    return {"true": "1", "false": "0"}.get(text.lower(), text)


def is_among(text: str, labels: Iterable[str]) -> bool:
    """Whether a label is one of `labels`, in any spelling of a number.

    >>> is_among("-100.0", ["-100"])
    True
    """
    return canonical(text) in {canonical(label) for label in labels}


class ClassIndex:
    """Finds the class a label names.

    >>> index = ClassIndex(("0", "1"))
    >>> index.find("1.0"), index.find("001")
    (1, None)
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._exact = {name: i for i, name in enumerate(classes)}
        self._alias: dict[str, int | None] = {}
        for i, name in enumerate(classes):
            key = canonical(name)
            # Where two classes share a canonical spelling, it names neither.
            self._alias[key] = None if key in self._alias else i

    def find(self, text: str) -> int | None:
        """The number of the class, or None where no class is named so."""
        exact = self._exact.get(text)
        return exact if exact is not None else self._alias.get(canonical(text))


class Truth(NamedTuple):
    """How the labels beside a single score column are read as negative (0) or positive (1).

    `positive` is the name given by the user, whose opposite is any one other label; None
    means the words of `PAIRS`.
    """

    positive: str | None = None

    def find(self, text: str) -> int | None:
        """0 or 1, or None for a word that is neither."""
        if self.positive is not None:
            return int(text == self.positive or canonical(text) == canonical(self.positive))
        word = canonical(text).casefold()
        if word in POSITIVE:
            return 1
        return 0 if word in NEGATIVE else None

    def names(self, seen: Iterable[str]) -> tuple[str, str] | None:
        """The two classes' names, given every label that occurred; None where they clash.

        The names are spelled as the data spells them; a class that never occurred takes the
        word that goes with the other.

        >>> Truth().names(["Yes", "No"]), Truth().names(["1"]), Truth().names(["1", "no"])
        (('No', 'Yes'), ('0', '1'), None)
        """
        labels = sorted(set(seen))
        if self.positive is not None:
            others = [t for t in labels if self.find(t) == 0]
            return (
                (others[0] if others else f"not {self.positive}", self.positive)
                if len(others) <= 1
                else None
            )
        words = {canonical(t).casefold() for t in labels}
        for pair in PAIRS:
            if words <= set(pair):
                return (_spelled(pair[0], labels), _spelled(pair[1], labels))
        return None


def _spelled(word: str, labels: Sequence[str]) -> str:
    """`word` as the data spells it; the plain word where it does so in several ways or never."""
    spellings = [t for t in labels if canonical(t).casefold() == word]
    return spellings[0] if len(spellings) == 1 else word
