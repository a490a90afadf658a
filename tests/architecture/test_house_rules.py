"""The rules of the house that can be counted: sizes, names, docstrings, tests beside metrics."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture.modules import Module, modules
from xentcli.metrics import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = Path(__file__).parents[1] / "metrics"
TESTS = Path(__file__).parents[1]
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "core", "misc"}
MOST_LINES, MOST_FUNCTION_LINES = 400, 50

every_module = pytest.mark.parametrize("module", modules(), ids=lambda m: m.name or "__init__")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> list[Function]:
    return [n for n in ast.walk(module.tree) if isinstance(n, Function)]


CLASSES = {n.name: n for m in modules() for n in ast.walk(m.tree) if isinstance(n, ast.ClassDef)}


def inherited(node: ast.ClassDef) -> set[str]:
    """The methods that a class has from bases of ours."""
    names: set[str] = set()
    for base in node.bases:
        parent = CLASSES.get(base.id) if isinstance(base, ast.Name) else None
        if parent is not None:
            names |= {n.name for n in parent.body if isinstance(n, Function)}
            names |= inherited(parent)
    return names


def public(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions and classes, and the public methods of public classes.

    Overriding methods, and those of protocols, speak through what they belong to.
    """
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            protocol = any(ast.unparse(b).partition("[")[0] == "Protocol" for b in node.bases)
            for method in node.body:
                if not isinstance(method, Function) or method.name.startswith("_"):
                    continue
                if not protocol and method.name not in inherited(node):
                    yield f"{node.name}.{method.name}", method


@every_module
def test_no_module_is_a_drawer_for_everything(module: Module) -> None:
    for part in module.name.split("."):
        assert part.strip("_") not in FORBIDDEN


@every_module
def test_modules_are_short(module: Module) -> None:
    assert len(module.text.splitlines()) <= MOST_LINES


@every_module
def test_functions_are_short(module: Module) -> None:
    """Counted from the first statement behind the signature and the docstring."""
    for node in functions(module):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
        assert length <= MOST_FUNCTION_LINES, f"{module.name}.{node.name}: {length} lines"


@every_module
def test_public_names_say_what_they_are(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.name or '__init__'} has no docstring"
    for name, node in public(module.tree):
        assert ast.get_docstring(node), f"{module.name}.{name} has no docstring"


@every_module
def test_the_program_asserts_nothing(module: Module) -> None:
    """Errors of users are exceptions of ours, and say what helps."""
    for node in ast.walk(module.tree):
        assert not isinstance(node, ast.Assert), f"{module.name}:{node.lineno}"


@pytest.mark.parametrize("metric", list(registry()))
def test_every_metric_has_its_known_values(metric: str) -> None:
    path = KNOWN / f"test_{metric}.py"
    assert path.exists(), f"write {path.name}: closed forms and an independent reference"
    assert "def test_" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", list(registry()))
def test_every_metric_describes_itself(metric: str) -> None:
    declared = registry()[metric]
    assert declared.name == metric
    assert declared.summary
    assert "\n" not in declared.summary
    assert declared.formula
    assert declared.better
    assert declared.unit in (None, "loss")
    for parameter in declared.parameters:
        assert parameter.summary
        assert parameter.choices is None or parameter.default in parameter.choices


def test_no_two_metrics_share_a_name() -> None:
    names = [n for m in registry().values() for n in (m.name, *m.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("room", ["laws", "metrics", "layout", "architecture", "differential"])
def test_the_tests_keep_the_rules_themselves(room: str) -> None:
    for path in sorted((TESTS / room).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= MOST_LINES, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, Function) and node.name.startswith("test_"):
                checks = any(
                    isinstance(n, ast.Assert | ast.With)
                    or (
                        isinstance(n, ast.Call)
                        and ast.unparse(n.func)
                        .split(".")[-1]
                        .startswith(("check", "_check", "refusal"))
                    )
                    for n in ast.walk(node)
                )
                assert checks, f"{path.name}: {node.name} asserts nothing"
