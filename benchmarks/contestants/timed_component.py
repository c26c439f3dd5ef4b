"""The component, with a clock at the callback in which the nucleus hands it a message.

It says how long the callback took when it ends, as a line of JSON in its log.
"""

import json
import math
import sys
import time
from collections import Counter

from client_device_associator import component
from client_device_associator.nucleus.frames import Frame
from client_device_associator.nucleus.streams import Stream

MARK = "callback times: "
_STEPS_TO_DOUBLE = 8
"""Times are counted in steps of 9 %: a list of them all would show in the RSS."""

_SHARES = {"median": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def main() -> int:
    """Runs the component as its own `main` does."""
    steps: Counter[int] = Counter()
    # The seam that is measured: where the connection hands over what has come.
    take = Stream.take

    def timed(stream: Stream, frame: Frame) -> None:
        began = time.perf_counter_ns()
        take(stream, frame)
        taken = time.perf_counter_ns() - began
        steps[math.ceil(math.log2(max(taken, 1)) * _STEPS_TO_DOUBLE)] += 1

    Stream.take = timed  # type: ignore[assignment, method-assign] # it is measured
    exit_code = component.main()
    sys.stdout.write(f"{MARK}{json.dumps(_microseconds(steps))}\n")
    return exit_code


def _microseconds(steps: Counter[int]) -> dict[str, float]:
    """Upper bounds of the shares."""
    found: dict[str, float] = {}
    for name, share in _SHARES.items():
        left = math.ceil(share * sum(steps.values()))
        for step in sorted(steps):
            left -= steps[step]
            if left <= 0:
                found[name] = round(2 ** (step / _STEPS_TO_DOUBLE) / 1000, 1)
                break
    return found


if __name__ == "__main__":
    sys.exit(main())
