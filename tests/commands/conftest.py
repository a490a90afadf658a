"""The program as its users meet it: a process with arguments, an exit code and two streams."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.warm import program as warm

if TYPE_CHECKING:
    from collections.abc import Mapping

HANG = 120  # seconds; nothing here is meant to take long, this only ends what hangs
_NOT_OURS = re.compile(r"XENT_|PYTHON|LC_|LANG|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|TERM|GITHUB|CI$")
# What Python itself reads of an environment, as it starts.
_READ_AT_START = re.compile(r"PYTHON|LC_|LANG")

SMALL = """\
label,prob_cat,prob_dog
cat,0.75,0.25
dog,0.5,0.5
cat,0.5,0.5
"""


@dataclass(frozen=True)
class Result:
    """How a run ended, all of which a test has to look at; `appeared` lists files it made."""

    code: int
    stdout: str
    stderr: str
    appeared: frozenset[str] = frozenset()

    def assert_done(self) -> str:
        """Exit code 0 and nothing on standard error; returns standard output."""
        assert (self.code, self.stderr[-2000:]) == (0, "")
        return self.stdout

    def assert_error(self, *needles: str, code: int = 3) -> None:
        """One line of error and at most one hint, with all `needles` in them, and no output."""
        assert (self.code, self.stdout[:2000]) == (code, ""), self.stderr
        lines = self.stderr.splitlines()
        starts = [line.split(": ")[0] for line in lines]
        assert starts in (["error"], ["error", "hint"]), self.stderr
        for needle in needles:
            assert needle in self.stderr
        assert self.appeared == frozenset()

    @property
    def report(self) -> dict[str, Any]:
        """The JSON object on standard output, which must be strictly valid."""
        record = json.loads(self.assert_done(), parse_constant=_refuse)
        assert isinstance(record, dict)
        return record


def _refuse(word: str) -> NoReturn:
    raise AssertionError(f"{word} is not JSON")


class Xent:
    """Runs the program in a folder of its own, with an environment that is the same everywhere."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.folder = folder
        self._fresh = fresh

    def write(self, name: str, content: str | bytes) -> str:
        """Makes a file in the folder and returns its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def files(self) -> frozenset[str]:
        """Everything in the folder, by path."""
        return frozenset(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def command(self, *args: str, under: str = "") -> list[str]:
        """The command line; `under` is shell text (`ulimit …`, a redirection) to run it under."""
        command = [str(Path(sys.executable).with_name("xent")), *args]
        return ["sh", "-c", f'{under}\nexec "$@"', "sh", *command] if under else command

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment without what changes the output, and `env` on top."""
        kept = {k: v for k, v in os.environ.items() if not _NOT_OURS.match(k)}
        return {**kept, "LC_ALL": "C.UTF-8", **(env or {})}

    def start(
        self,
        *args: str,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """A run that goes on while the test does."""
        return subprocess.Popen(
            self.command(*args),
            cwd=self.folder,
            env=self.environment(env),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )

    def run(
        self,
        *args: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        under: str = "",
    ) -> Result:
        """A run from beginning to end.

        It is a process, forked from one that has loaded the program (`tests/warm/server.py`
        says what differs), or a fresh one: under shell text, in an environment that Python
        reads, and in tests marked `fresh_process`.
        """
        before = self.files()
        sent = stdin if isinstance(stdin, bytes) else stdin.encode()
        environment = self.environment(env)
        if self._fresh or under or any(map(_READ_AT_START.match, env or ())):
            done = subprocess.run(
                self.command(*args, under=under),
                cwd=self.folder,
                env=environment,
                input=sent,
                capture_output=True,
                timeout=HANG,
                check=False,
            )
        else:
            done = warm.run(
                args, folder=self.folder, environment=environment, stdin=sent, timeout=HANG
            )
        appeared = self.files() - before
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), appeared)

    def eval(self, *args: str, stdin: str | bytes = b"") -> dict[str, Any]:
        """The report of `xent eval ... --json`, which must succeed in silence."""
        return self.run("eval", *args, "--json", stdin=stdin).report


@pytest.fixture(scope="session")
def program() -> type[Xent]:
    """What fixtures of a wider scope than `xent` make their own from."""
    return Xent


@pytest.fixture
def xent(tmp_path: Path, request: pytest.FixtureRequest) -> Xent:
    """The program, in an empty folder."""
    return Xent(tmp_path, fresh=request.node.get_closest_marker("fresh_process") is not None)


@pytest.fixture
def small(xent: Xent) -> str:
    """The name of a CSV file of three rows and two classes."""
    return xent.write("small.csv", SMALL)


@pytest.fixture
def as_mere_user() -> str:
    """Shell text under which permissions bind the superuser, too; empty for anyone else."""
    if os.geteuid() != 0:
        return ""
    if shutil.which("setpriv") is None:
        pytest.skip("the superuser may do everything")
    return 'exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"'
