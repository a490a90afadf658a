"""`xent rows`: one line a row, in order, as it comes; `xent inspect`: how a file would be read."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEADER = "label,prob_cat,prob_dog\n"


def table(page: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page)))


def test_every_row_has_its_loss_its_probability_and_its_prediction(xent: Xent, small: str) -> None:
    rows = table(xent.run("rows", small).assert_done())
    assert [r["row"] for r in rows] == ["1", "2", "3"]
    assert [r["label"] for r in rows] == ["cat", "dog", "cat"]
    assert [r["p_true"] for r in rows] == ["0.75", "0.5", "0.5"]
    assert [float(r["loss"]) for r in rows] == [-math.log(0.75), math.log(2), math.log(2)]
    assert [r["predicted"] for r in rows] == ["cat", "cat", "cat"]


def test_json_lines_are_an_object_a_row_and_infinity_is_a_string(xent: Xent) -> None:
    xent.write("a.csv", HEADER + "cat,0,1\ndog,0.5,0.5\n")
    lines = xent.run("rows", "a.csv", "-f", "jsonl").assert_done().splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["loss"], first["p_true"], first["predicted"]) == ("Infinity", 0, "dog")
    assert second["loss"] == math.log(2)


def test_what_passes_through_json_lines_stays_what_it_is(xent: Xent) -> None:
    scores = '"label": "cat", "prob_cat": 0.5, "prob_dog": 0.5'
    odd = '"n": 1.0, "x": NaN, "o": {"a": [true, null]}'
    xent.write("a.jsonl", f'{{"id": 7, {scores}, {odd}}}\n{{"id": null, {scores}}}\n')
    done = xent.run("rows", "a.jsonl", "-f", "jsonl", "--keep", "id", "--keep", "[nxo]")
    first, second = (json.loads(line) for line in done.assert_done().splitlines())
    assert [first[key] for key in ("id", "n", "x", "o")] == [7, 1.0, "NaN", {"a": [True, None]}]
    assert [second[key] for key in ("id", "n", "x", "o")] == [None] * 4
    page = table(xent.run("rows", "a.jsonl", "--keep", "id").assert_done())
    assert [row["id"] for row in page] == ["7", ""]


@pytest.mark.parametrize("odd", ["label", "id", "key"])
def test_half_a_character_is_no_text(xent: Xent, odd: str) -> None:
    half = {name: "a\\ud800" if name == odd else "a" for name in ("label", "id", "key")}
    texts = f'"label": "{half["label"]}", "id": "{half["id"]}", "{half["key"]}": 1'
    xent.write("a.jsonl", f'{{{texts}, "prob_cat": 0.5, "prob_dog": 0.5}}\n')
    xent.run("rows", "a.jsonl", "--keep", "id").assert_error("half of a character")


def test_a_name_that_promises_another_form_is_refused(xent: Xent, small: str) -> None:
    names = {"r.html": "eval", "r.tsv": "eval", "r.feather": "rows", "r.yaml": "check"}
    for name, command in names.items():
        more = ["--require", "accuracy >= 0"] if command == "check" else []
        result = xent.run(command, small, *more, "-o", name)
        result.assert_error("is named as what is not written here", code=2)
    for form in (["-o", "rows.csv.gz"], ["-f", "csv", "-o", "rows.csv.gz"]):
        xent.run("rows", small, *form).assert_error("nothing is written so", code=2)
    export = ["--export", "json=r.json.gz"]
    xent.run("eval", small, *export).assert_error("nothing is written so", code=2)
    xent.run("eval", small, "-o", "r.html", "-f", "markdown").assert_done()
    assert sorted(p.name for p in xent.folder.iterdir()) == ["r.html", small]


def test_the_worst_come_first_and_of_equals_the_first(xent: Xent) -> None:
    rows = "".join(f"cat,{p},{1 - p}\n" for p in (0.5, 0.125, 0.75, 0.125, 0.25))
    xent.write("a.csv", HEADER + rows)
    worst = table(xent.run("rows", "a.csv", "--worst", "3").assert_done())
    assert [r["row"] for r in worst] == ["2", "4", "5"]
    assert len(table(xent.run("rows", "a.csv", "--worst", "9").assert_done())) == 5


def test_the_losses_of_the_rows_average_to_the_cross_entropy(xent: Xent) -> None:
    rows = "".join(f"cat,0.{i:05},0.{100_000 - i:05}\n" for i in range(1, 100_000, 3))
    xent.write("a.csv", HEADER + rows)
    lines = table(xent.run("rows", "a.csv", "--sum-to-one", "ignore").assert_done())
    assert [int(r["row"]) for r in lines] == list(range(1, len(lines) + 1))
    mean = math.fsum(float(r["loss"]) for r in lines) / len(lines)
    loss = xent.eval("a.csv", "--sum-to-one", "ignore")["metrics"]["cross_entropy"]["value"]
    assert loss == pytest.approx(mean, rel=1e-15)


def test_rows_stream_as_they_come(xent: Xent) -> None:
    # Of a pipe that stays open, the rows of what was sent are written before its end.
    with xent.start("rows", "-", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        seen = threading.Event()
        writer = threading.Thread(target=send_and_wait, args=(process, seen))
        writer.start()
        assert process.stdout.readline() == b"row,label,p_true,loss,predicted\n"
        assert process.stdout.readline() == b"1,cat,0.5,0.6931471805599453,cat\n"
        seen.set()
        assert process.stdout.read().count(b"\n") == 399_999
        writer.join()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


def send_and_wait(process: subprocess.Popen[bytes], seen: threading.Event) -> None:
    """Sends rows, and ends the stream only when the first line that came of them was seen."""
    assert process.stdin is not None
    process.stdin.write(HEADER.encode() + b"cat,0.5,0.5\n" * 400_000)
    process.stdin.flush()
    seen.wait(60)
    process.stdin.close()


def test_names_from_data_are_guarded_in_csv(xent: Xent) -> None:
    xent.write("a.csv", "label,prob_=cmd(),prob_b\n=cmd(),0.5,0.5\n")
    (row,) = table(xent.run("rows", "a.csv").assert_done())
    assert (row["label"], row["predicted"]) == ("'=cmd()", "'=cmd()")


def test_a_bad_row_is_told_as_eval_tells_it(xent: Xent) -> None:
    xent.write("a.csv", HEADER + "cat,0.5,0.5\n" * 3 + "cow,0.5,0.5\n")
    for command in (("rows",), ("rows", "--worst", "1"), ("eval",)):
        result = xent.run(*command, "a.csv", "-o", "out.csv")
        result.assert_error("a.csv: line 5, column 'label'", "'cow'")


def test_rows_go_to_a_file_whole_or_not_at_all(xent: Xent, small: str) -> None:
    page = xent.run("rows", small).assert_done()
    assert xent.run("rows", small, "-o", "out.csv").appeared == {"out.csv"}
    assert (xent.folder / "out.csv").read_text() == page
    xent.run("rows", small, "-o", small).assert_error("input")
    xent.run("rows", small, "-o", "out.csv", under="ulimit -f 0").assert_error("out.csv")
    assert (xent.folder / "out.csv").read_text() == page


def test_inspect_shows_the_layout_and_scores_nothing(xent: Xent) -> None:
    xent.write("a.csv", "id,label,prob_cat,prob_dog,note\n7,cat,2,-1,[bold]\x1b\n")
    page = xent.run("inspect", "a.csv").assert_done()
    for needle in ("'label'", "'prob_cat', 'prob_dog'", "note", "[bold]", r"\x1b"):
        assert needle in page
    assert "\x1b" not in page


def test_inspect_in_json_agrees_with_eval(xent: Xent, small: str) -> None:
    shown = xent.run("inspect", small, "--json").report
    layout = xent.eval(small)["layout"]
    assert {key: shown["layout"][key] for key in layout} == layout


def test_inspect_refuses_what_eval_refuses(xent: Xent) -> None:
    xent.write("empty.csv", "")
    xent.write("twins.csv", "label,p,p\n1,0.5,0.5\n")
    for name in ("empty.csv", "twins.csv", "nothing.csv"):
        xent.run("inspect", name).assert_error(name)


def test_signed_numbers_kept_as_text_are_no_formulas(xent: Xent) -> None:
    lines = ["label,prob_a,prob_b,note"]
    lines += [f"a,0.5,0.5,{note}" for note in ("-5", "+0.25", "-1e-3", "=1+1", "-x", "+")]
    xent.write("rows.csv", "\n".join(lines))
    page = xent.run("rows", "rows.csv", "--keep", "note").assert_done()
    notes = [line.rsplit(",", 1)[1] for line in page.splitlines()[1:]]
    assert notes == ["-5", "+0.25", "-1e-3", "'=1+1", "'-x", "'+"]
