"""Bins of a column of numbers: what `--by 'age[0,18,65]'` and `--by 'age[q4]'` ask for."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import UsageError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPELLING = re.compile(r"(?P<name>.+)\[(?P<inside>[^\[\]]*)\]", re.DOTALL)
_QUANTILES = re.compile(r"\s*(?:q|quantiles\s*=)\s*([0-9]{1,9})\s*")
_HINT = "edges are numbers that go up, as in 'age[0,18,65]'; quartiles are 'age[q4]'"


class Bins(NamedTuple):
    """Intervals [a, b) between neighbouring edges, and one below the first and above the last.

    `quantiles` says into how many bins of equally many rows the data are to be cut; the
    edges are then not known before the data are read.
    """

    edges: tuple[float, ...] = ()
    quantiles: int | None = None

    @property
    def unknown(self) -> bool:
        """Whether the edges are yet to be found in the data."""
        return self.quantiles is not None and not self.edges

    def __str__(self) -> str:
        """As the option spells it.

        >>> str(Bins((0.0, 17.5))), str(Bins(quantiles=4))
        ('[0,17.5]', '[quantiles=4]')
        """
        if self.quantiles is not None:
            return f"[quantiles={self.quantiles}]"
        return f"[{','.join(map(spelled, self.edges))}]"

    def names(self) -> list[str]:
        """What the bins are called, from the lowest up.

        >>> Bins((0.0, 18.0, 65.0)).names()
        ['< 0', '[0, 18)', '[18, 65)', '>= 65']
        >>> Bins().names()
        ['any number']
        """
        if not self.edges:
            return ["any number"]
        texts = [spelled(edge) for edge in self.edges]
        between = [f"[{low}, {high})" for low, high in pairwise(texts)]
        return [f"< {texts[0]}", *between, f">= {texts[-1]}"]


def spelled(number: float) -> str:
    """A number in its shortest spelling.

    >>> spelled(18.0), spelled(0.1), spelled(1e300)
    ('18', '0.1', '1e+300')
    """
    whole = number.is_integer() and abs(number) < 1e16
    return str(int(number)) if whole else repr(number)


def read(option: str, names: Sequence[str]) -> tuple[str, Bins | None]:
    """The column that an option speaks of, and the bins that it is to be cut into, if any.

    A column that is named like the whole option is meant, brackets and all. Raises UsageError
    for bins that cannot be.

    >>> read("age[0,18]", ["age"])
    ('age', Bins(edges=(0.0, 18.0), quantiles=None))
    >>> read("age[quantiles=4]", ["age"])[1] == read("age[q4]", ["age"])[1] == Bins(quantiles=4)
    True
    >>> read("age[q4]", ["age", "age[q4]"])
    ('age[q4]', None)
    """
    found = _SPELLING.fullmatch(option)
    if option in names or found is None:
        return option, None
    try:
        return found["name"], _bins(option, found["inside"])
    except UsageError:
        if found["name"] in names:
            raise
        return option, None


def _bins(option: str, inside: str) -> Bins:
    quantiles = _QUANTILES.fullmatch(inside)
    if quantiles is not None:
        number = int(quantiles[1])
        if not 2 <= number <= 1000:
            raise UsageError(f"--by '{shown(option)}': quantiles are 2 to 1,000, not {number:,}")
        return Bins(quantiles=number)
    edges = []
    for text in inside.split(","):
        try:
            # No bin ends at -0.0 beside 0.0.
            edges.append(float(text) + 0.0)
        except ValueError:
            problem = f"'{shown(text.strip())}' is not a number" if text.strip() else "no edge"
            raise UsageError(f"--by '{shown(option)}': {problem}", hint=_HINT) from None
    if not all(math.isfinite(edge) for edge in edges):
        raise UsageError(f"--by '{shown(option)}': an edge is a finite number", hint=_HINT)
    if any(low >= high for low, high in pairwise(edges)):
        raise UsageError(f"--by '{shown(option)}': the edges do not go up", hint=_HINT)
    return Bins(tuple(edges))
