"""What can go wrong, with the exit code that says so.

Every error a user can cause is a `XentError`: one line of message and at most one
line of hint. Anything else that reaches the top of the program is a bug of ours.
"""

from __future__ import annotations


class XentError(Exception):
    """An error that is told in one line and ends the program with `exit_code`.

    >>> str(XentError("preds.csv: no rows", hint="is the file complete?"))
    'preds.csv: no rows'
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross from worker processes to their parent."""
        return _rebuilt, (type(self), self.message, self.hint)


class UsageError(XentError):
    """The command line, or a keyword argument, is wrong: exit code 2."""

    exit_code = 2


class InputError(XentError):
    """The input cannot be read, or is not what it must be: exit code 3."""


class OutputError(XentError):
    """The result cannot be written, or not in full: exit code 3."""


class RowError(InputError):
    """A row that cannot be scored, named by its place within one split of one source.

    Whoever raises it knows only the split at hand; the engine asks the source for the
    line (or row) in the file and raises the final `InputError` with it.

    `row` counts the split's data rows from 0; None means the split as a whole.
    """

    def __init__(
        self, problem: str, *, row: int | None, column: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(problem, hint=hint)
        self.row = row
        self.column = column

    def located(self, path: str, place: str | None) -> InputError:
        """The same problem, told as `path: place, column 'c': problem`."""
        parts = [place] if place else []
        if self.column is not None:
            parts.append(f"column '{self.column}'")
        where = f"{path}: {', '.join(parts)}" if parts else path
        return InputError(f"{where}: {self.message}", hint=self.hint)


def _rebuilt(kind: type[XentError], message: str, hint: str | None) -> XentError:
    return kind(message, hint=hint)
