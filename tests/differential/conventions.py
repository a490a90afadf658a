"""What a system is expected to give for a case, by formula, and within what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.reference import TORCH, sklearn_log_loss, yardstick_mn_log_loss
from tests.differential.reference_boosting import BOOSTING
from tests.differential.reference_keras import KERAS, TENSORFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.differential.cases import Case
    from tests.differential.terms import Terms

CONVENTIONS: dict[str, Callable[[Case], Terms]] = {
    "sklearn.log_loss": sklearn_log_loss,
    "yardstick.mn_log_loss": yardstick_mn_log_loss,
    **TORCH,
    **TENSORFLOW,
    **BOOSTING,
}


def expected(case: Case, backend: str = "tensorflow") -> Terms:
    """The case's loss in its parts; ``backend`` is that of Keras, and counts for it alone."""
    if case.function in KERAS:
        return KERAS[case.function](case, backend)
    return CONVENTIONS[case.function](case)


def tolerance(case: Case, backend: str = "tensorflow") -> float:
    """How far the system's number may be from the formula's: see ``terms.Terms.tolerance``."""
    return expected(case, backend).tolerance


def agree(found: float, case: Case, backend: str = "tensorflow") -> bool:
    """Whether a number is the system's number for the case: equal, or within the tolerance."""
    parts = expected(case, backend)
    return found == parts.value or abs(found - parts.value) <= parts.tolerance
