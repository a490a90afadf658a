"""What column names mean: the names that frameworks and people give to labels and scores.

Names match without regard to case. Sources: the documentation of each framework named.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, NamedTuple

from xentcli.options import Scale

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

TARGETS = (
    "label",
    "y_true",
    "y",
    "target",
    "truth",
    "actual",
    "class",
    "gold",
    "ground_truth",
    "labels",
    "obs",
    "true_label",
)

# What the columns of soft targets, or of several labels, begin with; the class follows.
TARGET_PREFIXES = ("true_", "target_", "q_")

# The score of what happened, where nothing is named as a truth.
OUTCOMES = {
    Scale.PROBABILITY: ("token_prob", "token_probability", "p_token"),
    Scale.LOG_PROBABILITY: (
        "token_logprob",
        "token_log_prob",
        "token_logprobs",
        "log_likelihood",
        "loglikelihood",
    ),
}
# What may as well be the score of a class: an outcome's only where something says so.
EITHER = ("logprob", "log_prob")
TOKENS = ("token", "tokens", "token_id", "token_text", "word", "piece", "subword")
# Their negative, which is not a score.
LOSSES = ("nll", "loss", "token_nll", "token_loss", "surprisal")

# Columns that hold a decision or bookkeeping, and never a truth or a score.
DECISIONS = {
    "pred",
    "prediction",
    "predicted",
    "predict",
    "response",
    "predicted_label",
    "pred_label",
    ".pred_class",
    "scored labels",
    "resample",
    "fold",
    "rowindex",
    "row",
    ".row",
    "row_ids",
    "id",
    "index",
    "weight",
    "weights",
}

SINGLE_SCORES = {
    Scale.PROBABILITY: (
        "prob",
        "proba",
        "probability",
        "y_prob",
        "y_proba",
        "y_score",
        "score",
        "p",
        "y_pred",
        "scored probabilities",
    ),
    Scale.LOGIT: ("logit", "rawformulaval"),
    Scale.LOG_PROBABILITY: ("logprob", "log_prob", "logprobability"),
}

VECTORS = {
    Scale.PROBABILITY: (
        "probs",
        "probabilities",
        "probability",
        "scores",
        "prob",
        "proba",
        "y_prob",
        "y_proba",
        "y_score",
        "y_pred",
    ),
    Scale.LOGIT: ("logits", "logit", "rawprediction"),
    Scale.LOG_PROBABILITY: ("logprobs", "log_probs", "logprob", "log_prob", "log_probabilities"),
}


class Prefix(NamedTuple):
    """The beginning of a score column's name, what follows being the class; `source` wrote it.

    `end` closes the name behind the class. `outcome` is the name of the target that the
    beginning holds.
    """

    text: str
    scale: Scale
    source: str = "by hand"
    end: str = ""
    outcome: str | None = None

    def class_in(self, name: str) -> str:
        """The class that a column's name speaks of, the name having this prefix.

        >>> Prefix("p(", Scale.PROBABILITY, end=")").class_in("p(cat)")
        'cat'
        """
        return name[len(self.text) : len(name) - len(self.end)]


SAS = "p_"

# Longer ones first where one begins another.
PREFIXES = (
    # Machine Learning Studio (classic), then the designer that followed it.
    Prefix('Scored Probabilities for Class "', Scale.PROBABILITY, "Azure ML", end='"'),
    Prefix("Scored Probabilities_", Scale.PROBABILITY, "Azure ML"),
    Prefix("Probability:Class=", Scale.PROBABILITY, "CatBoost"),
    Prefix("LogProbability:Class=", Scale.LOG_PROBABILITY, "CatBoost"),
    Prefix("RawFormulaVal:Class=", Scale.LOGIT, "CatBoost"),
    Prefix(".pred_", Scale.PROBABILITY, "tidymodels"),
    Prefix("log_prob_", Scale.LOG_PROBABILITY),
    Prefix("logprob_", Scale.LOG_PROBABILITY),
    Prefix("logits_", Scale.LOGIT),
    Prefix("logit_", Scale.LOGIT),
    Prefix("probability_", Scale.PROBABILITY),
    Prefix("proba_", Scale.PROBABILITY),
    Prefix("prob_", Scale.PROBABILITY),
    Prefix("prob.", Scale.PROBABILITY, "mlr3"),
    Prefix("score_", Scale.PROBABILITY),
    Prefix(SAS, Scale.PROBABILITY),
)

# h2o-core, Model.makeScoringNames: a class that is a whole number gets the letter, any other
# class is a column's name as it is. Calibrated probabilities stand beside the plain ones.
_H2O = re.compile(r"((?:cal_)?p)-?[0-9]+", re.IGNORECASE)

# "P (trainingColumn=value)", behind which the predictor's dialog may append a suffix, and
# "Prediction (trainingColumn)".
_KNIME = re.compile(r"P \((.+)\)([^()]*)")
_KNIME_DECISION = re.compile(r"Prediction \(.+\)")


def is_decision(name: str) -> bool:
    """Whether a column of this name holds a decision or bookkeeping.

    >>> is_decision("Scored Labels"), is_decision("Prediction (species)"), is_decision("prob")
    (True, True, False)
    """
    return name.lower() in DECISIONS or _KNIME_DECISION.match(name) is not None


def prefix_of(name: str, columns: Collection[str] = ()) -> Prefix | None:
    """The known prefix that `name` begins with and goes beyond.

    `columns` are the names among which the outcome is that a prefix may hold.

    >>> prefix_of("Prob_cat").text, prefix_of("price")
    ('prob_', None)
    >>> prefix_of("P (species=cat)").outcome, prefix_of("p12").source
    ('species', 'H2O')
    """
    if is_decision(name):
        return None
    for prefix in PREFIXES:
        n, end = len(prefix.text), prefix.end
        is_it = name[:n].lower() == prefix.text.lower() and name.endswith(end)
        if is_it and len(name) > n + len(end):
            return prefix
    h2o = _H2O.fullmatch(name)
    if h2o is not None:
        return Prefix(h2o[1].lower(), Scale.PROBABILITY, "H2O")
    return _knime(name, columns)


def _knime(name: str, columns: Collection[str]) -> Prefix | None:
    """KNIME's prefix; where the outcome or the class holds a `=`, the columns tell which."""
    found = _KNIME.fullmatch(name)
    if found is None or "=" not in found[1].strip("="):
        return None
    inside = found[1]
    cuts = [i for i in range(1, len(inside) - 1) if inside[i] == "="]
    cut = next((i for i in cuts if inside[:i] in columns), cuts[0] if cuts else 0)
    if not cut:
        return None
    outcome = inside[:cut]
    return Prefix(f"P ({outcome}=", Scale.PROBABILITY, "KNIME", f"){found[2]}", outcome)


def scale_in_name(name: str) -> Scale:
    """The scale that a score column's name speaks of; probabilities where it says nothing.

    >>> scale_in_name("val_log_prob").value, scale_in_name("logits").value
    ('log-probability', 'logit')
    """
    plain = re.sub(r"[^a-z]", "", name.lower())
    if "logprob" in plain:
        return Scale.LOG_PROBABILITY
    if "prob" in plain:
        return Scale.PROBABILITY
    if "logit" in plain or plain.startswith(("rawformulaval", "rawprediction")):
        return Scale.LOGIT
    return Scale.PROBABILITY


def is_pattern(text: str) -> bool:
    """Whether `text` is a glob rather than a name."""
    return any(c in text for c in "*?[")


def is_range(text: str) -> bool:
    """Whether `text` is a range of column numbers, such as `2-11`."""
    return re.fullmatch(r"[0-9]+-[0-9]+", text) is not None


def select(pattern: str, names: Sequence[str]) -> list[str] | None:
    """The columns that one item of `--scores` names; None where there are none.

    An item is a column's exact name, a glob, or a range of the numbers that columns have
    without a header.

    >>> select("prob_*", ["id", "prob_a", "prob_b"]), select("2-3", ["1", "2", "3"])
    (['prob_a', 'prob_b'], ['2', '3'])
    """
    if pattern in names:
        return [pattern]
    if is_range(pattern):
        first, last = map(int, pattern.split("-"))
        wanted = [str(i) for i in range(first, last + 1)]
        return wanted if wanted and set(wanted) <= set(names) else None
    if is_pattern(pattern):
        return [n for n in names if fnmatch.fnmatchcase(n, pattern)] or None
    return None


def matched_by_star(pattern: str, name: str) -> str | None:
    """What the only `*` of a glob stands for in `name`.

    >>> matched_by_star("prob_*", "prob_cat")
    'cat'
    """
    if pattern == "*" or pattern.count("*") != 1 or any(c in pattern for c in "?["):
        return None
    before, after = pattern.split("*")
    return name[len(before) : len(name) - len(after)] or None


def nearest(name: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """The names most like `name`, those that differ only in case or spaces first.

    >>> nearest("lable", ["label", "prob"])
    ['label']
    """
    import difflib

    known = list(names)
    folded = name.strip().casefold()
    same = [n for n in known if n.strip().casefold() == folded]
    close = difflib.get_close_matches(name, known, n=limit, cutoff=0.7)
    return list(dict.fromkeys(same + close))[:limit]
