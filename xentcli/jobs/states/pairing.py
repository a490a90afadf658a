"""Two states of one test set, compared row by row without their rows."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.jobs.states.pair_sketch import BRIER, HITS, LOSS, WEIGHT
from xentcli.layout.like import rule_of
from xentcli.numerics.ladder import UNIT_BITS

if TYPE_CHECKING:
    from xentcli.jobs.states.saved import Saved

# The name of the sums that each figure is the mean of.
_SUMS = {LOSS: "loss", BRIER: "brier", HITS: "correct"}


def same_test_set(a: Saved, b: Saved) -> bool:
    """Whether two states are of the same rows with the same truths, as far as they tell.

    Without ids they tell how many rows have which label, and no more.
    """
    return (a.by, a.rows, a.test_set) == (b.by, b.rows, b.test_set)


def check_same(base: Saved, candidate: Saved) -> None:
    """Raises InputError for states of different test sets."""
    if same_test_set(base, candidate):
        return
    what = f"{base.name} and {candidate.name} are not of one test set: "
    if base.by is not candidate.by:
        what += f"rows are told apart by {base.by.value} in one, {candidate.by.value} in the other"
    elif base.rows != candidate.rows:
        what += f"{base.rows:,} rows in one, {candidate.rows:,} in the other"
    else:
        what += "ids or labels differ"
    raise InputError(what, hint="make both states of the same rows, with the same --id")


def paired_error(base: Saved, candidate: Saved, key: str) -> float | None:
    """The standard error of the difference of two means, of rows taken in pairs.

    √(Σ_j (S_j - D T_j)²)/Σw over the cells j of the sketches, S being the difference of the sums
    of ±wx, T those of ±w and D the difference of the means; times √(n/(n - 1)) where rows have no
    weights, √(C/(C - 1)) where they come in C clusters. Its own relative standard deviation is
    at most 1/√(2·1024), 2.2 %. `key` is cross_entropy, brier or accuracy.

    None where a state has no such sketch, a loss is infinite or there are fewer than two rows.
    Raises InputError where the two are not of one test set.
    """
    check_same(base, candidate)
    ours, theirs = base.sketch, candidate.sketch
    if ours is None or theirs is None:
        return None
    if base.layout.cluster != candidate.layout.cluster:
        raise InputError(
            f"{base.name} and {candidate.name}: --cluster is not the same column in both"
        )
    if ours.part(WEIGHT) != theirs.part(WEIGHT):
        raise InputError(f"{base.name} and {candidate.name}: rows do not weigh the same in both")
    if _per_row(base) or _per_row(candidate):
        return None
    if not all(key in sketch.sums for sketch in (ours, theirs)):
        return None
    if any(sketch.part(key).infinite.any() for sketch in (ours, theirs)):
        return None
    difference = mean_difference(base, candidate, key)
    units = _count(base)
    if difference is None or units < 2:
        return None
    scale = 1 << UNIT_BITS
    cells = zip(
        ours.part(key).units(),
        theirs.part(key).units(),
        ours.part(WEIGHT).units(),
        strict=True,
    )
    parts = [float(Fraction(c - b, scale) - difference * Fraction(t, scale)) for b, c, t in cells]
    squares = math.fsum(part * part for part in parts)
    weight = float(Fraction(_total(base, _weight(base)), scale))
    plain = base.layout.weight is None or base.layout.cluster is not None
    factor = units / (units - 1) if plain else 1.0
    return math.sqrt(squares * factor) / weight


def mean_difference(base: Saved, candidate: Saved, key: str) -> Fraction | None:
    """mean(candidate) - mean(base), exactly; None where a sum is not there or infinite."""
    name, weight = _SUMS[key], _total(base, _weight(base))
    for saved in (base, candidate):
        if name not in saved.statistics or saved.sum.state.read(name).infinite.any():
            return None
    if not weight:
        return None
    return Fraction(_total(candidate, name) - _total(base, name), weight)


def whole_weight(saved: Saved) -> int:
    """Σw, or the number of rows, as a whole number of 2^-1074."""
    return _total(saved, _weight(saved))


def effective_count(saved: Saved) -> float:
    """The clusters, or (Σw)²/Σw²: how many rows of one weight would tell as much."""
    if saved.layout.cluster is not None or saved.layout.weight is None:
        return float(_count(saved))
    weight, squares = (_total(saved, name) for name in ("weight", "weight.squares"))
    return float(Fraction(weight * weight, squares << UNIT_BITS)) if squares else 0.0


def _weight(saved: Saved) -> str:
    return "rows" if saved.layout.weight is None else "weight"


def _total(saved: Saved, name: str) -> int:
    """A sum over all rows, as a whole number of 2^-1074."""
    units = saved.sum.state.units(name)
    return units[-1] if saved.layout.size > saved.layout.k else sum(units)


def _per_row(saved: Saved) -> bool:
    """Whether the mean is over rows although they have weights, as some systems have it."""
    rule = rule_of(saved.policy, saved.layout)
    return rule is not None and rule.per_row and saved.layout.weight is not None


def _count(saved: Saved) -> int:
    """The rows, or the clusters that they come in."""
    if saved.layout.cluster is None:
        return saved.rows
    return len({key[-1] for key in saved.sum.slices.places.keys()})  # noqa: SIM118 - no dict
