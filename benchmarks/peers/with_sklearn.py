"""What most people run: pandas reads the file, scikit-learn's `log_loss` gives one number.

`python with_sklearn.py LAYOUT CLASSES PATH`.
"""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import log_loss


def main() -> None:
    """Reads, scores, prints."""
    layout, classes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    scores: npt.NDArray[np.floating]
    if layout == "binary":
        scores = frame["prob"].to_numpy()
    elif layout == "wide":
        scores = frame[[f"prob_{k}" for k in range(classes)]].to_numpy()
    else:
        scores = np.stack(frame["probs"].to_list())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The y_prob values do not sum to one")
        value = log_loss(frame["label"].to_numpy(), scores, labels=range(classes))
    print(json.dumps({"cross_entropy": float(value)}))


if __name__ == "__main__":
    main()
