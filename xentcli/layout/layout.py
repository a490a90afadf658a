"""Which column is what, once that is known. `resolve` finds it out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.layout.labels import ClassIndex, Truth
from xentcli.layout.schema import Role
from xentcli.options import TargetKind, TargetScale, Task
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xentcli.layout.bins import Bins
    from xentcli.options import Scale


# So many columns, in the order of the file, are searched for slices.
MOST_SEARCHED = 100


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

    `targets` hold the truth, `target_shape` says how and `target_scale` as what (`target_words`:
    as true and false); there are none of an outcome. `classes` are in the order of the score
    columns, and `positional` where they are but the numbers of that order; a single score column
    has two, of which number `positive` is the one it speaks of. `truth` is set where the labels
    beside a single column are to be read as no or yes, and the classes get their names from the
    labels that occur (`settled`). `units` names the column of how many units a row stands for,
    `by` those that slice the rows, `bins` the intervals that some of these are cut into,
    `searched` those that are searched for slices, `cluster` the one whose equal values make
    rows depend on each other. `reasons` say, per decision, what it was based on.
    """

    task: Task
    targets: tuple[str, ...]
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
    target_shape: Shape = Shape.SINGLE
    target_scale: TargetScale = TargetScale.LABEL
    target_words: bool = False
    units: str | None = None
    by: tuple[str, ...] = ()
    cluster: str | None = None
    bins: tuple[tuple[str, Bins], ...] = ()
    searched: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """The number of classes or labels; 1 where there is but the outcome."""
        return len(self.classes) or 1

    @property
    def kind(self) -> TargetKind:
        """What is known of the truth of a row."""
        if self.task is Task.OUTCOME:
            return TargetKind.OUTCOME
        if self.task is Task.MULTILABEL:
            return TargetKind.LABELS
        soft = self.target_scale is not TargetScale.LABEL
        return TargetKind.SOFT if soft else TargetKind.CLASS

    @property
    def size(self) -> int:
        """How many sums each number per row is added up in.

        One a class, and one for all rows where a row counts for several classes.
        """
        return self.k + (self.kind in (TargetKind.SOFT, TargetKind.LABELS))

    @property
    def parted_by(self) -> tuple[str, ...]:
        """The columns by whose values sums are kept apart."""
        return self.by if self.cluster is None else (*self.by, self.cluster)

    @property
    def roles(self) -> dict[str, Role]:
        """The columns to be read, and what for. `id` is left to who wants it."""
        roles = dict.fromkeys(self.targets, self._target_role)
        vectors = self.shape in (Shape.VECTOR, Shape.LABELLED)
        role = Role.VECTOR if vectors else Role.NUMBER
        roles.update(dict.fromkeys(self.scores, role))
        for name in (self.weight, self.units):
            if name is not None:
                roles[name] = Role.NUMBER
        roles.update((name, Role.NUMBER) for name, _ in self.bins if name not in roles)
        labels = (*self.parted_by, *self.searched[:MOST_SEARCHED])
        roles.update((name, Role.LABEL) for name in labels if name not in roles)
        return roles

    @property
    def _target_role(self) -> Role:
        if self.kind is TargetKind.CLASS or self.target_words:
            return Role.LABEL
        return Role.VECTOR if self.target_shape is Shape.VECTOR else Role.NUMBER

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
                f"column '{shown(self.targets[0])}' of a binary task holds the labels {found}",
                hint="name the two classes with --classes, or leave labels out with --ignore-label",
            )
        return self._replace(classes=names)


class Kind(StrEnum):
    """What tells rows apart: the cluster they belong to, an id of their own, or all they hold."""

    CLUSTER = "cluster"
    ID = "id"
    CONTENT = "content"


class Identity(NamedTuple):
    """What tells rows apart: the values of `names`; with none, scores, truth, weight and units."""

    kind: Kind
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, layout: Layout) -> Identity:
        """The best that a layout knows: rows that depend on each other are drawn together."""
        if layout.cluster is not None:
            return cls(Kind.CLUSTER, (layout.cluster,))
        return cls(Kind.CONTENT) if layout.id is None else cls(Kind.ID, (layout.id,))
