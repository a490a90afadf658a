"""How a system computes the cross-entropy, as plain values: what runs, help and docs go by."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xentcli.layout.layout import Shape
from xentcli.options import Like, Scale, TargetKind

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout

_ANY = frozenset(Scale)


class Arithmetic(StrEnum):
    """The type that a system computes in: that of the file's column, or always the same."""

    OWN = "the column's"
    SINGLE = "float32"
    DOUBLE = "float64"


class Clip(NamedTuple):
    """What probabilities are clipped to; `epsilon` stands for the type's own unit, as both ends.

    Of a `floor`, only the logarithm's argument is bounded, and only from below.
    """

    low: float = 0.0
    high: float = 1.0
    epsilon: bool = False

    @property
    def none(self) -> bool:
        """Whether nothing is clipped."""
        return self == Clip()


class Rule(NamedTuple):
    """What a system's function does with scores of some kind.

    `kinds`, `scales` and `single` (one column for two classes; None: either) say what for.
    `narrow`: weights and targets are kept in float32. `links`: logits are first made
    probabilities, in the arithmetic's type. `rescale`: each row is divided by its sum before it
    is clipped. `complement`: 1 - p is rounded to the type. `cap` bounds what a row, or a label,
    can cost. `per_row`: weighted losses are divided by the number of rows, not by the weights.
    `per_label`: the mean over labels, not their sum. `weights`: whether rows can have any.
    `inside`: class weights go into the smoothed target.
    """

    function: str
    kinds: frozenset[TargetKind]
    scales: frozenset[Scale] = _ANY
    single: bool | None = None
    arithmetic: Arithmetic = Arithmetic.OWN
    narrow: bool = False
    links: bool = False
    rescale: bool = False
    clip: Clip = Clip()
    cap: float | None = None
    complement: bool = False
    per_row: bool = False
    per_label: bool = False
    weights: bool = True
    inside: bool = False
    two_classes: bool = False

    def fits(self, layout: Layout) -> bool:
        """Whether the rule is for scores that lie so."""
        single = layout.shape is Shape.SINGLE
        return (
            layout.kind in self.kinds
            and layout.scale in self.scales
            and (self.single is None or self.single == single)
            and (not self.two_classes or layout.k == 2)
        )

    @property
    def clips(self) -> str:
        """What becomes of small and of large probabilities, in words."""
        if self.clip.epsilon:
            return "p clipped to [ε, 1 - ε], ε of the column's type"
        words = []
        if not self.clip.none:
            words.append(f"p clipped to [{self.clip.low:.3g}, 1 - {1 - self.clip.high:.3g}]")
        if self.cap is not None:
            words.append(f"-log p at most {self.cap:.6g}")
        return ", ".join(words) or "nothing"

    @property
    def steps(self) -> str:
        """What happens to the scores, in words and in order."""
        links = self.links and Scale.LOGIT in self.scales
        return self._steps(links=links, pairs=self.single is not False)

    def steps_for(self, layout: Layout) -> str:
        """What happens to scores that lie so, in words and in order."""
        pairs = layout.kind is TargetKind.LABELS or layout.shape is Shape.SINGLE
        return self._steps(links=self.links and layout.scale is Scale.LOGIT, pairs=pairs)

    def _steps(self, *, links: bool, pairs: bool) -> str:
        words = ["logits become probabilities"] if links else []
        words += ["each row is divided by its sum"] if self.rescale else []
        words += [] if self.clips == "nothing" else [f"{self.clips}"]
        words += ["1 - p is rounded to the type"] if self.complement and pairs else []
        return ", then ".join(words) or "the scores as they are"

    @property
    def divides_by(self) -> str:
        """What the sum of the losses is divided by."""
        rows = "n" if self.per_row else "Σw" if self.weights else "n"
        return f"{rows}·L" if self.per_label else rows


class Convention(NamedTuple):
    """A system, the version it was checked against, and its rules; the first that fits counts.

    `ignore` are the labels that it leaves out unasked, `refuses` says why, where no rule fits.
    """

    name: Like
    system: str
    version: str
    rules: tuple[Rule, ...]
    refuses: str
    ignore: tuple[str, ...] = ()
