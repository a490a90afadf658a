"""What is public: its names, what help says of them, and what importing them costs."""

from __future__ import annotations

import pickle
import pydoc
import re
import subprocess
import sys

import pandas as pd
import pytest

import xentcli
import xentcli.report

FRAME = pd.DataFrame({"label": [1, 0, 1], "prob": [0.5, 0.25, 1.0], "part": ["a", "b", "a"]})
FUNCTIONS = ("check", "compare", "evaluate")
CLASSES = ("Checked", "Comparison", "Report", "XentError", "InputError", "UsageError")


def test_a_star_import_and_dir_give_the_public_names() -> None:
    room: dict[str, object] = {}
    exec("from xentcli import *", room)  # noqa: S102 - a star import is what is tested
    room.pop("__builtins__")
    assert sorted(room) == sorted(xentcli.__all__) == sorted(dir(xentcli))
    assert {*FUNCTIONS, *CLASSES, "OutputError", "__version__"} == set(xentcli.__all__)


@pytest.mark.parametrize("name", xentcli.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    if name != "__version__":
        found = getattr(xentcli, name)
        assert found.__doc__
        assert found.__name__ == name
        assert found.__module__.startswith("xentcli.")


def test_help_shows_what_is_public_and_nothing_else() -> None:
    page = pydoc.plain(pydoc.render_doc(xentcli))
    for name in FUNCTIONS:
        assert re.search(rf"^    {name}\(", page, re.MULTILINE)
    classes = set(re.findall(r"^    class (\w+)", page, re.MULTILINE))
    assert classes == {name for name in xentcli.__all__ if name[0].isupper()}
    assert f"VERSION\n    {xentcli.__version__}\n" in page
    assert "_HOMES" not in page
    assert "TYPE_CHECKING" not in page


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = xentcli.nothing


def test_reports_come_back_from_a_pickle() -> None:
    report = xentcli.evaluate(FRAME, by="part", calibration=True)
    compared = xentcli.compare(FRAME, FRAME)
    checked = xentcli.check(FRAME, require="accuracy > 0.5")
    for found in (report, compared, checked):
        again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
        assert type(again) is type(found)
        assert again.to_json() == found.to_json()


def test_the_values_of_a_report_are_public() -> None:
    assert xentcli.report.Report is xentcli.Report
    value = xentcli.evaluate(FRAME).metrics["cross_entropy"]
    assert isinstance(value, xentcli.report.Value)
    for name in xentcli.report.__all__:
        assert getattr(xentcli.report, name).__doc__


@pytest.mark.parametrize("statement", ["import xentcli.report", "from xentcli import Report"])
def test_the_values_of_a_report_load_no_numbers(statement: str) -> None:
    program = f"import sys; {statement}; print({{'numpy', 'pyarrow', 'pandas'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"set()\n"
