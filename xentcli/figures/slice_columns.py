"""The figures of all slices at once, for metrics that are means: columns instead of values."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.figures import class_weights
from xentcli.figures.label_entropy import normalized_columns, products_of
from xentcli.figures.means import PRODUCTS_ROUNDING, SQUARES_ROUNDING
from xentcli.figures.values import OneByOneError, Over, Value
from xentcli.numerics import doubles
from xentcli.numerics.doubles import Doubles
from xentcli.numerics.elementary import exp
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Factors, Linear
    from xentcli.numerics.arrays import Floats
    from xentcli.sums.slices.slices import Slices


_CHUNK = 1 << 13


class Estimates(NamedTuple):
    """A figure of every slice and its standard error, NaN where they are undefined."""

    value: Floats
    stderr: Floats


class Column(NamedTuple):
    """A figure of every slice, NaN where it is undefined; `unit` is its unit."""

    value: Floats
    stderr: Floats
    lower: Floats
    upper: Floats
    unit: str | None = None

    def and_one(self, value: Value | None) -> Column:
        """The same, and one figure more at the end."""
        one = column_of([value or Value(None)]) or bare(np.full(1, np.nan))
        return Column(
            np.append(self.value, one.value),
            np.append(self.stderr, one.stderr),
            np.append(self.lower, one.lower),
            np.append(self.upper, one.upper),
            self.unit,
        )


class _Sums(NamedTuple):
    """Sums of slices as they lie: whole numbers (slices, classes) and what each is worth."""

    levels: Sequence[tuple[NDArray[np.int64], float]]
    endless: NDArray[np.int64]

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """Which slices were given infinite terms."""
        return self.endless > 0

    def of(self, rows: slice) -> Doubles:
        """The sums of some slices, over all classes."""
        total = doubles.of(np.zeros(rows.stop - rows.start))
        for whole, scale in self.levels:
            for column in whole[rows].T:
                part = doubles.whole(column)
                total = total + Doubles(part.high * scale, part.low * scale)
        return total


class SliceTotals:
    """The sums of all slices as figures, in the slices' order.

    `whole` are the totals of all rows, which say in which base and how sure; `keys` are what
    the slices' rows have in common. What `Figures` has, and no column is made of, raises
    OneByOneError.
    """

    def __init__(self, slices: Slices, whole: Totals) -> None:
        self._slices = slices
        self.whole = whole
        self.base, self.kind, self.k, self.positive = (
            whole.base,
            whole.kind,
            whole.k,
            whole.positive,
        )
        self.weights_inside, self.labels_in_mean = whole.weights_inside, whole.labels_in_mean
        self._order, self.keys = slices.places.ordered()
        self._known: dict[tuple[str, int | None], _Sums] = {}

    def __len__(self) -> int:
        return len(self._order)

    def _read(self, key: str, group: int | None = None) -> _Sums:
        """A key's sums of all slices, as they lie: of all rows, or of those of a class."""
        if (key, group) not in self._known:
            size, n = self._slices.size, len(self._slices.places)
            # Wide names are not read here; slot 0 holds what is left out.
            sums = self._slices.state.read(key).part(size, (n + 1) * size)
            cells = slice(size - 1, size) if self.whole.overlapping else slice(0, size)
            if group is not None:
                cells = slice(group, group + 1)
            levels = [
                (whole.reshape(n, size)[:, cells], scale)
                for whole, scale in sums.parts()
                if whole.any()
            ]
            endless = sums.infinite.reshape(n, size)[:, cells].sum(axis=1)
            self._known[key, group] = _Sums(levels, endless)
        return self._known[key, group]

    def doubles(self, key: str, group: int | None = None) -> Doubles:
        """The sums of each slice's rows, or of those of a class, infinite terms left out."""
        found = self._read(key, group)
        parts = [found.of(rows) for rows in self._chunks()] or [doubles.of(np.zeros(0))]
        high, low = (np.concatenate(halves) for halves in zip(*parts, strict=True))
        return Doubles(high.take(self._order), low.take(self._order))

    def sums(self, key: str) -> Floats:
        """The same as one float64 each."""
        return self.doubles(key).rounded

    def infinite(self, key: str) -> NDArray[np.int64]:
        """How many infinite terms each slice was given."""
        return self._read(key).endless.take(self._order)

    def _chunks(self) -> Iterator[slice]:
        """The slices in parts whose numbers stay in the processor's cache."""
        for start in range(0, len(self), _CHUNK):
            yield slice(start, min(start + _CHUNK, len(self)))

    def weight_name(self, group: int | None = None) -> str:
        """The name under which Σw is."""
        return self.whole.weight_name(group)

    def support_name(self, group: int) -> str:
        """The name under which the weight of a class's rows is, or of those with a label."""
        return self.whole.support_name(group)

    def effective_rows(self, group: int | None = None) -> float | None:
        """Of each slice by itself."""
        del group
        raise OneByOneError

    def class_factors(self, spelling: str) -> None:
        """None for no weights of classes; others depend on the slice."""
        if spelling != class_weights.NONE:
            raise OneByOneError

    @cached_property
    def rows(self) -> Floats:
        """The rows of each slice."""
        return self.sums("rows")

    @cached_property
    def weight(self) -> Floats:
        """Σw of each slice: the rows where there are no weights."""
        return self.sums(self.weight_name())

    def mean(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimates:
        """Σwx/Σw of each slice and its standard error, as `Totals.mean` has them."""
        if group is not None or factors is not None:
            raise OneByOneError
        values, errors = np.empty((2, len(self)))
        for rows in self._chunks():
            values[rows], errors[rows] = self._mean(key, rows)
        infinite = self._read(key).infinite
        unknown = infinite | self._read(f"{key}.squares").infinite
        values[infinite] = np.inf
        errors[unknown] = np.nan
        return Estimates(values.take(self._order), errors.take(self._order))

    def _mean(self, key: str, rows: slice) -> tuple[Floats, Floats]:
        """The means and errors of some slices, as they lie, where nothing is infinite."""
        total, squares = self._read(key).of(rows), self._read(f"{key}.squares").of(rows)
        weight = self._read(self.weight_name()).of(rows)
        if self.whole.weighted():
            counted = self._read("weight.rows").of(rows).rounded
            cross = self._read(f"{key}.cross").of(rows)
            own = self._read("weight.squares").of(rows)
            hidden, factor = 2.0**-PRODUCTS_ROUNDING, np.ones(len(counted))
        else:
            counted, cross, own = weight.rounded, total, weight
            with np.errstate(divide="ignore", invalid="ignore"):
                hidden, factor = 2.0**-SQUARES_ROUNDING, counted / (counted - 1)
        values, errors = quotient(total, weight, (squares, cross, own), hidden, factor)
        errors[counted < 2] = np.nan
        return values, errors

    def loss(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimates:
        """`mean` of a loss, where the convention in use divides it by the weights alone."""
        if self.whole.over is Over.ROWS or self.labels_in_mean != 1:
            raise OneByOneError
        return self.mean(key, group, factors=factors)

    def summed(self, key: str, group: int | None = None, *, sign: int = 1) -> Estimates:
        """±Σwx of each slice, with the standard error of the mean times Σw."""
        mean = self.mean(key, group)
        total = np.where(np.isinf(mean.value), sign * np.inf, 0.0 + sign * self.sums(key))
        return Estimates(total, np.where(np.isinf(total), np.nan, mean.stderr * self.weight))

    def normalized(self) -> Estimates:
        """The mean loss over the entropy of the labels, of rows of one class each."""
        if self.kind is not TargetKind.CLASS:
            raise OneByOneError
        weighted, rows = self.whole.weighted(), self.rows
        weights = [self.doubles(self.weight_name(), k) for k in range(self.k)]
        names = products_of(weighted=weighted)
        products = ([self.doubles(n, k).rounded for n in names] for k in range(self.k))
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.ones(len(self)) if weighted else rows / (rows - 1)
        loss = self.mean("loss").value
        value, stderr = normalized_columns(loss, weights, products, factor, self.weight)
        unknown = (rows < 2) | (self.infinite("loss.squares") > 0)
        return Estimates(value, np.where(unknown, np.nan, stderr))

    def per_unit(self) -> Estimates:
        """Σwℓ/Σwc of each slice and its standard error, as `Totals.per_unit` has them."""
        values, errors = np.empty((2, len(self)))
        for rows in self._chunks():
            values[rows], errors[rows] = self._ratio(rows)
        infinite = self._read("loss").infinite
        values[infinite] = np.inf
        values[self._unitless] = np.nan
        errors[infinite | self._read("loss.squares").infinite | self._unitless] = np.nan
        return Estimates(values.take(self._order), errors.take(self._order))

    @cached_property
    def _unitless(self) -> NDArray[np.bool_]:
        """Which slices, as they lie, stand for no units at all."""
        units = self._read("units")
        return np.concatenate([units.of(rows).rounded == 0 for rows in self._chunks()])

    def _ratio(self, rows: slice) -> tuple[Floats, Floats]:
        weighted = self.whole.row_weighted
        counted = self._read("weight.rows" if weighted else "rows").of(rows).rounded
        loss, units = self._read("loss").of(rows), self._read("units").of(rows)
        keys = ("loss.squares", "units.loss", "units.squares")
        squares, cross, own = (self._read(key).of(rows) for key in keys)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.ones(len(counted)) if weighted else counted / (counted - 1)
        products = squares, cross, own
        values, errors = quotient(loss, units, products, 2.0**-PRODUCTS_ROUNDING, factor)
        errors[counted < 2] = np.nan
        return values, errors

    def share(self, top: Linear, below: Linear, rows: float | None) -> Column:
        """Of each slice by itself."""
        del top, below, rows
        raise OneByOneError

    def hits(self, key: str) -> Column:
        """Shares of each slice's weight, with Wilson's interval, as `Totals.hits` has them."""
        top, weight = self._read(key), self._read(self.weight_name())
        parts = [top.of(rows).over(weight.of(rows)).rounded for rows in self._chunks()]
        value = np.concatenate(parts or [np.zeros(0)]).take(self._order)
        n = self.weight
        with np.errstate(divide="ignore", invalid="ignore"):
            every = self.sums("weight.squares") if self.whole.weighted() else n
            if self.whole.weighted():
                n = n * n / every
            if self.whole.weighted() or self.whole.kind is TargetKind.SOFT:
                squares, cross = (self.sums(f"{key}.{end}") for end in ("squares", "cross"))
                spread = squares - 2 * value * cross + value * value * every
                own = value * (1 - value) * self.weight**2 / spread
                n = np.where((value > 0) & (value < 1) & (spread > 0), own, n)
            n = np.where(n < 2, np.nan, n)
            z2 = self.whole.z**2
            centre = (value + z2 / (2 * n)) / (1 + z2 / n)
            breadth = np.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
            half = self.whole.z / (1 + z2 / n) * breadth
            lower = np.minimum(value, np.maximum(0.0, centre - half))
            upper = np.maximum(value, np.minimum(1.0, centre + half))
            stderr = np.sqrt(value * (1 - value) / n)
        lower = np.where(value == 0, 0 * n, lower)
        return Column(value, stderr, lower, np.where(value == 1, 1 + 0 * n, upper))

    def shares(self) -> Column:
        """The slices' parts of the total loss; NaN where that is 0 or infinite."""
        whole = self.whole.units("loss")
        if not whole or self.whole.infinite("loss"):
            return bare(np.full(len(self), np.nan))
        high = ratio(whole, 1 << UNIT_BITS)
        return bare(self.sums("loss") / high)

    def figure(self, estimate: Estimates, unit: str | None = None, scale: float = 1.0) -> Column:
        """The values ± z standard errors, both divided by `scale`."""
        value, stderr = estimate.value / scale, estimate.stderr / scale
        reach = self.whole.z * stderr
        return Column(value, stderr, value - reach, value + reach, unit)

    def exponential(self, loss: Estimates) -> Column:
        """exp of a loss; its interval has the ends of the loss's interval."""
        value, stderr = loss
        reach = self.whole.z * stderr
        height = _exp(value)
        known = np.where(np.isinf(height), np.nan, stderr)
        lower = np.where(np.isnan(known), np.nan, _exp(value - reach))
        upper = np.where(np.isnan(known), np.nan, _exp(value + reach))
        return Column(height, height * known, lower, upper)


def quotient(
    top: Doubles,
    below: Doubles,
    products: tuple[Doubles, Doubles, Doubles],
    hidden: float,
    factor: Floats,
) -> tuple[Floats, Floats]:
    """L = Σy/Σu of some slices, and √(factor Σ (y - L u)²)/Σu, as `means.variance` has it.

    `products` are Σy², Σyu and Σu²; what is below `hidden` of the first counts as nothing.
    """
    squares, cross, own = products
    mean = top.over(below)
    twice = doubles.of(np.full(len(factor), 2.0))
    spread = (squares - twice * mean * cross + mean * mean * own).rounded
    spread = np.where(spread <= squares.rounded * hidden, 0.0, spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean.rounded, np.sqrt(spread * factor) / below.rounded


def _exp(values: Floats) -> Floats:
    """exp, which leaves NaN as it is."""
    known = np.where(np.isnan(values), 0.0, values)
    return np.where(np.isnan(values), np.nan, exp(known))


def bare(value: Floats) -> Column:
    """Figures without errors."""
    nothing = np.full(len(value), np.nan)
    return Column(value, nothing, nothing, nothing)


def column_of(values: Sequence[Value | None]) -> Column | None:
    """Figures computed one by one, as a column; None where there is no such figure."""
    if all(v is None for v in values):
        return None
    known = [Value(None) if v is None else v for v in values]
    ends = [v.interval or (None, None) for v in known]
    return Column(
        _array([v.value for v in known]),
        _array([v.stderr for v in known]),
        _array([low for low, _ in ends]),
        _array([high for _, high in ends]),
        next((v.unit for v in known if v.unit), None),
    )


def _array(numbers: Sequence[float | None]) -> Floats:
    return np.array([np.nan if x is None else x for x in numbers])
