"""Forms are found by their files, and nothing is imported that is not wanted."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from xentcli import renderers

if TYPE_CHECKING:
    from xentcli.report.report import Report


@pytest.mark.parametrize("name", renderers.names())
def test_every_form_describes_itself(name: str) -> None:
    form = renderers.get(name)
    assert form.name == name
    assert form.description
    assert "\n" not in form.description
    assert all(suffix.startswith(".") for suffix in form.suffixes)


@pytest.mark.parametrize("name", renderers.names())
def test_every_form_is_pure_and_ends_in_one_newline(name: str, report: Report) -> None:
    form = renderers.get(name)
    text = form.render(report, renderers.RenderOptions())
    assert text == form.render(report, renderers.RenderOptions())
    if isinstance(text, bytes):
        with pytest.raises(TypeError, match="no text"):
            form.text(report, renderers.RenderOptions())
        return
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_no_two_forms_claim_one_suffix() -> None:
    suffixes = [s for name in renderers.names() for s in renderers.get(name).suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize(
    ("family", "forms"),
    [
        ("comparison", ("csv", "json", "jsonl", "markdown", "table")),
        ("each", ("csv", "json", "jsonl", "markdown", "table")),
        ("check", ("github", "json", "junit", "markdown", "table")),
        ("calibrate", ("json", "table")),
        ("conventions", ("json", "table")),
    ],
)
def test_every_family_has_its_forms_and_json(family: str, forms: tuple[str, ...]) -> None:
    assert renderers.names(family) == forms
    assert [renderers.get(name, family).name for name in forms] == list(forms)
    suffixes = [s for name in forms for s in renderers.get(name, family).suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("name", ["xml", "", "_figures", "../table"])
def test_an_unknown_form_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        renderers.get(name)


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.md", "markdown"), ("x.ndjson", "jsonl"), ("x.csv", "csv"), ("x", None)]
)
def test_a_file_name_asks_for_a_form(path: str, name: str | None) -> None:
    form = renderers.for_path(path)
    assert (None if form is None else form.name) == name


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "markdown"])
def test_only_the_table_loads_rich(name: str) -> None:
    code = (
        "import sys; from xentcli import renderers; renderers.names();"
        f"assert not any(m.startswith('xentcli.renderers.{name}') for m in sys.modules);"
        f"renderers.get('{name}');"
        "print(sorted({'rich', 'numpy', 'pandas', 'pyarrow', 'typer'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
