"""The adapter of the nucleus in this process, with the real SDK and a nucleus of the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.errors import NucleusError, NucleusLostError
from client_device_associator.nucleus import ipc
from client_device_associator.nucleus.ipc import IpcNucleus
from greengrass_sandbox import CLASSIC
from integration.associator import eventually
from sandbox.nucleus_support import Core, running

NAME = "component"
SHORT_SECONDS = 0.3
"""In place of the ten seconds after which an answer is late."""


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A classic nucleus, which serves other requests while some are held."""
    with running(CLASSIC, tmp_path) as core:
        yield core


@pytest.fixture
def nucleus(core: Core, monkeypatch: pytest.MonkeyPatch) -> Iterator[IpcNucleus]:
    """The adapter, connected, with little patience."""
    monkeypatch.setenv(
        "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT", str(core.nucleus.socket_path)
    )
    monkeypatch.setenv("SVCUID", core.register(NAME))
    monkeypatch.setattr(ipc, "ANSWER_TIMEOUT_SECONDS", SHORT_SECONDS)
    connected = IpcNucleus(lambda: None)
    yield connected
    connected.close()


def subscribe(nucleus: IpcNucleus, topic_filter: str) -> None:
    """Subscribes, with callbacks that do nothing."""
    nucleus.subscribe(topic_filter, lambda *_: None, lambda: None, lambda: None)


def test_a_subscription_whose_answer_comes_too_late_is_closed(
    core: Core, nucleus: IpcNucleus
) -> None:
    """The caller tries again; what the nucleus made all the same would deliver twice for ever."""
    core.call(core.nucleus.holding.hold, "SubscribeToTopic")
    with pytest.raises(NucleusError, match="no answer"):
        subscribe(nucleus, "late")
    core.call(core.nucleus.holding.release, "SubscribeToTopic")
    subscribe(nucleus, "in/time")
    eventually(lambda: core.call(core.nucleus.subscriptions, NAME) == ["in/time"])


def test_a_wait_ends_when_the_component_ends(core: Core, nucleus: IpcNucleus) -> None:
    """However long the nucleus keeps it waiting; nothing is asked after that."""
    nucleus.give_up()
    with pytest.raises(NucleusLostError, match="is ending"):
        subscribe(nucleus, "a")
    assert core.call(core.nucleus.subscriptions, NAME) == []
