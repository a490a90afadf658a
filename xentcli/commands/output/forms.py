"""Which forms a report is written in, and where: what `-f`, `-o` and `--export` ask for."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol

from xentcli.errors import UsageError
from xentcli.text import shown

if TYPE_CHECKING:
    from xentcli.renderers import Renderer


class Output(Protocol):
    """What a command is told of its output."""

    format: str
    json: bool
    output: str
    export: list[str] | None
    digits: int
    all_classes: bool


def forms_of(output: Output, family: str = "") -> dict[str, Renderer]:
    """The form to be written to each target, for reports of a family (see `renderers`)."""
    import os

    from xentcli import renderers

    named = renderers.for_path(output.output, family)
    if named is None and not output.format and (known_as := renderers.for_path(output.output)):
        raise UsageError(
            f"--output: '{output.output}' is named as {known_as.name}, which this has no form of",
            hint=f"it has {', '.join(renderers.names(family))}: say which with -f",
        )
    chosen = bool(output.json or output.format)
    if named is None:
        check_suffix(output.output, ", ".join(renderers.names(family)), chosen=chosen)
    name = "json" if output.json else output.format or (named.name if named else "table")
    forms = {output.output: _form(name, "--format", family)}
    known = {os.path.realpath(output.output)}
    for item in output.export or ():
        name, separator, target = item.partition("=")
        if not separator or not target:
            raise UsageError(f"--export takes FORM=FILE, not '{item}'")
        check_suffix(target, "", chosen=True)
        if target in forms or os.path.realpath(target) in known:
            raise UsageError(f"--export: '{target}' is written to already")
        known.add(os.path.realpath(target))
        forms[target] = _form(name, "--export", family)
    return forms


def _form(name: str, option: str, family: str) -> Renderer:
    from xentcli import renderers

    try:
        return renderers.get(name, family)
    except KeyError:
        known = ", ".join(renderers.names(family))
        raise UsageError(f"{option}: there is no form '{name}'; there are {known}") from None


def text_of(form: Renderer, result: Any, output: Output, target: str) -> str | bytes:
    """A report in a form, as suits the file or the terminal that it goes to."""
    import sys

    from xentcli.renderers import RenderOptions

    classes = None if output.all_classes else 30
    if target == "-":
        options = RenderOptions.for_stream(sys.stdout, digits=output.digits, classes=classes)
    else:
        options = RenderOptions(digits=output.digits, classes=classes)
    return form.render(result, options)


def bare(value: float | None) -> str:
    """A figure alone, as Python, jq and awk read it; empty where it is undefined."""
    if value is None:
        return ""
    from xentcli.report.json_text import spelled

    told = spelled(value)
    return told if isinstance(told, str) else repr(value)


_COMPRESSED = frozenset({".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip"})
_OTHERS = frozenset(
    {".html", ".htm", ".pdf", ".docx", ".xlsx", ".xls", ".ods", ".yaml", ".yml", ".toml"}
    | {".svg", ".png", ".feather", ".arrow", ".orc", ".pkl", ".tsv", ".xml"}
)


def check_suffix(path: str, forms: str, *, chosen: bool) -> None:
    """Raises UsageError for a name that promises what is not written; `forms` lists what is.

    Where a form was `chosen`, the name may say anything but that the file is compressed.

    >>> check_suffix("report.md", "table, markdown", chosen=False)
    >>> check_suffix("report.html", "table, markdown", chosen=False)
    Traceback (most recent call last):
        ...
    xentcli.errors.UsageError: 'report.html' is named as what is not written here
    """
    suffix = PurePath(path).suffix.lower()
    if suffix in _COMPRESSED:
        raise UsageError(
            f"'{shown(path)}' is named as compressed, and nothing is written so",
            hint="write to a pipe: xent … | gzip > FILE",
        )
    if suffix in _OTHERS and not chosen:
        raise UsageError(
            f"'{shown(path)}' is named as what is not written here",
            hint=f"-f says which form it is to have: {forms}",
        )
