"""Who may import whom: the arrow of ARCHITECTURE.md, as data and as a test."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest

from tests.architecture.modules import Module, imports, inner, modules

# Each layer may import those below it and, where that makes no circle, its own neighbours.
# A module that is not listed fails the test: say where it belongs. Rooms are packages.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("api", "gate"),
    ("jobs.checking", "jobs.comparing", "arguments", "jobs.all_conventions"),
    (
        *(
            "jobs.evaluate",
            "engine.quantile_pass",
            "report.from_sums",
            "report.bootstrap",
            "report.slices",
        ),
        "report.calibration",
        *(
            "jobs.scored_rows",
            "commands.output.row_forms",
            "reading.memory",
            "commands.output.files",
            "commands.output.progress",
            "jobs.calibrating",
        ),
        *("reading.data_sets", "jobs.states"),
    ),
    (
        *(
            "engine.plan",
            "engine.observers",
            "engine.forked",
            "engine.supply",
            "streaming",
            "report.findings",
        ),
        *("renderers", "reading", "reading.sources"),
        *(
            "sums.resampling",
            "replicates",
            "rows.identities",
            "jobs.states.fingerprint",
            "jobs.states.pair_sketch",
            "jobs.states.keeper",
        ),
        "jobs.side_by_side",
    ),
    ("metrics", "rows.decode"),
    (
        "figures.metric",
        "rows.checks",
        "rows.imitate",
        "layout.like",
        "kept",
        "rows.truths",
        "rows.labelled_vectors",
        "report.found_slices",
    ),
    (
        "figures.class_weights",
        "report.arrow_table",
        "slice_report",
        "figures.slice_columns",
        "sums.slices.slices",
        "sums.slices.slicer",
        "slice_readings",
        "figures.against_rest",
        "sums.slices.values",
        "sums.slices.search",
    ),
    (
        *(
            "figures.totals",
            "figures.means",
            "figures.intervals",
            "figures.clusters",
            "sums.column_statistics",
            "sums.statistic",
            "sums.state",
            "rows.label_codes",
            "rows.by_scale",
        ),
        *(
            "figures.reliability",
            "sums.calibration_bins",
            "recalibration",
            "sums.row_sample",
            "decomposition",
            "sums.score_grid",
        ),
    ),
    ("sums.frame",),
    ("rows.class_rows", "rows.cell_rows", "soft_batch", "label_batch"),
    ("rows.matrix_scores", "rows.single_scores", "outcome_scores"),
    (
        "rows.batch",
        "rows.scores",
        "rows.losses",
        "numerics.from_arrow",
        "engine.parcels",
        "rows.tally",
        "numerics.temperature",
        "numerics.keyed_sums",
    ),
    (
        "numerics.exact",
        "numerics.ladder",
        "numerics.elementary",
        "numerics.doubles",
        "sums.slices.keys",
        "numerics.histogram",
        "numerics.distributions",
        "numerics.draws",
        "numerics.hashing",
        "row_hashes",
        "numerics.isotonic",
        "bin_counts",
    ),
    (
        *(
            "report.report",
            "records",
            "jobs.comparing.comparison",
            "comparison_record",
            "calibration_report",
        ),
        *("report.signature", "layout.resolve", "jobs.checking.verdicts"),
    ),
    (
        *(
            "layout.score_columns",
            "unread_scores",
            "layout.class_names",
            "layout.target_columns",
            "layout.outcomes",
        ),
        *("by_columns", "numerics.groups"),
    ),
    ("layout.rules", "layout.conventions"),
    ("layout.layout", "layout.outcome_names", "layout.sampled"),
    ("layout.schema",),
    ("layout.labels", "layout.naming", "figures.spec", "layout.bins"),
    ("descriptors", "suffixes"),
    ("errors", "options", "text", ""),
)
HEIGHT = {name: -i for i, layer in enumerate(LAYERS) for name in layer}

# Imports against the arrow that have a reason. Each must still exist.
EXCEPTIONS = {
    # A report renders itself for Python users; the import happens when it is asked to.
    ("report.report", "renderers"),
    ("jobs.comparing.comparison", "renderers"),
    ("jobs.checking.verdicts", "renderers"),
}

# Outside libraries, and the only rooms that may import them while the program runs.
FOREIGN = {
    "typer": {"cli", "commands"},
    "click": {"cli", "commands"},
    "rich": {"renderers", "commands.output.progress"},
    "pandas": {"api", "reading.memory", "report.report", "reading"},
    "pyarrow": {
        "reading",
        "numerics.from_arrow",
        "rows.label_codes",
        "rows.truths",
        "rows.decode",
        "kept",
        "sums.slices.slicer",
    }
    | {
        "rows.labelled_vectors",
        "report.arrow_table",
        "rows.identities",
        "api",
        "reading.memory",
        "jobs.scored_rows",
        "commands.output.row_forms",
    }
    | {"jobs.calibrating", "engine.parcels"},
    "scipy": {"jobs.calibrating"},
}
BOTTOM = {"errors", "text"}

every_module = pytest.mark.parametrize("module", modules(), ids=lambda m: m.name or "__init__")


def room(name: str) -> str:
    """The longest listed name that `name` is or lies in."""
    parts = name.split(".")
    longer = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((n for n in longer if n in HEIGHT), parts[0])


def crossings(module: Module) -> set[tuple[str, str]]:
    """Imports of ours from other rooms, those for type checkers left out."""
    targets = {inner(i.target) for i in imports(module) if not i.typing}
    own = room(module.name)
    return {(own, room(t)) for t in targets if t is not None} - {(own, own)}


@every_module
def test_every_module_has_a_layer(module: Module) -> None:
    inside = [name for name in HEIGHT if name.startswith(f"{module.name}.")]
    assert inside or room(module.name) in HEIGHT, f"say in LAYERS where {module.name} belongs"


@every_module
def test_imports_point_down(module: Module) -> None:
    for source, target in crossings(module) - EXCEPTIONS:
        assert HEIGHT[target] <= HEIGHT[source], f"{module.name} imports {target}, which is above"


def test_rooms_of_one_layer_import_each_other_without_circles() -> None:
    edges = {edge for m in modules() for edge in crossings(m)} - EXCEPTIONS
    seen: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path, name))
        if name not in seen:
            for _, target in sorted(e for e in edges if e[0] == name):
                walk(target, (*path, name))
            seen.add(name)

    for name in HEIGHT:
        walk(name, ())


def test_every_exception_is_still_needed() -> None:
    edges = {edge for m in modules() for edge in crossings(m)}
    assert edges >= EXCEPTIONS


def test_no_room_is_listed_that_is_not_there() -> None:
    there = {room(m.name) for m in modules()}
    assert set(HEIGHT) <= there
    assert all(rooms <= there for rooms in FOREIGN.values())


@every_module
def test_foreign_libraries_stay_in_their_rooms(module: Module) -> None:
    for found in imports(module):
        library = found.target.split(".")[0]
        if not found.typing and library in FOREIGN:
            where = f"{module.name}:{found.line} imports {library}"
            assert {room(module.name), module.package} & FOREIGN[library], where


@every_module
def test_the_bottom_imports_nothing_of_ours(module: Module) -> None:
    if room(module.name) in BOTTOM:
        assert not crossings(module)


def exporting(name: str) -> set[str]:
    """The modules that define `name` at their top."""
    return {m.name for m in modules() if f"\n{name} = " in m.text or f"\n{name}: " in m.text}


@pytest.mark.parametrize(
    ("kind", "room_of"),
    [("METRIC", "metrics"), ("READER", "reading"), ("RENDERER", "renderers")],
)
def test_plugins_never_import_a_sibling(kind: str, room_of: str) -> None:
    plugins = exporting(kind)
    assert len(plugins) > 3
    assert {room(p) for p in plugins} == {room_of}
    for module in modules():
        if module.name in plugins:
            targets = {inner(i.target) for i in imports(module)}
            assert not targets & (plugins - {module.name}), module.name


def test_metrics_neither_read_nor_print() -> None:
    for module in modules():
        if room(module.name) == "metrics":
            targets = {room(inner(i.target) or "") for i in imports(module)}
            assert not targets & {
                "reading",
                "renderers",
                "reading.sources",
                "engine.plan",
                "commands",
            }
            assert "print(" not in module.text
            assert "open(" not in module.text


def test_renderers_compute_nothing() -> None:
    rooms = {
        room(inner(i.target) or "")
        for m in modules()
        if room(m.name) == "renderers"
        for i in imports(m)
        if not i.typing and inner(i.target) is not None
    }
    known = {
        "report.report",
        "slice_report",
        "report.arrow_table",
        "text",
        "errors",
        "options",
        "layout.naming",
    }
    known |= {
        "jobs.comparing.comparison",
        "comparison_record",
        "jobs.checking.verdicts",
        "layout.bins",
    }
    assert rooms <= {"renderers", *known}


def loaded(statement: str) -> set[str]:
    """The top-level modules in memory after a statement in a fresh interpreter."""
    program = f"import sys; {statement}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import xentcli", {"numpy", "pyarrow", "pandas", "rich", "typer"}),
        ("import xentcli.cli", {"numpy", "pyarrow", "pandas"}),
        (
            "import xentcli.layout.layout, xentcli.layout.resolve",
            {"numpy", "pyarrow", "pandas", "rich"},
        ),
        ("import xentcli.jobs.evaluate, xentcli.engine.plan", {"pandas", "rich", "typer"}),
        ("import xentcli.report.report", {"numpy", "pyarrow", "pandas", "rich"}),
    ],
)
def test_imports_cost_only_what_is_needed(statement: str, unwanted: set[str]) -> None:
    assert not loaded(statement) & unwanted


def test_a_command_that_is_not_run_is_not_loaded() -> None:
    program = "import sys, xentcli.cli; print([m for m in sys.modules if '.commands.' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_layers_are_listed_once() -> None:
    names = [name for layer in LAYERS for name in layer]
    assert len(names) == len(set(names))
    assert all(a and b for a, b in pairwise(LAYERS))
