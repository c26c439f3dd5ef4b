"""Client devices that announce themselves, well and badly."""

import json
import random
from collections.abc import Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.messages.template import parse_template
from simulation.plan import Message, Thing

SHARED = "clientdevices/announce"
LEFT = "clientdevices/leave"
OWN = parse_template("{topic:1}")
FOREIGN = parse_template("zigbee-{payload:/device/serial}")
FOREIGN_TOPIC = "gateway/joined"
GATEWAY_DEVICES = 20
_LATE = 0.05
_LARGE_FLOOD, _SMALL_FLOOD = 25, 2000
_LARGE = b" " * (256 * 1024 + 1)
"""More than an announcement may have; 16 of them fill the inbox."""

_BAD_PAYLOADS: tuple[bytes | dict[str, object], ...] = (
    b"",
    b"\xff\xfe{",
    b"{",
    b"[]",
    b"17",
    b"{}",
    b'{"thingName": 5}',
    b'{"thingName": ""}',
    b'{"thingName": "a b"}',
    b'{"thingName": "line\\n"}',
    b'{"thingName": "\\ud800"}',
    b'{"thingNames": "a"}',
    b'{"thingNames": [null, 1, [], {}]}',
    b'{"thingName": "x", "id": 7}',
    b'{"thingName": "x", "id": "\\udfff"}',
    b"[" * 100_000,
    json.dumps({"thingNames": ["n"] * 1001}).encode(),
    json.dumps({"thingName": "x", "id": "i" * 129}).encode(),
    _LARGE,
    {"thingName": ["x"]},
    {"thingNames": {"a": 1}},
)


def shared(
    at: float,
    names: Sequence[str],
    announcement_id: str | None,
    rng: random.Random,
    *,
    leaves: bool = False,
) -> Message:
    """An announcement on the shared topic; sometimes with names that are none among the others."""
    topic = LEFT if leaves else SHARED
    malformed = rng.random() < 0.05
    listed = [*names, "no name!"] if malformed else list(names)
    rng.shuffle(listed)
    document: dict[str, object] = {"thingNames": listed}
    if len(listed) == 1 and rng.random() < 0.5:
        document = {"thingName": listed[0]}
    if announcement_id is not None:
        document["id"] = announcement_id
    said = tuple(Announcement(name, topic, announcement_id, leaves=leaves) for name in names)
    payload = document if rng.random() < 0.2 else json.dumps(document).encode()
    return Message(at, topic, None, payload, said, malformed)


def own(
    at: float,
    name: str,
    announcement_id: str | None,
    rng: random.Random,
    *,
    leaves: bool = False,
) -> Message:
    """An announcement on the device's own topic, where the payload may be anything."""
    topic = f"clientdevices/{name}/{'leave' if leaves else 'announce'}"
    if announcement_id is None:
        payload = rng.choice([b"", b"hello", b"\x00\xff", b"{}", b'{"id": null}'])
    else:
        payload = json.dumps({"id": announcement_id, "thingName": name}).encode()
    said = Announcement(name, topic, announcement_id, leaves=leaves)
    return Message(at, topic, OWN, payload, (said,))


def claimed(at: float, name: str, other: str) -> Message:
    """A device that names another one on its own topic."""
    topic = f"clientdevices/{name}/announce"
    payload = json.dumps({"thingName": other}).encode()
    return Message(at, topic, OWN, payload, (), malformed=True)


def foreign(at: float, number: int) -> Message:
    """A gateway's own message that serves as an announcement."""
    payload = json.dumps({"device": {"serial": number}}).encode()
    said = Announcement(f"zigbee-{number}", FOREIGN_TOPIC)
    return Message(at, FOREIGN_TOPIC, FOREIGN, payload, (said,))


def bad(at: float, rng: random.Random) -> Message:
    """A message that announces nothing."""
    return Message(at, SHARED, None, rng.choice(_BAD_PAYLOADS), (), malformed=True)


def flood(at: float, rng: random.Random) -> list[Message]:
    """More messages than the inbox has room for, or than one turn takes."""
    if rng.random() < 0.5:
        return [Message(at, SHARED, None, _LARGE, (), malformed=True) for _ in range(_LARGE_FLOOD)]
    names = [
        f"zigbee-{rng.randrange(GATEWAY_DEVICES)}" for _ in range(rng.choice([700, _SMALL_FLOOD]))
    ]
    return [shared(at, [name], None, rng) for name in names]


def announce(
    things: Sequence[Thing],
    active: float,
    rng: random.Random,
    *,
    malformed: bool = False,
    once: bool = False,
    departing: bool = False,
) -> list[Message]:
    """Every message of a run.

    Args:
        things: Who announces, or is announced.
        active: Seconds in which most of it happens.
        rng: The randomness.
        malformed: Whether some messages announce nothing.
        once: Whether each thing is announced once only, and nobody else is.
        departing: Whether some of them leave, and some of those come back.
    """
    names = [thing.name for thing in things]
    messages: list[Message] = []
    for group in _groups(names, rng):
        messages += _together(group, rng.uniform(0, active), active, rng, once=once)
    if once:
        return messages
    if rng.random() < 0.2:
        messages += [
            foreign(rng.uniform(0, active), rng.randrange(GATEWAY_DEVICES)) for _ in range(10)
        ]
    if malformed:
        messages += [bad(rng.uniform(0, active), rng) for _ in range(rng.randint(1, 30))]
        messages += [
            claimed(rng.uniform(0, active), rng.choice(names), "somebody-else") for _ in range(3)
        ]
    messages = [message for message in messages if message.at <= active]
    late = [name for name in names if rng.random() < _LATE]
    messages += [own(active + rng.uniform(0, 10), name, None, rng) for name in late]
    if departing:
        messages += change_their_minds(messages, active, rng)
    return sorted(messages, key=lambda message: message.at)


def change_their_minds(
    messages: Sequence[Message], active: float, rng: random.Random
) -> list[Message]:
    """Departures among the announcements: soon after one, long after it, before it; and back."""
    share = rng.choice([0.1, 0.5, 1.0])
    known = rng.random() < 0.5
    more: list[Message] = []
    for message in messages:
        names = [one.thing_name for one in message.announcements]
        if not names or rng.random() >= share:
            continue
        rng.shuffle(names)
        names = names[: rng.randint(1, len(names))]
        gap = rng.choice([0.0, 0.0, 0.03, 0.5, 2.0, 30.0, active / 3])
        at = message.at + rng.uniform(-0.2, 1) * gap
        for step in range(rng.choice([1, 1, 2, 3, 6])):
            one = f"turn-{step}-{rng.randrange(3)}" if known else None
            leaves = step % 2 == 0
            if len(names) == 1 and rng.random() < 0.5:
                more.append(own(at, names[0], one, rng, leaves=leaves))
            else:
                more.append(shared(at, names, one, rng, leaves=leaves))
            at += rng.choice([0.0, 0.01, rng.uniform(0, 2 * gap), 0.3])
    return [one for one in more if 0 <= one.at <= active]


def _groups(names: Sequence[str], rng: random.Random) -> list[list[str]]:
    """Those that are announced together."""
    size = rng.choice([1, 1, 7, 60, len(names)])
    shuffled = list(names)
    rng.shuffle(shuffled)
    return [shuffled[start : start + size] for start in range(0, len(shuffled), size)]


def _together(
    names: Sequence[str], first: float, active: float, rng: random.Random, *, once: bool
) -> list[Message]:
    """The announcements of one group, in one message or one each, and their repeats."""
    times = [first]
    if not once:
        rhythm = rng.choice([0.5, 5.0, active / 3])
        times += [first + rhythm * step for step in range(1, rng.choice([1, 1, 2, 5]))]
    in_one = rng.random() < 0.5
    on_own_topics = rng.random() < 0.5
    identified = rng.choice(["never", "same", "new"])
    messages: list[Message] = []
    for step, at in enumerate(times):
        known = None if identified == "never" else f"id-{step if identified == 'new' else 0}"
        if in_one:
            messages.append(shared(at, names, known, rng))
            continue
        for name in names:
            soon = at + (0.0 if once else rng.uniform(0, 0.2))
            if on_own_topics:
                messages.append(own(soon, name, known, rng))
            else:
                messages.append(shared(soon, [name], known, rng))
    return messages
