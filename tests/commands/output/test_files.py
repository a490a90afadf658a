"""Files are replaced whole or not at all."""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xentcli.commands.output.files import deliver, writing
from xentcli.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def umask() -> Iterator[None]:
    old = os.umask(0o027)
    yield
    os.umask(old)


@pytest.mark.parametrize("data", ["naïve ∞\n", "naïve ∞\n".encode(), "", "lone \ud800"])
def test_what_is_delivered_is_there(tmp_path: Path, data: str | bytes) -> None:
    deliver(data, str(tmp_path / "out"))
    expected = data if isinstance(data, bytes) else data.encode("utf-8", "backslashreplace")
    assert (tmp_path / "out").read_bytes() == expected
    assert len(files(tmp_path)) == 1


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    deliver("x", str(tmp_path / "out"))
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("mode", [0o600, 0o666, 0o4755])
def test_an_old_file_keeps_its_mode_and_loses_its_content(tmp_path: Path, mode: int) -> None:
    out = tmp_path / "out"
    out.write_text("a longer text than the new one")
    out.chmod(mode)
    before = out.stat().st_ino
    deliver("new", str(out))
    assert out.read_text() == "new"
    assert stat.S_IMODE(out.stat().st_mode) == mode
    assert out.stat().st_ino != before


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link, target = tmp_path / "link", tmp_path / "folder" / "target"
    link.symlink_to("folder/target")
    for text in ("dangling", "existing"):
        deliver(text, str(link))
        assert link.is_symlink()
        assert files(target.parent) == {"target": text}


def test_a_name_of_the_longest_kind(tmp_path: Path) -> None:
    name = "é" * 127
    deliver("x", str(tmp_path / name))
    assert files(tmp_path) == {name: "x"}


@pytest.mark.parametrize("error", [ValueError("bug"), KeyboardInterrupt(), SystemExit(143)])
def test_any_exception_keeps_the_old_file(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "out").write_text("old")

    def write() -> None:
        with writing(str(tmp_path / "out")) as stream:
            stream.write(b"n" * 200_000)
            raise error

    with pytest.raises(type(error)):
        write()
    assert files(tmp_path) == {"out": "old"}


def test_an_error_of_the_block_is_no_output_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing(str(tmp_path / "out")):
        Path(tmp_path / "input").read_bytes()
    assert files(tmp_path) == {}


def test_the_target_is_untouched_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    with writing(str(tmp_path / "out")) as stream:
        stream.write(b"new" * 100_000)
        assert (tmp_path / "out").read_text() == "old"
    assert files(tmp_path) == {"out": "new" * 100_000}


def test_a_text_layer_may_be_put_on_top_and_closed(tmp_path: Path) -> None:
    with writing(str(tmp_path / "out")) as stream, io.TextIOWrapper(stream, "utf-8") as text:
        text.write("∞")
    assert files(tmp_path) == {"out": "∞"}


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OutputError, match="cannot be written: "), writing(str(folder / "x")):
        shutil.rmtree(folder)


def test_a_target_that_became_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: "), writing(str(tmp_path / "x")):
        (tmp_path / "x").mkdir()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_devices_are_written_to_directly(tmp_path: Path) -> None:
    deliver("x", "/dev/null")
    with pytest.raises(OutputError, match=r"^/dev/full: cannot be written: No space left"):
        deliver("x", "/dev/full")
    (tmp_path / "link").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        deliver("x" * 200_000, str(tmp_path / "link"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "fifo").read_text()))
    reader.start()
    deliver("x" * 200_000, str(tmp_path / "fifo"))
    reader.join()
    assert got == ["x" * 200_000]
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)


def test_a_descriptor_by_name_goes_on_where_it_stands(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        stream.write("before ")
        stream.flush()
        deliver("the result ", f"/dev/fd/{stream.fileno()}")
        stream.write("after")
    assert files(tmp_path) == {"out": "before the result after"}


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_limit_on_file_size_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    code = (
        "import sys\nfrom xentcli.commands.output.files import deliver\n"
        "from xentcli.errors import OutputError\n"
        "try: deliver('x' * 1_000_000, sys.argv[1])\n"
        "except OutputError as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=limit_file_size,
    )
    assert run.stdout == f"{tmp_path / 'out'}: cannot be written: File too large\n"
    assert run.stderr == ""
    assert files(tmp_path) == {"out": "old"}


WRITE_SLOWLY = """
import signal, sys, time
from xentcli.commands.output.files import writing
# What runs in the background of a script ignores it, and so would its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
with writing(sys.argv[1]) as stream:
    stream.write(b"new" * 100_000)
    stream.flush()
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(("sent", "left"), [(signal.SIGKILL, 2), (signal.SIGINT, 1)])
def test_killed_while_writing(tmp_path: Path, sent: signal.Signals, left: int) -> None:
    (tmp_path / "out").write_text("old")
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_SLOWLY, str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(sent)
    assert (tmp_path / "out").read_text() == "old"
    # Nothing can tidy up after SIGKILL, but what it leaves is hidden and never the target.
    assert len(list(tmp_path.iterdir())) == left


def test_killed_at_any_moment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("0" * 300_000)
    code = (
        "import sys, itertools; from xentcli.commands.output.files import deliver\n"
        "for n in itertools.count(1): deliver(str(n % 10) * 300_000, sys.argv[1])"
    )
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", code, str(out)]) as writer:
            before = out.stat().st_mtime_ns
            while out.stat().st_mtime_ns == before:
                time.sleep(0.001)
            writer.kill()
        text = out.read_text()
        assert len(text) == 300_000
        assert len(set(text)) == 1


def test_eight_writers_leave_one_whole_result(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = (
        "import sys; from xentcli.commands.output.files import deliver\n"
        "for _ in range(20): deliver(sys.argv[2] * 500_000, sys.argv[1])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(out), str(n)]) for n in range(8)]
    while any(writer.poll() is None for writer in writers):
        if out.exists():
            text = out.read_text()
            assert (len(text), len(set(text))) == (500_000, 1)
        time.sleep(0.001)
    assert [writer.returncode for writer in writers] == [0] * 8
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
