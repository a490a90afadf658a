"""Which rows of a block are scored: a missing value or a label of no class, by policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.labels import canonical
from xentcli.layout.naming import nearest
from xentcli.layout.schema import quoted
from xentcli.options import OnBadRow, Policy, TargetKind
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.text import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.rows.label_codes import LabelEncoder

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]


class Kept:
    """Decides which rows are scored; what is dropped goes to the tally."""

    def __init__(self, layout: Layout, policy: Policy, labels: LabelEncoder, tally: Tally) -> None:
        self._layout = layout
        self._policy = policy
        self._labels = labels
        self._tally = tally

    def rows(
        self, truth: Array, there: Mask | None, block: pa.RecordBatch, place: Place
    ) -> Mask | None:
        """Which rows are scored; None for all. What is dropped is tallied."""
        if truth.ndim == 2 or not self._layout.targets:
            # Nothing but a missing value can be wrong with the truth here.
            if there is None:
                return None
            truth = np.where(there, 0, self._labels.missing)
        bad = truth >= self._labels.unknown
        if there is None and not bad.any():
            return None
        missing = truth == self._labels.missing
        if there is not None:
            missing |= ~there & (truth != self._labels.ignored)
        unknown = truth == self._labels.unknown
        problems = []
        if missing.any() and self._policy.missing is OnBadRow.ERROR:
            problems.append(self._missing(int(missing.argmax()), truth, block, place))
        if unknown.any() and self._policy.unknown_label is OnBadRow.ERROR:
            problems.append(self._unknown(int(unknown.argmax()), block, place))
        if problems:
            raise min(problems, key=lambda p: p.row or 0)
        ignored = truth == self._labels.ignored
        unknown &= ~missing
        for code, mask in (
            (Code.IGNORED, ignored),
            (Code.MISSING, missing),
            (Code.UNKNOWN, unknown),
        ):
            if mask.any():
                first = int(mask.argmax())
                value = None if code is Code.MISSING else self._label(first, block)
                case = Case(place.moved(first), value)
                self._tally.note(code, Entry(int(np.count_nonzero(mask)), case))
        keep: Mask = ~(ignored | missing | unknown)
        return keep

    def _label(self, row: int, block: pa.RecordBatch) -> str:
        return str(block.column(self._layout.targets[0])[row].as_py())

    def _missing(self, row: int, truth: Array, block: pa.RecordBatch, place: Place) -> RowError:
        layout = self._layout
        hard = layout.kind is TargetKind.CLASS and bool(layout.targets)
        name = layout.targets[0] if layout.targets else layout.scores[0]
        if not hard or truth[row] != self._labels.missing:
            others = (name for name in (layout.weight, layout.units) if name is not None)
            for candidate in (*(() if hard else layout.targets), *layout.scores, *others):
                value = block.column(candidate)[row].as_py()
                if _misses(value):
                    name = candidate
                    break
        return RowError(
            "the value is missing",
            row=place.row + row,
            column=shown(name),
            hint="leave such rows out with --missing drop",
        )

    def _unknown(self, row: int, block: pa.RecordBatch, place: Place) -> RowError:
        label = self._label(row, block)
        near = nearest(label, self._layout.classes)
        if _is_fraction(label) and self._layout.k == 2:
            hint = "is it a probability? read the labels as such with --target-scale probability"
        elif self._layout.truth is not None:
            hint = "name the class the score speaks of with --positive"
        elif self._layout.positional and label == str(self._layout.k):
            numbers = ",".join(map(str, range(1, self._layout.k + 1)))
            hint = f"are the labels counted from 1? say --classes {shown(numbers, 40)}"
        elif near:
            hint = f"did you mean {quoted(near)}?"
        elif canonical(label).startswith("-"):
            hint = f"padding? leave it out with --ignore-label={shown(label, 40)}"
        else:
            hint = "name the classes with --classes, or leave such rows out: --unknown-label drop"
        return RowError(
            f"the label '{shown(label, 60)}' is none of the classes {quoted(self._layout.classes)}",
            row=place.row + row,
            column=shown(self._layout.targets[0]),
            hint=hint,
        )


def _misses(value: Any) -> bool:
    """Whether a cell holds nothing, or a list or a vector in which an entry does."""
    if isinstance(value, dict):
        return value.get("values") is None or _misses(value["values"])
    if isinstance(value, list):
        return any(map(_misses, value))
    return value is None or bool(np.isnan(float(value)))


def _is_fraction(label: str) -> bool:
    try:
        return 0 < float(label) < 1
    except ValueError:
        return False
