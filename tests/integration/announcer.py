"""A stream of announcements, each with an id of its own, and what was answered to it."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

from greengrass_sandbox import CoreDevice, Message
from integration.associator import NAME, PATIENCE_SECONDS, Results, document
from integration.what_operators_do import repeat_until

SHARED = "clientdevices/announce"
_IN_ONE_MESSAGE = 100
OUTCOMES = ("associated", "failed", "rejected")


class Answers:
    """Counts results as they come, each message read once: for more of them than `Results`.

    Args:
        core: Where to listen.
        topic_filters: The topics of the results.
    """

    def __init__(self, core: CoreDevice, *topic_filters: str) -> None:
        filters = topic_filters or ("clientdevices/announce/status",)
        self._watches = [core.watch(one) for one in filters]
        self._read = [0] * len(self._watches)
        self.outcomes: Counter[str] = Counter()
        """How often an id has got its outcome."""
        self.statuses: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.names: dict[str, set[str]] = {}
        """Thing names by status."""

    def wait_for(
        self, predicate: Callable[[], bool], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Waits until the predicate holds; it is asked again with every message that comes."""
        for index in range(1, len(self._watches)):
            self._absorb(index, self._watches[index].messages)

        def read_and_ask(messages: Sequence[Message]) -> bool:
            self._absorb(0, messages)
            return predicate()

        self._watches[0].wait_for(read_and_ask, patience_seconds)

    def read(self) -> None:
        """Counts what has come so far."""
        for index, watch in enumerate(self._watches):
            self._absorb(index, watch.messages)

    def wait_for_ids(self, ids: Iterable[str]) -> None:
        """Waits until each of these has got an outcome."""
        wanted = set(ids)
        self.wait_for(lambda: wanted <= self.outcomes.keys())

    def repeated(self, announcer: "Announcer") -> dict[str, int]:
        """Ids with more outcomes than subscriptions that have delivered the announcement."""
        return {
            one: count
            for one, count in self.outcomes.items()
            if count > (2 if one in announcer.on_both else 1)
        }

    def _absorb(self, index: int, messages: Sequence[Message]) -> None:
        for message in messages[self._read[index] :]:
            for result in document(message)["results"]:
                self._count(result["status"], result)
        self._read[index] = len(messages)

    def _count(self, status: str, result: dict[str, str]) -> None:
        self.statuses[status] += 1
        if "code" in result:
            self.codes[result["code"]] += 1
        if "thingName" in result:
            self.names.setdefault(status, set()).add(result["thingName"])
        if status in OUTCOMES and "id" in result:
            self.outcomes[result["id"]] += 1


def associate(core: CoreDevice, names: Sequence[str]) -> None:
    """Associates devices before a test begins: of one that waits, 8 announcements are kept."""
    answers = Answers(core)
    core.call(core.cloud.add_things, names)
    for first in range(0, len(names), _IN_ONE_MESSAGE):
        message = {"thingNames": names[first : first + _IN_ONE_MESSAGE]}
        core.publish(SHARED, json.dumps(message).encode())
    answers.wait_for(lambda: set(names) <= answers.names.get("associated", set()))


def announce_until_associated(core: CoreDevice, results: Results, name: str) -> None:
    """Announces a device, as devices do that were rejected, until it is associated."""
    core.call(core.cloud.add_things, [name])
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": name}),
        lambda: name in results.names("associated"),
    )


async def publish(core: CoreDevice, payload: bytes) -> int:
    """Publishes on the shared topic, and returns how many subscriptions may have delivered it.

    A subscription may be made or closed while the message waits for its turn, so it is the larger
    number of before and after.
    """
    before = core.nucleus.subscriptions(NAME).count(SHARED)
    await core.nucleus.publish(SHARED, payload)
    return max(before, core.nucleus.subscriptions(NAME).count(SHARED))


class Announcer:
    """Announces one device after the other, from a thread, until the `with` block ends.

    Args:
        core: Where.
        names: Whom; they are taken in turns.
        pause_seconds: Between two announcements.
    """

    def __init__(self, core: CoreDevice, names: Sequence[str], pause_seconds: float) -> None:
        self._core = core
        self._names = names
        self._pause_seconds = pause_seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._announce, name="announcer")
        self.sent: dict[str, str] = {}
        """Thing names by id."""
        self.on_both: set[str] = set()
        """Ids of those that two subscriptions have delivered, in the middle of a renewal."""
        self.renewals = 0
        """How often two subscriptions have become one again."""

    def __enter__(self) -> "Announcer":  # noqa: PYI034 - typing.Self needs Python 3.11
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()

    def _announce(self) -> None:
        number = 0
        on_both = False
        while not self._end.wait(self._pause_seconds):
            name = self._names[number % len(self._names)]
            number += 1
            announcement_id = f"request-{number}"
            self.sent[announcement_id] = name
            payload = json.dumps({"thingName": name, "id": announcement_id}).encode()
            was_on_both, on_both = on_both, self._core.call(publish, self._core, payload) > 1
            if on_both:
                self.on_both.add(announcement_id)
            self.renewals += was_on_both and not on_both
