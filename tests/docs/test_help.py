"""Every command and every option says what it is for, in words that reach the reader."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer.main

from xentcli.cli import app

ROOT_COMMAND: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = ROOT_COMMAND.commands
EVERY: dict[str, Any] = {
    **{name: c for name, c in COMMANDS.items() if not hasattr(c, "commands")},
    **{
        f"{name} {inner}": command
        for name, c in COMMANDS.items()
        for inner, command in getattr(c, "commands", {}).items()
    },
}
PARAMETERS = [(name, p) for name, c in EVERY.items() for p in c.params]


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_a_sentence_of_help(name: str) -> None:
    assert re.match(r"[A-Z].+\.$", EVERY[name].help.strip(), re.DOTALL)


@pytest.mark.parametrize(
    "parameter", [p for _, p in PARAMETERS], ids=[f"{n}-{p.name}" for n, p in PARAMETERS]
)
def test_every_option_has_help(parameter: Any) -> None:
    assert parameter.help
    assert parameter.help.strip()


def test_every_option_is_in_the_page(root: Any) -> None:
    page = (root / "docs/cli.md").read_text("utf-8")
    missing = [
        f"{name} {option}"
        for name, parameter in PARAMETERS
        for option in parameter.opts
        if option.startswith("-") and f" {option} " not in page
    ]
    assert missing == []
