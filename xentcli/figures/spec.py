"""The spelling of metrics with parameters: `accuracy,brier(scale=half)`."""

from __future__ import annotations

import re

from xentcli.errors import UsageError

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_VALUE = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,()='"]+))\s*""")


def parse_specs(text: str) -> list[tuple[str, dict[str, str]]]:
    """The metrics that a comma list names, with their arguments as text.

    Raises UsageError, naming the place, for what is no such list.

    >>> parse_specs("accuracy, brier(scale=half)")
    [('accuracy', {}), ('brier', {'scale': 'half'})]
    """
    specs: list[tuple[str, dict[str, str]]] = []
    at = 0
    while True:
        name, arguments, at = parse_one(text, at)
        specs.append((name, arguments))
        if at == len(text):
            return specs
        if text[at] != ",":
            raise _unread(text, at, "a comma", "--metric")
        at += 1


def parse_one(text: str, at: int = 0, option: str = "--metric") -> tuple[str, dict[str, str], int]:
    """The metric that begins at a place, its arguments as text, and the place behind it.

    Raises UsageError, naming the place and the option that the text is of.

    >>> parse_one("recall <= 0.5"), parse_one("brier(scale='a)') < 1")
    (('recall', {}, 7), ('brier', {'scale': 'a)'}, 18))
    """
    match = _NAME.match(text, at)
    if match is None:
        raise _unread(text, at, "a metric's name", option)
    name, at = match[1], match.end()
    if text[at : at + 1] != "(":
        return name, {}, at
    arguments, at = _parse_arguments(text, at + 1, option)
    return name, arguments, at


def _parse_arguments(text: str, at: int, option: str) -> tuple[dict[str, str], int]:
    """The arguments up to the closing parenthesis, and the place behind it."""
    arguments: dict[str, str] = {}
    while text[at : at + 1] != ")":
        name = _NAME.match(text, at)
        if name is None or text[name.end() : name.end() + 1] != "=":
            raise _unread(text, at, "param=value", option)
        value = _VALUE.match(text, name.end() + 1)
        if value is None:
            raise _unread(text, name.end() + 1, "a value", option)
        quoted = value[1] if value[1] is not None else value[2]
        arguments[name[1]] = value[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = value.end()
        if text[at : at + 1] == ",":
            at += 1
        elif text[at : at + 1] != ")":
            raise _unread(text, at, "a comma or ')'", option)
    at += 1
    return arguments, at + len(text[at:]) - len(text[at:].lstrip())


def _unread(text: str, at: int, wanted: str, option: str) -> UsageError:
    return UsageError(
        f"{option} '{text}': expected {wanted} at character {at + 1}",
        hint="a spec is name or name(param=value, …), as in 'accuracy,brier(scale=half)'; a value "
        "with = or , is quoted: \"cross_entropy(class_weight='cat=2,dog=1')\"",
    )
