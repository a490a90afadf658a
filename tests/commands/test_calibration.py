"""`xent eval --calibration`, as a process: every form, every kind of input, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import xentcli
from xentcli.errors import UsageError

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

PAIR = ["miscalibration", "discrimination", "uncertainty"]


def predictions(n: int, k: int, seed: int = 1) -> pd.DataFrame:
    """Predictions of a model that is too sure of itself."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, k)) * 2
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    flat = np.sqrt(p) / np.sqrt(p).sum(axis=1, keepdims=True)
    truth = (flat.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    columns = {f"prob_{chr(97 + i)}": p[:, i].astype(np.float32) for i in range(k)}
    return pd.DataFrame({"label": [chr(97 + i) for i in truth], **columns})


@pytest.fixture
def wide(xent: Xent) -> str:
    table = predictions(3000, 4)
    pq.write_table(pa.table(table), xent.folder / "wide.parquet", row_group_size=500)
    return "wide.parquet"


@pytest.fixture
def pair(xent: Xent) -> str:
    return xent.write("pair.csv", predictions(500, 2).to_csv(index=False))


def test_the_section_of_many_classes(xent: Xent, wide: str) -> None:
    report = xent.eval(wide, "--calibration")
    assert list(report["metrics"])[-3:] == ["ece", "squared_ece", "calibration_loss"]
    section = report["calibration"]
    assert section["of"] == {"kind": "top label", "class": None}
    assert sum(b["rows"] for b in section["bins"]) == 3000
    assert section["ece"] == report["metrics"]["ece"]["value"]
    assert section["bias"] > 0.1
    assert section["decomposition"] is None
    found = section["temperature"]
    assert found["temperature"] == pytest.approx(2.0, rel=0.1)
    assert found["loss"] == report["metrics"]["calibration_loss"]["value"]
    assert found["rows"] == 3000
    assert found["p_value"] < 1e-9
    for entry, own in zip(report["classes"], section["classes"], strict=True):
        assert own["bias"] == entry["metrics"]["bias"]["value"]
        assert own["z"] == own["bias"] / own["stderr"]


def test_the_section_of_two_classes(xent: Xent, pair: str) -> None:
    report = xent.eval(pair, "--calibration")
    metrics, section = report["metrics"], report["calibration"]
    assert list(metrics)[-6:] == ["ece", "squared_ece", "calibration_loss", *PAIR]
    assert section["of"] == {"kind": "class", "class": "b"}
    parts = section["decomposition"]
    assert parts["exact"]
    loss = parts["miscalibration"] - parts["discrimination"] + parts["uncertainty"]
    assert metrics["cross_entropy"]["value"] == pytest.approx(loss, rel=1e-14)
    for b in section["bins"]:
        if b["interval"]:
            assert b["interval"][0] <= b["observed"] <= b["interval"][1]


def test_it_adds_to_what_is_asked_for_and_only_when_asked(xent: Xent, pair: str) -> None:
    assert "calibration" not in xent.eval(pair)
    report = xent.eval(pair, "--calibration", "-m", "ece(bins=4),brier")
    asked = ["ece(bins=4)", "brier"]
    added = ["squared_ece(bins=4)", "calibration_loss", *PAIR]
    assert list(report["metrics"]) == asked + added
    assert len(report["calibration"]["bins"]) == 4
    assert xent.run("eval", pair, "-m", "calibration_loss", "-b").assert_done().strip() == str(
        report["calibration"]["temperature"]["loss"]
    )


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_blocks_threads_order_and_format_change_no_bit(xent: Xent, wide: str, threads: str) -> None:
    plain = xent.eval(wide, "--calibration", "--threads", "1")
    table = pq.read_table(xent.folder / wide).to_pandas()
    shuffled = table.sample(frac=1, random_state=3)
    (xent.folder / "parts").mkdir()
    shuffled[:1234].to_csv(xent.folder / "parts/1.csv", index=False)
    doubles = shuffled[1234:].astype(dict.fromkeys(table.columns[1:], np.float64))
    pq.write_table(pa.table(doubles.reset_index(drop=True)), xent.folder / "rest.parquet")
    # A float32 written out and read as float64 is the same number to its last bit.
    narrow = table.astype(dict.fromkeys(table.columns[1:], np.float64))
    narrow.sample(frac=1, random_state=4).to_csv(xent.folder / "all.csv", index=False)
    for name in (wide, "all.csv"):
        again = xent.eval(name, "--calibration", "--threads", threads)
        assert again["calibration"] == plain["calibration"]
        assert again["metrics"] == plain["metrics"]


def test_the_table_draws_and_says_it(xent: Xent, wide: str, pair: str) -> None:
    text = xent.run("eval", wide, "--calibration").assert_done()
    assert "calibration  overconfident: one temperature (T = " in text
    assert "probabilities of the predicted class are 0." in text
    assert "too large on average" in text
    assert text.count("◀") == 1
    lines = [line for line in text.splitlines() if "·│" in line]
    assert len(lines) > 4
    text = xent.run("eval", pair, "--calibration", env={"PYTHONIOENCODING": "ascii"}).assert_done()
    assert text.isascii()
    assert "loss = 0." in text
    assert "#" in text
    assert text.count(" <") >= 1


def test_forms_for_machines(xent: Xent, pair: str) -> None:
    text = xent.run("eval", pair, "--calibration", "-f", "csv").assert_done()
    rows = list(csv.DictReader(io.StringIO(text)))
    bins = [r for r in rows if r["scope"] == "bin"]
    assert len(bins) == 30
    assert {r["metric"] for r in bins} == {"predicted", "observed"}
    lines = xent.run("eval", pair, "--calibration", "-f", "jsonl").assert_done().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds.count("calibration") == 1
    assert kinds.count("bin") == 15
    markdown = xent.run("eval", pair, "--calibration", "-f", "markdown").assert_done()
    assert "| bin | rows | predicted | observed | interval |" in markdown
    assert "overconfident" in markdown


def test_an_infinite_loss(xent: Xent) -> None:
    name = xent.write("inf.csv", "label,prob_a,prob_b\na,0,1\nb,0.4,0.6\na,0.5,0.5\n")
    section = xent.eval(name, "--calibration")["calibration"]
    assert section["temperature"] is None
    assert section["decomposition"]["miscalibration"] == "Infinity"
    assert (
        "no one temperature can be told to be the best"
        in xent.run("eval", name, "--calibration").stdout
    )


def test_no_rows_are_left(xent: Xent) -> None:
    name = xent.write("none.csv", "label,prob_a,prob_b\nx,0.5,0.5\n")
    report = xent.eval(name, "--calibration", "--ignore-label", "x")
    assert report["calibration"]["ece"] is None
    assert report["calibration"]["temperature"] is None
    assert xent.run("eval", name, "--calibration", "--ignore-label", "x").assert_done()


@pytest.mark.parametrize("arguments", [["--calibration"], ["-m", "ece"], ["-m", "miscalibration"]])
def test_it_is_for_rows_of_one_class(xent: Xent, arguments: list[str]) -> None:
    name = xent.write("lm.csv", "token_logprob\n-0.5\n-1\n")
    xent.run("eval", name, *arguments).assert_error("one class", code=2)


def test_the_decomposition_is_for_two_classes(xent: Xent, wide: str) -> None:
    xent.run("eval", wide, "-m", "discrimination").assert_error("two classes", code=2)


def test_from_python() -> None:
    table = predictions(300, 2)
    report = xentcli.evaluate(table, calibration=True)
    section: Any = report.calibration
    assert section.temperature.temperature > 1
    assert section.of == "b"
    assert report.to_dict()["calibration"]["ece"] == section.ece
    assert "overconfident" in str(report)
    assert xentcli.evaluate(table).calibration is None
    with pytest.raises(UsageError):
        xentcli.evaluate(pd.DataFrame({"token_logprob": [-1.0]}), calibration=True)


def test_a_sample_is_said_to_be_one(xent: Xent) -> None:
    rng = np.random.default_rng(5)
    n = 150_000
    p = rng.random(n)
    table = pa.table({"y": (rng.random(n) < p).astype(int), "p": p})
    pq.write_table(table, xent.folder / "many.parquet", row_group_size=20_000)
    section = xent.eval("many.parquet", "--calibration")["calibration"]
    assert section["temperature"]["rows"] == 65_536
    assert not section["decomposition"]["exact"]
    assert 60_000 < section["decomposition"]["scores"] <= 131_072
    text = xent.run("eval", "many.parquet", "--calibration").assert_done()
    assert "the temperature is that of 65,536 of 150,000 rows, the same ones in every run" in text
    assert "on a grid of" in text
    shuffled = table.take(pa.array(rng.permutation(n)))
    pq.write_table(shuffled, xent.folder / "shuffled.parquet", row_group_size=70_000)
    assert xent.eval("shuffled.parquet", "--calibration")["calibration"] == section
