"""Perplexity per byte, character or word."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.metrics.frames import report


def test_is_the_exponential_of_the_loss_per_unit() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"logprob": -rng.exponential(size=99), "words": rng.integers(0, 3, 99)})
    found = report(table, count="words").metrics
    loss, perplexity = found["cross_entropy_per_unit"], found["perplexity_per_unit"]
    assert loss.value is not None
    assert loss.stderr is not None
    assert loss.interval is not None
    assert perplexity.value == pytest.approx(math.exp(loss.value), rel=1e-15)
    assert perplexity.stderr == pytest.approx(math.exp(loss.value) * loss.stderr, rel=1e-14)
    assert perplexity.interval == pytest.approx([math.exp(x) for x in loss.interval], rel=1e-14)


@pytest.mark.parametrize("k", [2, 10, 50_000])
def test_of_uniform_guesses_among_k_it_is_k(k: int) -> None:
    table = pd.DataFrame({"logprob": [-math.log(k)] * 4, "tokens": [1] * 4})
    found = report(table, count="tokens").metrics["perplexity_per_unit"]
    assert found.value == pytest.approx(k, rel=1e-14)
