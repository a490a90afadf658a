"""`python -m xentcli`, and the entry point of the `xent` command."""

from __future__ import annotations

from xentcli.cli import main

if __name__ == "__main__":
    main()
