"""Results and health in the documents are what the component sends."""

import json
import re
from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest

from client_device_associator import __version__
from client_device_associator.configuration.reader import Problem
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    DeviceDelayed,
    DeviceFailed,
    RosterCompared,
)
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.messages.announcement import read_announcement
from client_device_associator.messages.encoding import iso
from client_device_associator.messages.result_message import pack, result_document
from client_device_associator.messages.topic import HEALTH_TOPIC
from client_device_associator.pipeline.events import HealthRequested
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.metric_notices import CallEnded
from client_device_associator.reporting.notices import (
    ConfigurationRejected,
    JournalUnusable,
    ListeningChanged,
    Notice,
    PresenceRejected,
    ResultsDecided,
)
from support.documents import ROOT, Block, blocks, quoted, read, table
from support.fakes import FakeClock
from support.reading import document_of
from support.rig import Rig
from support.values import SHARED, START

MESSAGES = ROOT / "docs" / "messages.md"

RESULTS = [block for block in blocks("json") if "status" in block.json()]
RESULT_MESSAGES = [
    block for block in blocks("json") if isinstance(block.json().get("results"), list)
]
(HEALTH,) = [block for block in blocks("json") if "counters" in block.json()]

FULL = Result(
    SHARED,
    Status.RETRYING,
    "a",
    already=True,
    code="Oops",
    message="in words",
    attempts=2,
    next_attempt_at=START,
    announcement_id="7",
    heard_at=START,
)
"""A result with every field that there is."""


def epoch(text: str) -> float:
    """Epoch seconds of a time in a message."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def result_of(document: dict[str, Any]) -> Result:
    """The result that a document shows; raises KeyError if it is none."""
    given = dict(document)
    next_attempt_at = given.pop("nextAttemptAt", None)
    heard_at = given.pop("heardAt", None)
    result = Result(
        SHARED,
        Status(given.pop("status")),
        given.pop("thingName", None),
        already=given.pop("already", False),
        code=given.pop("code", None),
        message=given.pop("message", None),
        attempts=given.pop("attempts", None),
        next_attempt_at=None if next_attempt_at is None else epoch(next_attempt_at),
        announcement_id=given.pop("id", None),
        heard_at=None if heard_at is None else epoch(heard_at),
    )
    assert not given, f"no result has {sorted(given)}"
    return result


def published(*notices: Notice) -> dict[str, Any]:
    """What the component's health is after these notices."""
    messages: list[bytes] = []
    health = Health("core-1", __version__, messages.append, FakeClock().now)
    for notice in notices:
        health(notice)
    health.request()
    health.run_due(dict)
    document = json.loads(messages[-1])
    assert isinstance(document, dict)
    return document


def test_there_are_examples() -> None:
    """Of each status, and of whole messages."""
    assert {block.json()["status"] for block in RESULTS} == {status.value for status in Status}
    assert len(RESULT_MESSAGES) >= 2


@pytest.mark.parametrize("block", RESULTS, ids=str)
def test_a_result_is_what_the_component_sends(block: Block) -> None:
    """Its fields, their order, and which of them belong to its status."""
    check_result(block.json())


@pytest.mark.parametrize("block", RESULT_MESSAGES, ids=str)
def test_a_result_message_is_what_the_component_sends(block: Block) -> None:
    """The message as a whole, and each result in it."""
    document = block.json()
    for one in document["results"]:
        check_result(one)
    (message,) = pack(
        [result_of(one) for one in document["results"]],
        "{topic}/status",
        document["coreDeviceThingName"],
        epoch(document["timestamp"]),
        as_json=False,
        claims_template="clientdevices/{thingName}/associated",
    )
    assert json.dumps(document_of(message)) == json.dumps(document)


def check_result(document: dict[str, Any]) -> None:
    """Compares a result in a document with what the component makes of the same facts."""
    assert json.dumps(result_document(result_of(document))) == json.dumps(document)
    belonging = {
        name
        for name, _, statuses, _ in result_fields()
        if statuses.startswith("all") or document["status"] in quoted(statuses)
    }
    assert document.keys() <= belonging


def result_fields() -> list[list[str]]:
    """Name, type, statuses and meaning of each field of a result."""
    below = read(MESSAGES).split("Fields of a result", 1)[1]
    rows = table(f"\nhere\n{below}", "here")
    return [[quoted(row[0])[0], *row[1:]] for row in rows]


def test_the_table_of_fields_is_complete() -> None:
    """A row for each field of a result, in the order in which they come, and no other."""
    assert [row[0] for row in result_fields()] == list(result_document(FULL))
    elsewhere = {"topic", "bus"}  # where it goes
    assert len(result_fields()) == len({one.name for one in fields(Result)} - elsewhere)


def test_the_rejected_example_is_how_such_a_name_is_rejected() -> None:
    """Word for word."""
    (block,) = [one for one in RESULTS if one.json()["status"] == Status.REJECTED.value]
    payload = json.dumps({"thingName": block.json()["thingName"]}).encode()
    (rejection,) = read_announcement(None, SHARED, payload).rejections
    assert result_document(rejection) == block.json()


def test_the_table_of_rejections_is_complete() -> None:
    """A row for each reason, and no other."""
    rows = table(read(MESSAGES), "## Rejections")
    assert sorted(quoted(row[0])[0] for row in rows) == sorted(one.value for one in Reason)


def test_each_status_has_a_chapter_and_a_row_in_the_readme() -> None:
    """And no other."""
    statuses = sorted(status.value for status in Status)
    assert sorted(re.findall(r"^### `(\w+)`$", read(MESSAGES), re.MULTILINE)) == statuses
    rows = table(read(ROOT / "README.md"), "## What comes back")
    assert sorted(quoted(row[0])[0] for row in rows) == statuses


def test_the_health_example_has_what_health_messages_have(rig: Rig) -> None:
    """Every key at every level, in the same order but for the counters."""
    example = HEALTH.json()
    failing = CallsFailing(FailureCause.THROTTLED, "ThrottlingException", "Rate exceeded", 1.0)
    found = published(
        failing,
        ListeningChanged(("a",), ()),
        RosterCompared(250, 0, 1, ((), ())),
        PresenceRejected("t", "notAdmitted", "", 1),
        CallSettled(1, 0, 0, 0, 0),
        failing,
        DeviceDelayed("a", "", ""),
        DeviceFailed("a", "", ""),
        CallEnded(FailureCause.THROTTLED, names=1, said="Rate exceeded", request_id="r-1"),
        ResultsDecided(
            {status: 1 for status in Status if status is not Status.QUEUED}  # no receipts there
        ),
    )
    assert list(example) == list(found)
    for key in ("nucleus", "cloud", "roster", "journal", "configuration", "lastCall"):
        assert list(example[key]) == list(found[key])
    rig.configure()
    rig.turn(HealthRequested())
    (whole,) = [one.message for one in rig.nucleus.published if one.topic == HEALTH_TOPIC]
    assert isinstance(whole, bytes)
    figures = json.loads(whole)["counters"]
    assert sorted(example["counters"]) == sorted({**figures, **found["counters"]})
    assert example["version"] == found["version"]
    assert iso(epoch(example["startedAt"])) == example["startedAt"]


def test_the_states_of_health_are_in_its_table() -> None:
    """Each state that a health message can have, and no other of the cloud's."""
    rows = {quoted(row[0])[0]: row[1] for row in table(read(MESSAGES), "## Health")}
    causes = {cause.value for cause in FailureCause}
    others = {
        published()["cloud"]["state"],
        published(CallSettled(1, 0, 0, 0, 0))["cloud"]["state"],
    }
    cloud = published(CallsFailing(FailureCause.THROTTLED, "code", "message", 1.0))["cloud"]
    assert set(quoted(rows["cloud.state"])) == causes | others | (cloud.keys() - {"state"})
    journal = [published(), published(JournalUnusable("why"))]
    configuration = [published(), published(ConfigurationRejected((Problem("/a", "b", "c"),)))]
    for key, documents in (("journal", journal), ("configuration", configuration)):
        states = {document[key]["state"] for document in documents}
        assert states <= set(quoted(rows[f"{key}.state"]))
