"""What all tests share."""

import os
import sys
from itertools import islice

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "here",
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Some images have Python write no bytecode: then each of the processes that tests start compiles
# its whole package again, and each process of pytest all tests. That is a tenth of the CPU time.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Declares our markers."""
    config.addinivalue_line("markers", "slow(seconds): mostly waits, for about so long")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With xdist long waits come first, so that everything else is done meanwhile.

    With `--dist worksteal` each process begins with a slice of the list: each slice begins with its
    share of them. The others stay in their order, side by side with those of their file.
    """
    processes = getattr(config, "workerinput", {}).get("workercount", 0)
    slow = sorted((one for one in items if _seconds(one)), key=_seconds, reverse=True)
    others = iter([one for one in items if not _seconds(one)])
    left = len(items)
    ordered: list[pytest.Item] = []
    for process in range(processes):
        size = left // (processes - process)
        left -= size
        first = slow[process::processes]
        ordered += first
        ordered += islice(others, max(0, size - len(first)))
    if processes:
        items[:] = ordered


def _seconds(item: pytest.Item) -> float:
    """About how long a test waits; 0 if it is not marked."""
    marker = item.get_closest_marker("slow")
    return float(marker.args[0]) if marker else 0.0
