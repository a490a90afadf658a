"""The binary loss per label: the sum over labels divided by their number."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tests.metrics.frames import label_table, labelled, mean_and_error, report, value


def losses(y: np.typing.NDArray[np.float64], p: np.typing.NDArray[np.float64]) -> object:
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def test_is_the_elementwise_formula() -> None:
    y, p = labelled(1)
    cells = np.asarray(losses(y, p))
    found = report(label_table(y, p), task="multilabel").metrics
    assert found["mean_label_cross_entropy"].value == pytest.approx(cells.mean(), rel=1e-14)
    mean, stderr = mean_and_error(cells.sum(axis=1))
    assert found["cross_entropy"].value == pytest.approx(mean, rel=1e-14)
    assert found["cross_entropy"].stderr == pytest.approx(stderr, rel=1e-12)
    per_label = found["mean_label_cross_entropy"].stderr
    assert per_label == pytest.approx(stderr / y.shape[1], rel=1e-12)


@pytest.mark.parametrize("scale", ["logit", "log-probability"])
def test_is_the_same_on_every_scale(scale: str) -> None:
    y, p = labelled(2)
    z = np.log(p) - np.log1p(-p) if scale == "logit" else np.log(p)
    data = label_table(y, z, "logit_" if scale == "logit" else "logprob_")
    found = value(data, "mean_label_cross_entropy", task="multilabel")
    assert found == pytest.approx(np.asarray(losses(y, p)).mean(), rel=1e-12)


def test_each_label_is_scikit_learns_binary_log_loss() -> None:
    y, p = labelled(3)
    found = report(label_table(y, p), task="multilabel")
    theirs = [log_loss(y[:, k], p[:, k], labels=[0, 1]) for k in range(y.shape[1])]
    ours = [c.metrics["cross_entropy"].value for c in found.classes]
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_in_lists_it_is_the_same() -> None:
    import pandas as pd

    y, p = labelled(4)
    lists = pd.DataFrame({"label": list(map(list, y)), "probs": list(map(list, p))})
    wide = value(label_table(y, p), "mean_label_cross_entropy", task="multilabel")
    assert value(lists, "mean_label_cross_entropy", task="multilabel") == wide
