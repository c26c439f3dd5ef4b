"""Announcements at a pace, or as fast as the bus passes them on."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greengrass_sandbox import CoreDevice

BUS_PACE = 800.0
"""Announcements a second: what the local publish/subscribe of a real nucleus lite is used to."""

_CHUNK_SECONDS = 5.0
"""The sandbox does not let a call take for ever."""


@dataclass(frozen=True)
class Announcement:
    """One message.

    Attributes:
        topic: Where it is published.
        payload: What it says.
        name: The device that it is about.
    """

    topic: str
    payload: bytes
    name: str


@dataclass
class Poured:
    """What has been published.

    Attributes:
        count: How many messages the bus has passed on.
        seconds: From the first one to the end of the last.
        sent: When each device was announced last; seconds of the monotonic clock.
    """

    count: int
    seconds: float
    sent: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.count / self.seconds


def announcements(topic: str, names: Sequence[str], count: int) -> list[Announcement]:
    """So many announcements of these devices in turns."""
    devices = [names[number % len(names)] for number in range(count)]
    return [Announcement(topic, json.dumps({"thingName": name}).encode(), name) for name in devices]


def pour(
    core: CoreDevice,
    messages: Sequence[Announcement],
    per_second: float | None = None,
    limit_seconds: float = 60.0,
) -> Poured:
    """Publishes one after the other; a message that the bus holds up holds up those behind it.

    Args:
        core: Where.
        messages: What.
        per_second: At which pace; None: as the bus lets.
        limit_seconds: When to stop, whatever is left.
    """
    sent: dict[str, float] = {}
    began = time.monotonic()
    done = 0

    async def some() -> int:
        number, until = done, time.monotonic() + _CHUNK_SECONDS
        while number < len(messages) and time.monotonic() < until:
            if per_second is not None:
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            one = messages[number]
            sent[one.name] = time.monotonic()
            await core.nucleus.publish(one.topic, one.payload)
            number += 1
        return number

    while done < len(messages) and time.monotonic() < began + limit_seconds:
        done = core.call(some)
    return Poured(done, time.monotonic() - began, sent)
