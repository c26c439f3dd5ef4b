"""Announcements at a steady pace, and how long each waits for its result."""

import contextlib
import json
import math
import statistics
import threading
import time
from collections.abc import Iterator, Sequence

from greengrass_sandbox import CoreDevice, Message
from integration.announcer import SHARED
from integration.associator import document

PAUSE_SECONDS = 0.02
NEW_EACH = 75
"""One in so many is of a device that nobody knows yet, and needs a call. So they are further apart
than a call waits for others, and each waits for its own."""

_END_SECONDS = 30.0
_MILLISECONDS = 1000.0
_LONGEST_RUN_SECONDS = 3600.0


class Probe:
    """Announces devices, and notes when each is said to be associated.

    Args:
        core: Where.
        known: Devices that are associated already, announced in turns.
        new: Others, each announced once; with none left, only known ones are announced.
    """

    def __init__(self, core: CoreDevice, known: Sequence[str], new: Iterator[str]) -> None:
        self._core = core
        self._known = known
        self._new = new
        self._sent: dict[str, float] = {}
        self._new_ids: set[str] = set()
        self._waits: list[tuple[str, float, float]] = []
        self._over = threading.Event()
        self._number = 0
        self._read = 0

    @contextlib.contextmanager
    def going_on(self) -> Iterator["Probe"]:
        """Announces until the block ends, and then waits for the last results."""
        watch = self._core.watch(f"{SHARED}/status")
        self._over.clear()
        self._read = 0
        announcing = threading.Thread(target=self._announce)
        listening = threading.Thread(
            target=lambda: watch.wait_for(self._listen, _LONGEST_RUN_SECONDS)
        )
        for thread in (listening, announcing):
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            announcing.join()
            self._core.publish(f"{SHARED}/status", {"results": []})
            listening.join(_END_SECONDS)
            watch.close()

    def waits(self, *, new: bool, since: float = 0.0, until: float = math.inf) -> list[float]:
        """Seconds from announcements of new or of known devices to their results.

        Args:
            new: Of which.
            since: Only announcements from then on; seconds since the epoch.
            until: Only announcements before then.
        """
        return [
            wait
            for one, sent, wait in self._waits
            if (one in self._new_ids) is new and since <= sent < until
        ]

    def _announce(self) -> None:
        began = time.monotonic()
        first = self._number
        while not self._over.wait(
            max(0.0, began + (self._number - first) * PAUSE_SECONDS - time.monotonic())
        ):
            self._number += 1
            name = next(self._new, None) if self._number % NEW_EACH == 0 else None
            one = f"probe-{self._number}"
            if name is not None:
                self._new_ids.add(one)
            self._sent[one] = time.time()
            wanted = name or self._known[self._number % len(self._known)]
            self._core.publish(SHARED, json.dumps({"thingName": wanted, "id": one}).encode())

    def _listen(self, messages: Sequence[Message]) -> bool:
        """Called with every message that comes, on the sandbox's loop."""
        now = time.time()
        for message in messages[self._read :]:
            for result in document(message)["results"]:
                if result["status"] == "associated" and result.get("id") in self._sent:
                    sent = self._sent.pop(result["id"])
                    self._waits.append((result["id"], sent, now - sent))
        self._read = len(messages)
        return self._over.is_set() and not self._sent


def compared(waits: Sequence[float], alone: Sequence[float]) -> str:
    """Median and longest, and the ratio of the medians to that of others."""
    if not waits or not alone:
        return "none"
    median = statistics.median(waits)
    return (
        f"median {median * _MILLISECONDS:.0f} ms (longest {max(waits) * _MILLISECONDS:.0f}) of"
        f" {len(waits)}, ratio {median / statistics.median(alone):.2f}"
    )
