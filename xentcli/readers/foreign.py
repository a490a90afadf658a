"""Files that are plainly something else, told by their first bytes."""

from __future__ import annotations

from xentcli.errors import InputError

_FOREIGN = {
    b"\x89PNG": ("a PNG image", None),
    b"\xff\xd8\xff": ("a JPEG image", None),
    b"%PDF": ("a PDF document", None),
    b"PK\x03\x04": ("a ZIP archive (a spreadsheet?)", "unpack it, or export the sheet as CSV"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV or Parquet"),
    b"BZh": ("compressed with bzip2", "unpack it: bunzip2 -c FILE | xent eval -"),
    b"\xfd7zXZ\x00": ("compressed with xz", "unpack it: xz -dc FILE | xent eval -"),
    b"FEA1": ("Feather version 1", "write it again as Arrow (Feather version 2) or Parquet"),
    b"ORC": ("ORC", "write it again as Parquet"),
    b"Obj\x01": ("Avro", "write it again as Parquet"),
    b"\x80\x04\x95": ("a Python pickle", "write it again as Parquet or CSV"),
    b"\x93NUMPY": ("a NumPy array", "write it again as Parquet or CSV"),
    b"\x89HDF": ("HDF5", "write it again as Parquet or CSV"),
    b"PARE": ("Parquet with an encrypted footer", "decrypt it first"),
}


def refuse_foreign(head: bytes, name: str) -> None:
    """Raises `InputError` that says what the file `name` is, if it is known to be no table."""
    for magic, (what, hint) in _FOREIGN.items():
        if head.startswith(magic) and not _could_be_text(magic, head):
            raise InputError(f"{name}: is {what}, not a table of predictions", hint=hint)


def _could_be_text(magic: bytes, head: bytes) -> bool:
    """A header may begin with ORC or PARE; what follows tells."""
    return magic.isascii() and magic.isalnum() and b"\0" not in head
