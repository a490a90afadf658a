"""`--state`, `xent merge`, and states where `xent eval` takes files."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Xent

HEAD = "id,label,prob_cat,prob_dog,country\n"
ONE = HEAD + "1,cat,0.75,0.25,DE\n2,dog,0.5,0.5,FR\n3,dog,1.0,0.0,FR\n"
OTHER = HEAD + "4,dog,0.25,0.75,DE\n5,cat,0.5,0.45,é\n"
AS = ("--id", "id", "--by", "country", "--paired")


@pytest.fixture
def shards(xent: Xent) -> Xent:
    """Two shards and their states."""
    for name, content in (("one", ONE), ("other", OTHER)):
        xent.write(f"{name}.csv", content)
        xent.run("eval", f"{name}.csv", *AS, "--state", f"{name}.xent", "-q").assert_done()
    return xent


def whole(xent: Xent, *args: str) -> str:
    """The report of a single run."""
    return xent.run("eval", "one.csv", "other.csv", *AS[:4], "--json", *args).assert_done()


def test_the_report_of_a_state_is_that_of_the_run(shards: Xent) -> None:
    for form in ("table", "json", "csv", "markdown"):
        plain = shards.run("eval", "one.csv", *AS[:4], "-f", form)
        kept = shards.run("eval", "one.csv", *AS, "-f", form, "--state", "s.xent")
        again = shards.run("eval", "s.xent", "-f", form)
        assert plain.stdout == kept.stdout == again.stdout != ""
        assert (plain.code, plain.stderr) == (again.code, again.stderr) == (0, kept.stderr)


def test_shards_merge_to_the_single_run(shards: Xent) -> None:
    done = shards.run("merge", "one.xent", "other.xent", "-o", "both.xent")
    assert done.assert_done() == ""
    assert done.appeared == {"both.xent"}
    expected = whole(shards)
    assert shards.run("eval", "both.xent", "--json").assert_done() == expected
    assert shards.run("eval", "one.xent", "other.xent", "--json").assert_done() == expected
    shards.run("eval", "one.csv", "other.csv", *AS, "--state", "run.xent", "-q").assert_done()
    states = [(shards.folder / name).read_bytes() for name in ("run.xent", "both.xent")]
    assert states[0] == states[1]


def test_globs_of_states(shards: Xent) -> None:
    assert shards.run("eval", "o*.xent", "--json").assert_done() == whole(shards)
    merged = shards.run("merge", "o*.xent").assert_done()
    assert merged.startswith('{"schema": "xentcli/state/1",\n "digest": "sha256:')


def test_streams_and_gzip(shards: Xent) -> None:
    expected = whole(shards)
    text = shards.run("merge", "one.xent", "other.xent").assert_done()
    assert json.loads(text)["test_set"]["rows"] == 5
    packed = gzip.compress(text.encode())
    for content in (text, packed):
        assert shards.run("eval", "-", "--json", stdin=content).assert_done() == expected
        assert shards.run("merge", "-", stdin=content).assert_done() == text
    shards.write("both.xent", text)
    redirected = shards.run("eval", "-", "--json", under="exec < both.xent")
    assert redirected.assert_done() == expected
    piped = shards.run("eval", "/dev/fd/3", "--json", under="exec 3<&0", stdin=text)
    assert piped.assert_done() == expected
    shards.run("merge", "one.xent", "other.xent", "-o", "both.xent.gz").assert_done()
    assert gzip.decompress((shards.folder / "both.xent.gz").read_bytes()).decode() == text
    assert shards.run("eval", "both.xent.gz", "--json").assert_done() == expected


def test_predictions_on_standard_input_are_read_as_before(xent: Xent) -> None:
    rows = [
        dict(zip(HEAD[:-1].split(","), line.split(","), strict=True)) for line in ONE.split()[1:]
    ]
    lines = "\n".join(
        json.dumps({"schema": "x", **r, "prob_cat": float(r["prob_cat"]), "prob_dog": 0.5})
        for r in rows
    )
    for content, name in ((ONE, "csv"), (lines, "jsonl"), (gzip.compress(ONE.encode()), "csv")):
        report = xent.run("eval", "-", "--json", "--sum-to-one", "ignore", stdin=content).report
        assert (report["source"]["format"], report["source"]["rows"]) == (name, 3)
    slow = xent.run("eval", "-", "--json", under="(printf 'label,p\\n'; sleep 0.2; echo 1,0.5) |")
    assert slow.report["source"]["rows"] == 1


def test_what_is_chosen_when_the_state_is_read(shards: Xent) -> None:
    options = ("-m", "cross_entropy,accuracy", "--base", "2", "--confidence", "0.9")
    shards.run("merge", "one.xent", "other.xent", "-o", "both.xent").assert_done()
    for more in (options, (*options, "--min-rows", "2"), (*options, "--max-slices", "1")):
        found = shards.run("eval", "both.xent", "--json", *more).assert_done()
        assert found == whole(shards, *more)
    score = shards.run("eval", "both.xent", "-b", "-m", "brier").stdout
    assert score == shards.run("eval", "one.csv", "other.csv", "-b", "-m", "brier").stdout
    assert shards.run("eval", "both.xent", "--expect-rows", "5").code == 0
    shards.run("eval", "both.xent", "--expect-rows", "6").assert_error("5 rows were scored")


def test_options_that_come_too_late(shards: Xent) -> None:
    for option in (
        ("--target", "label"),
        ("--by", "country"),
        ("--id", "id"),
        ("--clip", "0.1"),
        ("--like", "keras"),
        ("--no-header",),
        ("--all-conventions",),
    ):
        done = shards.run("eval", "one.xent", *option)
        done.assert_error(f"{option[0]} is for predictions", code=2)
    shards.run("eval", "one.xent", "--state", "x.xent").assert_error("xent merge", code=2)
    shards.run("eval", "one.xent", "--bootstrap", "9").assert_error("needs the rows", code=2)
    shards.run("eval", "one.xent", "--find-slices").assert_error("needs the rows", code=2)
    shards.run("eval", "one.xent", "-m", "ece").assert_error(
        "one.xent: has no sums for ece", "make the state with -m ece", code=2
    )


def test_states_and_predictions_do_not_mix(shards: Xent) -> None:
    done = shards.run("eval", "one.xent", "other.csv")
    done.assert_error("one.xent is a state, and other.csv is none", code=2)


def test_states_that_cannot_be_made(xent: Xent, small: str) -> None:
    for options, words in (
        (("--state", "-"), "--state takes the name of a file"),
        (("--paired",), "--paired goes with --state"),
        (("--state", "s", "--paired"), "--paired needs --id"),
        (("--state", "s", "--bootstrap", "9"), "--state does not go with --bootstrap"),
        (("--state", "s", "--find-slices"), "--state does not go with --find-slices"),
        (("--state", "s", "--all-conventions"), "--state does not go with --all-conventions"),
        (("--state", "s", "-o", "s"), "'s' is written to already"),
    ):
        xent.run("eval", small, *options).assert_error(words, code=2)
    xent.run("eval", small, "--state", small).assert_error("is also an input")
    xent.run("eval", small, "--state", "no/such").assert_error("there is no folder 'no'")


def test_no_state_appears_where_the_run_fails(xent: Xent) -> None:
    bad = xent.write("bad.csv", ONE + "6,dog,x,0.5,DE\n")
    xent.run("eval", bad, "--state", "s.xent").assert_error("line 5")
    xent.run("eval", bad, "--state", "s.xent", "--expect-rows", "9").assert_error()
    full = xent.run("eval", xent.write("one.csv", ONE), "--state", "s.xent", "-o", "/dev/full")
    assert (full.code, full.appeared) == (3, frozenset())


def test_the_same_rows_twice(shards: Xent) -> None:
    shards.run("merge", "one.xent", "one.xent").assert_error(
        "one.xent and one.xent cannot be merged: they have rows in common, 3 of the 3 ids"
    )
    shards.run("merge", "one.xent", "other.xent", "-o", "both.xent").assert_done()
    shards.run("eval", "both.xent", "other.xent").assert_error("both.xent and other.xent")
    shards.run("merge", "one.xent", "-o", "one.xent").assert_error("is also an input")


def test_what_is_no_state(shards: Xent) -> None:
    shards.run("merge", "one.csv").assert_error("one.csv: is not a state")
    shards.run("merge", "none.xent").assert_error("none.xent")
    shards.run("merge", "-").assert_error("is not a state")
    text = (shards.folder / "one.xent").read_text()
    edited = shards.write("edited.xent", text.replace('"rows_read": 3', '"rows_read": 4'))
    for command in ("eval", "merge"):
        shards.run(command, edited).assert_error("edited.xent: is a damaged state", "digest")
        shards.run(command, "-", stdin=text[:900]).assert_error("<stdin>: is a damaged state")
        newer = text.replace("state/1", "state/9")
        shards.run(command, "-", stdin=newer).assert_error("version that is not known")


def test_an_option_of_the_run_comes_from_the_environment(xent: Xent, small: str) -> None:
    done = xent.run("eval", small, "-q", env={"XENT_STATE": "s.xent"})
    assert done.appeared == {"s.xent"}
