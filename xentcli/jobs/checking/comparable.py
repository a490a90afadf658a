"""Whether figures of two reports mean the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.report.report import Report

# What of a signature changes the meaning of a figure, and how a person would say so.
_CONVENTIONS = {
    "task": "task",
    "base": "base of the logarithm (--base)",
    "clip": "--clip",
    "sum": "--sum-to-one",
    "like": "--like",
    "ignore": "--ignore-label",
    "unknown": "--unknown-label",
    "weight": "--weight",
    "cluster": "--cluster",
    "count": "--count",
}
_FIELD = re.compile(r"((?:[^|\\]|\\.)*)(?:\||$)", re.DOTALL)


def fields(signature: str) -> dict[str, str]:
    r"""The fields of a signature.

    >>> fields(r"xent|k:2|weight:a\|b")
    {'k': '2', 'weight': 'a|b'}
    """
    parts = (part.partition(":") for part in _FIELD.findall(signature))
    return {key: re.sub(r"\\(.)", r"\1", value) for key, mark, value in parts if mark}


def check_comparable(base: Report, name: str, candidate: Report) -> None:
    """Raises InputError where figures of two reports mean different things."""
    ours, theirs = fields(candidate.signature), fields(base.signature)
    for field, words in _CONVENTIONS.items():
        old, new = theirs.get(field, "none"), ours.get(field, "none")
        if old != new:
            raise _differ(name, words, old, new)
    if base.layout.classes != candidate.layout.classes:
        names = (_listed(report.layout.classes) for report in (base, candidate))
        kind = f"{base.layout.member} names, or their order"
        raise _differ(name, kind, *names)


def _differ(name: str, what: str, old: str, new: str) -> InputError:
    texts = f"'{shown(old, 80)}' there, '{shown(new, 80)}' here"
    return InputError(
        f"{shown(name)}: cannot be compared with, for other {what}: {texts}",
        hint="score both with the same options",
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8:,} more" if len(names) > 8 else "")


def same_slices(base: Report, candidate: Report) -> bool:
    """Whether slices of two reports are by the same columns and bins."""
    old, new = (fields(report.signature).get("by", "") for report in (base, candidate))
    if "[" in old + new:
        return old == new
    return sorted(old.split(",")) == sorted(new.split(","))
