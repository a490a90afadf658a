"""Writes the predictions of this example: of main, and of three pull requests.

A mail is ham, news or spam, and every model sees it through noise of its own. Seeded: the files
come out the same wherever this runs.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

CLASSES = ("ham", "news", "spam")
ROWS = 1500
FOLDER = Path(__file__).parent / "predictions"


def mails() -> list[tuple[str, list[float]]]:
    """The test set: a label, and what a model may see of it, a number a class."""
    draw = random.Random(1)  # noqa: S311 - no secrets here
    found = []
    for _ in range(ROWS):
        label = draw.choices(CLASSES, weights=(5, 3, 2))[0]
        found.append((label, [draw.gauss(2.0 if name == label else 0.0, 1.0) for name in CLASSES]))
    return found


def write(name: str, *, spam: float = 0.0, noise: float = 0.0, rows: int = ROWS) -> None:
    """The predictions of a model that adds `spam` to the logit of spam, and noise to all."""
    draw = random.Random(2)  # noqa: S311 - no secrets here
    lines = ["id,label," + ",".join(f"prob_{c}" for c in CLASSES)]
    for number, (label, seen) in enumerate(mails()[:rows]):
        logits = [1.5 * x + noise * draw.gauss(0.0, 1.0) for x in seen]
        logits[-1] += spam if label == "spam" else 0.0
        total = math.fsum(map(math.exp, logits))
        ps = [round(math.exp(z) / total, 4) for z in logits]
        ps[0] = round(1.0 - ps[1] - ps[2], 4)
        lines.append(f"mail-{number},{label}," + ",".join(f"{max(p, 0.0001):.4f}" for p in ps))
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("main.csv")
    write("nothing_changes.csv", noise=0.05)
    write("spam_gets_worse.csv", spam=-1.5, noise=0.05)
    write("too_few_rows.csv", noise=0.05, rows=60)
