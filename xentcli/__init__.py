"""Cross-entropy of a model's predictions, from a file, right, fast and with its cause.

`evaluate` scores predictions and gives a `Report`, `compare` a `Comparison` of several, `check` a
`Checked` of requirements. What can go wrong is an `InputError`, `UsageError` or `OutputError`, all
of them `XentError`. `xentcli.report` has the values that a report is made of. All else is private.

>>> import xentcli
>>> xentcli.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xentcli.api import check as check
    from xentcli.api import compare as compare
    from xentcli.api import evaluate as evaluate
    from xentcli.errors import InputError as InputError
    from xentcli.errors import OutputError as OutputError
    from xentcli.errors import UsageError as UsageError
    from xentcli.errors import XentError as XentError
    from xentcli.jobs.checking.verdicts import Checked as Checked
    from xentcli.jobs.comparing.comparison import Comparison as Comparison
    from xentcli.report.report import Report as Report
    from xentcli.version import __version__ as __version__

__all__ = [
    "Checked",
    "Comparison",
    "InputError",
    "OutputError",
    "Report",
    "UsageError",
    "XentError",
    "__version__",
    "check",
    "compare",
    "evaluate",
]

_HOMES = {
    "evaluate": "xentcli.api",
    "compare": "xentcli.api",
    "check": "xentcli.api",
    "Report": "xentcli.report.report",
    "Checked": "xentcli.jobs.checking.verdicts",
    "Comparison": "xentcli.jobs.comparing.comparison",
    "XentError": "xentcli.errors",
    "InputError": "xentcli.errors",
    "OutputError": "xentcli.errors",
    "UsageError": "xentcli.errors",
    "__version__": "xentcli.version",
}


def __getattr__(name: str) -> object:
    """Loads the public names when they are first used: `xent --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'xentcli' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
