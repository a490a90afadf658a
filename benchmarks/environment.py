"""The machine and the versions that a table of times is worth nothing without."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "xentcli", "numpy", "pandas", "pyarrow", "rich", "typer", "polars", "duckdb", "scikit-learn",
)  # fmt: skip


def processor() -> str:
    """The processor's name, as the kernel has it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def package_version(name: str) -> str | None:
    """The installed version; the checkout's own where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def describe() -> dict[str, Any]:
    """The date, the machine and the versions, for results.json."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": processor(),
            "cpus": len(os.sched_getaffinity(0)),
            "memory_gb": round(pages * page / 1e9),
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "versions": {name: package_version(name) for name in PACKAGES},
    }
