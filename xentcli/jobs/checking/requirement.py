"""Requirements as they are typed: `delta.class[spam].recall >= -0.01`.

`[delta.][class[NAME].|slice[COL=VALUE, …].]SPEC OP NUMBER`. Names and values that hold brackets,
commas or an equals sign are quoted; columns may be cut into bins as `--by` spells it, and bins
are named as reports name them: `slice[age[18,65]=[18, 65)].cross_entropy <= 0.4`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import UsageError
from xentcli.figures.spec import parse_one
from xentcli.jobs.checking.verdicts import Operator
from xentcli.layout.bins import spelled
from xentcli.layout.naming import nearest
from xentcli.metrics import find, request
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentcli.figures.metric import Requested

ROWS = "rows"
_SCOPE = re.compile(r"\s*([A-Za-z_]\w*)\s*([.\[])")
_QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*""", re.DOTALL)
_OPERATOR = re.compile(r"(<=|<|>=|>)(?![=<>])")
_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*", re.ASCII)
_BIN = re.compile(r"\s*(\[[^\[\]),]*,[^\[\]),]*\))\s*")
_PLAIN = re.compile(r"\w(?:[\w .-]*\w)?")
_HINT = (
    "as in 'cross_entropy <= 0.35', 'class[spam].recall >= 0.9', "
    "'slice[country=DE].brier < 0.5' or 'delta.cross_entropy <= 0.01'"
)


class Requirement(NamedTuple):
    """A figure, and the bound that it is to keep.

    `metric` is None for the number of rows. `slice` holds columns, as `--by` spells them, and
    their values. `text` is what was typed, `spec` the metric in it; `str` gives the canonical
    spelling.

    >>> str(parse("delta.class[ 'a b' ].log_loss<=1e-2"))
    'delta.class[a b].cross_entropy <= 0.01'
    """

    text: str
    metric: Requested | None
    operator: Operator
    bound: float
    delta: bool = False
    class_name: str | None = None
    slice: tuple[tuple[str, str], ...] = ()
    spec: str = ""

    @property
    def key(self) -> str:
        """The metric's canonical spec, or `rows`."""
        return ROWS if self.metric is None else self.metric.key

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the slice, as `--by` spells them."""
        return tuple(column for column, _ in self.slice)

    @property
    def named(self) -> str:
        """How errors begin that are about this requirement."""
        return f"--require '{shown(self.text)}'"

    def __str__(self) -> str:
        scope = "delta." if self.delta else ""
        if self.class_name is not None:
            scope += f"class[{_spelled(self.class_name)}]."
        if self.slice:
            pairs = (f"{_spelled(column)}={_spelled(value)}" for column, value in self.slice)
            scope += f"slice[{','.join(pairs)}]."
        return f"{scope}{self.key} {self.operator.value} {spelled(self.bound)}"


def parse(text: str) -> Requirement:
    """A requirement as it was typed.

    Raises UsageError that names the place, or the nearest names.
    """
    scopes = _Scopes(text.strip())
    name, arguments, at = parse_one(scopes.text, scopes.at, "--require")
    found = _OPERATOR.match(scopes.text, at)
    if found is None:
        raise scopes.expected("<=, <, >= or >", at)
    number = _NUMBER.match(scopes.text, found.end())
    if number is None:
        raise scopes.expected("a number", found.end())
    if number.end() != len(scopes.text):
        raise scopes.expected("nothing more behind the number", number.end())
    bound = float(number[1])
    if not math.isfinite(bound):
        raise scopes.error(f"{number[1]} is no finite number")
    if name == ROWS:
        if arguments:
            raise scopes.error("rows takes no parameters")
        metric = None
    else:
        metric = _requested(scopes, name, at)
    return Requirement(
        scopes.text,
        metric,
        Operator(found[1]),
        bound,
        scopes.delta,
        scopes.class_name,
        tuple(scopes.slice.items()),
        scopes.text[scopes.at : at].strip(),
    )


def parse_all(texts: Iterable[str]) -> tuple[Requirement, ...]:
    r"""Requirements, each once; a text of several lines is one a line, blank lines aside.

    >>> [str(r) for r in parse_all(["rows > 1", "brier < 1\n\nrows > 1"])]
    ['rows > 1', 'brier < 1']
    """
    found: dict[str, Requirement] = {}
    for text in texts:
        try:
            read = [parse(text)]  # which may hold a quoted name of several lines
        except UsageError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) <= 1:
                raise
            read = [parse(line) for line in lines]
        found.update({requirement.text: requirement for requirement in read})
    return tuple(found.values())


def _requested(scopes: _Scopes, name: str, end: int) -> Requested:
    """The metric of a spec, whose errors name the requirement."""
    try:
        find(name)
        return request([scopes.text[scopes.at : end]])[0]
    except UsageError as error:
        hint = error.hint
        if ROWS in nearest(name, [ROWS]):
            hint = f"did you mean {ROWS}?"
        raise scopes.error(error.message, hint) from None


class _Scopes:
    """What stands before the spec, read from left to right; `at` is the place behind it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.delta = False
        self.class_name: str | None = None
        self.slice: dict[str, str] = {}
        while (found := _SCOPE.match(text, self.at)) is not None:
            self._read(found)

    def error(self, problem: str, hint: str | None = None) -> UsageError:
        """An error about the whole requirement."""
        return UsageError(f"--require '{shown(self.text)}': {problem}", hint=hint)

    def expected(self, wanted: str, at: int | None = None, hint: str = _HINT) -> UsageError:
        """An error about a place."""
        at = self.at if at is None else at
        return self.error(f"expected {wanted} at character {at + 1}", hint)

    def _read(self, found: re.Match[str]) -> None:
        word, mark = found[1], found[2]
        before, self.at = self.at, found.end()
        if word == "delta" and mark == ".":
            if self.delta:
                raise self.error("delta is said twice")
            self.delta = True
            return
        if word not in ("class", "slice") or mark != "[":
            near = nearest(word, ["delta", "class", "slice"])
            hint = f"did you mean {near[0]}?" if near and near[0] != word else _HINT
            raise self.expected("delta., class[NAME]., slice[COL=VALUE]. or a metric", before, hint)
        if self.class_name is not None or self.slice:
            raise self.error("a requirement is on one class or one slice, not on both or several")
        if word == "class":
            self.class_name = self._name("]", "a class's name")
        else:
            self._pairs()
        if self.text[self.at : self.at + 2] != "].":
            raise self.expected("'].'", hint="a name that holds ] is quoted: class['a]b'].recall")
        self.at += 2

    def _pairs(self) -> None:
        """Reads COL=VALUE, …, up to the bracket."""
        while True:
            at, column = self.at, self._column()
            if column in self.slice:
                raise self.expected("a column that was not named yet", at)
            value = _BIN.match(self.text, self.at)
            if value is not None and self.text[value.end() : value.end() + 1] in ("]", ","):
                self.slice[column], self.at = value[1], value.end()
            else:
                self.slice[column] = self._name("],", None)
            if self.text[self.at : self.at + 1] != ",":
                return
            self.at += 1

    def _column(self) -> str:
        """A column as `--by` spells it, up to the equals sign outside of its brackets."""
        quoted = self._quoted()
        start, depth = self.at, 0
        while quoted is None and self.at < len(self.text):
            char = self.text[self.at]
            depth += (char == "[") - (char == "]")
            if depth < 0 or (depth == 0 and char in "=,"):
                break
            self.at += 1
        if self.text[self.at : self.at + 1] != "=":
            raise self.expected("COL=VALUE", start)
        name = self.text[start : self.at].strip() if quoted is None else quoted
        if not name:
            raise self.expected("a column's name", start)
        self.at += 1
        return name

    def _name(self, ends: str, wanted: str | None) -> str:
        """A quoted name, or text up to a character of `ends`; `wanted` where it must not lack."""
        quoted = self._quoted()
        if quoted is not None:
            return quoted
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        name = self.text[start : self.at].strip()
        if not name and wanted is not None:
            raise self.expected(wanted, start)
        return name

    def _quoted(self) -> str | None:
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        text = found[1] if found[1] is not None else found[2]
        return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _spelled(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return name
    return "'" + re.sub(r"(['\\])", r"\\\1", name) + "'"
