"""What is said of reports side by side, whatever the form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.renderers._words.figures import Name, Sentence, label, named, titled
from xentcli.renderers._words.headline import class_count
from xentcli.renderers._words.order import overall_metrics

if TYPE_CHECKING:
    from xentcli.figures.values import Value
    from xentcli.jobs.side_by_side import Against, SideBySide
    from xentcli.renderers._words.figures import Spelling


def names(found: SideBySide, spell: Spelling) -> list[Name]:
    """The sources, in the order of the table."""
    return [named(found.sources[i], spell) for i in found.order]


def keys(found: SideBySide) -> list[str]:
    """The columns of the table: what it is ordered by, then the other overall figures."""
    first = [] if found.metric is None else [found.metric]
    others = (key for report in found.reports for key in overall_metrics(report))
    return list(dict.fromkeys([*first, *others]))


def title(found: SideBySide, key: str, spell: Spelling) -> str:
    """What stands above a column: the metric and its unit."""
    values = (report.metrics.get(key) for report in found.reports)
    unit = next((value.unit for value in values if value is not None and value.unit), None)
    return spell.text(titled(key, unit))


def setting(found: SideBySide, spell: Spelling) -> str:
    """How many sources there are, and what is alike in all of them."""
    layouts = [report.layout for report in found.reports]
    tasks = {layout.task for layout in layouts}
    classes = {(layout.member, len(layout.classes)) for layout in layouts}
    number = len(layouts)
    parts = [f"{number:,} source{'' if number == 1 else 's'}"]
    if len(tasks) == 1:
        parts.append(spell.text(layouts[0].task))
    if len(classes) == 1 and layouts[0].classes:
        parts.append(class_count(layouts[0], spell))
    return spell.separator.join(parts)


def column(found: SideBySide, key: str) -> list[Value | None]:
    """One figure of all sources, in the order of the table."""
    return [found.reports[i].metrics.get(key) for i in found.order]


def summary(found: SideBySide, spell: Spelling) -> tuple[str, Sentence]:
    """Whether one source is the best: in a word or two, and why."""
    if found.metric is None:
        return "no best can be told", ["the sources have no figure in common"]
    by = label(found.metric)
    if found.differ:
        return "no best can be told", [
            f"sources differ in their {listed_words(found.differ)}, so that figures may not compare"
        ]
    if found.best is not None:
        way = "least" if found.better == "lower" else "largest"
        p = max((t.p_holm for t in found.tests if t.p_holm is not None), default=None)
        text = "" if p is None else f" ({_p(found, p, spell)})"
        return "best", [named(found.sources[found.best], spell), f" has the {way} {by}{text}"]
    return "no best can be told", _open(found, by, spell)


def _open(found: SideBySide, by: str, spell: Spelling) -> Sentence:
    if len(found.sources) == 1:
        return ["there is one source"]
    if not found.tests:
        return [f"{by} is a sum, or has no better direction"]
    first = named(found.sources[found.order[0]], spell)
    for test in found.tests:
        if test.surely(found.confidence):
            continue
        other = named(found.sources[test.other], spell)
        if test.p_holm is None:
            return [f"there is no test of {by} between ", first, " and ", other, _why(found, test)]
        p = _p(found, test.p_holm, spell)
        return [f"{by} of ", first, " may be no better than that of ", other, f" ({p})"]
    return []


def _p(found: SideBySide, p: float, spell: Spelling) -> str:
    return f"p {spell.p_equals(p)}" + (" by Holm" if len(found.tests) > 1 else "")


def _why(found: SideBySide, test: Against) -> str:
    reports = (found.reports[found.order[0]], found.reports[test.other])
    values = [report.metrics[found.metric or ""] for report in reports]
    if any(v.value is not None and math.isinf(v.value) for v in values):
        return ": both are infinite"
    if any(v.value is None for v in values):
        return ": it is undefined"
    if test.stderr is not None or min(report.source.rows for report in reports) < 2:
        return ": too few rows"
    return ": it has no standard error (--bootstrap N gives every figure one)"


def listed_words(words: tuple[str, ...]) -> str:
    """Words as they are listed in a sentence.

    >>> listed_words(("task", "classes", "units"))
    'task, classes and units'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def notes(found: SideBySide) -> list[str]:
    """What has to be known to read the table."""
    told = []
    parts = {
        "slices": any(r.slices for r in found.reports),
        "calibration": any(r.calibration for r in found.reports),
    }
    held = ("classes", *(name for name, there in parts.items() if there))
    told.append(f"{listed_words(held)} are in -f json and csv")
    if any(r.found_slices for r in found.reports):
        told.append("slices found are in -f json")
    if len(found.sources) > 1:
        told.append(
            "rows are taken for unrelated; of one test set, `xent compare` sees smaller differences"
        )
    return told
