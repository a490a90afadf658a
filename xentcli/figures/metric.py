"""What a metric is: a declaration, from which the registry, the help and the docs are made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import UsageError
from xentcli.figures.values import OneByOneError, Value
from xentcli.options import TargetKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.sums.statistic import Statistic

Setting = str | float

# What a metric may be for: rows of one class; also soft targets; also labels; also outcomes.
CLASSES = frozenset({TargetKind.CLASS})
DISTRIBUTIONS = frozenset({TargetKind.CLASS, TargetKind.SOFT})
DECIDED = frozenset({TargetKind.CLASS, TargetKind.SOFT, TargetKind.LABELS})
UNLABELLED = frozenset({TargetKind.CLASS, TargetKind.SOFT, TargetKind.OUTCOME})
EVERYTHING = frozenset(TargetKind)
SOFT_ONLY = frozenset({TargetKind.SOFT})
LABELS_ONLY = frozenset({TargetKind.LABELS})
OUTCOME_ONLY = frozenset({TargetKind.OUTCOME})
Figure = Callable[["Totals", "int | None", Mapping[str, Setting]], "Value | None"]
Columns = Callable[["SliceTotals", "int | None", Mapping[str, Setting]], "Column | None"]
RowNumber = Callable[[Any], "NDArray[np.float64]"]


_NAMES = {
    TargetKind.CLASS: "classes",
    TargetKind.SOFT: "soft targets",
    TargetKind.LABELS: "labels",
    TargetKind.OUTCOME: "outcomes",
}


def kinds_of(metric: Metric) -> list[str]:
    """What a metric is for, in words."""
    return [name for kind, name in _NAMES.items() if kind in metric.kinds]


class Parameter(NamedTuple):
    """A parameter of a metric: its default says whether it is a number or a word.

    `choices` are the words allowed; None allows any. `low` and `high` bound a number. `read`
    turns what was written into the canonical spelling of a word.
    """

    name: str
    default: Setting
    summary: str
    choices: tuple[str, ...] | None = None
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    read: Callable[[str], str] | None = None

    def parse(self, text: str) -> Setting:
        """A value as written in a spec. Raises UsageError for what the parameter cannot take."""
        if isinstance(self.default, float):
            return self._number(text)
        if self.read is not None:
            return self.read(text)
        if self.choices is not None and text not in self.choices:
            raise UsageError(f"{self.name} is one of {', '.join(self.choices)}, not '{text}'")
        return text

    def _number(self, text: str) -> float:
        kind = "a whole number" if self.whole else "a number"
        try:
            number = float(text)
        except ValueError:
            raise UsageError(f"{self.name} takes {kind}, not '{text}'") from None
        if not (self.low <= number <= self.high) or (self.whole and number % 1):
            reach = f"from {self.low:g}" + (f" to {self.high:g}" if self.high < math.inf else " up")
            raise UsageError(f"{self.name} takes {kind} {reach}, not {text}")
        return number


class Metric(NamedTuple):
    """A figure computed from sums.

    `statistics` are the sums it needs, or a function that gives them for the settings. `kinds` says
    for which kinds of truth the figure means anything, `units` whether it needs to know what a row
    stands for (`--count`), `extensive` whether the figure is a sum, which grows with the rows,
    `cost` what a row costs more when it is asked for. `check(layout, settings)` raises UsageError
    for settings that the layout has no use for.

    `figure(totals, group, settings)` computes the figure of one class, or over all rows where
    `group` is None; it returns None where the metric has no figure of that kind. `column` is the
    same function again where it reads no more than `Figures` has: it gives the figures of all
    slices at once. When no metric is asked for, the report holds the overall figures of those with
    `default` and the class figures of those with `default_by_class`. `unit` says what the figure is
    measured in: `loss` means the base's unit. A `share` is a part of something, between 0 and 1,
    the larger the better. Where the figure is the weighted mean of a number of each row,
    `row(settings, kind)` gives that number, in nats and in row order: by it, figures are compared
    row by row.
    """

    name: str
    summary: str
    formula: str
    statistics: tuple[Statistic, ...] | Callable[[Mapping[str, Setting]], tuple[Statistic, ...]]
    figure: Figure
    source: str = ""
    unit: str | None = None
    better: str = "lower"
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    default: bool = False
    default_by_class: bool = False
    merges: bool = True
    extensive: bool = False
    share: bool = False
    kinds: frozenset[TargetKind] = CLASSES
    units: bool = False
    cost: str = ""
    check: Callable[[Layout, Mapping[str, Setting]], None] | None = None
    column: Columns | None = None
    row: Callable[[Mapping[str, Setting], TargetKind], RowNumber | None] | None = None


class Requested(NamedTuple):
    """A metric with the settings asked for; `key` is its canonical spelling.

    `overall_shown` and `classes_shown` say which of its figures the report holds.
    """

    metric: Metric
    settings: Mapping[str, Setting] = MappingProxyType({})
    overall_shown: bool = True
    classes_shown: bool = True

    @property
    def key(self) -> str:
        """`name`, or `name(param=value, …)`: sorted, defaults left out."""
        defaults = {p.name: p.default for p in self.metric.parameters}
        given = [
            f"{name}={_spell(value)}"
            for name, value in sorted(self.settings.items())
            if value != defaults[name]
        ]
        return f"{self.metric.name}({','.join(given)})" if given else self.metric.name

    @property
    def of_positive(self) -> bool:
        """Whether the figure would be another if the other of two classes were the positive one."""
        if self.settings.get("pos_weight", 1.0) != 1.0:
            return True
        try:
            float(self.settings.get("alpha", "none"))
        except ValueError:
            return False
        return True

    def statistics(self) -> tuple[Statistic, ...]:
        """The sums this metric needs."""
        needed = self.metric.statistics
        return needed(self.settings) if callable(needed) else needed

    def fits(self, layout: Layout) -> bool:
        """Whether the figure means anything for predictions of this layout."""
        return layout.kind in self.metric.kinds and (
            layout.units is not None or not self.metric.units
        )

    def overall(self, totals: Totals) -> Value | None:
        """The figure over all rows."""
        return self.metric.figure(totals, None, self.settings) if self.overall_shown else None

    def column(self, totals: SliceTotals) -> Column | None:
        """The figures of all slices at once; None where they are to be had one by one."""
        if self.metric.column is None:
            return None
        try:
            return self.metric.column(totals, None, self.settings)
        except OneByOneError:
            return None

    def by_class(self, totals: Totals, k: int) -> Value | None:
        """The figure of class number k; undefined for a class that never occurs."""
        if not self.classes_shown:
            return None
        figure = self.metric.figure(totals, k, self.settings)
        return figure if figure is None or totals.occurs(k) else Value(None, unit=figure.unit)


def _spell(value: Setting) -> str:
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    plain = value.replace("_", "").replace("-", "").replace(".", "").isalnum()
    return value if plain else "'" + value.replace("'", "\\'") + "'"
