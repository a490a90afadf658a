"""What a gate found: frozen, unrounded values that know no screen.

A `Checked` holds a `Judgement` for every requirement. Nothing here rounds, prints or decides:
`xentcli.jobs.checking` decides, and `xentcli.renderers.check` prints.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Value
    from xentcli.jobs.comparing.comparison import Pairing
    from xentcli.report.report import Finding

SCHEMA = "xentcli/check/1"


class DecideOn(StrEnum):
    """What is held against the bound: the figure itself, or the whole of its interval."""

    ESTIMATE = "estimate"
    INTERVAL = "interval"


class OnInconclusive(StrEnum):
    """What becomes of a gate whose requirements the data cannot all decide."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"


class Verdict(StrEnum):
    """What the data say of a requirement, or of all of them."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Operator(StrEnum):
    """How a figure is to lie to its bound."""

    AT_MOST = "<="
    BELOW = "<"
    AT_LEAST = ">="
    ABOVE = ">"

    def holds(self, value: float, bound: float) -> bool:
        """Whether `value OP bound`; never for NaN.

        >>> Operator.AT_MOST.holds(0.3, 0.3), Operator.BELOW.holds(0.3, 0.3)
        (True, False)
        """
        match self:
            case Operator.AT_MOST:
                return value <= bound
            case Operator.BELOW:
                return value < bound
            case Operator.AT_LEAST:
                return value >= bound
            case Operator.ABOVE:
                return value > bound

    @property
    def wants_less(self) -> bool:
        """Whether smaller figures are the better ones."""
        return self in (Operator.AT_MOST, Operator.BELOW)


class Worse(NamedTuple):
    """A class (`kind` is its word: `class`, `label`) or slice that got significantly worse.

    `p` is that of so large a difference where there is none, corrected for the number of parts;
    None where the loss is infinite, which needs no test.
    """

    kind: str
    name: str
    metric: str
    difference: Value
    p: float | None


class Judgement(NamedTuple):
    """One requirement: its figure, its bound, and what the data say.

    `metric` is a metric's canonical spec, or `rows`. `slice` maps columns, as `--by` spells
    them, to values. `value` is the figure itself, or the candidate's less the baseline's where
    `delta` is set: `base` and `candidate` are those two then. `rows` are those that the figure
    is of, and `rows_needed` how many like them would decide, where that can be told.
    """

    requirement: str
    metric: str
    class_name: str | None
    slice: Mapping[str, str] | None
    delta: bool
    value: Value
    bound: float
    operator: Operator
    verdict: Verdict
    rows: int
    rows_needed: int | None = None
    notes: tuple[str, ...] = ()
    base: Value | None = None
    candidate: Value | None = None
    pairing: Pairing | None = None
    worse: tuple[Worse, ...] = ()

    @property
    def note(self) -> str | None:
        """What else is to be said, in one text: the parts that got worse, and the notes."""
        told = []
        for kind in dict.fromkeys(w.kind for w in self.worse):
            names = [f"'{shown(w.name, 60)}'" for w in self.worse if w.kind == kind]
            more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
            told.append(f"significantly worse: {kind} {', '.join(names[:3])}{more}")
        return "; ".join([*told, *self.notes]) or None

    @property
    def figure(self) -> str:
        """The requirement without its bound: `class[spam].recall`."""
        return self.requirement.rpartition(self.operator.value)[0].rstrip()


class BaselineReport(NamedTuple):
    """What differences are from: its name, its kind and its signature.

    The kind is `predictions`, `report` or `state`.
    """

    name: str
    kind: str
    signature: str


class Checked(NamedTuple):
    """Everything a gate found, in the order of the requirements."""

    version: str
    name: str
    signature: str
    decide_on: DecideOn
    inconclusive: OnInconclusive
    confidence: float
    requirements: tuple[Judgement, ...]
    findings: tuple[Finding, ...] = ()
    baseline: BaselineReport | None = None
    schema: str = SCHEMA

    @property
    def verdict(self) -> Verdict:
        """That of all requirements: a failure outweighs what is undecided."""
        found = {j.verdict for j in self.requirements}
        for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            if verdict in found:
                return verdict
        return Verdict.PASS

    @property
    def exit_code(self) -> int:
        """0, or 1 where a requirement failed, or 4 where one is undecided and that is to fail."""
        match self.verdict:
            case Verdict.FAIL:
                return 1
            case Verdict.INCONCLUSIVE:
                return 4 if self.inconclusive is OnInconclusive.FAIL else 0
            case Verdict.PASS:
                return 0

    @property
    def passed(self) -> bool:
        """Whether the gate lets through, as its exit code says."""
        return self.exit_code == 0

    def __str__(self) -> str:
        """The table that `xent check` prints."""
        from xentcli.renderers import RenderOptions, get

        return get("table", "check").text(self, RenderOptions())

    def to_dict(self) -> dict[str, Any]:
        """The gate as plain containers, shaped as the JSON of `xent check --json`."""
        from xentcli.report.report import finding_record

        return {
            "schema": self.schema,
            "version": self.version,
            "signature": self.signature,
            "name": self.name,
            "baseline": None if self.baseline is None else self.baseline._asdict(),
            "decide_on": self.decide_on.value,
            "inconclusive": self.inconclusive.value,
            "confidence": self.confidence,
            "verdict": self.verdict.value,
            "passed": self.passed,
            "requirements": [_record(judgement) for judgement in self.requirements],
            "findings": [finding_record(finding) for finding in self.findings],
        }

    def to_json(self) -> str:
        """One line of RFC 8259 JSON: the same object as `xent check --json`."""
        from xentcli.report.json_text import one_line

        return one_line(self.to_dict())


def _record(judged: Judgement) -> dict[str, Any]:
    """A judgement as plain values."""
    value = judged.value
    record: dict[str, Any] = {
        "requirement": judged.requirement,
        "metric": judged.metric,
        "class": judged.class_name,
        "slice": None if judged.slice is None else dict(judged.slice),
        "delta": judged.delta,
        "value": value.value,
        "stderr": value.stderr,
        "interval": None if value.interval is None else list(value.interval),
        "confidence": value.confidence,
        "unit": value.unit,
        "operator": judged.operator.value,
        "bound": judged.bound,
        "verdict": judged.verdict.value,
        "rows": judged.rows,
        "rows_needed": judged.rows_needed,
        "note": judged.note,
    }
    if not judged.delta:
        return record
    sides = {"base": judged.base, "candidate": judged.candidate}
    return {
        **record,
        "pairing": None if judged.pairing is None else judged.pairing.value,
        **{name: None if side is None else side.value for name, side in sides.items()},
        "worse": [
            {
                "kind": w.kind,
                "name": w.name,
                "metric": w.metric,
                "difference": w.difference.value,
                "stderr": w.difference.stderr,
                "p": w.p,
            }
            for w in judged.worse
        ],
    }
