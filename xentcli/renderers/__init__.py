"""The forms a report can take, one module each, for every family of reports.

A renderer is a pure function of a report and of `RenderOptions`: it opens nothing, asks
the environment nothing, and rounds only what a person reads. Adding a form means adding
one module here that exports `RENDERER`; its name appears by itself wherever forms are
listed. Modules whose name begins with an underscore are parts that renderers share. Packages
are families of their own: `comparison` renders what `xent compare` found, and so on; JSON is a
form of all of them.

Nothing but the wanted form is imported, so that JSON never pays for rich:

>>> names()
('csv', 'json', 'jsonl', 'markdown', 'parquet', 'table')
>>> get("csv").suffixes
('.csv',)
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from xentcli.renderers._options import RenderOptions

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RenderOptions", "Renderer", "for_path", "get", "names"]


# The form that all families share, since all reports are plain values.
_EVERYWHERE = "json"


class Renderer(NamedTuple):
    """One form of output.

    `name` is what `--format` takes, `description` one line of help, `suffixes` the file
    names it is the natural form of. `render` returns the whole text, ending in a newline, or
    the bytes of a form that is no text. What it is given is a report of its family.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    render: Callable[[Any, RenderOptions], str | bytes]

    def text(self, report: Any, options: RenderOptions) -> str:
        """What `render` makes. Raises TypeError for a form that is no text."""
        text = self.render(report, options)
        if not isinstance(text, str):
            raise TypeError(f"{self.name} is no text")
        return text


def names(family: str = "") -> tuple[str, ...]:
    """The names of all forms of a family, sorted, without importing any of them."""
    room = Path(__file__).parent / family
    found = (module.name for module in pkgutil.iter_modules([str(room)]) if not module.ispkg)
    return tuple(sorted({_EVERYWHERE, *(name for name in found if not name.startswith("_"))}))


def get(name: str, family: str = "") -> Renderer:
    """The form of a family called `name`.

    Raises:
        KeyError: there is no such form.
    """
    name = {"md": "markdown", "ndjson": "jsonl"}.get(name, name)
    if name not in names(family):
        raise KeyError(name)
    room = ".".join(filter(None, (__name__, "" if name == _EVERYWHERE else family, name)))
    renderer = importlib.import_module(room).RENDERER
    if not isinstance(renderer, Renderer):
        raise TypeError(f"{room}.RENDERER is not a Renderer")
    return renderer


def for_path(path: str, family: str = "") -> Renderer | None:
    """The form that a file's name asks for, if any does.

    >>> for_path("out/report.JSON").name
    'json'
    >>> for_path("report.docx") is None
    True
    """
    suffix = PurePath(path).suffix.lower()
    if not suffix:
        return None  # and nothing is imported to find that out
    forms = (get(name, family) for name in names(family))
    return next((form for form in forms if suffix in form.suffixes), None)
