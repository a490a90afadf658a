"""`python -m xentcli`, and the entry point of the `xent` command."""

from __future__ import annotations

import gc

# A run makes few cycles and is short: looking for them while modules load only costs time.
gc.set_threshold(100_000, 50, 50)

from xentcli.cli import main  # noqa: E402 - after the line above, which is for its sake

if __name__ == "__main__":
    main()
