"""A nucleus that is not there, or not there yet."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from greengrass_sandbox import CoreDevice
from integration.associator import Associator, Results, eventually

BOUND_SECONDS = 60.0
"""Generous: the component's own patience is 20 s."""


@pytest.fixture
def associator(core: CoreDevice) -> Iterator[Associator]:
    """Not started yet."""
    one = Associator(core)
    yield one
    one.close()


@pytest.fixture
def hidden(core: CoreDevice) -> Iterator[Path]:
    """The nucleus's socket, out of sight: renaming it back lets components in."""
    socket = core.nucleus.socket_path
    away = socket.with_name("away")
    socket.rename(away)
    yield away
    if away.exists():
        away.rename(socket)


@pytest.mark.slow(20)
@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_without_a_nucleus_it_ends_with_a_message(associator: Associator) -> None:
    """A bounded wait, one clear line, exit code 1."""
    began = time.monotonic()
    associator.start()
    assert associator.process is not None
    assert associator.process.wait(BOUND_SECONDS) == 1
    # A nucleus that is a little late must not cost one of the three exits an hour.
    assert time.monotonic() - began > 5
    (line,) = associator.log.splitlines()
    assert "no connection to the nucleus at" in line
    assert str(associator.core.nucleus.socket_path) in line


def test_a_nucleus_that_comes_late_is_waited_for(
    core: CoreDevice, associator: Associator, hidden: Path, results: Results
) -> None:
    """The socket appears three seconds after the component."""
    core.call(core.cloud.add_things, ["device"])
    associator.start()
    assert associator.process is not None
    with pytest.raises(Exception, match="timed out"):
        associator.process.wait(3)
    hidden.rename(core.nucleus.socket_path)
    associator.wait_until_running()
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    assert associator.log.count("client device associator ") == 1


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_sigterm_while_it_waits_for_a_nucleus(associator: Associator, hidden: Path) -> None:
    """The nucleus that comes to stop it need not use SIGKILL: it ends within four seconds."""
    assert hidden.exists()
    associator.start()
    assert associator.process is not None
    with pytest.raises(Exception, match="timed out"):
        associator.process.wait(3)
    began = time.monotonic()
    associator.stop()
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "variable", ["SVCUID", "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"]
)
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_started_by_hand_it_says_what_is_missing(associator: Associator, variable: str) -> None:
    """Without a nucleus's environment: the variable is named, exit code 1, at once."""
    associator.start(**{variable: ""})
    eventually(lambda: not associator.is_alive)
    assert associator.process is not None
    assert associator.process.returncode == 1
    assert f"{variable} not set" in associator.log
