"""Which column is what, once that is known. `resolve` finds it out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.labels import ClassIndex, Truth
from xentcli.schema import Role
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xentcli.options import Scale, Task


class Shape(StrEnum):
    """How the scores lie: one column for one class, a column a class, or one column of vectors.

    Labelled vectors name the class of every entry, in any order, in every row.
    """

    SINGLE = "single"
    COLUMNS = "columns"
    VECTOR = "vector"
    LABELLED = "labelled"


class Layout(NamedTuple):
    """Which column is what.

    `classes` are in the order of the score columns, and `positional` where they are but the
    numbers of that order; a single score column has two, of which
    number `positive` is the one it speaks of. `truth` is set where the labels beside a
    single column are to be read as no or yes, and the classes get their names from the
    labels that occur (`settled`). `reasons` say, per decision, what it was based on.
    """

    task: Task
    target: str
    scores: tuple[str, ...]
    shape: Shape
    scale: Scale
    classes: tuple[str, ...]
    positive: int = 1
    positional: bool = False
    truth: Truth | None = None
    weight: str | None = None
    id: str | None = None
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def k(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def roles(self) -> dict[str, Role]:
        """The columns to be read, and what for. `id` is left to who wants it."""
        roles = {self.target: Role.LABEL}
        vectors = self.shape in (Shape.VECTOR, Shape.LABELLED)
        role = Role.VECTOR if vectors else Role.NUMBER
        roles.update(dict.fromkeys(self.scores, role))
        if self.weight is not None:
            roles[self.weight] = Role.NUMBER
        return roles

    def find(self, label: str) -> int | None:
        """The class that a label names, or None."""
        return self.finder()(label)

    def finder(self) -> Callable[[str], int | None]:
        """`find`, made ready for many labels."""
        return (self.truth or ClassIndex(self.classes)).find

    def settled(self, seen: Sequence[str]) -> Layout:
        """This layout with its two classes named as the labels that occurred name them.

        Raises InputError where those are more than two, or of two vocabularies.
        """
        if self.truth is None:
            return self
        names = self.truth.names(seen)
        if names is None:
            found = ", ".join(f"'{shown(t)}'" for t in sorted(seen)[:6])
            raise InputError(
                f"column '{shown(self.target)}' of a binary task holds the labels {found}",
                hint="name the two classes with --classes, or leave labels out with --ignore-label",
            )
        return self._replace(classes=names)
