"""A whole component that hands devices over to others, and takes them over."""

import json

from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import Status
from client_device_associator.core.trail import TrailEvent
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.encoding import iso
from client_device_associator.messages.template import parse_template
from client_device_associator.pipeline.events import ClaimArrived
from client_device_associator.reporting.notices import ListeningChanged, ResultsDecided
from client_device_associator.session.listeners import Listener, listeners
from support.journal_files import connection
from support.rig import Rig, fill_disk
from support.values import START, policy, settings

DAY = 86_400.0
GRACE = 600.0
TOPIC = "clientdevices/lamp/associated"
CLAIMS = ClaimTopic("clientdevices/{thingName}/associated", "core-1")
TELEMETRY = AnnouncementTopic(
    "traffic", "telemetry/+", parse_template("{topic:1}"), is_presence=True
)


def handing_over() -> Settings:
    """Devices are handed over, and telemetry says who is there."""
    return settings(
        announcement_topics=(*settings().announcement_topics, TELEMETRY),
        claims=CLAIMS,
        policy=policy(grace_seconds=GRACE, trust_seconds=7 * DAY),
    )


def started(rig: Rig) -> Listener:
    """A component that listens; the listener of its telemetry."""
    rig.configure(handing_over())
    rig.component.report_from_thread(ListeningChanged(("everything",), ()))
    rig.turn()
    seen = rig.component._seen  # noqa: SLF001 - the session's listeners have it
    (found,) = (
        one
        for one in listeners(handing_over(), rig.inbox, seen)
        if one.topic_filter == TELEMETRY.topic_filter
    )
    return found


def claim(rig: Rig, core: str = "core-2") -> float | None:
    """Another core device has just heard the lamp, and associated it; one turn with that."""
    entry = {"thingName": "lamp", "status": "associated", "heardAt": iso(rig.clock.now().wall)}
    message = {"coreDeviceThingName": core, "results": [entry]}
    rig.inbox.offer(ClaimArrived(CLAIMS, TOPIC, json.dumps(message).encode()))
    return rig.turn()


def claimed_at(rig: Rig) -> float | None:
    """When the lamp was claimed, as the journal has it."""
    return rig.journal.devices(["lamp"])["lamp"].claimed_at


def test_an_association_is_claimed_on_a_topic_of_its_own(rig: Rig) -> None:
    """It is kept until it is sent, and counts for nobody's results."""
    started(rig)
    rig.call("lamp")
    rig.answer(Succeeded())
    (sent,) = (one for one in rig.nucleus.published if one.bus is Bus.IOT_CORE)
    assert sent.topic == TOPIC
    assert isinstance(sent.message, bytes)
    (entry,) = json.loads(sent.message)["results"]
    assert entry == {"thingName": "lamp", "status": "associated", "heardAt": iso(START)}
    counts = [one for one in rig.notices if isinstance(one, ResultsDecided)]
    assert [dict(one.statuses) for one in counts] == [{Status.ASSOCIATED: 1}]


def test_a_claim_begins_the_time_of_grace_and_traffic_ends_it(rig: Rig) -> None:
    """The traffic of a device that is known is looked at again, once."""
    telemetry = started(rig)
    telemetry.deliver("telemetry/lamp", b"")
    rig.pass_turns(rig.turn(), 1)
    rig.answer(Succeeded())
    rig.clock.seconds = DAY
    telemetry.deliver("telemetry/lamp", b"")
    assert rig.inbox.take().events == ()  # it is known for a week
    claim(rig)
    assert claimed_at(rig) == START + DAY
    telemetry.deliver("telemetry/lamp", b"")
    rig.turn()
    assert claimed_at(rig) is None
    telemetry.deliver("telemetry/lamp", b"")
    assert rig.inbox.take().events == ()


def test_its_own_claims_come_back_and_mean_nothing(rig: Rig) -> None:
    """Nothing is written for them."""
    started(rig)
    rig.call("lamp")
    rig.answer(Succeeded())
    rig.clock.seconds = DAY
    before = connection(rig.journal).total_changes
    claim(rig, core="core-1")
    assert connection(rig.journal).total_changes == before


def test_a_claim_that_cannot_be_stored_is_lost(rig: Rig) -> None:
    """The other core device repeats it with the next association."""
    started(rig)
    rig.call("lamp")
    rig.answer(Succeeded())
    rig.clock.seconds = DAY
    fill_disk(rig.journal, full=True)
    claim(rig)
    fill_disk(rig.journal, full=False)
    claim(rig)
    assert claimed_at(rig) is not None


def test_a_claim_is_on_the_trail(rig: Rig) -> None:
    """With the core device whose it is; the trail says later why the device was let go."""
    started(rig)
    rig.call("lamp")
    rig.answer(Succeeded())
    rig.clock.seconds = DAY
    claim(rig)
    claimed, *_ = rig.journal.trail.of("lamp", 10)
    assert claimed.event is TrailEvent.CLAIMED
    assert claimed.detail["coreDeviceThingName"] == "core-2"
