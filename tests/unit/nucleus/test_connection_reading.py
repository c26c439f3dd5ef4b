"""When the connection reads: at once, or what comes within a moment together."""

import select
import threading
import time
from collections.abc import Callable

import pytest

from client_device_associator.nucleus.connection import PORTION_BYTES, READ_PAUSE_SECONDS
from client_device_associator.nucleus.frames import MessageType
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS
from support.nucleus_site import NucleusSite

LATER_SECONDS = 1.0
"""Events that far apart are no stream of them."""


class Moments:
    """The time, which stands still unless the test moves it, and pauses, which take none."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """To be asked for before the connection."""
    one = Moments()
    monkeypatch.setattr(time, "monotonic", lambda: one.now)
    monkeypatch.setattr(time, "sleep", one.pauses.append)
    return one


@pytest.mark.parametrize(
    ("seconds_between", "expected"),
    [(0.0, [READ_PAUSE_SECONDS, READ_PAUSE_SECONDS]), (LATER_SECONDS, [])],
    ids=["stream", "lone"],
)
def test_a_stream_of_events_is_read_in_portions(
    moments: Moments, site: NucleusSite, seconds_between: float, expected: list[float]
) -> None:
    """A lone one is not kept waiting, nor is the first, and answers never are."""
    site.subscribed()
    for number in range(3):
        moments.now += seconds_between
        site.nucleus.say(1, {"event": number})
        assert site.hear() == {"event": number}
        site.is_answered()
    assert moments.pauses == expected


def say_to_a_stream_that_is_over(site: NucleusSite) -> None:
    """Each of them has begun and ended before."""
    stream = site.subscribed()
    stream.close()
    ended = site.nucleus.read().headers.stream_id
    site.nucleus.say(ended, {"event": 1})


def ping(site: NucleusSite) -> None:
    """As the nucleus may."""
    site.nucleus.say(0, {}, MessageType.PING)
    assert site.nucleus.read().headers.message_type == MessageType.PING_RESPONSE


@pytest.mark.parametrize("say", [say_to_a_stream_that_is_over, ping, NucleusSite.is_answered])
def test_only_events_are_a_stream_of_them(
    moments: Moments, site: NucleusSite, say: Callable[[NucleusSite], None]
) -> None:
    """Nothing else waits for more."""
    for _ in range(3):
        say(site)
        site.is_answered()
    assert moments.pauses == []


@pytest.mark.parametrize(
    ("size", "expected"), [(1, [READ_PAUSE_SECONDS]), (PORTION_BYTES, [])], ids=["few", "many"]
)
def test_there_is_no_pause_while_much_is_read_at_a_time(
    moments: Moments, site: NucleusSite, size: int, expected: list[float]
) -> None:
    """A nucleus that sends as fast as it can is not held up."""
    all_is_sent = threading.Event()

    def take(event: object) -> None:
        site.told.put(event)
        assert all_is_sent.wait(PATIENCE_SECONDS)

    site.connection.open(Stream(site.told.put, take), "SubscribeToTopic", {})
    site.nucleus.say(site.nucleus.read().headers.stream_id, {})
    site.nucleus.say(1, {"event": 1})
    assert [site.hear(), site.hear()] == [{}, {"event": 1}]
    site.nucleus.say(1, {"event": "y" * size})
    all_is_sent.set()
    assert site.hear() == {"event": "y" * size}
    site.is_answered()
    assert moments.pauses == expected


class WatchedPoll:
    """A real one, and what was done with it."""

    def __init__(self, make: Callable[[], select.poll]) -> None:
        self._poll = make()
        self.register = self._poll.register
        self.woken: list[tuple[int, int]] = []
        self.changes: list[int] = []
        self.has_changed = threading.Event()

    def modify(self, descriptor: int, wanted: int) -> None:
        """Waits for something else from now on."""
        self._poll.modify(descriptor, wanted)
        self.changes.append(wanted)
        self.has_changed.set()

    def poll(self) -> list[tuple[int, int]]:
        """Waits."""
        ready = self._poll.poll()
        self.woken += ready
        return ready


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> WatchedPoll:
    """To be asked for before the connection."""
    one = WatchedPoll(select.poll)
    monkeypatch.setattr(select, "poll", lambda: one)
    return one


def test_nothing_wakes_it_but_what_has_come(watched: WatchedPoll, site: NucleusSite) -> None:
    """To be woken costs more than all else, and a thread that never sleeps costs a processor."""
    for _ in range(5):
        site.is_answered()
    ((_, why),) = set(watched.woken)
    assert why == select.POLLIN


def test_it_waits_for_room_only_while_something_waits(
    watched: WatchedPoll, site: NucleusSite
) -> None:
    """And tells the system so twice, whatever comes and goes meanwhile."""
    site.ask("y" * 1_000_000)
    assert watched.has_changed.wait(PATIENCE_SECONDS)
    assert watched.changes == [select.POLLIN | select.POLLOUT]
    site.nucleus.read()
    site.is_answered()
    site.is_answered()
    assert watched.changes == [select.POLLIN | select.POLLOUT, select.POLLIN]
