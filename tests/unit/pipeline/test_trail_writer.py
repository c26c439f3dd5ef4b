"""When the trail is written: what is kept in mind, for how long, and how much of it."""

import pytest

from client_device_associator.core.result import Result, Status
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.trail_writer import (
    MAX_KNOWN_REJECTIONS,
    MAX_UNWRITTEN,
    NOTED_AGAIN_SECONDS,
    REJECTIONS_AT_ONCE,
    REJECTIONS_PER_SECOND,
    WRITE_AFTER_SECONDS,
    TrailWriter,
)
from support.gates import Doorkeeper
from support.rig import Rig, fill_disk
from support.values import SHARED, arrived, moment, numbered, policy, settings

AGAIN = 1 / REJECTIONS_PER_SECOND
SOMETHING = TrailEntry(1.0, "lamp", TrailEvent.ANNOUNCED)


def rejection(name: str | None, code: str = "notAdmitted", topic: str = SHARED) -> Result:
    """A result for an announcement that was not taken."""
    return Result(topic, Status.REJECTED, name, code=code, message="no")


@pytest.fixture
def writer(journal: Journal) -> TrailWriter:
    """With room for a thousand entries."""
    return TrailWriter(journal, 1000)


def write(writer: TrailWriter, journal: Journal, *entries: TrailEntry) -> None:
    """Writes in a transaction."""
    with journal.transaction():
        writer.store(entries)
    writer.stored()


def names(journal: Journal, thing_names: list[str]) -> list[str]:
    """Those that have an entry, as often as they have one."""
    return [one.thing_name for name in thing_names for one in journal.trail.of(name, 100)]


def test_a_rejection_waits_for_what_is_stored_next(writer: TrailWriter, journal: Journal) -> None:
    """It came before that, and it is written once."""
    writer.rejected([rejection("a")], moment())
    assert names(journal, ["a"]) == []
    write(writer, journal, SOMETHING)
    write(writer, journal)
    assert names(journal, ["a", "lamp"]) == ["a", "lamp"]
    assert not writer.is_due(moment())
    assert writer.wake_at(moment()) is None


def test_a_rejection_is_written_after_a_minute_at_the_latest(
    writer: TrailWriter, journal: Journal
) -> None:
    """Counted from the first of those that wait."""
    writer.rejected([], moment())
    assert not writer.is_due(moment())
    assert writer.wake_at(moment()) is None
    writer.rejected([rejection("a")], moment())
    writer.rejected([rejection("b")], moment(30))
    assert writer.wake_at(moment(30)) == moment(WRITE_AFTER_SECONDS).steady
    assert not writer.is_due(moment(WRITE_AFTER_SECONDS - 0.1))
    assert writer.is_due(moment(WRITE_AFTER_SECONDS))
    write(writer, journal)
    assert not writer.is_due(moment(WRITE_AFTER_SECONDS))


def test_what_could_not_be_stored_is_kept(writer: TrailWriter, journal: Journal) -> None:
    """The transaction of which it was a part was rolled back."""
    writer.rejected([rejection("a")], moment())
    fill_disk(journal, full=True)
    with pytest.raises(JournalError):
        write(writer, journal, *[SOMETHING] * 500)
    fill_disk(journal, full=False)
    write(writer, journal)
    assert names(journal, ["a"]) == ["a"]


def test_a_rejection_is_noted_once_a_day(writer: TrailWriter, journal: Journal) -> None:
    """For each device and code; who is not named is known by the topic."""
    everything = [
        rejection("a"),
        rejection("a", "overloaded"),
        rejection("b"),
        rejection(None),
        rejection(None, topic="other"),
    ]
    for seconds in (0.0, 1.0, NOTED_AGAIN_SECONDS - 0.1):
        writer.rejected(everything, moment(seconds))
    write(writer, journal)
    assert names(journal, ["a", "b", ""]) == ["a", "a", "b", "", ""]
    writer.rejected(everything, moment(NOTED_AGAIN_SECONDS))
    write(writer, journal)
    assert len(names(journal, ["a", "b", ""])) == 10


def test_a_flood_of_rejections_is_noted_in_part(writer: TrailWriter, journal: Journal) -> None:
    """So many at once, and then one now and then."""
    flood = [f"device-{number}" for number in range(200)]
    writer.rejected(list(map(rejection, flood)), moment())
    write(writer, journal)
    assert len(names(journal, flood)) == REJECTIONS_AT_ONCE
    writer.rejected(list(map(rejection, flood)), moment(AGAIN))
    write(writer, journal)
    assert names(journal, flood) == flood[: REJECTIONS_AT_ONCE + 1]


def test_what_is_kept_in_mind_is_bounded(writer: TrailWriter, journal: Journal) -> None:
    """While the disk fails for long, and with more devices than are remembered."""
    many = [f"device-{number}" for number in range(MAX_UNWRITTEN + 1)]
    for number, name in enumerate(many):
        writer.rejected([rejection(name)], moment(number * AGAIN))
    write(writer, journal)
    assert names(journal, many) == many[:MAX_UNWRITTEN]


def test_whom_it_remembers_is_bounded(writer: TrailWriter, journal: Journal) -> None:
    """The first is forgotten for one more, and noted again."""
    for number in range(MAX_KNOWN_REJECTIONS):
        writer.rejected([rejection(f"device-{number}")], moment(number * AGAIN))
        writer.stored()
    later = MAX_KNOWN_REJECTIONS * AGAIN
    assert later < NOTED_AGAIN_SECONDS
    both = [rejection("device-1"), rejection("device-0")]
    writer.rejected(both, moment(later))
    writer.rejected([rejection("one more")], moment(later))
    write(writer, journal)
    assert names(journal, ["one more", "device-0", "device-1"]) == ["one more"]
    writer.rejected(both, moment(later + AGAIN))
    write(writer, journal)
    assert names(journal, ["device-0", "device-1"]) == ["device-0"]


def test_no_trail_takes_nothing(journal: Journal) -> None:
    """Neither from decisions nor from rejections."""
    writer = TrailWriter(journal, 0)
    writer.rejected([rejection("a")], moment())
    assert writer.wake_at(moment()) == moment().steady  # until it has looked for what is there
    assert not writer.is_due(moment())
    assert writer.wake_at(moment()) is None
    write(writer, journal, SOMETHING)
    assert names(journal, ["a", "lamp"]) == []


def test_a_trail_that_is_turned_off_is_emptied(writer: TrailWriter, journal: Journal) -> None:
    """In portions, and what was kept in mind is forgotten."""
    write(writer, journal, *[SOMETHING] * 900)
    writer.rejected([rejection("a")], moment())
    writer.reconfigure(0)
    for _ in range(2):
        assert writer.is_due(moment())
        assert writer.wake_at(moment()) == moment().steady
        with journal.transaction():
            writer.trim()
    assert not writer.is_due(moment())
    writer.reconfigure(1000)
    write(writer, journal)
    assert names(journal, ["a", "lamp"]) == []


def test_a_trail_that_may_be_longer_is_not_looked_at(writer: TrailWriter, journal: Journal) -> None:
    """Only one that is too long is shortened."""
    assert not writer.is_due(moment())
    writer.reconfigure(2000)
    assert writer.wake_at(moment()) is None
    write(writer, journal, *[SOMETHING] * 10)
    writer.reconfigure(5)
    writer.reconfigure(6)
    assert writer.is_due(moment())


def test_the_component_writes_rejections_by_itself(rig: Rig) -> None:
    """It wakes for them once, and then for nothing."""
    rig.configure()
    rig.turn(arrived(b'{"thingName": "no such name"}'))
    rig.results()
    assert rig.turn() == WRITE_AFTER_SECONDS
    rig.clock.seconds = 59
    assert rig.turn() == 1
    assert names(rig.journal, ["no such name"]) == []
    rig.clock.seconds = 60
    assert rig.turn() is None
    (noted,) = rig.journal.trail.of("no such name", 10)
    assert noted.detail["code"] == "invalidThingName"


def test_the_component_empties_a_trail_that_is_turned_off(rig: Rig) -> None:
    """At once, and after a restart as well."""
    rig.configure()
    rig.announce("lamp")
    assert names(rig.journal, ["lamp"]) == ["lamp"]
    rig.configure(settings(policy=policy(), trail_max_entries=0))
    assert names(rig.journal, ["lamp"]) == []
    rig.announce("bell")
    assert names(rig.journal, ["bell"]) == []


def test_what_it_has_in_mind_is_written_at_the_end(rig: Rig) -> None:
    """Who stops the component to find out finds it."""
    rig.configure()
    rig.turn(arrived(b'{"thingName": "no such name"}'))
    rig.loop.end()
    assert names(rig.journal, ["no such name"]) == ["no such name"]


def test_a_full_disk_costs_the_trail_nothing(rig: Rig) -> None:
    """What was rejected meanwhile is written when there is room again."""
    rig.configure()
    fill_disk(rig.journal, full=True)
    long_names = [f"{name:x<128}" for name in numbered(100)]
    rig.announce(*long_names)
    rig.results()
    rig.pass_turns(rig.turn(), 30)
    fill_disk(rig.journal, full=False)
    rig.pass_turns(rig.turn(), 100)
    (noted,) = rig.journal.trail.of(long_names[0], 10)
    assert (noted.event, noted.detail["code"]) == (TrailEvent.REJECTED, "storage")
    assert names(rig.journal, long_names) == long_names[:REJECTIONS_AT_ONCE]


def test_a_repeat_that_stores_nothing_writes_no_rejection(rig: Rig) -> None:
    """It would be a commit of its own, for each of them."""
    rig.configure()
    rig.announce("lamp")
    rig.turn(arrived(b'{"thingName": "no such name"}'))
    rig.announce("lamp")
    assert names(rig.journal, ["no such name"]) == []


def test_a_rejection_is_written_once_whatever_is_stored_next(rig: Rig) -> None:
    """Another announcement, or a refusal when a call was due."""
    rig.configure()
    rig.turn(arrived(b'{"thingName": "no such name"}'))
    rig.announce("lamp")
    rig.announce("bell")
    rig.turn(arrived(b'{"thingName": "nor such a name"}'))
    for refused in ("lamp", "bell"):
        rig.configure(settings(policy=policy(gate=Doorkeeper([refused]))))
        rig.clock.seconds += 2
        rig.turn()
    assert events(rig, "lamp") == ["announced", "refused"]
    assert events(rig, "bell") == ["announced", "refused"]
    rig.announce("horn")
    assert names(rig.journal, ["no such name", "nor such a name"]) == [
        "no such name",
        "nor such a name",
    ]


def events(rig: Rig, name: str) -> list[str]:
    """What has happened to a device, oldest first."""
    return [one.event.value for one in reversed(rig.journal.trail.of(name, 100))]
