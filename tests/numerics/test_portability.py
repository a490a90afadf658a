"""The same bits with and without the processor's newer instructions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Prints a hash of everything that is computed from floats on the way to a report.
PROGRAM = """
import hashlib, sys
sys.path.insert(0, {root!r})
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__
from tests.laws.rows import EVERY, Rows, figures
from xentcli.numerics.elementary import exp, expm1, log, log1p
from xentcli.options import Scale

assert not any(__cpu_features__[name] for name in {disabled!r}.split())

rng = np.random.default_rng(8)
digest = hashlib.sha256()
# Arguments are made by shifts alone: numpy's own powers have other bits elsewhere.
sizes = np.ldexp(1 + rng.random(5003), rng.integers(-1074, 0, 5003))
x = np.concatenate([rng.random(5003), sizes, [0.0, 1.0, np.inf]])
z = rng.normal(size=(5, 4001)) * rng.choice([1.0, 10.0, 300.0], 4001)
p = rng.dirichlet(np.ones(5), 4001).T.copy()
for part in (log(x), log1p(x), exp(-x), exp(z), expm1(-x), log1p(-x[:5003])):
    digest.update(part.tobytes())

def take_in(rows):
    state = rows.state()
    for key in sorted(state.sums):
        digest.update(repr(state.sums[key].units()).encode())
    for metric in EVERY:
        found = figures(metric, state, weighted=rows.weights is not None)
        digest.update(repr(found).encode())

for scale, raw in ((Scale.LOGIT, z), (Scale.PROBABILITY, p), (Scale.LOG_PROBABILITY, -z * z)):
    for kind in (np.float32, np.float64):
        for k, part in ((5, raw), (2, raw[:2]), (2, raw[0])):
            part = part.astype(kind)
            if scale is Scale.PROBABILITY:
                part = np.minimum(part, 1)
            truth = rng.integers(0, k, 4001).astype(np.uint8)
            take_in(Rows(k, truth, part, scale))
            take_in(Rows(k, truth, part, scale, weights=rng.exponential(size=4001)))
print(digest.hexdigest())
"""


def digest(disabled: str, threads: str = "1") -> str:
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled, "OMP_NUM_THREADS": threads}
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore::ImportWarning",
            "-c",
            PROGRAM.format(root=root, disabled=disabled),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def found_features() -> list[str]:
    """The instruction groups that numpy would dispatch to here."""
    config: Any = np.show_config(mode="dicts")
    found: list[str] = config["SIMD Extensions"].get("found", [])
    return found


def test_results_do_not_depend_on_the_instructions_of_the_processor() -> None:
    features = found_features()
    if not features:
        pytest.skip("numpy dispatches to nothing here that could be turned off")
    wide = [f for f in features if "512" in f or f.endswith("V4")]
    plain = digest("")
    assert digest(" ".join(features)) == plain
    if wide and wide != features:
        assert digest(" ".join(wide)) == plain
