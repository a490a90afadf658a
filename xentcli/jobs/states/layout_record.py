"""How the rows of a state were read, as plain values: its layout and its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.jobs.states.exact_text import number, number_text
from xentcli.layout.bins import Bins
from xentcli.layout.labels import Truth
from xentcli.layout.layout import Layout, Shape
from xentcli.options import Like, OnBadRow, Policy, Scale, SumToOne, TargetScale, Task
from xentcli.report.json_text import flag, text, text_or_none, texts, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    Record = Mapping[str, Any]


def layout_record(layout: Layout) -> dict[str, Any]:
    """A layout as plain values; why it was found so is left out."""
    truth = layout.truth
    return {
        "task": layout.task.value,
        "target": list(layout.targets),
        "target_shape": layout.target_shape.value,
        "target_scale": layout.target_scale.value,
        "target_words": layout.target_words,
        "scores": list(layout.scores),
        "shape": layout.shape.value,
        "scale": layout.scale.value,
        "classes": list(layout.classes),
        "positional": layout.positional,
        "positive": layout.positive,
        "truth": None if truth is None else {"positive": truth.positive},
        "weight": layout.weight,
        "id": layout.id,
        "count": layout.units,
        "by": list(layout.by),
        "bins": [
            {"column": name, "edges": list(map(number_text, b.edges)), "quantiles": b.quantiles}
            for name, b in layout.bins
        ],
        "cluster": layout.cluster,
    }


def layout_of(record: Record) -> Layout:
    """The layout that `layout_record` made a record of."""
    truth = record["truth"]
    classes = texts(record["classes"])
    positive = whole(record["positive"])
    if len(set(classes)) != len(classes) or positive >= max(2, len(classes)):
        raise ValueError("classes that are not told apart")
    layout = Layout(
        task=Task(record["task"]),
        targets=texts(record["target"]),
        scores=texts(record["scores"]),
        shape=Shape(record["shape"]),
        scale=Scale(record["scale"]),
        classes=classes,
        positive=positive,
        positional=flag(record["positional"]),
        truth=None if truth is None else Truth(text_or_none(truth["positive"])),
        weight=text_or_none(record["weight"]),
        id=text_or_none(record["id"]),
        target_shape=Shape(record["target_shape"]),
        target_scale=TargetScale(record["target_scale"]),
        target_words=flag(record["target_words"]),
        units=text_or_none(record["count"]),
        by=texts(record["by"]),
        cluster=text_or_none(record["cluster"]),
        bins=tuple((text(item["column"]), _bins(item)) for item in record["bins"]),
    )
    if not classes and layout.task is not Task.OUTCOME:
        raise ValueError("no classes")
    return layout


def _bins(record: Record) -> Bins:
    quantiles = record["quantiles"]
    edges = tuple(map(number, record["edges"]))
    return Bins(edges, None if quantiles is None else whole(quantiles, 2))


def policy_record(policy: Policy) -> dict[str, Any]:
    """A policy as plain values."""
    return {
        "clip": number_text(policy.clip),
        "sum_to_one": policy.sum_to_one.value,
        "tolerance": number_text(policy.tolerance),
        "missing": policy.missing.value,
        "unknown_label": policy.unknown_label.value,
        "ignore_label": list(policy.ignore_label),
        "like": None if policy.like is None else policy.like.value,
    }


def policy_of(record: Record) -> Policy:
    """The policy that `policy_record` made a record of."""
    like = record["like"]
    return Policy(
        clip=number(record["clip"]),
        sum_to_one=SumToOne(record["sum_to_one"]),
        tolerance=number(record["tolerance"]),
        missing=OnBadRow(record["missing"]),
        unknown_label=OnBadRow(record["unknown_label"]),
        ignore_label=texts(record["ignore_label"]),
        like=None if like is None else Like(like),
    )
