"""What is compared row by row: figures that are the weighted mean of a number of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.errors import UsageError
from xentcli.jobs.comparing.comparison import main_of as main_of_keys
from xentcli.metrics import fitting, registry, request
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.figures.metric import RowNumber
    from xentcli.layout.layout import Layout
    from xentcli.rows.batch import Batch

    Line = NDArray[Any]
    Values = tuple[Line, ...]


class Measure(NamedTuple):
    """A figure by its canonical spelling, and the number of each row that it is the mean of.

    `better` is `lower` or `higher`, `loss` says whether it is in the unit of losses, `share`
    whether the numbers are but 0 and 1.
    """

    key: str
    of: RowNumber
    better: str
    loss: bool
    share: bool

    def line(self, batch: Batch) -> Line:
        """The number of each row: float64, or truth values where there are but 0 and 1."""
        numbers = self.of(batch)
        return numbers != 0 if self.share else np.asarray(numbers, dtype=np.float64)


def measures(
    specs: Sequence[str], layout: Layout, *, per_label: bool = False, means_only: bool = False
) -> tuple[Measure, ...]:
    """The figures that specs ask for; without any, those of the default report that are means.

    `per_label` has the cross-entropy of labels divided by their number, `means_only` leaves out
    figures that are no means.
    Raises UsageError for a figure that is no mean over the rows, or means nothing here.
    """
    found = []
    for wanted in fitting(request(specs), layout, chosen=bool(specs)):
        metric = wanted.metric
        of = None if metric.row is None else metric.row(wanted.settings, layout.kind)
        if of is not None and (wanted.overall_shown or specs):
            share = metric.share and layout.kind is TargetKind.CLASS
            if per_label and metric.name == "cross_entropy":
                of = _divided(of, layout.k)
            found.append(Measure(wanted.key, of, metric.better, metric.unit == "loss", share))
        elif specs and not means_only:
            means = ", ".join(m.name for m in registry().values() if m.row is not None)
            raise UsageError(
                f"{wanted.key} is no mean of a number of each row, and is not compared row by row",
                hint=f"compare one of {means}; or see `xent eval --each`, or the difference of "
                "independent rows with --unpaired --bootstrap N",
            )
    return tuple(found)


def main_of(measures: Sequence[Measure]) -> int:
    """Which of them outcomes, contributions and the largest changes are of."""
    return main_of_keys([measure.key for measure in measures])


def _divided(of: RowNumber, labels: int) -> RowNumber:
    return lambda batch: of(batch) / labels
