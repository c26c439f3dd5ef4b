import pytest

from client_device_associator.command.component_state import ComponentState
from client_device_associator.command.status_lines import (
    configuration_lines,
    journal_lines,
    state_lines,
)
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.overview import Overview
from client_device_associator.messages.encoding import iso
from support.commands import NOW, second

QUIET = Overview({}, None, None, None, {})


def line(label: str, **document: object) -> tuple[str, bool]:
    """A line about a state, and whether it needs a person."""
    lines = state_lines(ComponentState(document), NOW)
    return next((one.text, one.is_wrong) for one in lines if one.label == label)


def test_a_list_that_was_compared() -> None:
    """When, and how many devices are on it."""
    roster = {"state": "compared", "devices": 7, "comparedAt": iso(NOW - 7200)}
    text = f"compared at {second(NOW - 7200)} (2 h ago): 7 devices are on the cloud's list"
    assert line("roster", roster=roster) == (text, False)


@pytest.mark.parametrize("cause", FailureCause)
def test_calls_that_fail(cause: FailureCause) -> None:
    """For whatever cause: since when, and what the service has said."""
    cloud = {"state": cause.value, "since": iso(NOW), "code": "Code", "message": "in words"}
    text = f"{cause.name.lower().replace('_', ' ')} since {second(NOW)} (0 s ago): Code: in words"
    assert line("cloud", cloud=cloud) == (text, True)


def test_counters_that_are_nothing() -> None:
    """Only what has happened is listed."""
    assert line("counters", counters={"calls": 0}) == ("none", False)


def test_no_call_yet() -> None:
    """Nothing is made up."""
    assert line("last call") == ("none yet", False)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ({"answer": "answered", "requestId": "r-1"}, "answered (AWS request id r-1)"),
        ({"answer": "accessDenied", "message": "Denied: no"}, "access denied: Denied: no"),
    ],
)
def test_the_last_call(call: dict[str, object], text: str) -> None:
    """When, for how many, and how it was answered."""
    last = {"at": iso(NOW - 60), "operation": "associate", "devices": 3, **call}
    expected = f"{second(NOW - 60)} (60 s ago): associate 3 devices, {text}"
    assert line("last call", lastCall=last) == (expected, False)
    page = {"at": "never", "operation": "list", "devices": 0, "answer": "answered"}
    assert line("last call", lastCall=page) == ("never: list, answered", False)


def test_since_when_it_listens() -> None:
    """If that is known: an earlier version did not say."""
    nucleus = {"listening": ["a"], "since": iso(NOW - 7200)}
    assert line("listening", nucleus=nucleus) == (f"a since {second(NOW - 7200)} (2 h ago)", False)


def test_settings() -> None:
    """What is refused, each problem in a line of its own, and what is in effect instead."""
    state = ComponentState({"configuration": {"problems": ["/a: b", "/c: d"]}})
    lines = configuration_lines(state, {"trustSeconds": 60, "results.receipts": True, "x": "y"})
    assert [(one.text, one.is_wrong) for one in lines] == [
        ("refused: /a: b", True),
        ("refused: /c: d", True),
        ("in effect: trustSeconds = 60, results.receipts = true, x = y", False),
    ]


def test_a_quiet_journal() -> None:
    """Nothing waits, and nothing is known."""
    assert [one.text for one in journal_lines(QUIET, NOW)] == [
        "0 to be associated, 0 to be disassociated",
        "none is settled",
        "all are sent",
    ]


def test_a_busy_journal() -> None:
    """Numbers of each state and each bus; a call that is due is due now."""
    devices = {state: number for number, state in enumerate(DeviceState) if number}
    busy = Overview(devices, NOW - 300, NOW - 1, NOW - 3, {"iotCore": 2, "local": 1})
    queue, settled, unsent = (one.text for one in journal_lines(busy, NOW))
    assert queue == (
        "1 to be associated, 4 to be disassociated; the oldest waits for 5 min, the next call is"
        " due now"
    )
    assert settled == "2 associated, 3 failed, 5 left; the last change was 3 s ago"
    assert unsent == "2 for iotCore, 1 for local not sent yet"
