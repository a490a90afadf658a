"""What the three parts of a loss of two classes share as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.figures.reliability import parts_of
from xentcli.figures.values import Value
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.metric import Setting
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.sums.statistic import Statistic


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
