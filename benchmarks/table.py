"""Results as Markdown, and into the README between its markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from series import Series

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

TITLES = {
    "xent": "xent",
    "polars": "polars",
    "duckdb": "DuckDB",
    "sklearn": "pandas + scikit-learn",
    "imports": "bare imports",
    "xent-1": "1 thread",
    "xent-2": "2 threads",
}


def cell(series: Series, contender: str, base: str) -> str:
    """`0.82 s (1.6×), 240 MB`; the base has no ratio."""
    if contender not in series.runs:
        return "–"
    seconds, peak = series.seconds(contender), series.peak_mb(contender)
    ratio = "" if contender == base else f" ({times(series.ratio(contender, base))})"
    time = f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.2f} s"
    return f"{time}{ratio}, {peak:,.0f} MB"


def times(ratio: float) -> str:
    """`0.85×`, `1.2×`, `12×`."""
    digits = 0 if ratio >= 9.95 else 1 if ratio >= 0.995 else 2
    return f"{ratio:.{digits}f}×"


def table(head: str, sections: Sequence[Series], base: str) -> str:
    """One row a series, one column per contender."""
    names = list(dict.fromkeys(name for series in sections for name in series.runs))
    lines = [
        [head, *(TITLES.get(name, name) for name in names)],
        ["---"] * (len(names) + 1),
        *([series.title, *(cell(series, name, base) for name in names)] for series in sections),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def caption(environment: Mapping[str, Any]) -> str:
    """Where and with what it was measured."""
    machine = environment["machine"]
    versions = environment["versions"]
    listed = ", ".join(f"{name} {versions[name]}" for name in versions if versions[name])
    return (
        f"Whole processes, imports included; median time, its ratio to ours (paired round by"
        f" round), peak memory. {machine['processor']}, {machine['cpus']} CPUs,"
        f" {machine['memory_gb']} GB, Python {machine['python']}, {listed}; {environment['date']}."
    )


def render(sections: Mapping[str, Sequence[Series]], environment: Mapping[str, Any]) -> str:
    """All tables that there are results for, and the caption."""
    heads = {
        "files": ("file", "xent"),
        "documents": ("perplexity by document", "xent"),
        "pairs": ("two models compared", "xent"),
        "many-classes": ("memory at 1,000 classes", "xent"),
        "threads": ("threads", "xent-1"),
        "start-up": ("start", "xent"),
    }
    parts: Iterable[str] = (
        table(head, sections[name], base)
        for name, (head, base) in heads.items()
        if sections.get(name)
    )
    return "\n\n".join([*parts, caption(environment)])


def splice(readme: Path, text: str) -> None:
    """Replaces what stands between the markers.

    Raises:
        ValueError: the markers are not there, once each and in order.
    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{readme}: no {BEGIN} … {END}")
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
