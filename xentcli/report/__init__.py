"""What a run found: a `Report`, and the frozen values that it is made of.

>>> Value(0.5, unit="nats").value
0.5
"""

from __future__ import annotations

from xentcli.figures.values import Value
from xentcli.report.report import (
    ClassReport,
    Finding,
    FoundSlice,
    FoundSlices,
    LayoutReport,
    Report,
    SliceReport,
    SourceReport,
    Uncertainty,
    VersusRest,
)

__all__ = [
    "ClassReport",
    "Finding",
    "FoundSlice",
    "FoundSlices",
    "LayoutReport",
    "Report",
    "SliceReport",
    "SourceReport",
    "Uncertainty",
    "Value",
    "VersusRest",
]
