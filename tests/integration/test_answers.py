"""Each answer that the cloud can give, over real sockets, and what comes of it."""

from dataclasses import dataclass

import pytest

from greengrass_sandbox import CoreDevice, ErrorEntry, Fault, FaultKind, InvalidField
from integration.associator import Associator, Results, associated, calls, device_names
from integration.conftest import Start
from integration.what_operators_do import lines_with

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)

QUICK = {"batching": {"maxWaitSeconds": 0.2}}


def announce(core: CoreDevice, names: list[str]) -> None:
    """Announces devices that the registry knows, in one message."""
    core.call(core.cloud.add_things, names)
    core.publish("clientdevices/announce", {"thingNames": names})


@dataclass(frozen=True)
class Passing:
    """A fault that strikes one call as a whole and is over then.

    Attributes:
        fault: What happens.
        code: What the announcers hear of it.
        cause: What the operator's one line gives as the cause.
    """

    fault: Fault
    code: str
    cause: str


PASSING = {
    "throttled": Passing(
        Fault(FaultKind.THROTTLING_EXCEPTION, times=1), "ThrottlingException", "throttled"
    ),
    "throttled with Retry-After": Passing(
        Fault(FaultKind.THROTTLING_EXCEPTION, times=1, retry_after_seconds=1),
        "ThrottlingException",
        "throttled",
    ),
    "internal error": Passing(
        Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, times=1),
        "InternalServerException",
        "unavailable",
    ),
    "reset before the answer": Passing(
        Fault(FaultKind.RESET, times=1), "ConnectionClosedError", "unavailable"
    ),
    "reset in mid-body": Passing(
        Fault(FaultKind.RESET_IN_BODY, times=1, applied=True),
        "ConnectionClosedError",
        "unavailable",
    ),
    "200 with an empty body": Passing(
        Fault(FaultKind.EMPTY_BODY, times=1), "InvalidResponseError", "unavailable"
    ),
    "200 with a web page": Passing(
        Fault(FaultKind.HTML_BODY, times=1), "InvalidResponseError", "unavailable"
    ),
    "200 with another shape": Passing(
        Fault(FaultKind.WRONG_SHAPE, times=1, body='{"message": "welcome"}'),
        "InvalidResponseError",
        "unavailable",
    ),
    "502 of a proxy": Passing(
        Fault(FaultKind.PROXY_ERROR, times=1, status=502), "502", "unavailable"
    ),
    "503 of a proxy": Passing(
        Fault(FaultKind.PROXY_ERROR, times=1, status=503), "503", "unavailable"
    ),
    "504 of a proxy": Passing(
        Fault(FaultKind.PROXY_ERROR, times=1, status=504), "504", "unavailable"
    ),
}


@pytest.mark.slow(20)
def test_a_call_that_fails_is_made_again(
    core: CoreDevice, start: Start, subtests: pytest.Subtests
) -> None:
    """Announcers hear `retrying` with the reason, no attempt is counted, and it works out."""
    associator = start(QUICK)
    for number, (what, row) in enumerate(PASSING.items()):
        calls_before, lines_before = len(calls(core)), len(failing_lines(associator))
        results = Results(core)
        names = [f"one-{number}", f"two-{number}"]
        core.call(core.cloud.add_fault, row.fault)
        announce(core, names)
        with subtests.test(what):
            results.wait_for_names("associated", names)
            assert {one["code"] for one in results.of("retrying")} == {row.code}
            assert {one["attempts"] for one in results.of("retrying")} == {0}
            assert len(results.of("retrying")) == 2
            made = calls(core)[calls_before:]
            assert [call.thing_names for call in made] == [tuple(names)] * 2
            (line,) = failing_lines(associator)[lines_before:]
            assert f" fail: {row.cause}: {row.code} " in line
            assert not results.of("failed")


def failing_lines(associator: Associator) -> list[str]:
    """The log's lines about calls that fail."""
    return lines_with(associator, "calls for core device")


def test_a_body_that_breaks_the_parser_is_an_outage(
    core: CoreDevice, start: Start, results: Results, subtests: pytest.Subtests
) -> None:
    """Whatever botocore makes of it, no device gets the result `associated`."""
    start(QUICK)
    for kind in (FaultKind.NULL_BODY, FaultKind.WRONG_SHAPE):
        name = f"device-{kind.value}"
        fault = core.call(core.cloud.add_fault, Fault(kind))
        announce(core, [name])
        with subtests.test(kind.value):
            results.wait_for_names("retrying", [name])
            assert name not in results.names("associated")
        core.call(core.cloud.remove_fault, fault)
        results.wait_for_names("associated", [name])


def test_retry_after_is_honoured(core: CoreDevice, start: Start, results: Results) -> None:
    """The next call comes no sooner than the service asked for."""
    seconds = 3
    fault = Fault(FaultKind.THROTTLING_EXCEPTION, times=1, retry_after_seconds=seconds)
    core.call(core.cloud.add_fault, fault)
    start(QUICK)
    announce(core, ["device"])
    results.wait_for_names("associated", ["device"])
    first, second = calls(core)
    assert first.answered_at is not None
    assert second.time - first.answered_at >= seconds


def test_access_denied_waits_for_a_person(core: CoreDevice, start: Start, results: Results) -> None:
    """One call, one line that says what to allow, and nobody has failed."""
    core.call(core.cloud.set_denied, denied=True)
    associator = start(QUICK)
    announce(core, ["device"])
    (retrying,) = results.wait_for_count("retrying", 1)
    assert retrying["code"] == "AccessDeniedException"
    associator.wait_until_quiet()
    assert len(calls(core)) == 1
    assert "greengrass:BatchAssociateClientDeviceWithCoreDevice" in associator.log


def test_an_unknown_core_device_waits_for_a_person(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """One call, one line that names the core device, and nobody has failed."""
    core.call(core.cloud.cores.clear)
    associator = start(QUICK)
    announce(core, ["device"])
    (retrying,) = results.wait_for_count("retrying", 1)
    assert retrying["code"] == "ResourceNotFoundException"
    associator.wait_until_quiet()
    assert len(calls(core)) == 1
    (line,) = failing_lines(associator)
    assert "sandbox-core" in line.split(" fail: ")[0]


def test_error_entries_concern_their_device_alone(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """An unknown code: that device is tried again, the others are associated at once."""
    fault = Fault(
        FaultKind.ERROR_ENTRIES,
        times=1,
        only_if_named=frozenset({"two"}),
        code="SomethingNew",
        message="nobody has documented this",
    )
    core.call(core.cloud.add_fault, fault)
    start(QUICK)
    announce(core, ["one", "two", "three"])
    results.wait_for_names("associated", ["one", "two", "three"])
    (retrying,) = results.of("retrying")
    assert (retrying["thingName"], retrying["code"]) == ("two", "SomethingNew")
    assert [call.thing_names for call in calls(core)][1:] == [("two",)]


UNUSABLE_ENTRIES = {
    "no name": ErrorEntry(None, "InternalFailure", "one of them"),
    "a name not asked for": ErrorEntry("somebody-else", "InternalFailure", "not asked for"),
    "nothing at all": ErrorEntry(None, None, None),
}


def test_error_entries_without_a_usable_name_are_narrowed_down(
    core: CoreDevice, start: Start, subtests: pytest.Subtests
) -> None:
    """The device at fault is found, and fails alone; all others are associated."""
    start({**QUICK, "limits": {"maxAttempts": 1}})
    for number, (what, entry) in enumerate(UNUSABLE_ENTRIES.items()):
        calls_before = len(calls(core))
        results = Results(core)
        names = device_names(16, f"batch-{number}")
        fault = Fault(
            FaultKind.ERROR_ENTRIES, only_if_named=frozenset({names[5]}), error_entries=(entry,)
        )
        core.call(core.cloud.add_fault, fault)
        announce(core, list(names))
        with subtests.test(what):
            results.wait_for_count("failed", 1)
            results.wait_for_names("associated", set(names) - {names[5]})
            assert results.names("failed") == {names[5]}
            assert len(calls(core)) - calls_before <= 1 + 2 * 4


def test_one_poisoned_name_among_a_hundred(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A ValidationException that names nobody: at most 14 calls more, and 99 are associated."""
    names = device_names(100)
    core.call(
        core.cloud.add_fault,
        Fault(FaultKind.VALIDATION_EXCEPTION, only_if_named=frozenset({names[62]})),
    )
    start()
    announce(core, list(names))
    results.wait_for_names("failed", [names[62]])
    results.wait_for_names("associated", set(names) - {names[62]})
    assert results.names("failed") == {names[62]}
    assert len(calls(core)) <= 1 + 14
    assert associated(core) == set(names) - {names[62]}


def test_a_named_field_costs_two_calls_more(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """`fields` point at one entry: the other 99 go through at once, and it is called alone."""
    names = device_names(100)
    fault = Fault(
        FaultKind.VALIDATION_EXCEPTION, only_if_named=frozenset({names[62]}), names_fields=True
    )
    core.call(core.cloud.add_fault, fault)
    start()
    announce(core, list(names))
    results.wait_for_names("failed", [names[62]])
    results.wait_for_names("associated", set(names) - {names[62]})
    assert [len(call.thing_names) for call in calls(core)] == [100, 99, 1]


def test_a_refusal_of_the_core_device_is_nobodys_fault(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A ValidationException about coreDeviceThingName fails no device and splits no batch."""
    field = InvalidField("coreDeviceThingName", "must match the pattern")
    fault = core.call(core.cloud.add_fault, Fault(FaultKind.VALIDATION_EXCEPTION, fields=(field,)))
    associator = start(QUICK)
    announce(core, ["one", "two"])
    results.wait_for_names("retrying", ["one", "two"])
    associator.wait_until_quiet()
    assert len(calls(core)) == 1
    assert not results.of("failed")
    core.call(core.cloud.remove_fault, fault)
