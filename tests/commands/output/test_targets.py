"""A target that cannot take the result is found out before any work, and nothing is left behind."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from xentcli.commands.output.files import check_target, deliver
from xentcli.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_good_target_passes_and_is_not_touched(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("old")
    check_target(str(old))
    check_target(str(tmp_path / "new.json"), [str(old), "no such input"])
    check_target("/dev/null", ["/dev/null"])
    check_target("-")
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert old.read_text() == "old"


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"x/y\.json: there is no folder '.*/x'$"):
        check_target(str(tmp_path / "x" / "y.json"))


@pytest.mark.parametrize("name", ["", "{}", "{}/", "{}/new/", "{}/."])
def test_a_folder_or_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="not an output file"):
        check_target(name.format(tmp_path))


@pytest.mark.parametrize("name", ["{}/file/x", "{}/file/", "{}/loop", "{}/\0", "{}/" + "n" * 300])
def test_a_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="cannot be written: "):
        check_target(name.format(tmp_path))


def test_a_folder_where_nothing_can_be_made() -> None:
    with pytest.raises(OutputError, match="cannot be written: "):
        check_target("/proc/self/x.json")  # closed even to the superuser


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_permissions(tmp_path: Path) -> None:
    (tmp_path / "protected").touch(mode=0o444)
    with pytest.raises(OutputError, match="Permission denied"):
        check_target(str(tmp_path / "protected"))
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="Permission denied"):
        check_target(str(tmp_path / "new"))


def test_an_input_is_refused_under_any_name(tmp_path: Path) -> None:
    source = tmp_path / "preds.csv"
    source.write_text("data")
    (tmp_path / "soft").symlink_to(source)
    (tmp_path / "hard").hardlink_to(source)
    for name in ("preds.csv", "soft", "hard", "../" + tmp_path.name + "/preds.csv"):
        with pytest.raises(OutputError, match="is also an input") as caught:
            check_target(str(tmp_path / name), ["missing.csv", str(source)])
        assert caught.value.hint == "write the result to another file"
    check_target(str(tmp_path / "preds.json"), [str(source)])
    assert source.read_text() == "data"


def test_names_are_shown_escaped(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\\x1b\[31m"):
        check_target(str(tmp_path / "no\x1b[31m" / "x"))


def test_a_closed_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match=r"^standard output is closed$"):
        check_target("-")
    with pytest.raises(OutputError, match=r"^standard output is closed$"):
        deliver("x")
