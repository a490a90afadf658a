"""The calibration section as people see it: in words, drawn, narrow, in ASCII and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from tests.renderers.conftest import make_report
from xentcli.renderers import RenderOptions, get
from xentcli.report.calibration import (
    CalibrationReport,
    ClassBias,
    DecompositionReport,
    ReliabilityBin,
    TemperatureReport,
)

if TYPE_CHECKING:
    from xentcli.report.report import Report


def bins(*observed: float | None) -> tuple[ReliabilityBin, ...]:
    n = len(observed)
    found = []
    for i, share in enumerate(observed):
        rows = 0 if share is None else 100 + i
        said = None if share is None else (i + 0.5) / n
        ends = None if share is None else (share / 2, share)
        found.append(ReliabilityBin(i / n, (i + 1) / n, rows, float(rows), said, share, ends))
    return tuple(found)


def section(**other: Any) -> CalibrationReport:
    fields: dict[str, Any] = {
        "of": None,
        "bins": bins(None, 0.3, 0.25, None, 0.5, None),
        "bias": 0.0312,
        "ece": 0.0456,
        "squared_ece": 0.0025,
        "classes": (ClassBias("yes", 0.02, 0.01, 2.0, 0.05),),
        "temperature": TemperatureReport(0.0123, 0.001, 1.53, 30.0, 4e-8, 150),
        "decomposition": None,
        "unit": "nats",
    }
    return CalibrationReport(**(fields | other))


def page(calibration: CalibrationReport, form: str = "table", **options: Any) -> str:
    report: Report = make_report()._replace(calibration=calibration)
    return str(get(form).render(report, RenderOptions(**options)))


def test_the_verdict_comes_first() -> None:
    text = page(section())
    assert (
        "  calibration  overconfident: one temperature (T = 1.5300) "
        "would win 0.0123 ± 0.0010 nats (p = 4.0e-08)\n"
        "  probabilities of the predicted class are 0.0312 too large on average\n"
        "  calibration error 0.0456; 0.0500 root mean square, chance taken off\n"
    ) in text


@pytest.mark.parametrize(
    ("temperature", "words"),
    [
        (TemperatureReport(0.1, None, 0.5, 9.0, 1e-12, 150), "underconfident: one temperature"),
        (TemperatureReport(0.1, None, 0.5, 9.0, 1e-12, 150), "(p < 1e-9)"),
        (TemperatureReport(0.1, None, float("inf"), 9.0, 0.001, 150), "worse than no scores"),
        (TemperatureReport(1e-5, None, 1.1, 0.1, 0.75, 150), "no more than chance may"),
        (None, "no one temperature can be told to be the best"),
    ],
)
def test_what_the_temperature_says(temperature: TemperatureReport | None, words: str) -> None:
    assert words in page(section(temperature=temperature))


def test_a_sample_and_a_grid_are_called_so() -> None:
    parts = DecompositionReport(0.01, 0.2, 0.6, 99_999, exact=False)
    sampled = TemperatureReport(0.1, None, 2.0, 9.0, 1e-12, 100)
    text = page(section(of="yes", decomposition=parts, temperature=sampled))
    assert "loss = 0.0100 miscalibration − 0.2000 discrimination + 0.6000 uncertainty" in text
    assert "on a grid of 99,999 scores" in text
    assert "the temperature is that of 100 of 150 rows, the same ones in every run" in text
    assert "probabilities of class yes are 0.0312 too large on average (z = 2.0)" in text


def test_the_diagram() -> None:
    lines = page(section()).splitlines()
    start = next(i for i, line in enumerate(lines) if "reliability of" in line)
    assert lines[start + 1 : start + 6] == [
        "        bin  rows  predicted  observed  █ observed, │ predicted",
        "  0.17–0.33   101     0.2500    0.3000  ██████████│█",
        "  0.33–0.50   102     0.4167    0.2500  ██████████······│",
        "  0.50–0.67     0          –         –",
        "  0.67–0.83   104     0.7500    0.5000  ████████████████████··········│ ◀",
    ]


@pytest.mark.parametrize("width", [30, 40, 50, 60, 80, 120])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_fits_the_terminal(width: int, ascii_only: bool) -> None:
    text = page(section(), width=width, ascii=ascii_only)
    start = text.index("reliability of")
    drawn = [line for line in text[start:].splitlines() if line.startswith(("  0.", "  bin"))]
    assert len(drawn) == 4
    if width >= 40:
        assert max(map(cell_len, drawn)) <= width
    if ascii_only:
        assert text[: text.index("xent|")].isascii()


def test_no_rows_draw_nothing() -> None:
    nothing = section(bins=bins(None, None), bias=None, ece=None, squared_ece=None)
    assert "reliability" not in page(nothing)
    assert "| bin |" not in page(nothing, "markdown")


def test_markdown() -> None:
    text = page(section(of="<b>"), "markdown")
    assert "reliability of the probability of class &#60;b&#62;" in text
    assert "| 0.67–0.83 | 104 | 0.7500 | 0.5000 | 0.2500 to 0.5000 |" in text
    assert "overconfident" in text
