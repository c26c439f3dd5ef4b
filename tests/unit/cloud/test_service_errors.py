from typing import Any

import pytest

from client_device_associator.cloud.service_errors import CREDENTIALS_REFUSED, read_error
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    ThingNotFound,
    ValidationFailed,
)

NAMES = ("a", "b")


def error(
    code: str | None,
    status: int = 400,
    headers: dict[str, str] | None = None,
    message: str = "in words",
    **modelled: Any,  # noqa: ANN401 - what the service model has
) -> Answer:
    """What an error response of the service means."""
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
        **modelled,
    }
    return read_error(response, NAMES)


@pytest.mark.parametrize(
    ("code", "status", "cause"),
    [
        ("ThrottlingException", 429, FailureCause.THROTTLED),
        ("Throttling", 400, FailureCause.THROTTLED),
        ("TooManyRequestsException", 400, FailureCause.THROTTLED),
        ("AnythingElse", 429, FailureCause.THROTTLED),
        ("InternalServerException", 500, FailureCause.UNAVAILABLE),
        ("AnythingElse", 503, FailureCause.UNAVAILABLE),
        ("AnythingElse", 403, FailureCause.UNAVAILABLE),
        ("AccessDeniedException", 403, FailureCause.ACCESS_DENIED),
        ("AccessDenied", 400, FailureCause.ACCESS_DENIED),
        ("ResourceNotFoundException", 404, FailureCause.CORE_UNKNOWN),
        *((code, 403, FailureCause.CREDENTIALS_REFUSED) for code in sorted(CREDENTIALS_REFUSED)),
    ],
)
def test_each_code_has_its_cause(code: str, status: int, cause: FailureCause) -> None:
    """Code and message are kept for people."""
    assert error(code, status) == CallFailed(cause, code, "in words", was_answered=True)


def test_a_denial_is_known_by_its_words_as_well() -> None:
    """Some come with another code."""
    denial = "User: arn is not authorized to perform: greengrass:Batch"
    answer = error("Forbidden", 403, message=denial)
    assert answer == CallFailed(FailureCause.ACCESS_DENIED, "Forbidden", denial, was_answered=True)


def test_a_missing_client_device_is_the_fault_of_no_other() -> None:
    """If it is one of those in the call, and not the core device of the same name."""
    found = error("ResourceNotFoundException", 404, resourceId="b", resourceType="thing")
    assert found == ThingNotFound("b", "ResourceNotFoundException", "in words")
    for resource in (("b", "coreDevice"), ("c", "thing")):
        core = error(
            "ResourceNotFoundException", 404, resourceId=resource[0], resourceType=resource[1]
        )
        assert isinstance(core, CallFailed)
        assert core.cause is FailureCause.CORE_UNKNOWN


def test_a_validation_error_keeps_its_fields() -> None:
    """Names and messages; what is no field is left out, and what a field lacks is empty."""
    fields = [{"name": "entries[1]", "message": "bad"}, {}, "nonsense", {"name": None}]
    answer = error("ValidationException", fields=fields)
    assert answer == ValidationFailed("in words", (("entries[1]", "bad"), ("", ""), ("", "")))
    assert error("ValidationException", fields=None) == ValidationFailed("in words")


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 429), ("Oops", 500)])
def test_the_service_may_ask_for_a_wait(code: str, status: int) -> None:
    """With throttling and with every other failure of the service."""
    answer = error(code, status, {"Retry-After": "7"})
    assert isinstance(answer, CallFailed)
    assert answer.retry_after == 7


def test_an_error_without_a_word_is_an_outage() -> None:
    """There is nothing but the status of a page that a proxy sent."""
    unavailable = CallFailed(FailureCause.UNAVAILABLE, "Unknown", "", was_answered=True)
    assert read_error({}, NAMES) == unavailable
    assert read_error({"Error": {"Code": None, "Message": None}}, NAMES) == unavailable
