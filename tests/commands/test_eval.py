"""`xent eval`: its figures, its forms, and where they go."""

from __future__ import annotations

import csv
import io
import json
import math
import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

LOSS = 0.5579921445238905  # (log 4/3 + 2 log 2) / 3
FORMS = ("table", "json", "jsonl", "csv", "markdown")


def test_the_report_says_what_was_read_and_how(xent: Xent, small: str) -> None:
    report = xent.eval(small)
    assert report["schema"] == "xentcli/report/1"
    size = (xent.folder / small).stat().st_size
    assert report["source"] == {
        "paths": [small], "format": "csv", "rows": 3, "rows_read": 3, "bytes": size
    }  # fmt: skip
    assert report["layout"] == {
        "task": "binary",
        "target": ["label"],
        "scores": ["prob_cat", "prob_dog"],
        "scale": "probability",
        "classes": ["cat", "dog"],
        "weight": None,
        "target_scale": "label",
        "units": None,
    }
    assert report["slices"] == report["findings"] == []
    assert report["signature"].startswith("xent|task:binary|k:2|rows:3|base:e|")
    assert report["signature"].endswith(f"|v:{report['version']}")


def test_the_figures_are_right(xent: Xent, small: str) -> None:
    report = xent.eval(small)
    figure = report["metrics"]["cross_entropy"]
    losses = (math.log(4 / 3), math.log(2), math.log(2))
    stderr = math.sqrt(sum((x - LOSS) ** 2 for x in losses) / 2 / 3)
    assert figure["value"] == LOSS
    assert figure["stderr"] == pytest.approx(stderr, rel=1e-14)
    half = 1.959963984540054 * stderr
    assert figure["interval"] == pytest.approx([LOSS - half, LOSS + half], rel=1e-14)
    assert (figure["confidence"], figure["unit"]) == (0.95, "nats")
    entropy = -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3))
    values = {key: m["value"] for key, m in report["metrics"].items()}
    assert values["perplexity"] == pytest.approx(math.exp(LOSS), rel=1e-15)
    assert values["normalized_cross_entropy"] == pytest.approx(LOSS / entropy, rel=1e-15)
    assert values["brier"] == (2 * 0.25**2 + 0.5 + 0.5) / 3
    assert values["accuracy"] == 2 / 3  # of equal scores the first wins
    assert values["log_likelihood"] == pytest.approx(-3 * LOSS, rel=1e-15)


def test_the_classes_add_up(xent: Xent, small: str) -> None:
    cat, dog = xent.eval(small)["classes"]
    assert (cat["name"], cat["rows"], dog["name"], dog["rows"]) == ("cat", 2, "dog", 1)
    total = sum(c["rows"] * c["metrics"]["cross_entropy"]["value"] for c in (cat, dog))
    assert total / 3 == pytest.approx(LOSS, rel=1e-15)
    assert sum(c["metrics"]["share"]["value"] for c in (cat, dog)) == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize(
    ("base", "unit", "factor"), [("2", "bits", math.log(2)), ("10", "hartleys", math.log(10))]
)
def test_the_base_of_the_logarithm(
    xent: Xent, small: str, base: str, unit: str, factor: float
) -> None:
    figure = xent.eval(small, "--base", base)["metrics"]["cross_entropy"]
    assert figure["unit"] == unit
    assert figure["value"] == pytest.approx(LOSS / factor, rel=1e-15)


def test_metrics_are_chosen_and_named_canonically(xent: Xent, small: str) -> None:
    chosen = ("-m", "log_loss, brier( scale = half )", "-m", "accuracy")
    metrics = xent.eval(small, *chosen)["metrics"]
    assert list(metrics) == ["cross_entropy", "brier(scale=half)", "accuracy"]
    assert metrics["brier(scale=half)"]["value"] == (0.25**2 + 0.25 + 0.25) / 3
    wider = xent.eval(small, "-m", "cross_entropy", "--confidence", "0.99")["metrics"]
    assert wider["cross_entropy"]["interval"][1] > LOSS + 2.57 * wider["cross_entropy"]["stderr"]


def test_the_score_alone_has_full_precision(xent: Xent, small: str) -> None:
    assert xent.run("eval", small, "-b").assert_done() == f"{LOSS!r}\n"
    assert xent.run("eval", small, "-b", "-m", "accuracy").assert_done() == f"{2 / 3!r}\n"


def test_json_has_two_spellings(xent: Xent, small: str) -> None:
    assert xent.run("eval", small, "--json") == xent.run("eval", small, "-f", "json")


def test_every_form_carries_the_same_figures(xent: Xent, small: str) -> None:
    exports = [f"--export={form}={form}.out" for form in FORMS]
    shown = xent.run("eval", small, *exports, "-o", "main.out")
    assert shown.assert_done() == ""
    assert shown.appeared == {"main.out", *(f"{form}.out" for form in FORMS)}
    pages = {form: (xent.folder / f"{form}.out").read_text() for form in FORMS}
    assert (xent.folder / "main.out").read_text() == pages["table"]
    whole = json.loads(pages["json"])["metrics"]["cross_entropy"]
    lines = [json.loads(line) for line in pages["jsonl"].splitlines()]
    assert lines[0]["metrics"]["cross_entropy"] == whole
    assert [line["class"] for line in lines if line["kind"] == "class"] == ["cat", "dog"]
    row = next(csv.DictReader(io.StringIO(pages["csv"])))
    assert (row["metric"], row["value"]) == ("cross_entropy", repr(LOSS))
    assert "0.5580" in pages["table"]
    assert "0.5580" in pages["markdown"]


def test_digits_round_the_table_alone(xent: Xent, small: str) -> None:
    assert "0.55799214" in xent.run("eval", small, "--digits", "8").assert_done()
    assert xent.eval(small, "--digits", "2") == xent.eval(small)


def test_a_file_gets_what_standard_output_would(xent: Xent, small: str) -> None:
    for form in ("table", "jsonl"):
        page = xent.run("eval", small, "-f", form).assert_done()
        assert xent.run("eval", small, "-f", form, "-o", "-").assert_done() == page
        assert xent.run("eval", small, "-f", form, "-o", "out").assert_done() == ""
        assert (xent.folder / "out").read_text() == page


def test_an_output_file_is_replaced_with_its_mode_and_through_its_link(
    xent: Xent, small: str
) -> None:
    real = xent.folder / "real.json"
    real.write_text("old")
    real.chmod(0o640)
    (xent.folder / "link.json").symlink_to("real.json")
    xent.run("eval", small, "--json", "-o", "link.json").assert_done()
    assert (xent.folder / "link.json").is_symlink()
    assert json.loads(real.read_text())["source"]["rows"] == 3
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_options_come_from_the_environment_and_the_command_line_wins(
    xent: Xent, small: str
) -> None:
    env = {"XENT_BASE": "2", "XENT_FORMAT": "json", "XENT_METRIC": "accuracy"}
    report = xent.run("eval", small, env=env).report
    assert list(report["metrics"]) == ["accuracy"]
    report = xent.run("eval", small, "--base", "10", "-m", "log_loss", env=env).report
    assert report["metrics"]["cross_entropy"]["unit"] == "hartleys"


def test_quiet_and_progress_leave_the_result_alone(xent: Xent, small: str) -> None:
    page = xent.run("eval", small).assert_done()
    for option in ("-q", "--quiet", "--no-progress", "--progress"):
        assert xent.run("eval", small, option).assert_done() == page


def test_the_layout_can_be_said(xent: Xent) -> None:
    xent.write("a.csv", "a,b,c\n1.5,-1.5,x\n-1.5,1.5,y\n")
    layout = xent.eval(
        "a.csv", "--target", "c", "--scores", "b,a", "--scale", "logit", "--classes", "y,x"
    )["layout"]
    assert layout["scores"] == ["b", "a"]
    assert layout["classes"] == ["y", "x"]
    assert layout["scale"] == "logit"


def test_input_format_overrides_the_name(xent: Xent) -> None:
    xent.write("a.json", "label,prob_a,prob_b\na,0.5,0.5\n")
    assert xent.eval("a.json", "--input-format", "csv")["source"]["format"] == "csv"
    xent.run("eval", "a.json").assert_error("a.json: line 1", "JSON")
