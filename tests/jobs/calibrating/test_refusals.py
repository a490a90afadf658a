"""What `xent calibrate` refuses, in a line, with nothing written; and what it warns of."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.jobs.calibrating.simulated import draw, table, write
from xentcli.errors import InputError
from xentcli.jobs.calibrating.record import parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Xent

ROWS = "label,prob_a,prob_b\n" + "a,0.9,0.1\nb,0.8,0.2\nb,0.3,0.7\na,0.4,0.6\n" * 5


@pytest.fixture
def small(xent: Xent) -> str:
    return xent.write("small.csv", ROWS)


@pytest.mark.parametrize(
    ("args", "needle"),
    [
        (("--method", "beta"), "there are temperature, platt, vector, isotonic"),
        (("--folds", "1"), "--folds takes a number from 2 up, not 1"),
        (("--l2", "-1"), "--l2 takes a number from 0 up"),
        (("--l1", "0.1"), "--l1 goes with --method vector"),
        (("--l2", "0.1", "--method", "isotonic"), "has no parameters"),
        (("--like", "sklearn"), "--like"),
        (("--by", "label"), "--by"),
    ],
)
def test_wrong_options_are_told(xent: Xent, small: str, args: tuple[str, ...], needle: str) -> None:
    xent.run("calibrate", "fit", small, "-o", "c.json", *args).assert_error(needle, code=2)


def test_platt_is_for_two_classes(xent: Xent) -> None:
    name = write(xent.folder / "a.parquet", table(draw(3, 20, 1)))
    done = xent.run("calibrate", "fit", name, "--method", "platt")
    done.assert_error("two classes, these are 3", "--method vector", code=2)


def test_labels_and_outcomes_are_not_calibrated(xent: Xent) -> None:
    xent.write("labels.csv", "true_a,true_b,prob_a,prob_b\n1,1,0.9,0.8\n0,1,0.2,0.4\n")
    done = xent.run("calibrate", "fit", "labels.csv", "--task", "multilabel", "--target", "true_*")
    done.assert_error("several labels", code=2)
    xent.write("tokens.csv", "token,logprob\na,-1\nb,-2\n")
    xent.run("calibrate", "fit", "tokens.csv").assert_error("of an outcome", code=2)


@pytest.mark.parametrize(
    ("rows", "needle"),
    [
        ("label,prob_a,prob_b\na,0.9,1.1\n", "line 2, column 'prob_b'"),
        ("label,prob_a,prob_b\na,0.9,\n", "line 2, column 'prob_b': the value is missing"),
        ("label,prob_a,prob_b\nc,0.9,0.1\n", "'c' is none of the classes"),
        ("label,prob_a,prob_b\n", "no rows"),
        ("label,prob_a,prob_b\na,1,0\na,0,0\n", "line 3: every class of the row"),
        ("label,prob_a,prob_b,w\na,0.9,0.1,0\n", "the weights sum to 0"),
    ],
)
def test_bad_rows_are_told_as_by_eval(xent: Xent, rows: str, needle: str) -> None:
    xent.write("a.csv", rows)
    args = ("--weight", "w") if "w\n" in rows else ()
    xent.run("calibrate", "fit", "a.csv", "-o", "c.json", *args).assert_error(needle)


def test_without_scipy_vector_says_what_to_install(
    small: str, xent: Xent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xentcli.errors import UsageError
    from xentcli.jobs.calibrating.vector import Penalty, fit_lines

    del small, xent
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(UsageError, match="needs scipy") as caught:
        fit_lines(np.zeros((2, 1)), np.ones((2, 1)), np.ones(1), Penalty())
    assert caught.value.hint == "pip install scipy (xentcli[calibrate] has it)"


def test_a_class_that_never_occurs_is_warned_about(xent: Xent) -> None:
    drawn = draw(3, 200, 2)
    drawn.truth[drawn.truth == 2] = 0
    name = write(xent.folder / "a.parquet", table(drawn))
    done = xent.run("calibrate", "fit", name, "--method", "vector")
    assert "no row is of 'c2'" in done.assert_done()
    done = xent.run("calibrate", "fit", name, "--method", "vector", "--l2", "0.01")
    assert "absent-class" not in done.assert_done()


def test_ends_of_the_range_are_warned_about(xent: Xent) -> None:
    xent.write("right.csv", "label,prob_a,prob_b\n" + "a,0.9,0.1\nb,0.2,0.8\n" * 10)
    page = xent.run("calibrate", "fit", "right.csv").assert_done()
    assert "the decisions are all right, and become certain [temperature]" in page
    xent.write("wrong.csv", "label,prob_a,prob_b\n" + "b,0.9,0.1\na,0.2,0.8\n" * 10)
    page = xent.run("calibrate", "fit", "wrong.csv").assert_done()
    assert "temperature      ∞" in page
    assert "the loss is least without the scores" in page


def test_what_cannot_be_held_out_is_said(xent: Xent) -> None:
    xent.write("one.csv", "label,prob_a,prob_b\na,0.9,0.1\n")
    page = xent.run("calibrate", "fit", "one.csv", "--l2", "1").assert_done()
    assert "nothing can be held out of a single row" in page
    assert "cross-validated  –" in page
    rows = ["a,0.9,0.1", "a,0.8,0.2", "a,0.3,0.7", "b,0.5,0.5"]
    xent.write("few.csv", "\n".join(["label,prob_a,prob_b", *rows, ""]))
    page = xent.run("calibrate", "fit", "few.csv", "--method", "platt").assert_done()
    assert "[not-cross-validated]" in page


CALIBRATED = ("calibrate", "apply", "c.json")


@pytest.fixture
def fitted(xent: Xent, small: str) -> Xent:
    """The program, beside a calibration of the classes a and b."""
    xent.run("calibrate", "fit", small, "-o", "c.json").assert_done()
    return xent


@pytest.mark.parametrize(
    ("rows", "needles"),
    [
        ("prob_a,prob_c\n0.5,0.5\n", ("'a', 'c'", "'a', 'b'")),
        ("prob_a,prob_b,prob_c\n0.5,0.4,0.1\n", ("'prob_c'", "'a', 'b'")),
        ("p,label\n0.5,a\n", ("one score column", "a score for each class")),
        ("logit_a,logit_b\n0.5,2\n", ("like a logit", "probabilities")),
        ("x,y\n0.5,2\n", ("no column is named like a score", "--scores")),
        ("prob_a,prob_b\n0.5,2\n", ("line 2, column 'prob_b'", "is not a probability")),
        ("prob_a,prob_b\n0.5,\n", ("line 2, column 'prob_b'", "missing")),
        ("prob_a,prob_b\n", ("no rows",)),
        ("prob_a,prob_b\n1,0\n0,0\n", ("line 3: every class of the row",)),
    ],
)
def test_other_scores_are_refused(fitted: Xent, rows: str, needles: tuple[str, ...]) -> None:
    fitted.write("test.csv", rows)
    fitted.run(*CALIBRATED, "test.csv", "-o", "out.csv").assert_error(*needles)


def test_lists_of_another_length_are_refused(xent: Xent) -> None:
    for k in (3, 4):
        vectors = pa.array(draw(k, 60, 3).z.T.tolist(), pa.list_(pa.float64(), k))
        content = pa.table({"logits": vectors, "label": np.arange(60) % 3})
        write(xent.folder / f"{k}.parquet", content)
    xent.run("calibrate", "fit", "3.parquet", "-o", "c.json").assert_done()
    done = xent.run(*CALIBRATED, "4.parquet", "-o", "out.parquet")
    done.assert_error("lists of 4", "the 3 classes '0', '1', '2'")


def test_the_score_of_the_other_class_is_refused(xent: Xent) -> None:
    rows = "".join(f"{'yn'[i % 3 == 0]},0.{i}\n" for i in range(1, 9))
    xent.write("val.csv", "label,prob_y\n" + rows)
    xent.run("calibrate", "fit", "val.csv", "-o", "c.json").assert_done()
    xent.write("test.csv", "label,prob_n\n" + rows)
    xent.run(*CALIBRATED, "test.csv", "--scores", "prob_*").assert_error("'n'", "'y'")


def test_rows_with_a_missing_score_can_be_left_out(fitted: Xent) -> None:
    fitted.write("test.csv", "i,prob_a,prob_b\n1,0.5,0.5\n2,,0.5\n3,0.25,0.75\n")
    done = fitted.run(*CALIBRATED, "test.csv", "--missing", "drop")
    assert [line[0] for line in done.stdout.splitlines()] == ["i", "1", "3"]
    assert "info: 1 row with a missing value were left out [missing-dropped]\n" in done.stderr


def test_files_without_a_header_stay_without_one(xent: Xent) -> None:
    xent.write("val.csv", ROWS.partition("\n")[2])
    options = ("--no-header", "--target", "1", "--scores", "2-3", "--classes", "a,b")
    xent.run("calibrate", "fit", "val.csv", *options, "-o", "c.json").assert_done()
    out = xent.run(*CALIBRATED, "val.csv", "--no-header", "-q").assert_done()
    assert len(out.splitlines()) == 20
    assert [line.split(",")[0] for line in out.splitlines()[:3]] == ["a", "b", "b"]


def test_a_fit_reads_standard_input_and_writes_standard_output(xent: Xent, small: str) -> None:
    del small
    page = xent.run("calibrate", "fit", "-", stdin=ROWS).assert_done()
    assert page.startswith("<stdin> · 20 rows · 2 classes · probability · csv\n")
    done = xent.run("calibrate", "fit", "-", "-o", "-", stdin=ROWS)
    assert json.loads(done.stdout)["source"] == {"paths": ["<stdin>"]}
    assert done.stderr.startswith("warning: the cross-validated gain is ")


def test_parts_of_a_set_are_fitted_to_and_rewritten_together(xent: Xent) -> None:
    content = table(draw(2, 60, 5), "probability")
    write(xent.folder / "all.parquet", content)
    for i in range(3):
        (xent.folder / "set").mkdir(exist_ok=True)
        write(xent.folder / "set" / f"{i}.parquet", content.slice(20 * i, 20))
    one, many = (
        xent.run("calibrate", "fit", n, "--json", "-q").report for n in ("all.parquet", "set")
    )
    assert {**one, "source": 0} == {**many, "source": 0}
    assert many["source"] == {"paths": [f"set/{i}.parquet" for i in range(3)]}
    xent.run("calibrate", "fit", "set", "-o", "c.json").assert_done()
    for source in ("all.parquet", "set"):
        xent.run(*CALIBRATED, source, "-q", "-o", f"{source}.out.parquet").assert_done()
    out = pq.read_table(xent.folder / "set.out.parquet")
    assert out.equals(pq.read_table(xent.folder / "all.parquet.out.parquet"))


def test_neither_input_is_written_over(fitted: Xent) -> None:
    for target in ("c.json", "small.csv"):
        fitted.run(*CALIBRATED, "small.csv", "-o", target).assert_error("is also an input")
    fitted.run("calibrate", "fit", "small.csv", "-o", "small.csv").assert_error("is also an input")


def test_a_file_that_is_no_calibration_is_refused(fitted: Xent, tmp_path: Path) -> None:
    fitted.run("calibrate", "apply", "none.json", "small.csv").assert_error("none.json: No such")
    fitted.run("calibrate", "apply", "small.csv", "small.csv").assert_error("is not JSON")
    good = json.loads((tmp_path / "c.json").read_text())
    assert parse(json.dumps(good), "c").layout.classes == ("a", "b")
    damaged: list[tuple[dict[str, object], str]] = [
        ({"schema": "xentcli/report/1"}, "its schema is 'xentcli/report/1'"),
        ({"parameters": {}}, "'inverse_temperature' is missing"),
        ({"parameters": {"inverse_temperature": "1"}}, "is not a number"),
        ({"parameters": {"inverse_temperature": -1}}, "is negative"),
        ({"classes": ["a", "a"]}, "classes are two and more"),
        ({"method": "vector", "parameters": {"slopes": [1], "intercepts": [0, 0]}}, "1 numbers"),
        ({"method": "beta"}, "'beta'"),
        ({"method": "isotonic", "parameters": {"functions": []}}, "0 functions for 2 classes"),
        (
            {
                "method": "isotonic",
                "parameters": {"functions": [{"scores": [0.5, 0.1], "values": [0.2, 0.3]}]},
            },
            "do not rise",
        ),
    ]
    for change, needle in damaged:
        with pytest.raises(InputError, match=needle):
            parse(json.dumps({**good, **change}), "c")
    with pytest.raises(InputError, match="it has no schema"):
        parse("[]", "c")


def test_dictionaries_and_many_blocks_pass(xent: Xent) -> None:
    drawn = draw(2, 150_000, 4, factor=2.0)
    words = pa.array([f"w{i // 40_000}" for i in range(150_000)]).dictionary_encode()
    content = table(drawn, "probability").append_column("word", words)
    pq.write_table(content, xent.folder / "a.parquet", row_group_size=40_000)
    xent.run("calibrate", "fit", "a.parquet", "-o", "c.json").assert_done()
    for out in ("out.parquet", "out.arrow", "out.csv"):
        xent.run(*CALIBRATED, "a.parquet", "-o", out).assert_done()
    back = pq.read_table(xent.folder / "out.parquet")
    assert back.select(["label", "word"]).equals(content.select(["label", "word"]))
    stream = pa.ipc.open_stream(xent.folder / "out.arrow").read_all()
    assert stream["word"].cast(pa.string()).equals(content["word"].cast(pa.string()))
