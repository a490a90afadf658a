"""Hypothesis as all tests need it: no test depends on how long it takes, or on chance.

The examples are the same in every run. `HYPOTHESIS_PROFILE=thorough pytest tests/laws`
draws many others.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("laws"), max_examples=400, derandomize=False
)
settings.register_profile("quick", settings.get_profile("laws"), max_examples=3)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "laws"))
