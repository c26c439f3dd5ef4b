"""What is reported of a call that is over."""

import pytest

from client_device_associator.core.answer import (
    Answer,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.reporting.metric_notices import call_ended
from support.values import error_entries, failed_call


@pytest.mark.parametrize(
    ("answer", "failure", "said"),
    [
        (Succeeded(), None, ""),
        (error_entries(("a", "Code"), ("b", "Code")), None, "2 error entries"),
        (Listed(("a",)), None, ""),
        (ValidationFailed("no good"), None, "ValidationException: no good"),
        (ThingNotFound("a", "Code", "no such thing"), None, "Code: no such thing"),
        (
            failed_call(FailureCause.THROTTLED),
            FailureCause.THROTTLED,
            "THROTTLED: in words",
        ),
    ],
)
def test_how_a_call_has_ended(answer: Answer, failure: FailureCause | None, said: str) -> None:
    """Whether it was answered, and what was said of trouble."""
    ended = call_ended(Call(("a", "b"), operation=Operation.DISASSOCIATE), answer)
    assert (ended.failure, ended.said, ended.names) == (failure, said, 2)
    assert ended.operation is Operation.DISASSOCIATE


def test_the_request_can_be_found_again() -> None:
    """By the id that AWS gives it."""
    assert call_ended(Call(("a",)), Succeeded(request_id="r-1")).request_id == "r-1"
