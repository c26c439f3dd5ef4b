"""What the component has told the announcing devices, counted while it comes in."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from demo.announcements import Announcement
from greengrass_sandbox import CoreDevice, Message
from integration.associator import document

PATIENCE_SECONDS = 60.0
"""Only a broken demo waits this long; the machine may be slow."""

_SETTLED = frozenset({"associated", "failed"})


@dataclass(frozen=True)
class Told:
    """One entry of a result message, and the topic on which it came."""

    topic: str
    status: str
    thing_name: str | None
    already: bool
    code: str | None
    announcement_id: str | None


class Tally:
    """Reads each result message once; any thread may ask.

    Args:
        core: The core device whose local publish/subscribe is watched from now on.
    """

    def __init__(self, core: CoreDevice) -> None:
        self._watch = core.watch("clientdevices/#")
        self._lock = threading.Lock()
        self._messages_read = 0
        self._told: list[Told] = []
        self._settled: dict[str, str] = {}
        self._retrying: set[str] = set()

    @property
    def told(self) -> list[Told]:
        """Every result so far, in order."""
        self._read(self._watch.messages)
        with self._lock:
            return list(self._told)

    def settled(self, status: str) -> set[str]:
        """Devices whose announcement ended in `associated` or `failed`."""
        self._read(self._watch.messages)
        with self._lock:
            return {name for name, last in self._settled.items() if last == status}

    @property
    def waiting(self) -> set[str]:
        """Devices that were told `retrying` and nothing since."""
        self._read(self._watch.messages)
        with self._lock:
            return self._retrying.difference(self._settled)

    @property
    def rejected(self) -> list[Told]:
        """Every rejection so far."""
        return [one for one in self.told if one.status == "rejected"]

    def unheard(self, announcements: Iterable[Announcement]) -> list[str]:
        """Announced devices that got no outcome on their status topic, with their `id`."""
        heard = {
            (one.topic, one.thing_name, one.announcement_id)
            for one in self.told
            if one.status in _SETTLED
        }
        return [
            name
            for one in announcements
            for name in one.thing_names
            if (one.status_topic, name, one.announcement_id) not in heard
        ]

    def wait_until_settled(self, thing_names: Iterable[str]) -> None:
        """Wait until each of these devices was told its outcome.

        Raises:
            TimeoutError: Not all of them were within `PATIENCE_SECONDS`.
        """
        wanted = set(thing_names)
        self._wait_for(lambda: wanted <= self._settled.keys(), "an outcome for every device")

    def wait_until_told_to_wait(self, thing_names: Iterable[str]) -> None:
        """Wait until each of these devices was told `retrying`.

        Raises:
            TimeoutError: Not all of them were within `PATIENCE_SECONDS`.
        """
        wanted = set(thing_names)
        self._wait_for(lambda: wanted <= self._retrying, "telling every device to wait")

    def wait_for_rejections(self, count: int) -> None:
        """Wait until so many rejections were told.

        Raises:
            TimeoutError: Fewer were within `PATIENCE_SECONDS`.
        """
        self._wait_for(
            lambda: sum(one.status == "rejected" for one in self._told) >= count,
            "a rejection of every malformed message",
        )

    def wait_for_id(self, announcement_id: str) -> None:
        """Wait for the result of the announcement with this `id`.

        Raises:
            TimeoutError: There was none within `PATIENCE_SECONDS`.
        """
        self._wait_for(
            lambda: any(one.announcement_id == announcement_id for one in self._told),
            f"the answer to {announcement_id}",
        )

    def _wait_for(self, predicate: Callable[[], bool], what: str) -> None:
        def holds(messages: Sequence[Message]) -> bool:
            self._read(messages)
            with self._lock:
                return predicate()

        try:
            self._watch.wait_for(holds, PATIENCE_SECONDS)
        except TimeoutError:
            # The watch's own message quotes the last payloads: too much for a demo.
            raise TimeoutError(f"{what} did not come within {PATIENCE_SECONDS:g} s") from None

    def _read(self, messages: Sequence[Message]) -> None:
        with self._lock:
            # Another thread may have read further than this list goes: then nothing is new in it.
            new = messages[self._messages_read :]
            self._messages_read += len(new)
            for message in new:
                if message.topic.endswith("/status"):
                    self._take_in(message)

    def _take_in(self, message: Message) -> None:
        for entry in document(message)["results"]:
            one = Told(
                topic=message.topic,
                status=entry["status"],
                thing_name=entry.get("thingName"),
                already=entry.get("already", False),
                code=entry.get("code"),
                announcement_id=entry.get("id"),
            )
            self._told.append(one)
            if one.thing_name is None or one.already:
                continue
            if one.status == "retrying":
                self._retrying.add(one.thing_name)
            elif one.status in _SETTLED:
                self._settled[one.thing_name] = one.status
