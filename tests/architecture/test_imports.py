"""Who may import whom: the arrow of ARCHITECTURE.md, as data and as a test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.modules import Module, imports, inner, modules

ROOT = Path(__file__).parents[2]
# The block under "Who may import whom": a line a layer, from the top down. Behind a colon stand
# the rooms of a wing, `>` between those that may not import upwards.
_BLOCK = re.compile(r"## Who may import whom\n.*?```text\n(.*?)```", re.DOTALL)
_FOUND = _BLOCK.search((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
LINES = _FOUND[1].splitlines() if _FOUND is not None else []
LAYERS = [line.partition(":")[0].split() for line in LINES]
HEIGHT = {name: -i for i, layer in enumerate(LAYERS) for name in layer}
INSIDE = {
    line.partition(":")[0]: [part.split() for part in line.partition(":")[2].split(">")]
    for line in LINES
    if ":" in line
}

# Wings that do not know each other, though one is above the other.
STRANGERS = {("engine", "report"), ("rows", "reading")}

# Imports against the arrow that have a reason. Each must still exist: what a report, a comparison
# and a gate print of themselves, imported when they are asked to.
EXCEPTIONS = {
    ("report.report", "renderers"),
    ("jobs.comparing.comparison", "renderers"),
    ("jobs.checking.verdicts", "renderers"),
}

# Outside libraries, and the only places that may import them while the program runs.
FOREIGN = {
    "typer": {"cli", "commands"},
    "click": {"cli", "commands"},
    "rich": {"renderers", "commands.output.progress"},
    "pandas": {"api", "report", "reading"},
    "pyarrow": {"reading", "rows", "numerics", "sums.slices", "report.arrow_table", "api"}
    | {"jobs.scored_rows", "jobs.calibrating", "commands.output.row_forms", "engine.parcels"},
    "scipy": {"jobs.calibrating"},
}

MOST_LAYERS = 14

every_module = pytest.mark.parametrize("module", modules(), ids=lambda m: m.name or "__init__")


def wing(name: str) -> str:
    """The wing that a module is in; files at the root are their own."""
    return name.split(".", maxsplit=1)[0] or "__init__"


def places(name: str) -> set[str]:
    """A module, and every folder that it is in."""
    parts = name.split(".")
    return {".".join(parts[:n]) for n in range(1, len(parts) + 1)}


def arrows(module: Module) -> set[tuple[str, str]]:
    """What a module imports of ours, lazily and for type checkers, too."""
    targets = {inner(i.target) for i in imports(module)}
    return {(module.name, t) for t in targets if t not in (None, module.name)} - EXCEPTIONS


@every_module
def test_every_module_is_in_a_wing(module: Module) -> None:
    assert wing(module.name) in HEIGHT, f"say in ARCHITECTURE.md where {module.name} belongs"


@every_module
def test_imports_point_down(module: Module) -> None:
    for source, target in arrows(module):
        here, there = wing(source), wing(target)
        assert HEIGHT[there] <= HEIGHT[here], f"{source} imports {target}, which is above"
        assert (here, there) not in STRANGERS, f"{source} imports {target}"
        if (here, there) == ("report", "rows"):
            assert target == "rows.tally", f"{source} imports {target}"


@every_module
def test_rooms_of_a_wing_keep_their_order(module: Module) -> None:
    for source, target in arrows(module):
        if wing(source) != wing(target) or wing(source) not in INSIDE:
            continue
        depth = {name: i for i, rooms in enumerate(INSIDE[wing(source)]) for name in rooms}
        here, there = (name.split(".")[1] for name in (source, target))
        assert here == there or depth[here] < depth[there], f"{source} imports {target}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside functions and for type checkers count, too."""
    graph: dict[str, list[str]] = {}
    for source, target in sorted(arrow for m in modules() for arrow in arrows(m)):
        graph.setdefault(source, []).append(target)
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name not in done:
            for target in graph.get(name, ()):
                walk(target, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_every_exception_is_still_needed() -> None:
    edges = {(m.name, inner(i.target)) for m in modules() for i in imports(m)}
    assert edges >= EXCEPTIONS


def test_the_map_lists_what_is_there_and_nothing_twice() -> None:
    names = [name for layer in LAYERS for name in layer]
    assert sorted(names) == sorted({wing(m.name) for m in modules()})
    assert len(LAYERS) <= MOST_LAYERS
    there = {place for m in modules() for place in places(m.name)}
    assert all(rooms <= there for rooms in FOREIGN.values())
    for name, parts in INSIDE.items():
        inside = {m.name.split(".")[1] for m in modules() if m.name.startswith(f"{name}.")}
        assert sorted(room for rooms in parts for room in rooms) == sorted(inside)


@every_module
def test_foreign_libraries_stay_in_their_rooms(module: Module) -> None:
    for found in imports(module):
        library = found.target.split(".")[0]
        if not found.typing and library in FOREIGN:
            where = f"{module.name}:{found.line} imports {library}"
            assert places(module.name) & FOREIGN[library], where


def exporting(name: str) -> set[str]:
    """The modules that define `name` at their top."""
    return {m.name for m in modules() if f"\n{name} = " in m.text or f"\n{name}: " in m.text}


@pytest.mark.parametrize(
    ("kind", "room_of"),
    [("METRIC", "metrics"), ("RENDERER", "renderers")],
)
def test_plugins_never_import_a_sibling(kind: str, room_of: str) -> None:
    plugins = exporting(kind)
    assert len(plugins) > 3
    assert {wing(p) for p in plugins} == {room_of}
    for module in modules():
        if module.name in plugins:
            targets = {inner(i.target) for i in imports(module)}
            assert not targets & (plugins - {module.name}), module.name


def test_metrics_neither_read_nor_print() -> None:
    for module in modules():
        if wing(module.name) == "metrics":
            targets = {wing(inner(i.target) or "") for i in imports(module)}
            assert not targets & {"reading", "renderers", "engine", "commands"}
            assert "print(" not in module.text
            assert "open(" not in module.text


def test_renderers_compute_nothing() -> None:
    rooms = {
        inner(i.target) or ""
        for m in modules()
        if wing(m.name) == "renderers"
        for i in imports(m)
        if not i.typing and inner(i.target) is not None
    }
    known = {"report", "renderers", "text", "errors", "options", "figures.values", "layout.naming"}
    known |= {"layout.bins", "jobs.comparing.comparison", "jobs.checking.verdicts"}
    assert not [room for room in rooms if not places(room) & known]


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
        ("import xentcli.reading", {"pandas", "rich", "typer"}),
        ("import xentcli.report.report", {"numpy", "pyarrow", "pandas", "rich"}),
    ],
)
def test_imports_cost_only_what_is_needed(statement: str, unwanted: set[str]) -> None:
    assert not loaded(statement) & unwanted


def test_a_command_that_is_not_run_is_not_loaded() -> None:
    program = "import sys, xentcli.cli; print([m for m in sys.modules if '.commands.' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
