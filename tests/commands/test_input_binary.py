"""Compressed text, Parquet and Arrow: whole and right, or refused (robustness 17 to 23, 27)."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import io
import struct
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Xent

LABELS = ["cat", "dog", "cat"]
CAT, DOG = [0.75, 0.5, 0.5], [0.25, 0.5, 0.5]
TABLE = pa.table({"label": LABELS, "prob_cat": CAT, "prob_dog": DOG})
LOSS = 0.5579921445238905  # (log 4/3 + 2 log 2) / 3


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def arrow(table: pa.Table, *, stream: bool = False) -> bytes:
    sink = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) * 2 // 3],
    "without its last bytes": lambda data: data[:-3],
    "corrupted": lambda data: flipped(data, len(data) // 2),
    "with junk behind": lambda data: data + b"junk",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_damaged_compressed_text_is_refused(
    xent: Xent, compress: Callable[[bytes], bytes], damage: str
) -> None:
    rows = "".join(f"cat,0.{i:05},0.{99999 - i:05}\n" for i in range(99_999))
    name = xent.write(
        "a.csv.z", DAMAGE[damage](compress(f"label,prob_cat,prob_dog\n{rows}".encode()))
    )
    xent.run("eval", name, "--sum-to-one", "ignore", "-o", "out").assert_error("a.csv.z")


@pytest.mark.parametrize(
    ("name", "content", "needle"),
    [
        ("a.parquet", parquet(TABLE)[:-20], "a.parquet"),
        ("a.parquet", parquet(TABLE)[:200], "a.parquet"),
        ("a.parquet", b"PAR1", "a.parquet"),
        ("a.parquet", b"", "a.parquet"),
        ("a.parquet", b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        ("a.arrow", arrow(TABLE)[:-20], "a.arrow"),
        ("a.arrow", arrow(TABLE, stream=True)[:-20], "a.arrow"),
        ("a.arrow", b"", "a.arrow"),
        ("a.parquet", b"label,prob_cat,prob_dog\ncat,0.75,0.25\n", "a.parquet"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(
    xent: Xent, name: str, content: bytes, needle: str
) -> None:
    xent.write(name, content)
    xent.run("eval", name).assert_error(name, needle)


@pytest.mark.parametrize("content", [parquet(TABLE), arrow(TABLE), arrow(TABLE, stream=True)])
def test_the_first_bytes_win_over_the_name_also_on_standard_input(
    xent: Xent, content: bytes
) -> None:
    xent.write("a.csv", content)
    xent.write("tmp/keep", "")
    assert xent.eval("a.csv")["metrics"]["cross_entropy"]["value"] == LOSS
    piped = xent.run("eval", "-", "--json", stdin=content, env={"TMPDIR": "tmp"})
    assert piped.report["metrics"]["cross_entropy"]["value"] == LOSS
    assert piped.appeared == frozenset()  # a spooled copy goes away


def test_a_wrong_page_checksum_is_refused(xent: Xent) -> None:
    plain = {"use_dictionary": False, "compression": "none", "write_statistics": False}
    data = parquet(TABLE, write_page_checksum=True, **plain)
    place = data.index(struct.pack("<d", 0.25))
    xent.write("a.parquet", flipped(data, place + 2))
    xent.run("eval", "a.parquet").assert_error("a.parquet", "CRC")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("offset", [1 << 30, -8])
def test_bad_offsets_in_arrow_data_are_refused(xent: Xent, *, stream: bool, offset: int) -> None:
    data = arrow(TABLE, stream=stream)
    good = struct.pack("<4i", 0, 3, 6, 9)
    assert data.count(good) == 1
    xent.write("a.arrow", data.replace(good, struct.pack("<4i", 0, 3, offset, 9)))
    xent.run("eval", "a.arrow").assert_error("a.arrow")


def test_twenty_million_rows_of_a_small_parquet_file_take_bounded_memory(xent: Xent) -> None:
    rows = 20_000_000
    path = xent.folder / "a.parquet"
    group = pa.table(
        {
            "label": pa.repeat("yes", rows // 20),
            "p": pa.repeat(pa.scalar(0.5, pa.float32()), rows // 20),
        }
    )
    with pq.ParquetWriter(path, group.schema) as writer:
        for _ in range(10):
            writer.write_table(pa.concat_tables([group, group]), row_group_size=rows)
    # By way of a small process: a forked one begins with its parent's peak, here pytest's.
    measure = (
        "import os, sys\n"
        "pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)\n"
        "_, status, usage = os.wait4(pid, 0)\n"
        "print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)"
    )
    command = xent.command("eval", "a.parquet", "-m", "cross_entropy", "-o", "out.json")
    told = subprocess.run(
        [sys.executable, "-c", measure, *command],
        cwd=xent.folder,
        stdout=subprocess.PIPE,
        check=True,
    )
    code, peak = map(int, told.stdout.split())
    assert code == 0
    assert f'"rows": {rows},' in (xent.folder / "out.json").read_text()
    assert peak < 250_000  # KiB; the rows alone are 160 MB as columns


TYPES = {
    "decimal": pa.decimal128(5, 2),
    "half": pa.float16(),
    "single": pa.float32(),
    "dictionary": pa.dictionary(pa.int8(), pa.float64()),
}
LISTS = {
    "list": pa.list_(pa.float64()),
    "large list": pa.large_list(pa.float32()),
    "fixed-size list": pa.list_(pa.float64(), 2),
}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_number_gives_the_same_loss(xent: Xent, kind: str) -> None:
    cast = (lambda x: [Decimal(str(v)) for v in x]) if kind == "decimal" else list
    numbers = pa.float64() if kind == "dictionary" else TYPES[kind]
    scores = {n: pa.array(cast(v), numbers) for n, v in (("prob_cat", CAT), ("prob_dog", DOG))}
    if kind == "dictionary":
        scores = {n: v.dictionary_encode() for n, v in scores.items()}
    labels = pa.array(LABELS).dictionary_encode()
    xent.write("a.arrow", arrow(pa.table({"label": labels, **scores})))
    assert xent.eval("a.arrow")["metrics"]["cross_entropy"]["value"] == LOSS


@pytest.mark.parametrize("kind", LISTS)
def test_every_type_of_list_gives_the_same_loss(xent: Xent, kind: str) -> None:
    lists = [list(pair) for pair in zip(CAT, DOG, strict=True)]
    table = pa.table({"label": [0, 1, 0], "probs": pa.array(lists, LISTS[kind])})
    xent.write("a.parquet", parquet(table))
    assert xent.eval("a.parquet")["metrics"]["cross_entropy"]["value"] == LOSS


def test_booleans_are_labels_of_a_binary_task(xent: Xent) -> None:
    table = pa.table({"label": [True, False, True], "p": CAT})
    xent.write("a.parquet", parquet(table))
    report = xent.eval("a.parquet")
    assert report["metrics"]["cross_entropy"]["value"] == LOSS
    assert report["layout"]["classes"] == ["false", "true"]


@pytest.mark.parametrize(
    ("bad", "needle"),
    [
        ([0.5], "2 entries"),
        ([0.25, 0.5, 0.25], "2 entries"),
        ([0.5, None], "missing"),
        (None, "missing"),
    ],
)
@pytest.mark.parametrize("kind", ["list", "large list"])
def test_ragged_lists_and_nulls_in_lists_are_refused(
    xent: Xent, kind: str, bad: list[float] | None, needle: str
) -> None:
    lists = pa.array([[0.75, 0.25], [0.5, 0.5], bad], LISTS[kind])
    xent.write("a.parquet", parquet(pa.table({"label": [0, 1, 0], "probs": lists})))
    xent.run("eval", "a.parquet").assert_error("a.parquet: row 3, column 'probs'", needle)


class Vault(encryption.KmsClient):  # type: ignore[misc] # pyarrow has no types
    """Keeps keys in plain sight."""

    def wrap_key(self, key_bytes: bytes, _: str) -> bytes:
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key: bytes, _: str) -> bytes:
        return base64.b64decode(wrapped_key)


@pytest.mark.parametrize("plaintext_footer", [True, False])
def test_an_encrypted_file_is_refused(xent: Xent, *, plaintext_footer: bool) -> None:
    factory = encryption.CryptoFactory(lambda _: Vault())
    properties = factory.file_encryption_properties(
        encryption.KmsConnectionConfig(),
        encryption.EncryptionConfiguration(
            footer_key="key",
            column_keys={"key": ["label", "prob_cat", "prob_dog"]},
            plaintext_footer=plaintext_footer,
        ),
    )
    xent.write("a.parquet", parquet(TABLE, encryption_properties=properties))
    xent.run("eval", "a.parquet").assert_error("a.parquet", "crypt")


@pytest.mark.parametrize(
    "values",
    [[dt.datetime(2020, 1, 1)], ["0.5"], [b"0.5"], [{"a": 0.5}]],  # noqa: DTZ001 - a column's
)
def test_a_column_of_the_wrong_type_is_refused(xent: Xent, values: list[object]) -> None:
    xent.write("a.parquet", parquet(pa.table({"label": ["cat"], "a": values, "b": [0.5]})))
    result = xent.run("eval", "a.parquet", "--scores", "a,b")
    result.assert_error("a.parquet", "'a'")


def test_two_columns_of_one_name_are_refused(xent: Xent) -> None:
    columns = [pa.array(["cat"]), pa.array([0.75]), pa.array([0.75])]
    table = pa.Table.from_arrays(columns, names=["label", "prob_cat", "prob_cat"])
    xent.write("a.arrow", arrow(table))
    xent.run("eval", "a.arrow").assert_error("a.arrow", "two columns", "'prob_cat'")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", parquet(TABLE[:0])),
        ("a.arrow", arrow(TABLE[:0])),
        ("b.arrow", arrow(TABLE[:0], stream=True)),
    ],
)
def test_a_schema_without_rows_is_refused(xent: Xent, name: str, content: bytes) -> None:
    xent.write(name, content)
    xent.run("eval", name).assert_error(name, "no rows")
