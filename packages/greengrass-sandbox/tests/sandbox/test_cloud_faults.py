"""Each fault on command, as an unmodified boto3 sees it."""

from collections.abc import Callable

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)

from greengrass_sandbox.cloud import (
    ASSOCIATE,
    DISASSOCIATE,
    Cloud,
    ErrorEntry,
    Fault,
    FaultKind,
    InvalidField,
    ValidationReason,
)
from greengrass_sandbox.plumbing.loop import LoopThread
from sandbox.cloud_support import AddFault, Client, associate, refused


@pytest.mark.parametrize(
    ("fault", "status", "members"),
    [
        (
            Fault(
                FaultKind.VALIDATION_EXCEPTION,
                reason=ValidationReason.OTHER,
                fields=(InvalidField("entries[3].thingName", "is bad"),),
            ),
            400,
            {
                "reason": "OTHER",
                "fields": [{"name": "entries[3].thingName", "message": "is bad"}],
            },
        ),
        (Fault(FaultKind.VALIDATION_EXCEPTION), 400, {"reason": "FIELD_VALIDATION_FAILED"}),
        (
            Fault(FaultKind.THROTTLING_EXCEPTION, retry_after_seconds=7),
            429,
            {"retryAfterSeconds": 7, "serviceCode": "greengrass", "quotaCode": "L-SANDBOX"},
        ),
        (Fault(FaultKind.THROTTLING_EXCEPTION), 429, {}),
        (
            Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, retry_after_seconds=3),
            500,
            {"retryAfterSeconds": 3},
        ),
        (Fault(FaultKind.ACCESS_DENIED_EXCEPTION, message="no"), 403, {"message": "no"}),
        (
            Fault(FaultKind.RESOURCE_NOT_FOUND_EXCEPTION),
            404,
            {"resourceId": "core", "resourceType": "coreDevice"},
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
def test_modelled_exceptions(
    *,
    cloud: Cloud,
    client: Client,
    add_fault: AddFault,
    fault: Fault,
    status: int,
    members: dict[str, object],
) -> None:
    """Each exception comes with its status and its modelled members, and nothing is done."""
    add_fault(fault)
    response = refused(client)
    assert response["Error"]["Code"] == fault.kind.value
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    modelled = {"reason", "fields", "retryAfterSeconds", "serviceCode", "quotaCode", "resourceId"}
    assert members.items() <= response.items()
    assert modelled & response.keys() <= members.keys() | {"serviceCode", "quotaCode"}
    assert cloud.associations == {}
    assert (cloud.calls[0].status, cloud.calls[0].error_code) == (status, fault.kind.value)


def test_a_fault_ends_after_its_times(cloud: Cloud, client: Client, add_fault: AddFault) -> None:
    """With `times` set, so many calls fail and the next is answered."""
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, times=2))
    refused(client)
    refused(client)
    assert associate(client)["errorEntries"] == []
    assert cloud.faults == {}


def test_a_fault_stays_until_it_is_removed(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """Without `times` it goes on until its number is removed."""
    number = add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION))
    refused(client)
    refused(client)
    loop_thread.call(cloud.remove_fault, number)
    assert associate(client)["errorEntries"] == []


def test_faults_apply_in_their_order(client: Client, add_fault: AddFault) -> None:
    """The first that concerns a call decides; the next has its turn when that is over."""
    add_fault(Fault(FaultKind.THROTTLING_EXCEPTION, times=1))
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, times=1))
    assert refused(client)["Error"]["Code"] == "ThrottlingException"
    assert refused(client)["Error"]["Code"] == "InternalServerException"


def test_a_poisoned_name_blames_its_entry(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """Only batches with the name fail, and the exception names its place."""
    add_fault(
        Fault(
            FaultKind.VALIDATION_EXCEPTION, only_if_named=frozenset({"thing-2"}), names_fields=True
        )
    )
    assert associate(client, ["thing-0", "thing-1"])["errorEntries"] == []
    response = refused(client, ["thing-0", "thing-1", "thing-2"])
    assert [field["name"] for field in response["fields"]] == ["entries[2].thingName"]
    assert set(cloud.associations["core"]) == {"thing-0", "thing-1"}


def test_a_fault_can_be_for_one_operation(client: Client, add_fault: AddFault) -> None:
    """Other operations go on."""
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, operation=DISASSOCIATE))
    assert associate(client)["errorEntries"] == []
    with pytest.raises(ClientError):
        client.batch_disassociate_client_device_from_core_device(
            coreDeviceThingName="core", entries=[{"thingName": "thing-1"}]
        )


def test_error_entries_for_poisoned_names(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """A poisoned name gets an error entry with any code; the rest of the batch is associated."""
    add_fault(
        Fault(
            FaultKind.ERROR_ENTRIES, only_if_named=frozenset({"thing-1"}), code="Odd", message="why"
        )
    )
    answer = associate(client, ["thing-1", "thing-2"])
    assert answer["errorEntries"] == [{"thingName": "thing-1", "code": "Odd", "message": "why"}]
    assert set(cloud.associations["core"]) == {"thing-2"}


def test_error_entries_word_for_word(cloud: Cloud, client: Client, add_fault: AddFault) -> None:
    """Entries without a name, or with one that was not asked for, are sent as they are."""
    add_fault(
        Fault(
            FaultKind.ERROR_ENTRIES,
            only_if_named=frozenset({"thing-1"}),
            error_entries=(ErrorEntry(code="Nameless"), ErrorEntry("stranger", "Odd", "why")),
        )
    )
    answer = associate(client, ["thing-1", "thing-2"])
    assert answer["errorEntries"] == [
        {"code": "Nameless"},
        {"thingName": "stranger", "code": "Odd", "message": "why"},
    ]
    assert set(cloud.associations["core"]) == {"thing-2"}


def test_latency_comes_before_what_follows(client: Client, add_fault: AddFault) -> None:
    """A late answer is still the answer of the next fault."""
    add_fault(Fault(FaultKind.LATENCY, seconds=0.2))
    add_fault(Fault(FaultKind.THROTTLING_EXCEPTION, times=1))
    assert refused(client)["Error"]["Code"] == "ThrottlingException"


def test_latency_delays_the_answer(cloud: Cloud, client: Client, add_fault: AddFault) -> None:
    """The time between arrival and answer is at least what was asked for."""
    add_fault(Fault(FaultKind.LATENCY, seconds=0.3))
    associate(client)
    [call] = cloud.calls
    assert call.answered_at is not None
    assert call.answered_at - call.time > 0.25


def test_a_hang_is_never_answered(
    cloud: Cloud,
    new_client: Callable[..., Client],
    add_fault: AddFault,
) -> None:
    """The client's own time-out is all that ends it; the call is recorded without a status."""
    add_fault(Fault(FaultKind.HANG))
    with pytest.raises(ReadTimeoutError):
        associate(new_client(read_timeout=1))
    assert [(call.operation, call.status) for call in cloud.calls] == [(ASSOCIATE, None)]


def test_a_reset_before_the_answer(client: Client, add_fault: AddFault) -> None:
    """The connection breaks without a byte of an answer."""
    add_fault(Fault(FaultKind.RESET, times=1))
    with pytest.raises(ConnectionClosedError):
        associate(client)
    assert associate(client)["errorEntries"] == []


def test_an_answer_can_be_lost_after_the_deed(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """With `applied`, the association exists although the client never hears of it."""
    add_fault(Fault(FaultKind.RESET, applied=True))
    with pytest.raises(ConnectionClosedError):
        associate(client)
    assert set(cloud.associations["core"]) == {"thing-1"}


def test_a_reset_in_the_body(client: Client, add_fault: AddFault) -> None:
    """Head and a part of the body arrive, then the connection breaks while more is expected."""
    add_fault(Fault(FaultKind.RESET_IN_BODY))
    with pytest.raises(ConnectionClosedError) as caught:
        associate(client)
    # Only the reading of a body says it like this; a reset before it is "Connection aborted".
    assert "Connection broken" in str(caught.value.kwargs["error"])


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_BODY, FaultKind.HTML_BODY])
def test_nonsense_that_looks_like_success(
    cloud: Cloud, client: Client, add_fault: AddFault, kind: FaultKind
) -> None:
    """boto3 takes no body and a web page for an answer without error entries: nothing was done."""
    add_fault(Fault(kind))
    answer = associate(client)
    assert answer.keys() == {"ResponseMetadata"}
    assert "x-amzn-requestid" not in answer["ResponseMetadata"]["HTTPHeaders"]
    assert cloud.associations == {}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(FaultKind.NULL_BODY), TypeError),
        (Fault(FaultKind.WRONG_SHAPE), AttributeError),
        (Fault(FaultKind.WRONG_SHAPE, body="[1, 2]"), AttributeError),
        (Fault(FaultKind.WRONG_SHAPE, body='{"errorEntries": 5}'), TypeError),
    ],
)
def test_nonsense_that_boto3_stumbles_over(
    client: Client, add_fault: AddFault, fault: Fault, error: type[Exception]
) -> None:
    """JSON of another shape raises bare Python errors out of botocore's parser."""
    add_fault(fault)
    with pytest.raises(error):
        associate(client)


def test_nonsense_that_boto3_hands_on(client: Client, add_fault: AddFault) -> None:
    """A string's place may hold a number: botocore does not check."""
    add_fault(Fault(FaultKind.WRONG_SHAPE, body='{"errorEntries": [{"thingName": 5}]}'))
    assert associate(client)["errorEntries"] == [{"thingName": 5}]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_answers_for_the_service(client: Client, add_fault: AddFault, status: int) -> None:
    """A proxy's page keeps its status and names no modelled error."""
    add_fault(Fault(FaultKind.PROXY_ERROR, status=status))
    response = refused(client)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["Error"]["Code"] == str(status)
    assert "html" in response["Error"]["Message"]
