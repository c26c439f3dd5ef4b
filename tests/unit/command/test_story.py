import pytest

from client_device_associator.command.story import words_of
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.core.trail import Scalar, TrailEntry, TrailEvent


@pytest.mark.parametrize("event", TrailEvent)
def test_every_event_has_words(event: TrailEvent) -> None:
    """Also without a detail."""
    assert words_of(TrailEntry(0.0, "lamp", event))


@pytest.mark.parametrize(
    ("event", "detail", "words"),
    [
        (
            TrailEvent.ANNOUNCED,
            {
                "topic": "t",
                "bus": "iotCore",
                "id": "7",
                "entry": "e",
                "presence": True,
                "rule": "admission.allow.a",
            },
            "announced on t over iotCore (admitted by admission.allow.a, entry e, id 7, presence)",
        ),
        (
            TrailEvent.ANNOUNCED,
            {"topic": ROSTER_TOPIC, "id": "command"},
            "an operator has announced it",
        ),
        (
            TrailEvent.RETRIED,
            {"uid": 0},
            "an operator has asked for another try (user 0)",
        ),
        (
            TrailEvent.ASSOCIATED,
            {"already": True, "requestId": "r"},
            "the cloud has associated it before; nothing had to be done (AWS request id r)",
        ),
        (
            TrailEvent.FAILED,
            {"code": "c", "message": "m", "attempts": 3},
            "given up: c: m (attempt 3)",
        ),
        (
            TrailEvent.SUPERSEDED,
            {"byDeparture": True},
            "what it waited for was ended by its departure",
        ),
        (
            TrailEvent.SUPERSEDED,
            {"byDeparture": False},
            "what it waited for was ended by a new announcement",
        ),
        (
            TrailEvent.CLAIMED,
            {"coreDeviceThingName": "core-2", "heardAt": 1.0},
            "another core device has associated it: core-2",
        ),
    ],
)
def test_an_entry_is_a_sentence(event: TrailEvent, detail: dict[str, Scalar], words: str) -> None:
    """With everything that its detail says."""
    assert words_of(TrailEntry(0.0, "lamp", event, detail)) == words
