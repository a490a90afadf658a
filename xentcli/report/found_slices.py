"""Which of many slices lose more than the rest of the rows: tests of all that a search summed up.

The rest is the whole less the slice, in whole numbers, so nothing is read twice and nothing
rounded before the end. Two means are compared by B. L. Welch's test (1947), one-sided, and the
p values corrected for the number of tests by S. Holm's method (1979).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.figures.means import PRODUCTS_ROUNDING, SQUARES_ROUNDING, variance
from xentcli.figures.welch import degrees, in_errors
from xentcli.layout.layout import MOST_SEARCHED
from xentcli.numerics.distributions import holm, student_quantile, student_tails
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.report.report import FoundSlice, FoundSlices
from xentcli.sums.slices.search import MOST_PAIRED, PART, SliceSearch
from xentcli.sums.slices.values import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats
    from xentcli.sums.slices.keys import Key
    from xentcli.sums.slices.search import Columns
    from xentcli.sums.slices.slices import Slices


class Rows(NamedTuple):
    """Sums over some rows as whole numbers of 2^-1074: of these are a mean and its error made.

    `counted` are the rows of any weight. Without weights `weight` and `own` (Σw²) are the number
    of rows, and `cross` (Σw·wℓ) is the loss.
    """

    weighted: bool
    counted: int
    infinite: int
    weight: int
    own: int
    loss: int
    squares: int
    cross: int

    def without(self, part: Rows) -> Rows:
        """These rows but for a part of them."""
        numbers = (a - b for a, b in zip(self[1:], part[1:], strict=True))
        return Rows(self.weighted, *numbers)

    @property
    def n(self) -> int:
        """How many rows there are of any weight."""
        return self.counted >> UNIT_BITS

    @property
    def mean(self) -> float:
        """Σwℓ/Σw."""
        return ratio(self.loss, self.weight)

    @property
    def variance(self) -> float:
        """The square of the mean's standard error."""
        products = [(self.squares, self.cross, self.own)]
        hidden = PRODUCTS_ROUNDING if self.weighted else SQUARES_ROUNDING
        return variance(products, self.loss, self.weight, None if self.weighted else self.n, hidden)

    @property
    def effective(self) -> float:
        """(Σw)²/Σw²: how many rows of one weight would tell as much."""
        if not self.weighted:
            return float(self.n)
        return ratio(self.weight * self.weight, self.own << UNIT_BITS)


# Of fewer rows than this, unless fewer are asked for, no slice is tested.
MIN_ROWS = 30
_FEWEST = 2
_KEYS = ("weight.rows", "weight", "weight.squares", "loss", "loss.squares", "loss.cross")
_PLAIN = ("rows", "rows", "rows", "loss", "loss.squares", "loss")


def _rows(slices: Slices, *, weighted: bool) -> list[tuple[Key, Rows]]:
    """The sums of each slice, in the order of their values."""
    found = []
    for key, reading in slices.readings():
        counted, *others = (reading.units(k)[0] for k in (_KEYS if weighted else _PLAIN))
        infinite = reading.infinite("loss")[0] + reading.infinite("loss.squares")[0]
        found.append((key, Rows(weighted, counted, infinite, *others)))
    return found


class Difference(NamedTuple):
    """The mean loss of some rows less that of others, both means' variances, and their rows.

    Rows with weights are effective numbers of rows.
    """

    value: float
    own: float
    n: float
    other: float
    m: float

    @classmethod
    def of(cls, rows: Rows, others: Rows) -> Difference:
        """The difference of the means of some rows and of others."""
        value = rows.mean - others.mean
        return cls(value, rows.variance, rows.effective, others.variance, others.effective)


# So far below the others that nothing could be less surprising.
_NONE = Difference(-math.inf, 1.0, 2.0, 0.0, 2.0)


def _errors(differences: Sequence[Difference]) -> tuple[Floats, Floats, Floats]:
    """Of each difference its size, its standard error and the degrees of freedom of that."""
    values, own, n, other, m = np.array(differences, dtype=np.float64).reshape(-1, 5).T
    total = own + other
    # As shares of the whole: a division by 1 where both are 0.
    unit = np.where(total == 0, 1.0, total)
    return values, np.sqrt(total), degrees(own / unit, n, other / unit, m, np.ones(len(total)))


def chances(differences: Sequence[Difference]) -> Floats:
    """The probability of so large a difference where there is none: one-sided, by Welch's test.

    >>> chances([Difference(2.2281388519649385, 1.0, 11.0, 0.0, 2.0)]).round(6).tolist()
    [0.025]
    """
    values, stderr, df = _errors(differences)
    t = in_errors(values, stderr)
    half = student_tails(t, df) / 2
    return np.where(t > 0, half, 1.0 - half)


class _Test(NamedTuple):
    names: Columns
    key: Key
    rows: Rows
    difference: Difference
    p: float = math.nan
    p_holm: float = math.nan


def find(layout: Layout, totals: Totals, *, min_rows: int) -> FoundSlices:
    """The slices that lose more than the rest, out of those of a run's search.

    Slices of fewer than `min_rows` rows, or with a rest of fewer, are not tested. A pair of
    values is told only where it is significantly worse than the other rows that have either of
    them. Where any loss is infinite nothing is tested.
    """
    level, min_rows = 1.0 - totals.confidence, max(_FEWEST, min_rows)
    search = totals.state.part(PART) or SliceSearch()
    every = _all(search, layout, weighted=totals.row_weighted)
    whole = _whole(every, weighted=totals.row_weighted)
    tests = [] if whole.infinite or not whole.weight else list(_tests(every, whole, min_rows))
    p = chances([test.difference for test in tests])
    both = zip(tests, p.tolist(), holm(p).tolist(), strict=True)
    sure = [test._replace(p=own, p_holm=all_) for test, own, all_ in both if all_ <= level]
    pairs = [test for test in sure if len(test.names) == 2]
    beyond = holm(_beyond_their_parents(pairs, every)).tolist()
    echoes = {test[:2] for test, chance in zip(pairs, beyond, strict=True) if chance > level}
    told = [_told(test, layout, whole, totals) for test in sure if test[:2] not in echoes]
    told.sort(key=lambda found: (-found.excess, tuple(found.by.items())))
    endless = bool(whole.infinite)
    return FoundSlices(tuple(told), len(tests), min_rows, totals.confidence, endless)


def searched(layout: Layout, search: SliceSearch | None) -> tuple[str, ...]:
    """The columns that were searched to the end: those of few values."""
    kept = {} if search is None else search.kept
    # What no row was scored of has no values at all.
    return tuple(n for n in layout.searched[:MOST_SEARCHED] if kept.get((n,), n) is not None)


def _all(
    search: SliceSearch, layout: Layout, *, weighted: bool
) -> dict[Columns, list[tuple[Key, Rows]]]:
    """The sums of all slices of columns and pairs that were searched to the end."""
    left = searched(layout, search)
    pairs = combinations([n for n in layout.searched[:MOST_PAIRED] if n in left], 2)
    found = {}
    for names in [*((n,) for n in left), *pairs]:
        slices = search.kept.get(names)
        if slices is not None:
            found[names] = _rows(slices, weighted=weighted)
    return found


def _whole(every: dict[Columns, list[tuple[Key, Rows]]], *, weighted: bool) -> Rows:
    """The sums over all rows, which the values of any column make up."""
    nothing = Rows(weighted, *[0] * (len(Rows._fields) - 1))
    for parts in every.values():
        sums = zip(*(rows[1:] for _, rows in parts), strict=True)
        return Rows(weighted, *map(sum, sums)) if parts else nothing
    return nothing


def _tests(
    every: dict[Columns, list[tuple[Key, Rows]]], whole: Rows, min_rows: int
) -> Iterator[_Test]:
    """Every slice of enough rows beside the rest."""
    for names, parts in every.items():
        for key, rows in parts:
            if min_rows <= rows.n <= whole.n - min_rows:
                yield _Test(names, key, rows, Difference.of(rows, whole.without(rows)))


def _beyond_their_parents(
    pairs: Sequence[_Test], every: dict[Columns, list[tuple[Key, Rows]]]
) -> Floats:
    """The larger p value of each pair of values beside the other rows that have one of them.

    1 where one of the values has next to no other rows: the pair is that value again.
    """
    if not pairs:
        return np.zeros(0)
    singles = {n: dict(parts) for n, parts in every.items() if len(n) == 1}
    differences = []
    for test in pairs:
        for name, value in zip(test.names, test.key, strict=True):
            others = singles[(name,)][(value,)].without(test.rows)
            alone = others.n < _FEWEST
            differences.append(_NONE if alone else Difference.of(test.rows, others))
    larger: Floats = chances(differences).reshape(-1, 2).max(axis=1)
    return larger


def _told(test: _Test, layout: Layout, whole: Rows, totals: Totals) -> FoundSlice:
    names, (key,) = test.names, _named(test, layout)
    value, stderr, df = (float(found[0]) for found in _errors([test.difference]))
    reach = student_quantile(totals.confidence, df) * stderr
    unit = totals.base.nats
    return FoundSlice(
        dict(zip(names, key, strict=True)),
        test.rows.n,
        test.rows.mean / unit,
        value / unit,
        stderr / unit,
        ((value - reach) / unit, (value + reach) / unit),
        test.p,
        test.p_holm,
        value * ratio(test.rows.weight, whole.loss),
    )


def _named(test: _Test, layout: Layout) -> Sequence[Key]:
    keys = named([test.key], test.names, dict(layout.bins))
    return [tuple(key) for key in keys]
