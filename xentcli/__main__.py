"""`python -m xentcli`, and the entry point of the `xent` command."""

from __future__ import annotations

import gc
import os

# A run makes few cycles and is short: looking for them while modules load only costs time.
gc.set_threshold(100_000, 50, 50)
# No linear algebra is done here, and the idle threads of a library for it cost start-up time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# typer would colour its help wherever GitHub runs it; here that has to be asked for.
if "GITHUB_ACTIONS" in os.environ and not os.environ.get("FORCE_COLOR"):
    os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"

from xentcli.cli import main  # noqa: E402 - after the settings above, made for its sake

if __name__ == "__main__":
    main()
