"""Files that are plainly something else, told by their first bytes; pickles also by their names."""

from __future__ import annotations

import re

from xentcli.errors import InputError

_ZIP = b"PK\x03\x04"
_REWRITE = "write it again as Parquet or CSV"
_FOREIGN = {
    b"\x89PNG": ("a PNG image", None),
    b"\xff\xd8\xff": ("a JPEG image", None),
    b"%PDF": ("a PDF document", None),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV or Parquet"),
    b"BZh": ("compressed with bzip2", "unpack it: bunzip2 -c FILE | xent eval -"),
    b"\xfd7zXZ\x00": ("compressed with xz", "unpack it: xz -dc FILE | xent eval -"),
    # Arrow reads it, for now, but a damaged one ends the process.
    b"FEA1": ("Feather version 1", "write it again as Arrow (Feather version 2) or Parquet"),
    b"Obj\x01": ("Avro", "write it again as Parquet"),
    b"\x93NUMPY": ("a NumPy array", _REWRITE),
    b"\x89HDF": ("HDF5", _REWRITE),
    b"PARE": ("Parquet with an encrypted footer", "decrypt it first"),
}

# Reading a pickle runs what it says: it is not even looked into.
_PICKLE = re.compile(rb"\x80[\x02-\x05]")  # protocols 2 to 5; older ones are text
_PICKLED = {
    ".pkl": "a Python pickle",
    ".pickle": "a Python pickle",
    ".joblib": "a pickle of joblib",
    ".pt": "a checkpoint of PyTorch",
    ".pth": "a checkpoint of PyTorch",
}
_ENTRY = 30  # where the name of a ZIP archive's first entry begins
_WORKBOOK = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"mimetype")


def refuse_code(head: bytes, name: str, path: str | None) -> None:
    """Raises `InputError` for a file that runs code when it is read, whatever it holds.

    Told by its first bytes and, unless that is None, by its name.
    """
    what = next((w for s, w in _PICKLED.items() if path and path.lower().endswith(s)), None)
    entry = _first_entry(head)
    if _PICKLE.match(head):
        what = what or "a Python pickle"
    elif entry.endswith(b"data.pkl") or b"/data.pkl" in head[:512]:
        what = "a checkpoint of PyTorch"
    elif head.startswith(b"\x93NUMPY") and b"|O" in head[:256]:
        what = "a NumPy array of Python objects, which are pickled"
    if what is not None:
        raise InputError(
            f"{name}: is {what}: reading one runs the code in it, so it is not read",
            hint="where you trust it, load it yourself and write Parquet or CSV",
        )


def refuse_archive(head: bytes, name: str) -> None:
    """Raises `InputError` for a ZIP archive that is no workbook."""
    if head.startswith(_ZIP) and not _first_entry(head).startswith(_WORKBOOK):
        if _first_entry(head).endswith(b".npy"):
            raise InputError(f"{name}: is an archive of NumPy arrays, not a table", hint=_REWRITE)
        raise InputError(
            f"{name}: is a ZIP archive, not a table of predictions", hint="unpack it first"
        )


def refuse_foreign(head: bytes, name: str) -> None:
    """Raises `InputError` that says what the file `name` is, if it is known to be no table."""
    for magic, (what, hint) in _FOREIGN.items():
        if head.startswith(magic) and not could_be_text(head):
            raise InputError(f"{name}: is {what}, not a table of predictions", hint=hint)


def could_be_text(head: bytes) -> bool:
    """Whether a header may begin with the letters of a binary format; what follows tells."""
    return head.startswith((b"ORC", b"FEA1", b"PARE", b"BZh")) and b"\0" not in head


def _first_entry(head: bytes) -> bytes:
    if not head.startswith(_ZIP):
        return b""
    length = int.from_bytes(head[26:28], "little")
    return head[_ENTRY : _ENTRY + length]
