import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, moment
from client_device_associator import __version__
from client_device_associator.core.answer import Trouble
from client_device_associator.core.decision import (
    CallSettled,
    CloudBack,
    CloudLost,
    DeviceTrouble,
)
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.result_message import MAX_MESSAGE_BYTES, iso
from client_device_associator.reporting.health import (
    ON_CHANGE_SECONDS,
    ON_REQUEST_SECONDS,
    Health,
    Surroundings,
)

WELL = Surroundings(["a", "b/+"], [], [])
SETTLED = CallSettled(1, 0, 0, 0, 0)


class Patient:
    """A component's health, and what it has told of it."""

    def __init__(self, core_thing_name: str = "core-1") -> None:
        self.messages: list[bytes] = []
        self.figures = {"pending": 0}
        self.health = Health(core_thing_name, self.messages.append, self.counted, moment())
        self.seconds = 0.0

    def counted(self) -> dict[str, int]:
        """What is counted elsewhere."""
        return self.figures

    def tend(self, surroundings: Surroundings = WELL) -> float | None:
        """Tends it; the seconds until the next time."""
        wake_at = self.health.tend(surroundings, moment(self.seconds))
        return None if wake_at is None else round(wake_at - START - self.seconds, 3)

    def told(self) -> dict[str, Any]:
        """The last message."""
        document = json.loads(self.messages[-1])
        assert isinstance(document, dict)
        return document

    def asked(self, surroundings: Surroundings = WELL) -> dict[str, Any]:
        """What is told when somebody asks, long after the last message."""
        self.seconds += 100
        self.health.asked()
        before = len(self.messages)
        assert self.tend(surroundings) is None
        assert len(self.messages) == before + 1
        return self.told()


@pytest.fixture
def patient() -> Patient:
    """Nothing has happened yet."""
    return Patient()


def test_tells_at_the_start_how_it_is(patient: Patient) -> None:
    """Everything there is to know, and then nothing until something changes."""
    assert patient.tend() is None
    assert patient.told() == {
        "coreDeviceThingName": "core-1",
        "version": __version__,
        "startedAt": iso(START),
        "nucleus": {"listening": ["a", "b/+"], "refused": []},
        "cloud": {"state": "notCalledYet"},
        "journal": {"state": "ok"},
        "configuration": {"state": "inForce", "problems": []},
        "counters": {"pending": 0},
        "timestamp": iso(START),
    }
    patient.seconds = 1e6
    assert patient.tend() is None
    assert len(patient.messages) == 1


def test_a_request_is_answered(patient: Patient) -> None:
    """Once, with what is counted by now."""
    patient.tend()
    patient.health.count("things", 3)
    patient.health.count("things")
    patient.figures = {"pending": 7}
    document = patient.asked()
    assert document["counters"] == {"things": 4, "pending": 7}
    assert document["timestamp"] == iso(START + 100)
    assert document["startedAt"] == iso(START)
    assert patient.tend() is None
    assert len(patient.messages) == 2


def test_requests_are_answered_together(patient: Patient) -> None:
    """No more often than they may be, and none is forgotten."""
    patient.tend()
    sent_at: list[float] = []
    for tick in range(101):
        patient.seconds = tick / 20
        patient.health.asked()
        before = len(patient.messages)
        patient.tend()
        if len(patient.messages) > before:
            sent_at.append(patient.seconds)
    assert sent_at == [ON_REQUEST_SECONDS * number for number in range(1, 6)]
    patient.health.asked()
    patient.seconds = 5.5
    assert patient.tend() == 0.5
    patient.seconds = 6
    assert patient.tend() is None
    assert len(patient.messages) == 7


def test_changes_are_told_now_and_then(patient: Patient) -> None:
    """A state that flickers is not told each time; its last is told in the end."""
    patient.tend()
    for tick in range(1, 100):
        patient.seconds = tick / 10
        wait = patient.tend(Surroundings([str(tick)], [], []))
        assert wait == round(ON_CHANGE_SECONDS - patient.seconds, 3)
    patient.seconds = ON_CHANGE_SECONDS
    assert patient.tend(Surroundings(["last"], [], [])) is None
    assert len(patient.messages) == 2
    assert patient.told()["nucleus"]["listening"] == ["last"]


def test_a_state_that_came_back_is_no_change(patient: Patient) -> None:
    """What is over before it could be told is not told."""
    patient.tend()
    patient.seconds = 1
    assert patient.tend(Surroundings([], ["a"], [])) == ON_CHANGE_SECONDS - 1
    patient.seconds = 2
    assert patient.tend() is None


def test_counters_alone_are_no_change(patient: Patient) -> None:
    """They move all the time."""
    patient.tend()
    patient.health.told([Result("t", Status.ASSOCIATED, "a")])
    patient.figures = {"pending": 9}
    patient.seconds = 1000
    assert patient.tend() is None
    assert len(patient.messages) == 1


def test_a_request_does_not_wait_for_the_pause_after_a_change(patient: Patient) -> None:
    """It has its own, shorter one."""
    patient.tend()
    patient.seconds = 2
    patient.health.asked()
    assert patient.tend(Surroundings([], [], [])) is None
    assert len(patient.messages) == 2


def test_results_and_troubles_are_counted(patient: Patient) -> None:
    """By their status."""
    statuses = [Status.ASSOCIATED, Status.ASSOCIATED, Status.FAILED, Status.REJECTED]
    patient.health.told([Result("t", status, "a") for status in statuses])
    patient.health.told([])
    patient.health.notice(DeviceTrouble("a", "c", "m", given_up=True), moment())
    for _ in range(2):
        patient.health.notice(SETTLED, moment())
    assert patient.asked()["counters"] == {
        "associated": 2,
        "failed": 1,
        "rejected": 1,
        "deviceTroubles": 1,
        "calls": 2,
        "pending": 0,
    }


def test_the_cloud_is_as_the_last_call_found_it(patient: Patient) -> None:
    """Since when, and with the service's own words while it is away."""
    patient.health.notice(SETTLED, moment(1))
    patient.health.notice(SETTLED, moment(2))
    assert patient.asked()["cloud"] == {"state": "reachable", "since": iso(START + 1)}
    patient.health.notice(CloudLost(Trouble.THROTTLED, "Slow", "down " * 1000, 9), moment(3))
    patient.health.notice(DeviceTrouble("a", "c", "m", given_up=False), moment(4))
    lost = patient.asked()["cloud"]
    assert (lost["state"], lost["code"], lost["since"]) == ("throttled", "Slow", iso(START + 3))
    assert lost["message"] == ("down " * 1000)[:500]
    patient.health.notice(CloudBack(), moment(5))
    patient.health.notice(SETTLED, moment(6))
    assert patient.asked()["cloud"] == {"state": "reachable", "since": iso(START + 5)}


def test_a_journal_in_trouble_is_told_and_its_end_too(patient: Patient) -> None:
    """As changes, without being asked."""
    patient.tend()
    patient.health.journal("disk full")
    patient.seconds = 10
    patient.tend()
    assert patient.told()["journal"] == {"state": "unusable", "message": "disk full"}
    patient.health.journal(None)
    patient.seconds = 20
    patient.tend()
    assert patient.told()["journal"] == {"state": "ok"}
    assert len(patient.messages) == 3


def test_a_refused_configuration_is_told(patient: Patient) -> None:
    """With its problems."""
    document = patient.asked(Surroundings(["a"], ["b"], ["/x: found 1, expected 2"]))
    assert document["configuration"] == {
        "state": "refused",
        "problems": ["/x: found 1, expected 2"],
    }
    assert document["nucleus"] == {"listening": ["a"], "refused": ["b"]}


def test_long_lists_are_cut(patient: Patient) -> None:
    """The first few, and how many more there are."""
    document = patient.asked(Surroundings([str(number) for number in range(25)], [], []))
    assert document["nucleus"]["listening"] == [*map(str, range(10)), "and 15 more"]
    ten = [str(number) for number in range(10)]
    assert patient.asked(Surroundings(ten, [], []))["nucleus"]["listening"] == ten
    long = patient.asked(Surroundings(["x" * 1000], [], []))
    assert long["nucleus"]["listening"] == ["x" * 500]


TEXTS = st.lists(
    st.sampled_from(["a", "é", "漢", "😀", "\x00", "\ud800", '"']).flatmap(
        lambda character: st.integers(0, 3000).map(lambda count: character * count)
    ),
    max_size=300,
)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["x", "漢", "\x00", "\ud800"]))
def test_a_message_fits_every_nucleus(
    listening: list[str], refused: list[str], problems: list[str], character: str
) -> None:
    """At most 7,000 bytes of JSON, with the longest texts that there are."""
    patient = Patient("c" * 128)
    patient.figures = {"pending": 10**12, "resultsDropped": 10**12}
    patient.health.journal(character * 10_000)
    patient.health.notice(
        CloudLost(Trouble.CREDENTIALS_REFUSED, "C" * 64, character * 10_000, 1e9), moment()
    )
    document = patient.asked(Surroundings(listening, refused, problems))
    assert len(patient.messages[-1]) <= MAX_MESSAGE_BYTES
    assert document["coreDeviceThingName"] == "c" * 128
    assert document["counters"]["pending"] == 10**12


def test_the_longest_texts_leave_the_states_to_be_told(patient: Patient) -> None:
    """Whatever has to be cut, it can be told what is wrong: that is when it matters most."""
    patient.health.journal("cannot write the journal " + "漢" * 3000)
    many = [f"/announcements/{number}/topic: found {'漢' * 300}" for number in range(20)]
    document = patient.asked(Surroundings(many, many, many))
    assert document["journal"]["state"] == "unusable"
    assert document["configuration"]["state"] == "refused"
    assert document["cloud"]["state"] == "notCalledYet"
    assert len(patient.messages[-1]) <= MAX_MESSAGE_BYTES


def test_a_long_code_of_the_service_does_not_hide_the_states(patient: Patient) -> None:
    """What a service or a proxy calls an error may be of any length."""
    patient.health.notice(CloudLost(Trouble.UNAVAILABLE, "E" * 10_000, "m", 1), moment())
    assert patient.asked()["cloud"]["state"] == "unavailable"
