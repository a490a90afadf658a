"""The metrics: one file each, which exports `METRIC`. This registry finds them by itself."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.figures.metric import (
    CLASSES,
    DECIDED,
    DISTRIBUTIONS,
    LABELS_ONLY,
    OUTCOME_ONLY,
    SOFT_ONLY,
    UNLABELLED,
    Metric,
    Requested,
)
from xentcli.figures.spec import parse_specs
from xentcli.layout.naming import nearest
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.layout.layout import Layout

# The order in which people look for them; what is not listed follows by name.
_ORDER = (
    "cross_entropy",
    "mean_label_cross_entropy",
    "cross_entropy_per_unit",
    "entropy",
    "kl_divergence",
    "perplexity",
    "perplexity_per_unit",
    "normalized_cross_entropy",
    "brier",
    "accuracy",
    "log_likelihood",
    "share",
    "mean_probability",
    "recall",
    "precision",
    "f1",
    "ece",
    "squared_ece",
    "bias",
    "calibration_loss",
    "miscalibration",
    "discrimination",
    "uncertainty",
)


@cache
def registry() -> dict[str, Metric]:
    """Every metric by name, in the order of reports."""
    found = [
        import_module(f"{__name__}.{info.name}").METRIC
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    ]
    rank = {name: i for i, name in enumerate(_ORDER)}
    found.sort(key=lambda m: (rank.get(m.name, len(rank)), m.name))
    return {m.name: m for m in found}


def request(specs: Iterable[str]) -> tuple[Requested, ...]:
    """The metrics that specs ask for, each once; the default set for none.

    Raises UsageError for an unknown metric or parameter, with the nearest names.

    >>> [r.key for r in request(["log_loss", "brier(scale=half)"])]
    ['cross_entropy', 'brier(scale=half)']
    """
    specs = list(specs)
    if not specs:
        return tuple(
            Requested(m, _defaults(m), m.default, m.default_by_class)
            for m in registry().values()
            if m.default or m.default_by_class
        )
    wanted: dict[str, Requested] = {}
    for text in specs:
        for name, arguments in parse_specs(text):
            requested = _requested(name, arguments)
            wanted[requested.key] = requested
    return tuple(wanted.values())


def fitting(
    requested: Sequence[Requested], layout: Layout, *, chosen: bool
) -> tuple[Requested, ...]:
    """The metrics that mean something for a layout.

    Those `chosen` by the user all have to: UsageError says which does not, and why.
    """
    if not chosen:
        return tuple(r for r in requested if r.fits(layout))
    for wanted in requested:
        if layout.kind not in wanted.metric.kinds:
            raise UsageError(
                f"{wanted.metric.name} is for {_KINDS[wanted.metric.kinds]}; "
                f"here {_HERE[layout.kind]}"
            )
        if not wanted.fits(layout):
            raise UsageError(f"{wanted.metric.name} needs --count: the units that a row stands for")
        if wanted.metric.check is not None:
            wanted.metric.check(layout, wanted.settings)
    return tuple(requested)


_KINDS = {
    CLASSES: "rows that have one class each",
    DISTRIBUTIONS: "rows of classes, or of distributions over them",
    DECIDED: "rows of classes, or of labels",
    UNLABELLED: "rows of classes, or of outcomes",
    SOFT_ONLY: "soft targets",
    LABELS_ONLY: "the labels of --task multilabel",
    OUTCOME_ONLY: "the outcomes of --task outcome",
}
_HERE = {
    TargetKind.CLASS: "every row has one class",
    TargetKind.SOFT: "targets are distributions over the classes",
    TargetKind.LABELS: "a row has any number of labels",
    TargetKind.OUTCOME: "there is but the score of what happened",
}


def find(name: str) -> Metric:
    """The metric of this name or alias. Raises UsageError with the nearest names."""
    metrics = registry()
    for metric in metrics.values():
        if name in (metric.name, *metric.aliases):
            return metric
    known = [n for m in metrics.values() for n in (m.name, *m.aliases)]
    near = nearest(name, known)
    hint = f"did you mean {' or '.join(near)}?" if near else "`xent metrics` lists them"
    raise UsageError(f"there is no metric '{name}'", hint=hint)


def _requested(name: str, arguments: dict[str, str]) -> Requested:
    metric = find(name)
    known = {p.name: p for p in metric.parameters}
    settings = _defaults(metric)
    for argument, text in arguments.items():
        if argument not in known:
            takes = ", ".join(known) or "no parameters"
            raise UsageError(f"{metric.name} has no parameter '{argument}'; it takes {takes}")
        settings[argument] = known[argument].parse(text)
    return Requested(metric, settings)


def _defaults(metric: Metric) -> dict[str, str | float]:
    return {p.name: p.default for p in metric.parameters}
