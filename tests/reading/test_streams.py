"""Standard input, pipes, and what opening must not cost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.reading.reading import FORMATS, ROLES, csv_bytes, parquet_bytes, read
from xentcli.errors import InputError
from xentcli.options import FileOptions
from xentcli.reading import open_source
from xentcli.reading.bytes.edge import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.reading.tables import Row

ROWS: list[Row] = [(f"c{i % 7}", i / 8) for i in range(5000)]

READ_STDIN = """
import sys
from xentcli.options import FileOptions
from xentcli.reading import open_source
from xentcli.reading.bytes.edge import reading
from xentcli.layout.schema import Role
source = open_source("-", FileOptions())
assert source.path == "<stdin>"
assert source.size is None or source.format not in ("csv", "tsv", "jsonl")
source.sample()
rows = total = 0
roles = {"label": Role.LABEL, "p": Role.NUMBER}
for split in source.splits(roles, block_rows=1000, threads=2):
    for batch in split.batches():
        rows += batch.num_rows
        total += sum(batch.column("p").to_pylist())
source.close()
print(rows, total, *(m for m in ("pandas", "pyarrow.dataset") if m in sys.modules))
"""


@pytest.mark.parametrize("name", list(FORMATS))
def test_standard_input_of_every_format(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_STDIN],
        input=FORMATS[name](ROWS),
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    by_pandas = name.endswith((".dta", ".sav", ".zsav", ".xpt"))
    expected = [b"5000", str(sum(p or 0 for _, p in ROWS)).encode(), *[b"pandas"] * by_pandas]
    assert done.stdout.split() == expected


def test_nothing_is_left_of_a_spooled_stream(
    piped: Callable[[bytes], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    with closing(open_source(piped(parquet_bytes(ROWS)), FileOptions())) as source:
        assert len(list(source.splits(ROLES, block_rows=100, threads=2))) > 1
        assert list(spool.iterdir()) == []


def test_a_stream_is_read_once(piped: Callable[[bytes], str]) -> None:
    with closing(open_source(piped(csv_bytes(ROWS)), FileOptions())) as source:
        for _ in source.splits(ROLES, block_rows=100, threads=2):
            pass
        with pytest.raises(InputError, match="a stream can be read only once"):
            next(source.splits(ROLES, block_rows=100, threads=2))


def test_lines_on_a_stream(
    piped: Callable[[bytes], str], small_blocks: Callable[[int], None]
) -> None:
    small_blocks(40)
    rows: list[Row] = [("a\nb", 0.5), ("c", 0.25)] * 20
    with closing(open_source(piped(csv_bytes(rows)), FileOptions())) as source:
        splits = list(source.splits(ROLES, block_rows=100, threads=2))
        assert source.place(0, 1) == "line 4"
        start = 2
        for index, split in enumerate(splits):
            assert source.place(index, 0) == f"line {start}"
            start += bytes(split.block.data).count(b"\n")  # type: ignore[attr-defined]
        del splits, split
        assert source.place(0, 0) == "after line 1"


def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import os; os.set_blocking(0, False)\n" + READ_STDIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        assert reader.stdin is not None
        content = csv_bytes(ROWS)
        for start in range(0, len(content), 20_000):
            reader.stdin.write(content[start : start + 20_000])
            reader.stdin.flush()
            time.sleep(0.1)
        out, _ = reader.communicate()
    assert out.split()[0] == b"5000"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "x: out of memory"),
        (pa.ArrowMemoryError("malloc of size 8 failed"), "x: out of memory"),
        (pa.ArrowInvalid("one\n  two\x1b[0m"), r"x: one two\x1b[0m"),
        (OSError(5, "Input/output error"), "x: Input/output error"),
        (EOFError("ended"), "x: ended"),
    ],
)
def test_the_edge_folds_errors_to_one_line(error: Exception, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"), reading("x"):
        raise error


def test_opening_a_directory_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r": is a directory$"):
        read(tmp_path)
    with pytest.raises(InputError, match=r": there is no such file$"):
        read(tmp_path / "none.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_bytes(csv_bytes(ROWS))
    path.chmod(0)
    with pytest.raises(InputError, match=r": permission denied$"):
        read(path)


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("plain.csv", "pandas pyarrow.dataset pyarrow.compute pyarrow.parquet pyarrow.json"),
        ("packed.csv.gz", "pandas pyarrow.dataset pyarrow.compute pyarrow.parquet pyarrow.json"),
        ("packed.csv.zst", "pandas pyarrow.dataset pyarrow.compute pyarrow.parquet pyarrow.json"),
        ("groups.parquet", "pandas pyarrow.dataset pyarrow.csv pyarrow.json"),
        ("one.parquet", "pandas pyarrow.dataset pyarrow.csv pyarrow.json"),
        ("file.arrow", "pandas pyarrow.dataset pyarrow.csv pyarrow.parquet pyarrow.json"),
        ("stream.arrows", "pandas pyarrow.dataset pyarrow.csv pyarrow.parquet pyarrow.json"),
        ("lines.jsonl", "pandas pyarrow.dataset pyarrow.csv pyarrow.parquet"),
    ],
)
def test_only_what_is_needed_is_imported(name: str, absent: str, tmp_path: Path) -> None:
    rows = [*ROWS[:20], (None, None), ("", float("inf"))]
    path = tmp_path / name
    path.write_bytes(FORMATS[name](rows))
    program = f"""
import sys
from xentcli.options import FileOptions
from xentcli.reading import open_source
from xentcli.reading.bytes.edge import reading
from xentcli.layout.schema import Role
source = open_source({str(path)!r}, FileOptions(), {{"country": "de"}})
source.sample()
roles = {{"label": Role.LABEL, "p": Role.NUMBER, "country": Role.LABEL}}
for split in source.splits(roles, block_rows=3, threads=2):
    for batch in split.batches():
        assert batch.num_rows
source.close()
print(*(module for module in {absent.split()} if module in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"\n", b"")
