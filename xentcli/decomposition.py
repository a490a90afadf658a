"""A loss of two classes, taken apart: what is miscalibrated, what discriminates, what is left.

L = miscalibration - discrimination + uncertainty. The scores are recalibrated by isotonic
regression, which keeps their order: what the loss falls by is miscalibration; what it falls
further below that of predicting the share of the classes alone is discrimination.

Source: Dimitriadis, Gneiting and Jordan 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import UsageError
from xentcli.report.report import Value
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.metric import Setting
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.sums.score_grid import ScoreGrid
    from xentcli.sums.statistic import Statistic


class Parts(NamedTuple):
    """The three parts in nats, and whether every score was told apart (`cells` of them).

    `miscalibration` is infinite where the loss is.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float
    cells: int
    exact: bool


def parts_of(totals: Totals) -> Parts | None:
    """The decomposition of the loss; None without rows, and for slices."""
    grid: ScoreGrid | None = totals.state.part("score_grid")
    found = None if grid is None else grid.recalibrated()
    loss = totals.mean("loss").value
    if grid is None or found is None or loss is None:
        return None
    return Parts(
        loss - found.loss,
        found.uncertainty - found.loss,
        found.uncertainty,
        found.cells,
        grid.dropped == 0,
    )


def sums_of_parts(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    """What the decomposition is a function of."""
    # Loaded when it is asked for, as it is not by default.
    from xentcli.sums.score_grid import SCORE_GRID

    del settings
    return (*LOSSES, SCORE_GRID)


def figure_of(totals: Totals, group: int | None, part: str) -> Value | None:
    """One of the parts as a metric's figure, over all rows."""
    if group is not None:
        return None
    parts = parts_of(totals)
    value = None if parts is None else getattr(parts, part) / totals.base.nats
    return Value(value, unit=totals.base.unit)


def check_two_classes(layout: Layout, settings: Mapping[str, Setting]) -> None:
    """Raises UsageError where there are not two classes."""
    del settings
    if layout.k != 2:
        raise UsageError(
            f"the decomposition of the loss is for two classes; here are {layout.k}",
            hint="-m calibration_loss is for any number of them",
        )
