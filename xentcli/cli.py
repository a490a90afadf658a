"""The command line: the typer app, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
import typer.main
from typer.core import TyperGroup

from xentcli.errors import XentError
from xentcli.text import tell
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator


# What there is, each in the module of `xentcli.commands` that has its name.
_COMMANDS = {
    "eval": "Score predictions and print the report.",
    "rows": "Stream one line a row, with its loss.",
    "inspect": "Say how a file would be read, and why.",
    "compare": "Compare candidates with a baseline, row by row.",
    "check": "Hold predictions against requirements: the gate of CI.",
    "merge": "Add up states of parts of one data set.",
    "conventions": "Say how other systems compute the loss.",
    "metrics": "List the metrics, or tell all about one.",
    "calibrate": "Fit a recalibration, and apply it.",
}


class _Commands(Mapping[str, Any]):
    """The commands by name, each made when it is asked for: one is, and to make all takes long."""

    def __getitem__(self, name: str) -> Any:
        if name not in _COMMANDS:
            raise KeyError(name)
        command = import_module(f"xentcli.commands.{name}").COMMAND
        if not isinstance(command, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(name, short_help=_COMMANDS[name])(command)
            command = alone
        return typer.main.get_command(command)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Overview(TyperGroup):
    """The list of commands, printed plainly: loading rich for it would double its time."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.rich_markup_mode = None
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


app = typer.Typer(
    name="xent",
    cls=_Overview,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Cross-entropy of a model's predictions, from a file: right, fast and with its cause.",
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - a typer callback
    if wanted:
        typer.echo(f"xent {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: FBT002 - typer's way to declare a flag
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Takes `--version`; the commands do the rest."""
    del version


# How libraries say that the system gave them no memory, or no thread.
_OUT_OF_MEMORY = (
    "can't start new thread",
    "failed to map segment",
    "Failed to launch worker thread",
    "Cannot allocate memory",
    "malloc of size",
    "realloc of size",
)


class Stopped(BaseException):
    """A signal asked the program to end. No `Exception`, so that nothing takes it for an error."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, frame: object) -> NoReturn:
    del frame
    # A second signal ends the program at once, whatever it is doing.
    signal.signal(number, signal.SIG_DFL)
    raise Stopped(number)


def main() -> NoReturn:
    """Runs the command line and ends the process with the exit code of the contract."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        code = _run()
    except MemoryError:
        # While another error was being told: what is told of one takes memory, too.
        code = _tell(3, "out of memory", "fewer --threads need less")
    except Stopped as stopped:
        code = 128 + stopped.number
    _end(code)


def _run() -> int:  # noqa: PLR0911 - an exit code each
    try:
        code = app(prog_name="xent", standalone_mode=False)
        _flush()
    except XentError as error:
        return _tell(error.exit_code, error.message, error.hint)
    except MemoryError:
        return _tell(3, "out of memory", "fewer --threads need less")
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _tell(3, f"standard output: {error.strerror or error}")
    except SystemExit as end:
        # typer ends with 1 on a closed pipe; 1 is for gates.
        return 128 + signal.SIGPIPE if end.code == 1 else int(end.code or 0)
    except Exception as error:
        if hasattr(error, "format_message"):
            return _tell_usage(error)
        if any(words in str(error) for words in _OUT_OF_MEMORY):
            return _tell(3, "out of memory", "fewer --threads need less")
        return _tell_bug(error)
    return int(code or 0)


def _flush() -> None:
    """What is printed by typer itself must arrive in full, too."""
    from xentcli.errors import OutputError

    if sys.stdout is None:
        if {"--help", "-h", "--version"} & set(sys.argv):
            raise OutputError("standard output is closed")
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(f"standard output: {error}") from error


def _tell(code: int, message: str, hint: str | None = None) -> int:
    lines = [f"error: {message}"] + ([f"hint: {hint}"] if hint else [])
    tell("\n".join(lines))
    return code


def _tell_usage(error: Any) -> int:
    """A wrong command line, as typer reports it: one line, and where the help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "xent"
    if type(error).__name__ == "NoArgsIsHelpError":
        tell(error.format_message())
        return 2
    message = " ".join(error.format_message().split())
    return _tell(2, message.rstrip("."), f"see '{command} --help'")


def _tell_bug(error: Exception) -> int:
    import traceback

    tell("".join(traceback.format_exception(error)).rstrip())
    return _tell(
        70,
        f"this is a bug of xent {__version__}, not of yours",
        "please report it with the lines above and the command you ran",
    )


def _end(code: int) -> NoReturn:
    """Ends the process without waiting for threads that may be stuck in a read."""
    if code == 128 + signal.SIGPIPE:
        os._exit(code)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        code = code or 3
    os._exit(code)
