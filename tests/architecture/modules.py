"""The modules of xentcli and what each imports, read from their source without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2] / "xentcli"


@dataclass(frozen=True)
class Module:
    """One file: its dotted name within xentcli, its text and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The room it is in: `metrics`, `readers`, …, or its own name on the ground floor."""
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Import:
    """One imported module; `typing` says that only type checkers see it."""

    target: str
    line: int
    typing: bool


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, sorted by name."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        text = path.read_text(encoding="utf-8")
        found.append(Module(".".join(parts), path, text, ast.parse(text)))
    return tuple(found)


@cache
def imports(module: Module) -> list[Import]:
    """What a module imports, anywhere in it.

    `from a import b` counts as `a.b` where that is a module of ours.
    """
    names = {f"xentcli.{m.name}".rstrip(".") for m in modules()}
    found: list[Import] = []

    def visit(node: ast.AST, *, typing: bool) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for inside in node.body:
                visit(inside, typing=True)
            for inside in node.orelse:
                visit(inside, typing=typing)
            return
        if isinstance(node, ast.Import):
            found.extend(Import(a.name, node.lineno, typing) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            assert node.level == 0, f"{module.name}: imports are absolute"
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.append(Import(full if full in names else base, node.lineno, typing))
        for child in ast.iter_child_nodes(node):
            visit(child, typing=typing)

    visit(module.tree, typing=False)
    return found


def inner(target: str) -> str | None:
    """The name within xentcli of an imported module of ours, None for others."""
    top, _, rest = target.partition(".")
    return rest if top == "xentcli" else None
