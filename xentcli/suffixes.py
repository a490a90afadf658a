"""What the name of a file promises that is written to."""

from __future__ import annotations

from pathlib import PurePath

from xentcli.errors import UsageError
from xentcli.text import shown

_COMPRESSED = frozenset({".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip"})
_OTHERS = frozenset(
    {".html", ".htm", ".pdf", ".docx", ".xlsx", ".xls", ".ods", ".yaml", ".yml", ".toml"}
    | {".svg", ".png", ".feather", ".arrow", ".orc", ".pkl", ".tsv", ".xml"}
)


def check_suffix(path: str, forms: str, *, chosen: bool) -> None:
    """Raises UsageError for a name that promises what is not written; `forms` lists what is.

    Where a form was `chosen`, the name may say anything but that the file is compressed.

    >>> check_suffix("report.md", "table, markdown", chosen=False)
    >>> check_suffix("report.html", "table, markdown", chosen=False)
    Traceback (most recent call last):
        ...
    xentcli.errors.UsageError: 'report.html' is named as what is not written here
    """
    suffix = PurePath(path).suffix.lower()
    if suffix in _COMPRESSED:
        raise UsageError(
            f"'{shown(path)}' is named as compressed, and nothing is written so",
            hint="write to a pipe: xent … | gzip > FILE",
        )
    if suffix in _OTHERS and not chosen:
        raise UsageError(
            f"'{shown(path)}' is named as what is not written here",
            hint=f"-f says which form it is to have: {forms}",
        )
