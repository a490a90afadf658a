"""JSON Lines: one object a line; the columns are the keys of the first objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.reading.text.json_grammar import JsonGrammar
    from xentcli.reading.text.text_source import TextSource

    return TextSource(
        supply,
        options,
        "jsonl",
        lambda head: JsonGrammar(head, supply.name, as_json=options.as_json),
    )


READER = Reader("jsonl", (".jsonl", ".ndjson", ".json", ".jsonlines"), (), _open)
