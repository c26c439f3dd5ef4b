"""Claims: what core devices tell each other over AWS IoT Core, as they stand in messages.

A claim is a result message whose results have `heardAt`; see `Handover` for what follows from it.
"""

import json
import re
from collections.abc import Iterator, Mapping

from client_device_associator.core.handover import Claim
from client_device_associator.core.result import Status
from client_device_associator.core.thing_name import is_thing_name
from client_device_associator.core.values import dataclass
from client_device_associator.messages.announcement import MAX_NAMES, MAX_PAYLOAD_BYTES
from client_device_associator.messages.encoding import epoch_seconds
from client_device_associator.messages.iot_core_topic import why_no_iot_core_topic
from client_device_associator.messages.payload import Json, Payload
from client_device_associator.messages.topic import SINGLE

THING_NAME, CORE_THING_NAME = "{thingName}", "{coreThingName}"
_ANY_PLACEHOLDER = re.compile(r"\{[^}]*\}?|\}")


@dataclass(frozen=True, slots=True)
class ClaimTopic:
    """Where claims go, and come from.

    Attributes:
        template: A topic in which a level may be `{thingName}`, and another `{coreThingName}`.
        core_thing_name: This core device: its own claims come back.
    """

    template: str
    core_thing_name: str

    @property
    def topic_filter(self) -> str:
        """What every core device subscribes to."""
        return _ANY_PLACEHOLDER.sub(SINGLE, self.template)

    def read(self, topic: str, payload: Payload) -> Iterator[Claim]:
        """The claims of other core devices in a message; it never raises, whatever that holds.

        Where the topic has names, the message has to have the same: policies can say who may
        publish on a topic, and not what.
        """
        levels = dict(zip(self.template.split("/"), topic.split("/"), strict=False))
        document = _decode(payload)
        core = document.get("coreDeviceThingName")
        results = document.get("results")
        if not isinstance(core, str) or not isinstance(results, list) or not is_thing_name(core):
            return
        if core == self.core_thing_name or levels.get(CORE_THING_NAME, core) != core:
            return
        for one in results[:MAX_NAMES]:
            claim = _claim(one, core)
            if claim is not None and levels.get(THING_NAME, claim.thing_name) == claim.thing_name:
                yield claim


def why_no_claim_topic(template: str) -> str | None:
    """What is wrong with a template for the topic of claims, or None."""
    for level in template.split("/"):
        if _ANY_PLACEHOLDER.search(level) and level not in (THING_NAME, CORE_THING_NAME):
            return f"a topic in which a level may be {THING_NAME}, and another {CORE_THING_NAME}"
    if any(template.count(name) > 1 for name in (THING_NAME, CORE_THING_NAME)):
        return f"a topic with {THING_NAME} and {CORE_THING_NAME} once each at most"
    if template.startswith("$"):
        return "a topic that does not begin with '$': nobody could subscribe to it"
    return why_no_iot_core_topic(_ANY_PLACEHOLDER.sub("x", template))


def _claim(entry: Json, core_thing_name: str) -> Claim | None:
    if not isinstance(entry, Mapping) or entry.get("status") != Status.ASSOCIATED.value:
        return None
    name = entry.get("thingName")
    heard_at = epoch_seconds(entry.get("heardAt"))
    if not isinstance(name, str) or not is_thing_name(name) or heard_at is None:
        return None
    return Claim(name, core_thing_name, heard_at)


def _decode(payload: Payload) -> Mapping[str, Json]:
    """The message's object; an empty one if it has none."""
    if not isinstance(payload, bytes):
        return payload
    try:
        document: Json = json.loads(payload) if len(payload) <= MAX_PAYLOAD_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, Mapping) else {}
