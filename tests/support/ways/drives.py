"""How a component comes to a device that is not associated."""

from dataclasses import replace

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.core.answer import Answer
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.reporting.notices import ListeningChanged
from support.journal_files import store
from support.rig import Rig, fill_disk
from support.values import SHARED, START, arrived, numbered
from support.ways.way import NAME, Drive

HALL = f"halls/{NAME}/announce"
"""A topic of the shared contract with the device's name in it."""

DENIED = {"admission": {"deny": {"lamps": "lamp*"}}}
_REQUEST_ID = "8c4a9f5e-9f3b-4a3c-8d3e-0123456789ab"


def message(payload: bytes, topic: str = HALL, thing_name: str | None = None) -> Drive:
    """A message comes; with a template, on a topic of its own."""
    return lambda rig: _turn(rig, arrived(payload, topic, thing_name))


def _turn(rig: Rig, message: MessageArrived) -> None:
    rig.turn(message)
    rig.results()
    rig.pass_turns(rig.turn(), 60)


def announced(rig: Rig) -> None:
    """It is announced, and a minute passes."""
    rig.announce(NAME)
    rig.results()
    rig.pass_turns(rig.turn(), 60)


def announce(rig: Rig) -> None:
    """It is announced a moment ago."""
    rig.announce(NAME)


def behind_another(rig: Rig) -> None:
    """It is announced when another device has been."""
    rig.announce("bell")
    announced(rig)


def answered(*answers: Answer) -> Drive:
    """It is announced, and its calls are answered so."""

    def drive(rig: Rig) -> None:
        rig.announce(NAME)
        for number, answer in enumerate(answers, 1):
            while len(rig.worker.calls) < number:
                rig.clock.seconds += 1
                rig.turn()
            rig.answer(replace(answer, request_id=_REQUEST_ID))
            rig.results()

    return drive


def stored(state: DeviceState, *events: TrailEvent, **detail: str) -> Drive:
    """What the component leaves in the journal after a longer time than a test has."""

    def drive(rig: Rig) -> None:
        device = Device(NAME, state, START)
        known = state is not DeviceState.UNKNOWN
        store(rig.journal, Decision(devices=(device,) if known else ()))
        entries = [TrailEntry(START, NAME, event, detail) for event in events]
        with rig.journal.transaction():
            rig.journal.trail.add(entries, 100)

    return drive


def stricter(rig: Rig) -> None:
    """The rules change while it waits; the configuration on disk is the new one already."""
    before = parse_configuration({}, "core-1").settings
    assert before is not None
    rig.configure(before)
    rig.announce(NAME)


def refused(rig: Rig) -> None:
    """The rules change while it waits, and its call is due."""
    stricter(rig)
    parsed = parse_configuration(DENIED, "core-1").settings
    assert parsed is not None
    rig.configure(parsed)
    rig.results()
    rig.pass_turns(rig.turn(), 5)


def full_disk(rig: Rig) -> None:
    """It is announced while there is no room, and there is room later."""
    fill_disk(rig.journal, full=True)
    rig.announce(NAME, *(f"{name:x<128}" for name in numbered(100)))
    rig.results()
    rig.pass_turns(rig.turn(), 30)
    fill_disk(rig.journal, full=False)
    rig.pass_turns(rig.turn(), 120)


def failing_disk(rig: Rig) -> None:
    """It waits while there is no room."""
    rig.announce(NAME)
    fill_disk(rig.journal, full=True)
    rig.announce(*(f"{name:x<128}" for name in numbered(100)))
    rig.results()
    rig.turn()
    fill_disk(rig.journal, full=False)


def claimed(rig: Rig) -> None:
    """It is associated, and another core device has claimed it."""
    device = Device(NAME, DeviceState.ASSOCIATED, START, claimed_at=START)
    store(rig.journal, Decision(devices=(device,)))


def not_allowed(rig: Rig) -> None:
    """The nucleus refuses the topics."""
    rig.component.report_from_thread(ListeningChanged((), (SHARED,)))
    rig.turn()


def nothing(_: Rig) -> None:
    """Nobody announces it."""
