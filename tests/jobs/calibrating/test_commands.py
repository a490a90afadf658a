"""`xent calibrate fit` and `apply` as programs: figures, warnings, files, errors."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.optimize import minimize_scalar

from tests.jobs.calibrating.simulated import draw, log_p, table, write
from xentcli.jobs.calibrating.fitting import Request, fitted
from xentcli.jobs.calibrating.maps import Temperature
from xentcli.jobs.calibrating.methods import Method
from xentcli.jobs.calibrating.validation import Rows, Validation
from xentcli.jobs.calibrating.vector import Penalty
from xentcli.layout.layout import Layout, Shape
from xentcli.numerics.temperature import fit_temperature
from xentcli.options import Policy, Scale, Task

if TYPE_CHECKING:
    from tests.commands.conftest import Xent
    from tests.jobs.calibrating.simulated import Drawn
    from xentcli.jobs.calibrating.record import Calibration

SCALES = ("logit", "log-probability", "probability")
METHODS = ("temperature", "platt", "vector", "isotonic")


def fit(xent: Xent, *args: str) -> dict[str, Any]:
    """The calibration that a fit prints."""
    return xent.run("calibrate", "fit", *args, "--json", "-q").report


def fit_here(drawn: Drawn, method: str) -> Calibration:
    """The same without a process."""
    data = Validation(
        Layout(Task.MULTICLASS, ("y",), ("z",), Shape.VECTOR, Scale.LOGIT, tuple("abcdefgh")),
        Rows(drawn.z, drawn.truth, np.ones(len(drawn.truth))),
        -log_p(drawn.z)[drawn.truth, np.arange(len(drawn.truth))],
        None,
        (),
        ("val",),
        "none",
        len(drawn.truth),
    )
    layout = data.layout._replace(classes=data.layout.classes[: len(drawn.z)])
    request = Request(Method(method), Penalty())
    return fitted(data._replace(layout=layout), request, Policy())


def loss(xent: Xent, *args: str) -> float:
    return float(xent.run("eval", *args, "-b", "-q").assert_done())


@pytest.mark.parametrize("k", [2, 7])
def test_the_temperature_and_the_loss_are_scipys(xent: Xent, k: int) -> None:
    drawn = draw(k, 1500, seed=k, factor=2.5)
    found = fit(xent, write(xent.folder / "val.parquet", table(drawn)))

    def mean(beta: float) -> float:
        return -float(log_p(beta * drawn.z)[drawn.truth, np.arange(1500)].mean())

    best = minimize_scalar(mean, (0.1, 1.0), tol=1e-15)
    figures = found["figures"]
    assert found["parameters"]["inverse_temperature"] == pytest.approx(best.x, rel=1e-6)
    assert figures["before"] == pytest.approx(mean(1.0), abs=1e-12)
    assert figures["after"] == pytest.approx(best.fun, abs=1e-12)
    assert figures["gain"] > 3 * figures["stderr"]
    assert found["findings"] == []


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("method", METHODS)
def test_applied_to_its_own_rows_it_gives_the_loss_after(
    xent: Xent, scale: str, method: str
) -> None:
    k = 2 if method == "platt" else 3
    name = write(xent.folder / "val.parquet", table(draw(k, 400, seed=9, factor=2.0), scale))
    figures = fit(xent, name, "--method", method, "-o", "cal.json")["figures"]
    assert loss(xent, name) == pytest.approx(figures["before"], abs=1e-12)
    out = {"logit": "out.csv", "probability": "out.parquet"}.get(scale, "out.jsonl")
    xent.run("calibrate", "apply", "cal.json", name, "-o", out).assert_done()
    assert loss(xent, out) == pytest.approx(figures["after"], abs=1e-12)


def test_every_form_holds_the_same_scores(xent: Xent) -> None:
    name = write(xent.folder / "val.parquet", table(draw(3, 50, seed=9), "probability"))
    fit(xent, name, "-o", "cal.json")
    found = set()
    for out in ("out.parquet", "out.csv", "out.tsv", "out.jsonl", "out.arrow"):
        xent.run("calibrate", "apply", "cal.json", name, "-o", out, "-q").assert_done()
        found.add(loss(xent, out))
    assert len(found) == 1


def test_cells_stay_what_they_are(xent: Xent) -> None:
    drawn = draw(2, 60, seed=3)
    rows = zip(drawn.truth, np.exp(log_p(drawn.z)[1]), strict=True)
    more = [',31,"x, y",=1+1', ",,,", ',044,"he said ""no""",-1', ",1e5,é,\t"]
    lines = [f"{y},{p}{more[i % 4]}\n" for i, (y, p) in enumerate(rows)]
    xent.write("val.csv", "label,prob,age,note,n\n" + "".join(lines))
    fit(xent, "val.csv", "-o", "cal.json")
    xent.run("calibrate", "apply", "cal.json", "val.csv", "-o", "out.csv", "-q").assert_done()
    told = (xent.folder / "out.csv").read_text().splitlines(keepends=True)
    more[3] = ',1e5,é,"\t"'
    assert [line.split(",", 2)[2] for line in told[1:]] == [
        f"{more[i % 4][1:]}\n" for i in range(60)
    ]


def test_json_stays_json(xent: Xent) -> None:
    drawn = draw(2, 60, seed=3)
    rows = zip(drawn.truth, np.exp(log_p(drawn.z)[1]), strict=True)
    more = (
        '"n": 1.50, "big": 12345678901234567890, "on": true, "o": {"x": [1, null]}, "t": "é\\ud800"'
    )
    lines = [f'{{"id": {i}, "label": {y}, "prob": {p}, {more}}}\n' for i, (y, p) in enumerate(rows)]
    xent.write("val.jsonl", "".join(lines))
    fit(xent, "val.jsonl", "-o", "cal.json")
    xent.run("calibrate", "apply", "cal.json", "val.jsonl", "-o", "out.jsonl", "-q").assert_done()
    told = (xent.folder / "out.jsonl").read_text().splitlines()
    assert len(told) == 60
    for before, after in zip(lines, told, strict=True):
        old, new = json.loads(before), json.loads(after)
        assert old.pop("prob") != new.pop("prob")
        assert old == new
        assert '"n": 1.50, "big": 12345678901234567890, "on": true' in after


SINGLES = {
    "logit": lambda z: z[1] - z[0],
    "log-probability": lambda z: log_p(z)[1],
    "probability": lambda z: np.exp(log_p(z)[1]),
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("method", METHODS)
def test_a_single_column_stays_one(xent: Xent, scale: str, method: str) -> None:
    drawn = draw(2, 300, seed=11, factor=3.0)
    # The class that the score speaks of comes first in the alphabet, or last.
    positive = "yes" if method in METHODS[:2] else "no"
    words = pa.array([("yes", "no")[positive == "yes"], positive]).take(pa.array(drawn.truth))
    content = pa.table({"y": words, "s": pa.array(SINGLES[scale](drawn.z)), "n": range(300)})
    name = write(xent.folder / "val.parquet", content)
    options = ["--target", "y", "--scores", "s", "--scale", scale, "--positive", positive]
    figures = fit(xent, name, *options, "--method", method, "-o", "cal.json")["figures"]
    assert figures["after"] < figures["before"]
    xent.run("calibrate", "apply", "cal.json", name, "-o", "out.parquet").assert_done()
    assert pq.read_table(xent.folder / "out.parquet").column_names == ["y", "s", "n"]
    assert loss(xent, "out.parquet", *options) == pytest.approx(figures["after"], abs=1e-12)


@pytest.mark.parametrize("kind", ["fixed", "list", "large"])
def test_lists_stay_lists_of_their_kind(xent: Xent, kind: str) -> None:
    drawn = draw(4, 200, seed=12, factor=0.5)
    make = {"fixed": pa.list_(pa.float32(), 4), "list": pa.list_(pa.float64())}
    of = make.get(kind, pa.large_list(pa.float64()))
    content = pa.table(
        {
            "logits": pa.array(drawn.z.T.tolist()).cast(of),
            "label": pa.array(drawn.truth),
            "note": pa.array(["a", None] * 100).dictionary_encode(),
            "when": pa.array(range(200), pa.timestamp("us")),
        }
    )
    name = write(xent.folder / "val.parquet", content)
    figures = fit(xent, name, "-o", "cal.json")["figures"]
    xent.run("calibrate", "apply", "cal.json", name, "-o", "out.parquet").assert_done()
    out = pq.read_table(xent.folder / "out.parquet")
    double = {"fixed": pa.list_(pa.float64(), 4)}.get(kind, of)
    assert out.schema.field("logits").type == double
    assert out.drop("logits").equals(content.drop("logits"))
    assert loss(xent, "out.parquet") == pytest.approx(figures["after"], abs=1e-12)


def test_text_passes_as_it_is_and_the_label_may_be_missing(xent: Xent) -> None:
    name = write(xent.folder / "val.parquet", table(draw(2, 300, seed=13), "probability"))
    inverse = fit(xent, name, "-o", "cal.json")["parameters"]["inverse_temperature"]
    rows = 'id,prob_c1,note,prob_c0\n007,0.25,"-5, =1",0.75\n-1,0.5,+x,0.5\n'
    done = xent.run("calibrate", "apply", "cal.json", "-", "-q", stdin=rows).assert_done()
    head, *lines = done.splitlines()
    assert head == "id,prob_c1,note,prob_c0"
    assert [line.split(",")[0].strip('"') for line in lines] == ["007", "-1"]
    assert '"-5, =1"' in lines[0]
    p = 1 / (1 + 3**inverse)
    assert float(lines[0].split(",")[1]) == pytest.approx(p, rel=1e-12)
    assert float(lines[0].split(",")[-1]) == pytest.approx(1 - p, rel=1e-12)


def test_columns_of_other_names_are_bound_to_their_classes(xent: Xent) -> None:
    drawn = draw(3, 300, seed=14, factor=2.0)
    name = write(xent.folder / "val.parquet", table(drawn, "probability"))
    fit(xent, name, "--method", "vector", "-o", "cal.json")
    renamed = table(drawn, "probability").rename_columns(["label", "p_c0", "p_c1", "p_c2"])
    write(xent.folder / "b.parquet", renamed.select(["p_c2", "label", "p_c0", "p_c1"]))
    for source, out in ((name, "x.parquet"), ("b.parquet", "y.parquet")):
        args = () if source == name else ("--scores", "p_*")
        xent.run("calibrate", "apply", "cal.json", source, *args, "-o", out).assert_done()
    x, y = (pq.read_table(xent.folder / f"{n}.parquet") for n in "xy")
    for k in range(3):
        assert x[f"prob_c{k}"].equals(y[f"p_c{k}"])


def test_noise_does_not_look_like_a_gain_and_is_warned_about(xent: Xent) -> None:
    name = write(xent.folder / "val.parquet", table(draw(10, 30, seed=15)))
    done = xent.run("calibrate", "fit", name, "--method", "vector", "--json")
    found = json.loads(done.stdout)
    assert "[no-gain]" in done.stderr
    assert "no-gain" in [f["code"] for f in found["findings"]]
    assert found["figures"]["after"] < found["figures"]["before"]
    assert found["figures"]["gain"] < found["figures"]["stderr"]
    page = xent.run("calibrate", "fit", name, "--method", "vector").assert_done()
    assert "warning: the cross-validated gain is -" in page


@pytest.mark.parametrize("method", METHODS)
def test_what_is_calibrated_has_no_significant_gain(method: str) -> None:
    score = []
    for seed in range(30):
        found = fit_here(draw(2 if method == "platt" else 3, 300, seed=100 + seed), method)
        figures = found.figures
        assert figures.gain is not None
        assert figures.stderr is not None
        assert figures.after < figures.before + (1e-15 if method != "isotonic" else 0.05)
        score.append(figures.gain / figures.stderr)
        if isinstance(found.map, Temperature):
            # Its own standard error is about 0.1 here.
            assert 0.7 < found.map.inverse < 1.4
    assert np.mean(score) < 0.2
    assert sum(z > 2 for z in score) <= 2


def test_the_standard_error_is_that_of_paired_rows(xent: Xent) -> None:
    drawn = draw(3, 120, seed=16, factor=2.0)
    name = write(xent.folder / "val.parquet", table(drawn))
    found = fit(xent, name, "--folds", "120")["figures"]
    after = np.empty(120)
    for row in range(120):
        rest = np.arange(120) != row
        beta = fit_temperature(drawn.z[:, rest], drawn.truth[rest]).inverse
        after[row] = -log_p(beta * drawn.z)[drawn.truth[row], row]
    difference = -log_p(drawn.z)[drawn.truth, np.arange(120)] - after
    assert found["cross_validated"] == pytest.approx(after.mean(), rel=1e-12)
    assert found["gain"] == pytest.approx(difference.mean(), rel=1e-10)
    assert found["stderr"] == pytest.approx(difference.std(ddof=1) / math.sqrt(120), rel=1e-10)


@pytest.mark.parametrize("option", ["--id", "--cluster"])
def test_rows_of_one_unit_are_held_out_together(xent: Xent, option: str) -> None:
    drawn = draw(3, 100, seed=17)
    plain = table(drawn)
    doubled = pa.concat_tables([plain, plain])
    ids = pa.array([f"r{i}" for i in range(100)] * 2)
    write(xent.folder / "once.parquet", plain.append_column("id", ids[:100]))
    write(xent.folder / "twice.parquet", doubled.append_column("id", ids))
    args = ("--method", "isotonic", option, "id")
    once = fit(xent, "once.parquet", *args)["figures"]
    twice = fit(xent, "twice.parquet", *args)["figures"]
    leaked = fit(xent, "twice.parquet", "--method", "isotonic")["figures"]
    # Twice the rows are no other rows: but for Laplace's bounds, the same figures.
    assert twice["cross_validated"] == pytest.approx(once["cross_validated"], rel=0.15)
    assert leaked["cross_validated"] < 0.9 * once["cross_validated"]


def test_weights_count_as_rows_do(xent: Xent) -> None:
    drawn = draw(3, 200, seed=18, factor=2.0)
    weights = np.random.default_rng(3).integers(0, 3, 200)
    plain = table(drawn)
    write(xent.folder / "w.parquet", plain.append_column("w", pa.array(weights)))
    repeated = plain.take(pa.array(np.repeat(np.arange(200), weights)))
    write(xent.folder / "r.parquet", repeated)
    weighted = fit(xent, "w.parquet", "--weight", "w")
    doubled = fit(xent, "r.parquet")
    for key in ("before", "after"):
        assert weighted["figures"][key] == pytest.approx(doubled["figures"][key], rel=1e-13)
    assert weighted["parameters"]["temperature"] == pytest.approx(
        doubled["parameters"]["temperature"], rel=1e-12
    )


def test_soft_targets_are_fitted_to(xent: Xent) -> None:
    rows = "true_a,true_b,prob_a,prob_b\n0.75,0.25,0.9,0.1\n0.5,0.5,0.5,0.5\n0.25,0.75,0.1,0.9\n"
    xent.write("soft.csv", rows)
    found = fit(xent, "soft.csv", "--target", "true_*", "--method", "temperature")
    # p^β has to be 0.75 against 0.25 where p is 0.9 against 0.1.
    assert found["parameters"]["inverse_temperature"] == pytest.approx(math.log(3) / math.log(9))


def test_formats_and_blocks_do_not_change_a_bit(xent: Xent) -> None:
    content = table(draw(3, 40_000, seed=19, factor=1.5))
    pq.write_table(content, xent.folder / "a.parquet", row_group_size=40_000)
    pq.write_table(content, xent.folder / "b.parquet", row_group_size=999)
    args = ("calibrate", "fit", "--json", "-q")
    a = xent.run(*args, "a.parquet").report
    b = xent.run(*args, "b.parquet").report
    assert {**a, "source": 0} == {**b, "source": 0}


def test_an_impossible_truth_is_an_error_without_a_clip(xent: Xent) -> None:
    rows = "label,prob_a,prob_b\n" + "a,0.9,0.1\n" * 9 + "b,0.9,0.1\n" * 3 + "b,1,0\n"
    xent.write("a.csv", rows)
    for method in METHODS[:3]:
        xent.run("calibrate", "fit", "a.csv", "--method", method, "-o", "c.json").assert_error(
            "1 row", "--clip 1e-7"
        )
    isotonic = fit(xent, "a.csv", "--method", "isotonic")["figures"]
    assert (isotonic["before"], isotonic["gain"], isotonic["stderr"]) == (
        "Infinity",
        "Infinity",
        None,
    )
    clipped = fit(xent, "a.csv", "--clip", "1e-6", "-o", "c.json")
    xent.run("calibrate", "apply", "c.json", "a.csv", "-o", "out.csv", "-q").assert_done()
    assert loss(xent, "out.csv") == pytest.approx(clipped["figures"]["after"], abs=1e-12)
