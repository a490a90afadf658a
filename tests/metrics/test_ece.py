"""Expected calibration error: by hand, from its definition, and against scikit-learn's curve."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from tests.laws.rows import rows_of
from tests.metrics import calibrated
from tests.metrics.cases import KINDS, by_class, random_rows, value
from xentcli.metrics import request
from xentcli.options import Scale


def test_by_hand() -> None:
    # One bin holds 0.1 and 0.3, of which one came true; the other 0.9, which did.
    rows = rows_of([0, 1, 1], [0.125, 0.375, 0.875])
    (wanted,) = request(["ece(bins=2)"])
    found = rows.measure(wanted)
    assert found.overall is not None
    assert found.overall.value == (2 * abs(0.5 - 0.25) + 1 * abs(1 - 0.875)) / 3
    assert found.classes[1] == found.overall


def test_edges_belong_to_the_bin_above_and_one_to_the_last() -> None:
    rows = rows_of([1, 0, 1, 0], [0.5, 0.5, 1.0, 0.0])
    (wanted,) = request(["ece(bins=2)"])
    found = rows.measure(wanted).overall
    assert found is not None
    # 0.5, 0.5 and 1 share a bin: predicted 2/3, observed 2/3. 0 has its own, and is right.
    assert found.value == 0.0


def test_top_labels_of_three_classes_by_hand() -> None:
    p = [[0.5, 0.25, 0.25], [0.25, 0.625, 0.125], [0.125, 0.125, 0.75]]
    rows = rows_of([0, 0, 2], p)
    (wanted,) = request(["ece(bins=4)"])
    found = rows.measure(wanted).overall
    assert found is not None
    # Bin 2 holds 0.5 (right) and 0.625 (wrong), bin 3 holds 0.75 (right).
    assert found.value == (abs(1 - 1.125) + abs(1 - 0.75)) / 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("k", "single"), [(2, True), (2, False), (3, False), (12, False)])
@pytest.mark.parametrize("bins", [1, 15, 100])
def test_from_its_definition(
    kind: type[np.floating], weighted: bool, k: int, single: bool, bins: int
) -> None:
    rows = random_rows(5, n=300, k=k, single=single, kind=kind, weighted=weighted)
    (wanted,) = request([f"ece(bins={bins})"])
    found = rows.measure(wanted)
    assert found.overall is not None
    expected = calibrated.expected_error(calibrated.bins_of(rows, bins, None))
    assert found.overall.value == pytest.approx(expected, rel=1e-9, abs=1e-11)
    for group, part in enumerate(found.classes):
        assert part is not None
        expected = calibrated.expected_error(calibrated.bins_of(rows, bins, group))
        assert part.value == pytest.approx(expected, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("scale", [Scale.LOGIT, Scale.LOG_PROBABILITY])
def test_other_scales(scale: Scale) -> None:
    rows = random_rows(6, scale, n=80, k=3)
    expected = [calibrated.expected_error(calibrated.bins_of(rows, 15, k)) for k in range(3)]
    assert by_class("ece", rows) == pytest.approx(expected, rel=1e-9)
    top = calibrated.expected_error(calibrated.bins_of(rows, 15, None))
    assert value("ece", rows) == pytest.approx(top, rel=1e-9)


@pytest.mark.parametrize("bins", [5, 15])
def test_agrees_with_scikit_learns_curve(bins: int) -> None:
    rows = random_rows(7, n=2000, single=True, spread=1.0)
    true, predicted = calibration_curve(rows.truth, rows.raw, n_bins=bins)
    counts = np.bincount(np.minimum((rows.raw * bins).astype(int), bins - 1), minlength=bins)
    counts = counts[counts > 0]
    expected = np.sum(counts * np.abs(true - predicted)) / counts.sum()
    (wanted,) = request([f"ece(bins={bins})"])
    found = rows.measure(wanted).overall
    assert found is not None
    assert found.value == pytest.approx(expected, rel=1e-9)


def test_a_calibrated_model_has_none() -> None:
    rows = rows_of([0, 0, 0, 1], [0.25] * 4)
    assert value("ece", rows) == 0.0
