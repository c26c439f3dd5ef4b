"""What the nucleus is given to publish."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result
from client_device_associator.messages.payload import Payload
from simulation.caps import MAX_BYTES
from simulation.check import Check
from simulation.facts import Key
from simulation.plan import CORE
from simulation.record import Record
from simulation.result_keys import keys

SOON = 10.0
MAX_WEIGHT = 487
PER_KEY, PER_ITEM = 21, 11
"""Lite: a JSON message beyond this weight kills every subscription that it matches."""


class MessagesFit(Check):
    """No message exceeds 7,000 bytes, and no JsonMessage what lite can carry."""

    def published(self, topic: str, message: Payload, document: Mapping[str, object]) -> None:
        """This one fits."""
        self.require(not set("+#*") & set(topic), f"published to {topic}")
        if isinstance(message, bytes):
            self.require(len(message) <= MAX_BYTES, f"{len(message)} bytes on {topic}")
            self.require(
                not self.record.process.settings.results_as_json,
                "a BinaryMessage, against settings",
            )
            return
        size = len(json.dumps(message).encode(errors="replace"))
        self.require(size <= MAX_BYTES, f"{size} bytes on {topic}")
        self.require(_weight(document) <= MAX_WEIGHT, f"weight {_weight(document)} on {topic}")


class MessagesAreJustified(Check):
    """Every result in a message is durable, or was sent; the message says by which core device."""

    def published(self, topic: str, message: Payload, document: Mapping[str, object]) -> None:  # noqa: ARG002 - a hook
        """So it is with this one."""
        results = keys(topic, document)
        self.require(results, f"a message without results on {topic}")
        for key in results:
            due = key in self.record.durable or key in self.record.transient_keys
            self.require(due, f"{key} is neither durable nor transient")
        self.require(document["coreDeviceThingName"] == CORE, "another core's name")
        datetime.fromisoformat(str(document["timestamp"]).replace("Z", "+00:00"))


class ResultsGoOutOnce(Check):
    """A result is sent within seconds and once, if nucleus, disk and process do their part."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._unsent: Counter[Key] = Counter()

    def sent(self, result: Result) -> None:
        """One more may be sent."""
        self._unsent[self.record.key(result)] += 1

    def committed(self, decision: Decision) -> None:
        """As many more may be sent as are durable."""
        self._unsent.update(map(self.record.key, decision.durable))

    def published(self, topic: str, message: Payload, document: Mapping[str, object]) -> None:  # noqa: ARG002 - a hook
        """None of these results has waited long, and none is sent again."""
        record = self.record
        if record.plan.nucleus or record.plan.disk or record.interruptions:
            return
        for key in keys(topic, document):
            self._unsent[key] -= 1
            self.require(self._unsent[key] >= 0, f"{key} is sent once more")
            for one in record.durable.get(key, ()):
                age = record.world.time - one.since
                self.require(one.delivered or age < SOON, f"{key} has waited for {age:.0f} s")


def _weight(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(PER_KEY + _weight(one) for one in value.values())
    if isinstance(value, list):
        return sum(PER_ITEM + _weight(one) for one in value)
    return 0
