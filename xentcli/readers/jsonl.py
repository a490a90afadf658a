"""JSON Lines: one object a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xentcli.readers.json_grammar import JsonGrammar
from xentcli.readers.text_source import TextSource

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input
    from xentcli.readers.source import Source


@dataclass(frozen=True)
class JsonLinesReader:
    """Opens JSON Lines; the columns are the keys of the first objects."""

    format: str = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".json", ".jsonlines")
    magic: tuple[bytes, ...] = ()

    def open(self, supply: Input, options: FileOptions) -> Source:
        """Opens `supply`. Raises `InputError` where the first lines are no objects."""
        return TextSource(supply, options, self.format, lambda head: JsonGrammar(head, supply.name))


READER = JsonLinesReader()
