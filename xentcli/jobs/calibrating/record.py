"""A fitted calibration, and the JSON file that keeps it."""

from __future__ import annotations

import json
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.errors import InputError
from xentcli.jobs.calibrating.maps import Isotonic, Platt, Steps, Temperature, Vector
from xentcli.jobs.calibrating.methods import Method
from xentcli.jobs.calibrating.notices import Notice
from xentcli.layout.layout import Layout, Shape
from xentcli.options import Policy, Scale, SumToOne, Task
from xentcli.report.json_text import indented, number, text
from xentcli.text import shown
from xentcli.version import __version__

if TYPE_CHECKING:
    from xentcli.jobs.calibrating.maps import Map
    from xentcli.jobs.calibrating.vector import Penalty

SCHEMA = "xentcli/calibration/1"


class Figures(NamedTuple):
    """Cross-entropies in nats: before, after on the same rows, and cross-validated.

    `gain` is before less cross-validated, with its standard error; None is undefined.
    """

    before: float
    after: float
    cross_validated: float | None
    gain: float | None
    stderr: float | None
    folds: int


class Calibration(NamedTuple):
    """A map, what it was fitted to, and what it is worth.

    The `format` of the rows, and the `target` that the file is written to, are not in the file.
    """

    method: Method
    map: Map
    layout: Layout
    policy: Policy
    penalty: Penalty
    rows: int
    figures: Figures
    findings: tuple[Notice, ...]
    paths: tuple[str, ...]
    signature: str
    version: str = __version__
    format: str = ""
    target: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The same as plain containers, shaped as the file."""
        layout = self.layout
        single = layout.shape is Shape.SINGLE
        return {
            "schema": SCHEMA,
            "version": self.version,
            "signature": self.signature,
            "method": self.method.value,
            "parameters": self.map.parameters(),
            "classes": list(layout.classes),
            "positive": layout.classes[layout.positive] if layout.k == 2 else None,
            "scale": layout.scale.value,
            "shape": layout.shape.value,
            "columns": {
                "target": list(layout.targets),
                "scores": list(layout.scores),
                "score_of": layout.classes[layout.positive] if single else None,
                "weight": layout.weight,
                "id": layout.id,
            },
            "clip": self.policy.clip,
            "sum_to_one": self.policy.sum_to_one.value,
            "tolerance": self.policy.tolerance,
            "penalty": self.penalty._asdict(),
            "rows": self.rows,
            "figures": {**self.figures._asdict(), "unit": "nats"},
            "findings": [f._asdict() for f in self.findings],
            "source": {"paths": list(self.paths)},
        }

    def to_json(self) -> str:
        """The file's text."""
        return indented(self.to_dict()) + "\n"


class Kept(NamedTuple):
    """What of a calibration's file is needed to apply it.

    `doubts` are the findings that it may not help.
    """

    name: str
    map: Map
    layout: Layout
    policy: Policy
    doubts: tuple[Notice, ...] = ()


def parse(content: str | bytes, name: str) -> Kept:
    """Reads a calibration's file, called `name`.

    Raises InputError for what is none, or is of a version that is not known.
    """
    try:
        record = json.loads(content)
    except ValueError:
        raise InputError(f"{name}: is not JSON, so no file of `xent calibrate fit`") from None
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema != SCHEMA:
        what = f"its schema is '{shown(str(schema), 40)}'" if schema else "it has no schema"
        raise InputError(f"{name}: is not a calibration: {what}, not '{SCHEMA}'")
    try:
        layout = _layout(record)
        policy = Policy(
            clip=_number(record["clip"]),
            sum_to_one=SumToOne(record["sum_to_one"]),
            tolerance=_number(record["tolerance"]),
        )
        return Kept(name, _map(record, layout), layout, policy, _doubts(record))
    except KeyError as error:
        raise InputError(f"{name}: is a damaged calibration: {error} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{name}: is a damaged calibration: {shown(str(error), 80)}") from None


def _doubts(record: dict[str, Any]) -> tuple[Notice, ...]:
    found = (Notice(*(str(f[k]) for k in Notice._fields)) for f in record.get("findings", []))
    return tuple(f for f in found if f.code in ("no-gain", "not-cross-validated"))


def _layout(record: dict[str, Any]) -> Layout:
    """The layout of rows that need not have a truth."""
    classes = tuple(map(_text, record["classes"]))
    if len(set(classes)) < max(2, len(classes)):
        raise ValueError("classes are two and more, of different names")
    positive = record["positive"]
    columns = record["columns"]
    return Layout(
        task=Task.BINARY if len(classes) == 2 else Task.MULTICLASS,
        targets=tuple(map(_text, columns["target"])),
        scores=tuple(map(_text, columns["scores"])),
        shape=Shape(record["shape"]),
        scale=Scale(record["scale"]),
        classes=classes,
        positive=1 if positive is None else classes.index(positive),
    )


def _map(record: dict[str, Any], layout: Layout) -> Map:
    found, k = record["parameters"], layout.k
    match Method(record["method"]):
        case Method.TEMPERATURE:
            inverse = _number(found["inverse_temperature"])
            if inverse < 0:
                raise ValueError("the inverse temperature is negative")
            return Temperature(inverse)
        case Method.PLATT:
            if k != 2:
                raise ValueError("platt is of two classes")
            slope, intercept = _number(found["slope"]), _number(found["intercept"])
            return Platt(slope, intercept, layout.positive)
        case Method.VECTOR:
            return Vector(_numbers(found["slopes"], k), _numbers(found["intercepts"], k))
        case Method.ISOTONIC:
            functions = found["functions"]
            if len(functions) != (1 if k == 2 else k):
                raise ValueError(f"{len(functions)} functions for {k} classes")
            return Isotonic([_steps(f) for f in functions], layout.positive)


def _steps(record: dict[str, Any]) -> Steps:
    scores = _numbers(record["scores"], len(record["scores"]))
    values = _numbers(record["values"], len(scores))
    rises = all(a < b for a, b in pairwise(scores))
    level = all(a <= b for a, b in pairwise(values))
    if not scores or not rises or not level or not 0 < values[0] <= values[-1] < 1:
        raise ValueError("a function's scores and values do not rise within 0 and 1")
    return Steps(tuple(scores), tuple(values))


def _numbers(values: Any, count: int) -> list[float]:
    numbers = [_number(value) for value in values]
    if len(numbers) != count:
        raise ValueError(f"{len(numbers)} numbers where {count} belong")
    return numbers


# No fit comes to more, and scores times more would be infinite.
_TOO_LARGE = 1e100
_number = partial(number, most=_TOO_LARGE, otherwise="is not a number")
_text = partial(text, otherwise="is not a name")
