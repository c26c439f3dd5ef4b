"""The results that come back, with the time at which each came."""

import asyncio
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType

from greengrass_sandbox import CoreDevice, Message

_LOOK_EACH_SECONDS = 0.02
_FOR_EVER_SECONDS = 3600.0
_MILLISECONDS = 1000.0


class Heard:
    """What results have said."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        """How many results there were of each status."""
        self.names: set[str] = set()
        """Who has been said to be associated."""
        self._first: dict[str, float] = {}

    def note(self, results: Iterable[Mapping[str, str]], came: float) -> None:
        """Takes the results of one message.

        Args:
            results: As they are in the message.
            came: When it came; seconds of the monotonic clock.
        """
        for result in results:
            self.statuses[result["status"]] += 1
            if result["status"] == "associated":
                self.names.add(result["thingName"])
                self._first.setdefault(result["thingName"], came)

    def waits(self, sent: Mapping[str, float]) -> list[float]:
        """Milliseconds from announcements to the first time that their device was associated.

        Args:
            sent: When each device was announced. Those without such a result are left out.
        """
        return [
            (self._first[name] - began) * _MILLISECONDS
            for name, began in sent.items()
            if name in self._first
        ]


class Results(AbstractContextManager["Results"]):
    """Collects what comes on the topics of results until the `with` block ends.

    What a message holds is read when it is wanted, so that nothing is held up by that.

    Args:
        core: Where to listen.
        topic_filter: To what.
    """

    def __init__(self, core: CoreDevice, topic_filter: str) -> None:
        self._core = core
        self._watch = core.call(core.nucleus.watch, topic_filter)
        self._came: list[float] = []
        self._read = 0
        self._heard = Heard()
        self._listening = asyncio.run_coroutine_threadsafe(
            self._watch.wait_for(self._arrived, _FOR_EVER_SECONDS), core.loop.loop
        )

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._listening.cancel()
        self._core.call(self._watch.close)

    def wait_for(self, predicate: Callable[[Heard], bool], patience_seconds: float) -> bool:
        """Waits until something holds; False if it does not in time."""
        pause, until = threading.Event(), time.monotonic() + patience_seconds
        while not predicate(self.read()):
            if time.monotonic() > until:
                return False
            pause.wait(_LOOK_EACH_SECONDS)
        return True

    def wait_for_names(self, names: Sequence[str], patience_seconds: float) -> bool:
        """Waits until all of these are associated; False if they are not in time."""
        wanted = set(names)
        return self.wait_for(lambda heard: wanted <= heard.names, patience_seconds)

    def median_wait(self, sent: Mapping[str, float]) -> float | None:
        """The median of the waits (see `Heard.waits`); None if there are none."""
        found = self.read().waits(sent)
        return statistics.median(found) if found else None

    def longest_wait(self, sent: Mapping[str, float]) -> float | None:
        """The longest of the waits; None if there are none."""
        return max(self.read().waits(sent), default=None)

    def read(self) -> Heard:
        """Reads what has come so far."""
        for number in range(self._read, len(self._came)):
            payload = self._watch.messages[number].payload
            document = json.loads(payload) if isinstance(payload, bytes) else payload
            self._heard.note(document["results"], self._came[number])
            self._read = number + 1
        return self._heard

    def _arrived(self, messages: Sequence[Message]) -> bool:
        """Called with every message that comes, on the sandbox's loop."""
        now = time.monotonic()
        self._came.extend([now] * (len(messages) - len(self._came)))
        return False
