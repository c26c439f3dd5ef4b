"""What anybody may publish on the device's bus."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import cast

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.admission.pattern import Pattern, glob_pattern, regex_pattern
from client_device_associator.core.admission.syntax import PatternError
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.core.thing_name import is_thing_name
from client_device_associator.messages.announcement import (
    MAX_ID_LENGTH,
    MAX_NAMES,
    Reading,
    read_announcement,
    read_presence,
)
from client_device_associator.messages.claim import ClaimTopic, why_no_claim_topic
from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES, encode
from client_device_associator.messages.iot_core_topic import (
    why_no_iot_core_filter,
    why_no_iot_core_topic,
)
from client_device_associator.messages.metric_message import NAMESPACE, read_metric_answer
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.result_message import MAX_RESULTS_IN_JSON, pack
from client_device_associator.messages.template import (
    NoValueError,
    Template,
    TemplateError,
    parse_template,
)
from client_device_associator.messages.text import is_unicode
from client_device_associator.messages.topic import (
    MAX_TOPIC_BYTES,
    can_be_published_to,
    intersect,
    why_no_filter,
    why_no_topic,
)
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.pipeline.inbox import MAX_BYTES, MAX_MESSAGES, Inbox
from client_device_associator.pipeline.sender import sender_of
from fuzz.material import NASTY_NUMBERS, Material, says_why
from fuzz.target import Target
from support.reading import document_of

_WORDS = ("thingName", "thingNames", "id", "serial", "data", "0")
_TEMPLATES = (
    None,
    parse_template("{topic:1}"),
    parse_template("{topic:9}"),
    parse_template("{payload:/thingName}"),
    parse_template("gw-{payload:/data/0/serial}"),
    parse_template("{topic:0}_{payload:/}"),
)
_TOPICS = ("clientdevices/announce", "clientdevices/pump-7/announce", "a", "a//b/", "telemetry/x/1")
_LITE_BUDGET, _COST_OF_KEY, _COST_OF_ITEM = 487, 21, 11
"""From what nucleus lite was measured to deliver: see MAX_RESULTS_IN_JSON."""
_SECONDS = 1_800_000_000.0
_MAX_REASON = 500
"""Characters of a reason in the log."""


def binary_announcement(data: bytes) -> None:
    """A BinaryMessage: template and topic first, then the payload as it is."""
    material = Material(data)
    template, topic = material.choice(_TEMPLATES), material.text(_TOPICS)
    _check(read_announcement(template, topic, material.rest()))


def json_announcement(data: bytes) -> None:
    """A JsonMessage, and the same as a BinaryMessage: both say the same."""
    material = Material(data)
    template, topic = material.choice(_TEMPLATES), material.text(_TOPICS)
    document = {material.text(_WORDS): material.json(_WORDS) for _ in range(material.number(4))}
    reading = read_announcement(template, topic, document)
    _check(reading)
    try:
        payload = json.dumps(document).encode()
    except ValueError:
        return  # Python refuses to write a number of 5,000 digits
    _check(read_announcement(template, topic, payload))


def claims(data: bytes) -> None:
    """What anybody publishes where core devices tell each other whom they have."""
    material = Material(data)
    template = material.choice(("clientdevices/{thingName}/associated", "c/{coreThingName}", "c"))
    assert why_no_claim_topic(template) is None
    source = ClaimTopic(template, "core-1")
    for claim in source.read(material.text(("c/core-2", "c", "x")), material.rest()):
        assert is_thing_name(claim.thing_name)
        assert is_thing_name(claim.core_thing_name)
        assert claim.core_thing_name != "core-1"
        assert math.isfinite(claim.heard_at)


def metric_answers(data: bytes) -> None:
    """What anybody publishes where AWS's component says what became of metrics."""
    material = Material(data)
    words = ("response", "status", "fail", "success", "namespace", NAMESPACE, "error")
    document = {material.text(words): material.json(words) for _ in range(material.number(4))}
    inner = {material.text(words): material.json(words) for _ in range(material.number(6))}
    for payload in (document, {**document, "response": inner}, material.rest()):
        answer = read_metric_answer(payload)
        assert answer is None or answer.why is None or 0 < len(answer.why) <= _MAX_REASON


def presence(data: bytes) -> None:
    """Topics of traffic that has another purpose."""
    material = Material(data)
    template = parse_template(material.choice(("{topic:1}", "{topic:4}", "x-{topic:0}")))
    reading = read_presence(template, material.text(_TOPICS))
    _check(reading)
    assert all(one.is_presence for one in reading.announcements)


def topics(data: bytes) -> None:
    """Filters and topics: whether two have a topic in common does not depend on the order."""
    material = Material(data)
    one, other = material.text(_TOPICS), material.text(_TOPICS)
    for text in (one, other):
        why_no_topic(text)
        why_no_iot_core_topic(text)
        if why_no_claim_topic(text) is None:
            assert why_no_iot_core_filter(ClaimTopic(text, "core-1").topic_filter) is None
        if why_no_iot_core_filter(text) is None:
            assert why_no_filter(text) is None
        if why_no_filter(text) is None:
            assert is_unicode(text)
            assert intersect(text, text)
    assert intersect(one, other) == intersect(other, one)


def templates(data: bytes) -> None:
    """Templates of the configuration, filled with any message."""
    material = Material(data)
    text = material.text(("{topic:0}", "x{payload:/a~1b}", "{topic:1}-{payload:/a}", "{", "}"))
    try:
        template = parse_template(text)
    except TemplateError as error:
        says_why(error)
        return
    topic = material.text(_TOPICS)
    _fill(template, topic, material.json(("a", "a/b")))
    for number in NASTY_NUMBERS:
        _fill(template, topic, {"a": number, "a/b": number})


def _fill(template: Template, topic: str, payload: object) -> None:
    try:
        assert isinstance(template.fill(topic, payload), str)
    except NoValueError as error:
        says_why(error)


def patterns(data: bytes) -> None:
    """Patterns are refused, or match in as many steps as the name has characters."""
    material = Material(data)
    make = material.choice((glob_pattern, regex_pattern))
    try:
        pattern: Pattern = make(
            material.text(("a*", "(a|b)+", "[a-c]{2,3}", "x{coreThingName}")), "c"
        )
    except PatternError as error:
        says_why(error)
        return
    for name in ("a", "ab" * 64, "a" * 128, material.text()):
        pattern.matches(name)


def results(data: bytes) -> None:
    """Whatever was announced, results fit every nucleus and their topics can be published to."""
    material = Material(data)
    answers = [_result(material) for _ in range(material.number(40))]
    template = material.choice(("{topic}/status", "{thingName}", "fleet/{coreThingName}/{topic}"))
    as_json = material.flag()
    packed: list[int] = []
    for message in pack(answers, template, "core-1", _SECONDS, as_json=as_json):
        assert can_be_published_to(message.topic)
        packed += message.results
        if as_json:
            assert len(json.dumps(document_of(message))) <= MAX_MESSAGE_BYTES
            assert len(message.results) <= MAX_RESULTS_IN_JSON
            assert _budget(document_of(message)) <= _LITE_BUDGET
        else:
            assert len(encode(document_of(message))) <= MAX_MESSAGE_BYTES
    assert len(packed) == len(set(packed))


def inbox(data: bytes) -> None:
    """Messages of any kind: what is turned away, taken and waiting adds up, within bounds."""
    material = Material(data)
    inbox = Inbox(lambda: 0.0)
    offered = taken = 0
    while not material.is_over:
        if material.byte() % 4:
            message = _message(material)
            assert isinstance(sender_of(message).name, str)
            for _ in range(1 + material.number(3) * 300):
                inbox.offer(message)
                offered += 1
        else:
            taken += len(inbox.take().events)
        waiting = offered - taken - inbox.overflowed
        assert 0 <= waiting <= MAX_MESSAGES
    while events := inbox.take().events:
        taken += len(events)
    assert taken + inbox.overflowed == offered
    assert sum(inbox._messages._bytes.values()) <= 3 * MAX_BYTES  # noqa: SLF001 - counted three times


def _check(reading: Reading) -> None:
    names = [one.thing_name for one in reading.announcements]
    assert all(map(is_thing_name, names))
    assert all(len(one.topic.encode()) <= MAX_TOPIC_BYTES for one in reading.announcements)
    assert len(set(names)) == len(names) <= MAX_NAMES
    for one in reading.announcements:
        given = one.announcement_id
        assert given is None or (0 < len(given) <= MAX_ID_LENGTH and is_unicode(given))
    assert len(reading.rejections) <= MAX_NAMES + 1
    for rejection in reading.rejections:
        assert rejection.status is Status.REJECTED
        assert rejection.code in {reason.value for reason in Reason}
        assert rejection.message
    for message in pack(reading.rejections, "{topic}/status", "core-1", _SECONDS, as_json=False):
        assert len(encode(document_of(message))) <= MAX_MESSAGE_BYTES


def _result(material: Material) -> Result:
    return Result(
        material.text(_TOPICS),
        material.choice(tuple(Status)),
        material.choice((None, "pump-7", material.text())),
        code=material.choice((None, material.text())),
        message=material.choice((None, material.text(), "\u2028" * 5000)),
        attempts=material.choice((None, 3)),
        next_attempt_at=material.choice((None, _SECONDS, 1e300)),
        announcement_id=material.choice((None, "7", "é" * MAX_ID_LENGTH)),
    )


def _message(material: Material) -> MessageArrived:
    source = AnnouncementTopic("shared", "a", material.choice(_TEMPLATES))
    payload: Payload = material.some(400) * (1 + material.number(2) * 3000)
    if material.flag():
        payload = cast("Mapping[str, object]", {"a": material.json(_WORDS)})
    return MessageArrived(source, material.text(_TOPICS), payload)


def _budget(value: object) -> int:
    """What a JSON message costs of lite's room for objects."""
    if isinstance(value, Mapping):
        return sum(_COST_OF_KEY + _budget(one) for one in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(_COST_OF_ITEM + _budget(one) for one in value)
    return 0


_SEED = b'\x00\x00\x00\x00\x00{"thingNames": ["a", "b c", 7, null], "id": "1"}'
_CLAIM = (
    b"\x00\x02\x00\x00\x01"
    b'{"coreDeviceThingName": "core-2", "results": [{"thingName": "a", "status": "associated",'
    b' "heardAt": "2027-01-15T08:00:00.000Z"}]}'
)
TARGETS = (
    Target("binary-announcement", binary_announcement, (_SEED, b"\x00\x00" + b"[" * 20_000)),
    Target("json-announcement", json_announcement),
    Target("claims", claims, (_CLAIM,)),
    Target("metric-answers", metric_answers),
    Target("presence", presence),
    Target("topics", topics),
    Target("templates", templates),
    Target("patterns", patterns),
    Target("results", results, share=0.5),
    Target("inbox", inbox, share=0.2),
)
