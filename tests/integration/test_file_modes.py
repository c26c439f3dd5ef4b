"""Whatever the component writes is for its own user alone, however it was started."""

import shutil
import signal
from collections.abc import Iterator

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED
from integration.associator import COMMAND, JOURNAL, Associator, Results, eventually
from integration.disk import UNUSABLE

CARELESS = ("/bin/sh", "-c", 'umask 000; ulimit -c unlimited; exec "$@"', "sh", *COMMAND)
"""Everybody may read and write new files, and a crash leaves a core, if the machine has it so."""

QUICK = {"batching": {"maxWaitSeconds": 0.1}}
LAST_GOOD, STATE, SOCKET = "last-good-configuration.json", "state.json", "associator.sock"


@pytest.fixture
def careless(core: CoreDevice) -> Iterator[Associator]:
    """A component that is started carelessly."""
    associator = Associator(core, QUICK, CARELESS)
    yield associator
    associator.close()


def open_to_others(associator: Associator) -> dict[str, str]:
    """Files and folders in the work directory that somebody else may use, with their modes."""
    return {
        path.name: oct(mode)
        for path in associator.work.rglob("*")
        if (mode := path.lstat().st_mode & 0o7777) & 0o077
    }


def associate(core: CoreDevice, results: Results, name: str) -> None:
    """Something to write down."""
    core.call(core.cloud.add_things, [name])
    core.publish(SHARED, {"thingName": name})
    results.wait_for_names("associated", [name])


def loosen(associator: Associator) -> None:
    """As files are that an earlier version has written."""
    for path in associator.work.iterdir():
        path.chmod(0o666)


def test_every_file_is_private_whatever_happens(
    core: CoreDevice, careless: Associator, results: Results
) -> None:
    """After work, a kill, a new configuration, a damaged journal, and with loose files from before.

    The nucleus's own folder is not looked at.
    """
    careless.start().wait_until_running()
    associate(core, results, "first")
    names = {path.name for path in careless.work.iterdir()}
    assert {JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm", LAST_GOOD, STATE, SOCKET} <= names
    assert open_to_others(careless) == {}

    careless.kill()
    loosen(careless)
    careless.start().wait_until_running()
    associate(core, results, "second")
    assert open_to_others(careless) == {}

    before = (careless.work / LAST_GOOD).stat().st_ino
    careless.deploy({"trustSeconds": 1800})
    eventually(lambda: (careless.work / LAST_GOOD).stat().st_ino != before)
    assert open_to_others(careless) == {}

    # After a kill the log has all of the journal, and SQLite would make it whole again.
    careless.stop()
    shutil.copy(careless.work / JOURNAL, careless.work / f"{JOURNAL}.copy")
    UNUSABLE["random bytes"](careless.work)
    loosen(careless)
    careless.start().wait_until_running()
    associate(core, results, "third")
    assert list(careless.work.glob(f"{JOURNAL}.damaged-*"))
    assert open_to_others(careless) == {}


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_crash_leaves_no_core(core: CoreDevice, careless: Associator, results: Results) -> None:
    """Credentials are in the memory of both processes, and a core is a copy of it."""
    careless.start().wait_until_running()
    core.call(core.cloud.add_things, ["device"])
    core.call(core.cloud.add_fault, Fault(FaultKind.HANG, times=1))
    core.publish(SHARED, {"thingName": "device"})
    core.call(core.cloud.wait_for_calls, 1)
    parent = psutil.Process(careless.pid)
    (worker,) = parent.children()
    for process in (parent, worker):
        assert max(process.rlimit(psutil.RLIMIT_CORE)) <= 1
    worker.send_signal(signal.SIGSEGV)
    results.wait_for_names("associated", ["device"])
    parent.send_signal(signal.SIGSEGV)
    eventually(lambda: not careless.is_alive)
    assert not list(careless.work.glob("*core*"))
