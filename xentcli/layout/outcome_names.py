"""The outcome's own name where a program puts it into the names of its score columns.

BigQuery ML writes `predicted_LABEL_probs`, Vertex AI `predicted_LABEL`, KNIME `P (LABEL=CLASS)`
and SAS `P_LABELCLASS`. Such a name says which column is the truth.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.layout import naming
from xentcli.layout.labels import ClassIndex
from xentcli.layout.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.layout.schema import Column, Table

_BIGQUERY = re.compile(r"predicted_(.+)_probs", re.IGNORECASE)
_VERTEX = re.compile(r"predicted_(.+)", re.IGNORECASE)


def targets(table: Table) -> list[str]:
    """The columns that score columns name as their outcome."""
    spoken_of = dict.fromkeys(filter(None, (outcome_in(table, c) for c in table.columns)))
    found = [name for outcome in spoken_of for name in _named(outcome, table.names)]
    return list(dict.fromkeys(found + _targets_of_sas(table)))


def outcome_in(table: Table, column: Column) -> str | None:
    """The outcome that the name of a score column speaks of, be there such a column or not."""
    if table.named_classes(column) is not None:
        for form in (_BIGQUERY, _VERTEX):
            found = form.fullmatch(column.name)
            if found is not None:
                return found[1]
        return None
    prefix = naming.prefix_of(column.name, table.names)
    return None if prefix is None else prefix.outcome


def classes_of_sas(
    suffixes: tuple[str, ...], target: str | None, labels: Sequence[str]
) -> tuple[str, ...]:
    """The classes in what follows `P_`: behind the name of the target, if they stand there.

    Names alone cannot tell `P_BAD1` for the class 1 of BAD from that for a class BAD1: the
    labels do. Raises InputError where they fit both.
    """
    behind = _behind(suffixes, target)
    if behind is None:
        return suffixes
    plain, stripped = (_fitting(classes, labels) for classes in (suffixes, behind))
    if plain == stripped > 0:
        raise InputError(
            f"the classes could be {quoted(behind, 4)} of '{target}' or {quoted(suffixes, 4)}",
            hint="name them in the order of the score columns with --classes a,b,c",
        )
    return behind if stripped >= plain else suffixes


def _named(outcome: str, names: Sequence[str]) -> list[str]:
    """The columns of this name; whatever the case, where none has it exactly so."""
    if outcome in names:
        return [outcome]
    return [name for name in names if name.lower() == outcome.lower()]


def _targets_of_sas(table: Table) -> list[str]:
    """The columns with whose names all that follows `P_` begins, and whose labels are the rest.

    `P_cat` and `P_cow` beside a feature `c` speak of no outcome: no label of it is a rest.
    """
    found = [naming.prefix_of(name) for name in table.names]
    family = [
        name[len(prefix.text) :]
        for name, prefix in zip(table.names, found, strict=True)
        if prefix is not None and prefix.text == naming.SAS
    ]
    targets = []
    for name, prefix in zip(table.names, found, strict=True):
        behind = _behind(tuple(family), name)
        if prefix is not None or naming.is_decision(name) or behind is None:
            continue
        labels = table.texts(name)
        wanted = min(len(behind), len(set(labels)))  # a single score has one class of two
        if _fitting(behind, labels) == wanted:
            targets.append(name)
    return targets


def _behind(suffixes: tuple[str, ...], target: str | None) -> tuple[str, ...] | None:
    """What follows the name of the target in all of `suffixes`; None where it does not."""
    if target is None or not suffixes:
        return None
    n = len(target)
    if all(len(s) > n and s[:n].lower() == target.lower() for s in suffixes):
        return tuple(s[n:] for s in suffixes)
    return None


def _fitting(classes: Sequence[str], labels: Sequence[str]) -> int:
    """How many different labels name one of the classes."""
    index = ClassIndex(classes)
    return sum(index.find(label) is not None for label in set(labels))
