"""The words that options take, each set of them a type."""

from __future__ import annotations

from enum import StrEnum


class Scale(StrEnum):
    """What the scores are: probabilities, logits (any reals) or logarithms of probabilities."""

    PROBABILITY = "probability"
    LOGIT = "logit"
    LOG_PROBABILITY = "log-probability"


class Task(StrEnum):
    """What a row is: one of two classes, of several, any number of labels, or an outcome.

    An outcome is what happened, and its score all there is.
    """

    AUTO = "auto"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    OUTCOME = "outcome"


class TargetScale(StrEnum):
    """What the target holds: a label, probabilities of the classes, or votes for them."""

    LABEL = "label"
    PROBABILITY = "probability"
    COUNT = "count"


class TargetKind(StrEnum):
    """What is known of the truth of a row: its class, a distribution, its labels, or nothing.

    Metrics say which kinds they are for.
    """

    CLASS = "class"
    SOFT = "soft"
    LABELS = "labels"
    OUTCOME = "outcome"


class SumToOne(StrEnum):
    """What happens to a row whose probabilities do not sum to one within the tolerance."""

    WARN = "warn"
    ERROR = "error"
    IGNORE = "ignore"
    RESCALE = "rescale"


class OnBadRow(StrEnum):
    """What happens to a row that cannot be scored: it ends the run, or is left out and counted."""

    ERROR = "error"
    DROP = "drop"


class Base(StrEnum):
    """The base of the logarithm: nats, bits or hartleys."""

    E = "e"
    TWO = "2"
    TEN = "10"

    @property
    def unit(self) -> str:
        """The name of one unit of loss in this base."""
        return {"e": "nats", "2": "bits", "10": "hartleys"}[self.value]

    @property
    def nats(self) -> float:
        """How many nats one unit is: the natural logarithm of the base."""
        return {"e": 1.0, "2": 0.6931471805599453, "10": 2.302585092994046}[self.value]


class Like(StrEnum):
    """A system whose number is wanted."""

    SKLEARN = "sklearn"
    TORCH = "torch"
    KERAS = "keras"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    YARDSTICK = "yardstick"
