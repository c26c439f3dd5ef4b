"""Calls that only ask whether they are allowed."""

import pytest
from botocore.loaders import Loader

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import (
    NO_THING,
    Permission,
    finding,
    harmless_call,
)
from client_device_associator.core.thing_name import is_thing_name


def test_nobody_can_be_associated_by_such_a_call() -> None:
    """The service model takes the name, as it has no pattern; AWS IoT has no thing of it."""
    model = Loader().load_service_model("greengrassv2", "service-2", "2020-11-30")
    shape = model["shapes"]["IoTThingName"]
    assert shape.keys() == {"type", "min", "max"}
    assert shape["min"] <= len(NO_THING) <= shape["max"]
    assert not is_thing_name(NO_THING)


@pytest.mark.parametrize("operation", list(Operation))
def test_such_a_call_is_of_the_operation_that_is_asked_about(operation: Operation) -> None:
    """And nobody is in it."""
    call = harmless_call(operation)
    assert call.operation is operation
    assert call.asks_permission
    assert call.thing_names == (() if operation is Operation.LIST else (NO_THING,))


@pytest.mark.parametrize(
    "answer",
    [
        Succeeded(),
        Succeeded((ErrorEntry(NO_THING, "ResourceNotFoundException"),)),
        ValidationFailed("no such name"),
        ThingNotFound(NO_THING, "ResourceNotFoundException", "none"),
        Listed(("a",)),
    ],
)
def test_whatever_is_not_denied_is_allowed(answer: Answer) -> None:
    """A complaint about the name, too."""
    assert finding(Operation.ASSOCIATE, answer).permission is Permission.ALLOWED


@pytest.mark.parametrize("cause", list(FailureCause))
def test_a_call_that_fails_for_another_reason_says_nothing(cause: FailureCause) -> None:
    """But why it has failed."""
    found = finding(Operation.LIST, CallFailed(cause, "Code", "words"))
    denied = cause is FailureCause.ACCESS_DENIED
    assert found.permission is (Permission.DENIED if denied else Permission.UNKNOWN)
    assert (found.operation, found.cause, found.code, found.message) == (
        Operation.LIST,
        cause,
        "Code",
        "words",
    )
