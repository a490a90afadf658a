"""All cases of Keras on the backend that KERAS_BACKEND names, as a process of its own.

Keras settles on one backend when it is imported. Prints the numbers by the cases' names.
"""

from __future__ import annotations

import json
import sys

from tests.differential.suites import cases_of
from tests.differential.systems import real

if __name__ == "__main__":
    json.dump({case.name: real(case) for case in cases_of("keras")}, sys.stdout)
