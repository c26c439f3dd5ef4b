"""What a person does to a component that runs: deploy, ask for its health, read its log."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from greengrass_sandbox import CoreDevice, SyncWatch
from integration.associator import NAME, Associator, document, eventually

HEALTH = "clientdevices/associator/health"
HEALTH_REQUEST = "clientdevices/associator/health/get"

_BLOCK = re.compile(r"merge (\{.*\})\. ")
_AGAIN_SECONDS = 0.1


def access(*resources: str) -> dict[str, Any]:
    """An accessControl to merge that allows subscribing and publishing."""
    policy = {
        "operations": ["aws.greengrass#SubscribeToTopic", "aws.greengrass#PublishToTopic"],
        "resources": list(resources),
    }
    return {"aws.greengrass.ipc.pubsub": {"for this test": policy}}


def block_in(line: str) -> Mapping[str, Any]:
    """The JSON that an error line of the log asks to merge."""
    found = _BLOCK.search(line)
    assert found is not None, line
    block: Mapping[str, Any] = json.loads(found[1])
    return block


def lines_with(associator: Associator, text: str) -> list[str]:
    """The lines of its log that hold a text."""
    return [line for line in associator.log.splitlines() if text in line]


def is_heard(core: CoreDevice, topic_filter: str) -> bool:
    """Whether the component has a live subscription."""
    return topic_filter in core.call(core.nucleus.subscriptions, NAME)


def repeat_until(act: Callable[[], object], predicate: Callable[[], bool]) -> None:
    """Does something again and again, with a short pause, until it has the effect."""
    pace = threading.Event()

    def act_and_look() -> bool:
        act()
        pace.wait(_AGAIN_SECONDS)
        return predicate()

    eventually(act_and_look)


class HealthWatch:
    """The messages on the health topic."""

    def __init__(self, core: CoreDevice) -> None:
        self._core = core
        self._watch: SyncWatch = core.watch(HEALTH)

    @property
    def all(self) -> list[Mapping[str, Any]]:
        """Those that have come so far."""
        return [document(message) for message in self._watch.messages]

    def ask(self) -> Mapping[str, Any]:
        """Asks, and returns the next message."""
        count = len(self._watch.messages)
        self._core.publish(HEALTH_REQUEST, b"")
        return document(self._watch.wait_for_count(count + 1)[count])

    def wait_for(self, predicate: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """Waits, without asking, until the last message is as wanted."""
        messages = self._watch.wait_for(lambda all_: bool(all_) and predicate(document(all_[-1])))
        return document(messages[-1])
