"""How the place a report goes to decides on width, colour and characters."""

from __future__ import annotations

import io
import os
import pty
from typing import TYPE_CHECKING

import pytest

from xentcli.renderers import RenderOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w", encoding="utf-8") as stream:
        yield stream
    os.close(controller)


def piped(encoding: str = "utf-8") -> TextIO:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
        ({"GITHUB_ACTIONS": "true"}, False),
        ({"GITHUB_ACTIONS": "true", "FORCE_COLOR": "1"}, True),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_color_on_a_terminal(terminal: TextIO, environ: Mapping[str, str], color: bool) -> None:
    assert RenderOptions.for_stream(terminal, environ).color is color


@pytest.mark.parametrize(
    ("environ", "color"),
    [({}, False), ({"GITHUB_ACTIONS": "true"}, False), ({"FORCE_COLOR": "1"}, True)],
)
def test_color_in_a_pipe(environ: Mapping[str, str], color: bool) -> None:
    assert RenderOptions.for_stream(piped(), environ).color is color


@pytest.mark.parametrize(
    ("columns", "width"), [("72", 72), ("1", 1), ("0", 80), ("-5", 80), ("wide", 80), ("", 80)]
)
def test_columns_set_the_width_of_a_terminal(terminal: TextIO, columns: str, width: int) -> None:
    # A pseudo-terminal of which nobody has set the size has none: 80 is the custom.
    assert RenderOptions.for_stream(terminal, {"COLUMNS": columns}).width == width


def test_a_pipe_is_as_wide_as_it_needs_to_be() -> None:
    assert RenderOptions.for_stream(piped(), {"COLUMNS": "20"}).width is None


@pytest.mark.parametrize(
    ("encoding", "is_ascii"),
    [("utf-8", False), ("UTF_8", False), ("ascii", True), ("latin-1", True), ("cp1252", True)],
)
def test_only_utf8_carries_unicode(encoding: str, is_ascii: bool) -> None:
    assert RenderOptions.for_stream(piped(encoding), {}).ascii is is_ascii


def test_a_closed_stream_and_none_are_no_terminals() -> None:
    closed = piped()
    closed.close()
    assert RenderOptions.for_stream(None, {}) == RenderOptions()
    assert RenderOptions.for_stream(closed, {}).width is None
