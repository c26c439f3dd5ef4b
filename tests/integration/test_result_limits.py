"""Results never hurt a nucleus, however long their contents."""

import json
from pathlib import Path

import pytest

from greengrass_sandbox import CoreDevice
from integration.associator import Results, device_names
from integration.conftest import Start
from sandbox.nucleus_support import Component, Inbox, access

LONGEST = 128
MOST_BYTES = 7000

pytestmark = pytest.mark.parametrize("profile", ["lite"], indirect=True)


def longest_names(count: int) -> list[str]:
    """Different thing names of 128 characters."""
    return [name.ljust(LONGEST, "-") for name in device_names(count)]


def bystander_at(core: CoreDevice, topic_filter: str) -> tuple[Component, Inbox]:
    """Another component of the core device, listening through the unmodified SDK."""
    environment = core.environment("bystander", access(topic_filter))
    socket = Path(environment["AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"])
    component = Component(socket, environment["SVCUID"])
    return component, component.subscribe(topic_filter)


@pytest.mark.parametrize("encoding", ["binary", "json"])
def test_a_hundred_longest_names_fit_lite(
    core: CoreDevice, start: Start, results: Results, encoding: str
) -> None:
    """Failures with long ids: no connection closed, no subscription dead, nothing lost."""
    names = longest_names(100)
    associator = start({"results": {"encoding": encoding}, "limits": {"maxAttempts": 1}})
    status = core.watch("clientdevices/announce/status")
    bystander, inbox = bystander_at(core, "clientdevices/announce/status")
    for name in names:
        message = {"thingName": name, "id": "ü" * LONGEST}
        core.publish("clientdevices/announce", json.dumps(message).encode())
    results.wait_for_names("failed", names)
    associator.wait_until_running()
    assert core.call(core.nucleus.dead_subscriptions, "bystander") == []
    heard = [inbox.next() for _ in status.messages]
    assert len(heard) == len(status.messages)
    bystander.close()
    sizes = [
        len(one.payload) if isinstance(one.payload, bytes) else len(json.dumps(one.payload))
        for one in status.messages
    ]
    assert max(sizes) <= MOST_BYTES
    if encoding == "binary":
        # They travel together: about 700 bytes each, so nine or ten to a message.
        assert len(sizes) < len(names) / 5


def test_a_hundred_longest_names_associated_at_once(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """One answer of the cloud for a hundred names of full length fits into a few messages."""
    names = longest_names(100)
    core.call(core.cloud.add_things, names)
    start()
    for first in range(0, 100, 20):
        message = {"thingNames": names[first : first + 20]}
        core.publish("clientdevices/announce", json.dumps(message).encode())
    results.wait_for_names("associated", names)
    assert all(len(one.payload) <= MOST_BYTES for one in results.messages)
