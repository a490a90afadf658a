"""What is no state, or is one no more, is refused in one line that names the file."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.states.made import BY_NAME, ran, table, written
from xentcli.errors import InputError
from xentcli.jobs.states.exact_text import read, spelled, sums_of
from xentcli.jobs.states.files import _digest, is_state, parse, read_state, state_bytes, state_text
from xentcli.options import Keep, ReportOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = BY_NAME["two"].columns._replace(id="id", by=("country", "age[18]"), weight="w")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a state that has everything."""
    folder = tmp_path_factory.mktemp("states")
    path = written(folder, "a.parquet", table(zero=True))
    report = ReportOptions(calibration=True)
    return state_text(ran([path], COLUMNS, report=report, keep=Keep(True))[0])


@pytest.fixture(scope="module")
def brief(text: str) -> str:
    """The same without the sketch, which is read as other sums are."""
    record = json.loads(text)
    del record["parts"]["pairs"]
    return signed(record)


def refused(content: str | bytes) -> str:
    data = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(InputError) as caught:
        parse(data, "a.xent")
    assert caught.value.message.startswith("a.xent: ")
    assert "\n" not in caught.value.message
    return caught.value.message


def signed(record: dict[str, Any]) -> str:
    """A record under the digest that belongs to it."""
    record = {key: value for key, value in record.items() if key != "digest"}
    schema = record.pop("schema")
    return json.dumps({"schema": schema, "digest": _digest(record), **record})


def test_a_digit_that_was_changed_is_seen(text: str) -> None:
    assert parse(text.encode(), "a.xent").rows == 60
    changed = text.replace('"rows_read": 60', '"rows_read": 61')
    assert changed != text
    assert "its content is not what its digest says" in refused(changed)


def test_how_it_is_laid_out_makes_no_difference(text: str) -> None:
    record = json.loads(text)
    for other in (json.dumps(record, indent=2), json.dumps(record, sort_keys=True)):
        assert parse(other.encode(), "a.xent") == parse(text.encode(), "a.xent")


@pytest.mark.parametrize("part", [0.999, 0.5, 0.01])
def test_a_part_of_a_file_is_no_json(text: str, part: float) -> None:
    assert "is not JSON" in refused(text[: int(len(text) * part)])


@pytest.mark.parametrize("content", ["", "nothing", "[1]", "{}", '"x"', b"\xff\xfe{", "[" * 9999])
def test_other_content(content: str | bytes) -> None:
    assert "state" in refused(content)


def test_another_version_is_told(text: str) -> None:
    found = refused(text.replace("xentcli/state/1", "xentcli/state/2"))
    assert found == "a.xent: is a state of a version that is not known: 'xentcli/state/2'"


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places in a record, the first of each list only."""
    if path:
        yield path
    items: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = list(enumerate(value))[:1]
    for key, item in items:
        yield from paths_in(item, (*path, key))


def accepted(content: str) -> bool:
    """Whether a content is a state; if it is not, that is an error of ours."""
    try:
        parse(content.encode(), "a.xent")
    except InputError as error:
        return not error.message.startswith("a.xent: ")
    return True


def test_whatever_is_missing_or_of_another_type_is_an_error_of_ours(brief: str) -> None:
    record = json.loads(brief)
    places = [p for p in paths_in(record) if p[0] not in ("schema", "digest")]
    values = (None, "x", -1, [[1]])
    taken = {}
    for path in places:
        holder = record
        for key in path[:-1]:
            holder = holder[key]
        kept = holder[path[-1]]
        for value in values:
            holder[path[-1]] = value
            taken[path, str(value)] = accepted(signed(record))
        if isinstance(holder, dict):
            del holder[path[-1]]
            taken[path, "missing"] = accepted(signed(record))
        holder[path[-1]] = kept
    assert accepted(signed(record))
    top = [key for key in record if taken.get(((key,), "missing"))]
    # These are for people: nothing is computed from them.
    assert top == ["signature", "test_set"]
    assert sum(taken.values()) < len(taken) / 3


def test_nan_is_refused(text: str) -> None:
    assert "is not JSON" in refused(text.replace('"rows_read": 60', '"rows_read": NaN'))
    record = json.loads(text)
    record["policy"]["clip"] = "nan"
    assert "NaN" in refused(signed(record))


def test_sums_of_another_length(text: str) -> None:
    record = json.loads(text)
    record["state"]["sums"]["loss"].append("0x1p+0")
    assert "3 sums of 'loss' where 2 belong" in refused(signed(record))


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_files_are_told_by_their_first_bytes(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, "a.parquet", table())
    saved, _ = ran([path], COLUMNS)
    name = str(tmp_path / f"a.xent{ending}")
    content = state_bytes(saved, name)
    assert content == state_bytes(saved, name)
    (tmp_path / f"a.xent{ending}").write_bytes(content)
    assert is_state(content[:512])
    assert read_state(name) == saved
    assert read_state(path) is None


def test_a_truncated_gzip_is_a_damaged_state(tmp_path: Path, text: str) -> None:
    packed = gzip.compress(text.encode())
    path = tmp_path / "a.xent.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match=r"a\.xent\.gz: is a damaged state: "):
        read_state(str(path))


def test_json_lines_are_no_state(tmp_path: Path) -> None:
    for line in ('{"schema": "mine", "p": 0.5}', '{"label": 1, "schema": "xentcli/state/1"}', ""):
        path = tmp_path / "a.jsonl"
        path.write_text(line)
        assert read_state(str(path)) is None


@pytest.mark.parametrize("text", ["0x1", "1", "0x1p1", "0x1p-9999", "-0", "0xgp+1", " 0x1p+0", 7])
def test_what_is_no_sum(text: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        read(text)
    with pytest.raises((ValueError, TypeError)):
        sums_of({"sums": {"a": [text]}}, 1)


@pytest.mark.parametrize("units", [1, -1, 1 << 1074, -(3 << 1000) - 1, (1 << 1300) + 1, 12345])
def test_sums_are_spelled_to_the_bit(units: int) -> None:
    (sums,) = sums_of({"sums": {"a": [spelled(units), "0"]}}, 2).values()
    assert sums.units() == [units, 0]


def test_a_sum_is_read_as_other_languages_read_it() -> None:
    assert float.fromhex(spelled(3 << 1073)) == 1.5
    assert float.fromhex(spelled(-(1 << 1074))) == -1.0
