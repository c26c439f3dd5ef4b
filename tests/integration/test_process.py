"""How the process begins and ends, and what it weighs in between."""

import os
import time
from pathlib import Path

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.associator import STOPPED, Associator, Results, eventually
from integration.conftest import Start

GRACE_SECONDS = 4.0
"""The nuclei send SIGKILL about 5 s after SIGTERM."""

PROMPT_SECONDS = 2.0
"""With no call in flight."""

HEAVY_LIBRARIES = ("_ssl", "_hashlib", "_bz2", "_lzma")
"""TLS, OpenSSL's digests, and compression that nobody asked for."""

COVERAGE_BRINGS = {"_hashlib"} if "COVERAGE_PROCESS_CONFIG" in os.environ else set[str]()
"""It measures the component's process from inside, with a library that is not ours."""


def worker_of(pid: int) -> psutil.Process | None:
    """The association worker, if there is one."""
    children: list[psutil.Process] = psutil.Process(pid).children()
    assert len(children) <= 1
    return children[0] if children else None


def start_a_call_that_hangs(core: CoreDevice, start: Start) -> tuple[Associator, psutil.Process]:
    """The component and its worker, in the middle of a call that the cloud never answers."""
    core.call(core.cloud.add_things, ["device"])
    core.call(core.cloud.add_fault, Fault(FaultKind.HANG, times=1))
    associator = start()
    core.publish("clientdevices/announce", {"thingName": "device"})
    core.call(core.cloud.wait_for_calls, 1)
    worker = worker_of(associator.pid)
    assert worker is not None
    return associator, worker


def heavy_libraries_of(pid: int) -> set[str]:
    """Which of Python's own libraries in C a process has in memory that it had better not have.

    botocore brings them all; a careless import brings some.
    """
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    return {name for name in HEAVY_LIBRARIES if f"/{name}." in maps}


def test_sigterm_ends_it_in_good_order(core: CoreDevice, start: Start, results: Results) -> None:
    """With work done and the worker alive: exit code 143, no process left."""
    core.call(core.cloud.add_things, ["device"])
    associator = start()
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    worker = worker_of(associator.pid)
    assert worker is not None
    assert associator.stop() == STOPPED
    eventually(lambda: not worker.is_running())


def test_sigterm_works_while_the_nucleus_keeps_it_waiting(core: CoreDevice, start: Start) -> None:
    """A nucleus that does not answer holds up nothing but what it was asked."""
    associator = start()
    core.call(core.nucleus.holding.hold, "GetConfiguration")
    associator.deploy({"trustSeconds": 1800})
    eventually(lambda: core.call(core.nucleus.holding.waiting, "GetConfiguration") > 0)
    began = time.monotonic()
    assert associator.stop() == STOPPED
    assert time.monotonic() - began < PROMPT_SECONDS


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_sigterm_in_the_middle_of_a_call_ends_both_processes_in_time(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A call that hangs is cut short, and made again by the next process."""
    associator, worker = start_a_call_that_hangs(core, start)
    began = time.monotonic()
    assert associator.stop() == STOPPED
    assert time.monotonic() - began < GRACE_SECONDS
    eventually(lambda: not worker.is_running())
    associator.start().wait_until_running()
    results.wait_for_names("associated", ["device"])


def test_a_lost_nucleus_ends_it_with_an_error(core: CoreDevice, start: Start) -> None:
    """SVCUID has died with the nucleus: only a process that the new one starts can get in."""
    associator = start()
    core.restart_nucleus()
    eventually(lambda: not associator.is_alive)
    assert associator.process is not None
    assert associator.process.returncode == 1
    assert "the connection to the nucleus is lost" in associator.log
    assert "has closed the subscription" not in associator.log


def test_a_wrong_svcuid_ends_it_with_an_error(start: Start) -> None:
    """It says that the nucleus does not let it in, and exits non-zero."""
    associator = start()
    associator.stop()
    associator.start(SVCUID="not-mine")
    eventually(lambda: not associator.is_alive)
    assert associator.process is not None
    assert associator.process.returncode == 1
    assert "no connection to the nucleus" in associator.log


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_botocore_is_unloaded_when_there_is_nothing_to_do(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """The worker ends after workerIdleSeconds; the process that stays has never loaded botocore."""
    core.call(core.cloud.add_things, ["device"])
    associator = start({"workerIdleSeconds": 1})
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    worker = worker_of(associator.pid)
    assert worker is not None
    assert heavy_libraries_of(worker.pid) == set(HEAVY_LIBRARIES)
    # It is here for other components: the worker signs without it, and is a sixth smaller.
    assert "_awscrt." not in Path(f"/proc/{worker.pid}/maps").read_text(encoding="utf-8")
    eventually(lambda: worker_of(associator.pid) is None)
    assert heavy_libraries_of(associator.pid) <= COVERAGE_BRINGS
    assert "the association worker" not in associator.log


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_no_worker_before_the_first_announcement(start: Start) -> None:
    """A core device where nobody announces never pays for botocore."""
    associator = start()
    associator.wait_until_quiet()
    assert worker_of(associator.pid) is None


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_no_worker_outlives_its_parent(core: CoreDevice, start: Start) -> None:
    """Killed with -9 in the middle of a call that hangs: the worker ends by itself."""
    associator, worker = start_a_call_that_hangs(core, start)
    associator.kill()
    eventually(lambda: not worker.is_running())


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_worker_that_is_killed_costs_a_retry_and_nothing_else(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Its call is made again by another worker."""
    associator, worker = start_a_call_that_hangs(core, start)
    worker.kill()
    results.wait_for_names("associated", ["device"])
    assert associator.is_alive
