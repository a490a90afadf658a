"""How other systems compute the cross-entropy: one table, which runs, help and docs are made of.

Every rule was checked against the system itself, in the version named, on some two hundred
generated cases (tests/differential).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.layout.rules import Arithmetic, Clip, Convention, Rule
from xentcli.options import Like, Scale, TargetKind

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout

_CLASS, _SOFT, _LABELS = TargetKind.CLASS, TargetKind.SOFT, TargetKind.LABELS
_LOGIT = frozenset({Scale.LOGIT})
_GIVEN = frozenset({Scale.PROBABILITY, Scale.LOG_PROBABILITY})


def _classes(*kinds: TargetKind) -> frozenset[TargetKind]:
    return frozenset(kinds)


# Constants as the systems have them: 1e-7, 1e-15 and 1e-16 as float32, their logarithms as such.
_KERAS = Clip(1.0000000116860974e-07, 1 - 2.0**-23)
_XGBOOST_CAP = 36.841362
_LIGHTGBM_CAP, _LIGHTGBM_SOFT_CAP = 34.53877639770508, 27.631021115928547
_TORCH_CAP = 100.0
_SKLEARN = Clip(epsilon=True)
_R = Clip(2.0**-52, 1 - 2.0**-52)

SKLEARN = Convention(
    Like.SKLEARN,
    "scikit-learn",
    "1.9.1",
    (
        Rule("metrics.log_loss", _classes(_CLASS), links=True, clip=_SKLEARN, complement=True),
        Rule(
            "mean of metrics.log_loss over labels",
            _classes(_LABELS),
            links=True,
            clip=_SKLEARN,
            complement=True,
            per_label=True,
        ),
    ),
    "log_loss takes no soft targets",
)

TORCH = Convention(
    Like.TORCH,
    "PyTorch",
    "2.13.0",
    (
        Rule(
            "binary_cross_entropy_with_logits",
            _classes(_CLASS, _SOFT),
            _LOGIT,
            single=True,
            per_row=True,
        ),
        Rule(
            "binary_cross_entropy",
            _classes(_CLASS, _SOFT),
            _GIVEN,
            single=True,
            cap=_TORCH_CAP,
            per_row=True,
        ),
        Rule("cross_entropy", _classes(_CLASS), _LOGIT, weights=False, inside=True),
        Rule("nll_loss of log p", _classes(_CLASS), _GIVEN, weights=False, inside=True),
        Rule(
            "cross_entropy with probabilities for targets",
            _classes(_SOFT),
            per_row=True,
            weights=False,
            inside=True,
        ),
        Rule(
            "binary_cross_entropy_with_logits",
            _classes(_LABELS),
            _LOGIT,
            per_row=True,
            per_label=True,
        ),
        Rule(
            "binary_cross_entropy",
            _classes(_LABELS),
            _GIVEN,
            cap=_TORCH_CAP,
            per_row=True,
            per_label=True,
        ),
    ),
    "the losses need classes or labels",
    ("-100",),
)

_KERAS_RULE = Rule("", frozenset(), arithmetic=Arithmetic.SINGLE, narrow=True, per_row=True)
KERAS = Convention(
    Like.KERAS,
    "Keras",
    "3.15.1",
    (
        _KERAS_RULE._replace(
            function="BinaryCrossentropy(from_logits=True)",
            kinds=_classes(_CLASS, _SOFT),
            scales=_LOGIT,
            single=True,
        ),
        _KERAS_RULE._replace(
            function="BinaryCrossentropy",
            kinds=_classes(_CLASS, _SOFT),
            scales=_GIVEN,
            single=True,
            clip=_KERAS,
            complement=True,
        ),
        _KERAS_RULE._replace(
            function="CategoricalCrossentropy(from_logits=True)",
            kinds=_classes(_CLASS, _SOFT),
            scales=_LOGIT,
        ),
        _KERAS_RULE._replace(
            function="CategoricalCrossentropy",
            kinds=_classes(_CLASS, _SOFT),
            scales=_GIVEN,
            rescale=True,
            clip=_KERAS,
        ),
        _KERAS_RULE._replace(
            function="BinaryCrossentropy(from_logits=True)",
            kinds=_classes(_LABELS),
            scales=_LOGIT,
            per_label=True,
        ),
        _KERAS_RULE._replace(
            function="BinaryCrossentropy",
            kinds=_classes(_LABELS),
            scales=_GIVEN,
            clip=_KERAS,
            complement=True,
            per_label=True,
        ),
    ),
    "the losses need classes or labels",
)

_XGBOOST_RULE = Rule(
    "",
    frozenset(),
    arithmetic=Arithmetic.SINGLE,
    narrow=True,
    links=True,
    cap=_XGBOOST_CAP,
    complement=True,
)
XGBOOST = Convention(
    Like.XGBOOST,
    "XGBoost",
    "3.2.0",
    (
        _XGBOOST_RULE._replace(function="logloss", kinds=_classes(_CLASS, _SOFT), single=True),
        _XGBOOST_RULE._replace(function="mlogloss", kinds=_classes(_CLASS)),
        _XGBOOST_RULE._replace(function="logloss", kinds=_classes(_SOFT), two_classes=True),
        _XGBOOST_RULE._replace(function="logloss", kinds=_classes(_LABELS), per_label=True),
    ),
    "mlogloss takes no soft targets",
)

_LIGHTGBM_RULE = Rule(
    "",
    frozenset(),
    arithmetic=Arithmetic.DOUBLE,
    narrow=True,
    links=True,
    cap=_LIGHTGBM_CAP,
    complement=True,
)
LIGHTGBM = Convention(
    Like.LIGHTGBM,
    "LightGBM",
    "4.7.0",
    (
        _LIGHTGBM_RULE._replace(function="binary_logloss", kinds=_classes(_CLASS), single=True),
        _LIGHTGBM_RULE._replace(function="multi_logloss", kinds=_classes(_CLASS)),
        _LIGHTGBM_RULE._replace(
            function="cross_entropy",
            kinds=_classes(_SOFT),
            two_classes=True,
            cap=_LIGHTGBM_SOFT_CAP,
        ),
    ),
    "its metrics take neither several labels a row nor soft targets of several classes",
)

YARDSTICK = Convention(
    Like.YARDSTICK,
    "yardstick (R)",
    "its source at 2bc120d",
    (
        Rule(
            "mn_log_loss",
            _classes(_CLASS),
            arithmetic=Arithmetic.DOUBLE,
            links=True,
            clip=_R,
            complement=True,
        ),
    ),
    "mn_log_loss takes neither soft targets nor several labels a row",
)

CONVENTIONS: dict[Like, Convention] = {
    c.name: c for c in (SKLEARN, TORCH, KERAS, XGBOOST, LIGHTGBM, YARDSTICK)
}


def rule_for(like: Like, layout: Layout) -> Rule:
    """The rule of a system for scores that lie so.

    Raises UsageError where the system has no number for them.
    """
    convention = CONVENTIONS[like]
    rule = next((r for r in convention.rules if r.fits(layout)), None)
    if layout.kind is TargetKind.OUTCOME:
        raise UsageError(f"--like {like.value}: its losses need classes or labels, not outcomes")
    if rule is None:
        raise UsageError(f"--like {like.value}: {convention.refuses}")
    if layout.weight is not None and not rule.weights:
        raise UsageError(
            f"--like {like.value}: {rule.function} knows no weights of rows",
            hint="weigh classes with -m \"cross_entropy(class_weight='cat=2,dog=1')\"",
        )
    return rule
