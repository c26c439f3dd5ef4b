"""Calls are counted, and what comes back is an answer, whatever it is."""

import threading
from collections.abc import Mapping, Sequence

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from contract_probe.belongings import COUNT, Belongings, LeftBehindError
from contract_probe.calls import Calls, NoAnswerError, OutOfCallsError, StoppedError

THROTTLED = "ThrottlingException"
LEAVE = "batch_disassociate_client_device_from_core_device"


class FakeService:
    """Answers each call with the next of these: an error's code, or "" for success.

    The last one is for all that come after it.
    """

    def __init__(self, *codes: str) -> None:
        self._codes = list(codes)
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    def __getattr__(self, operation: str) -> object:
        def answer(**parameters: object) -> Mapping[str, object]:
            self.asked.append((operation, parameters))
            code = self._codes.pop(0) if len(self._codes) > 1 else self._codes[0]
            metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {"retry-after": "7"}}
            if not code:
                return {"errorEntries": [], "ResponseMetadata": metadata}
            response = {
                "Error": {"Code": code, "Message": "no"},
                "ResponseMetadata": {**metadata, "HTTPStatusCode": 429},
                "quotaCode": "q",
            }
            raise ClientError(response, operation)

        return answer

    def operations(self) -> Sequence[str]:
        """What was asked for, in order."""
        return [operation for operation, _ in self.asked]


def calls_of(limit: int = 1000, reserve: int = 0) -> tuple[Calls, list[float]]:
    """Calls that wait for nothing, and how long they would have."""
    slept: list[float] = []
    calls = Calls(limit, reserve, threading.Event(), slept.append)
    calls.is_ending = reserve == 0  # pauses of the end are not cut short, and are told to `sleep`
    return calls, slept


def test_an_error_is_an_answer() -> None:
    """With its code, its own members and the header; without metadata."""
    calls, _ = calls_of()
    answer = calls.ask(FakeService(THROTTLED), "anything", a=1)
    assert (answer.status, answer.code, answer.retry_after) == (429, THROTTLED, "7")
    assert answer.body == {"code": THROTTLED, "message": "no", "quotaCode": "q"}
    assert not answer.is_ok


def test_some_calls_are_kept_for_the_end() -> None:
    """The limit is for all, and never exceeded."""
    calls, _ = calls_of(limit=3, reserve=1)
    service = FakeService("")
    for _ in range(2):
        calls.ask(service, "x")
    with pytest.raises(OutOfCallsError):
        calls.ask(service, "x")
    calls.is_ending = True
    calls.ask(service, "x")
    with pytest.raises(OutOfCallsError):
        calls.ask(service, "x")
    assert calls.made == len(service.asked) == 3


def test_a_busy_service_is_asked_again() -> None:
    """With longer and longer pauses; another error is the answer."""
    calls, slept = calls_of()
    assert calls.insist(FakeService(THROTTLED, THROTTLED, ""), "x").is_ok
    assert calls.insist(FakeService("AccessDeniedException"), "x").status == 429
    assert slept == sorted(slept)
    assert len(slept) == 2


def test_a_signal_stops_before_the_next_call() -> None:
    """But not the end."""
    calls, _ = calls_of(reserve=1)
    calls.stop.set()
    with pytest.raises(StoppedError):
        calls.ask(FakeService(""), "x")
    calls.is_ending = True
    assert calls.ask(FakeService(""), "x").is_ok


def test_no_answer_is_no_finding() -> None:
    """Nobody was reached."""

    class Unreachable:
        def x(self) -> None:
            raise EndpointConnectionError(endpoint_url="https://nowhere")

    calls, _ = calls_of()
    with pytest.raises(NoAnswerError, match="nowhere"):
        calls.ask(Unreachable(), "x")


def test_a_refused_batch_is_taken_apart() -> None:
    """One name may have the whole call refused; all things are deleted all the same."""
    calls, _ = calls_of()
    greengrass, iot = FakeService("ValidationException", ""), FakeService("")
    own = Belongings("core", "run", calls, iot, greengrass)
    own.remove(own.names[:3])
    assert greengrass.operations() == [LEAVE] * 4
    assert iot.operations() == ["delete_thing"] * 3


@pytest.mark.parametrize(("limit", "code"), [(1000, "AccessDeniedException"), (5, "")])
def test_what_is_left_is_said(limit: int, code: str) -> None:
    """A thing that may not be deleted, or no calls left; with the command for later."""
    calls, _ = calls_of(limit)
    own = Belongings("core", "run", calls, FakeService(code), FakeService(""))
    with pytest.raises(LeftBehindError, match=r"--core core --clean run"):
        own.remove(own.names)


def test_a_thing_that_is_gone_is_removed() -> None:
    """Somebody else was quicker."""
    calls, _ = calls_of()
    own = Belongings(
        "core", "run", calls, FakeService("ResourceNotFoundException"), FakeService("")
    )
    own.remove(own.names)
    assert calls.made == COUNT + 2


def test_things_that_may_not_be_made_are_an_error() -> None:
    """Which is said with the service's words."""
    calls, _ = calls_of()
    own = Belongings("core", "run", calls, FakeService("AccessDeniedException"), FakeService(""))
    with pytest.raises(PermissionError, match="AccessDenied"):
        list(own.make())
