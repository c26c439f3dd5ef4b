"""Requests to services that the sandbox does not model, with an unmodified boto3."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from greengrass_sandbox.account import Account
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.services import ServiceAnswer, ServiceRequest
from greengrass_sandbox.token_exchange.credentials import Credentials
from sandbox.services_support import Player, core_credentials

NewClient = Callable[..., Any]
METRIC = {"MetricName": "Pressure", "Value": 4.5}


@pytest.fixture
def account() -> Iterator[Account]:
    """An account without core devices."""
    with Account() as account:
        yield account


@pytest.fixture
def new_client(account: Account) -> Iterator[NewClient]:
    """Makes clients of a service: `new_client(service, credentials=None, region=…, **settings)`."""
    with ExitStack() as clients:

        def make(
            service: str,
            credentials: Credentials | None = None,
            *,
            region: str = "eu-west-1",
            **settings: object,
        ) -> Any:  # noqa: ANN401 - boto3 makes its classes as it runs
            credentials = credentials or account.administrator()
            client = boto3.client(
                service,
                endpoint_url=account.services.url,
                region_name=region,
                aws_access_key_id=credentials.access_key_id,
                aws_secret_access_key=credentials.secret_access_key,
                aws_session_token=credentials.session_token,
                config=Config(retries={"total_max_attempts": 3}, **settings),
            )
            return clients.enter_context(closing(client))

        yield make


@pytest.fixture
def player() -> Iterator[ThreadingHTTPServer]:
    """The server, with an empty store; its handler class has `objects` and `asked`."""
    handler = type("NewPlayer", (Player,), {"objects": {}, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_function_answers(account: Account, new_client: NewClient) -> None:
    """It sees what was asked and by whom; the region is the client's own."""
    seen: list[ServiceRequest] = []

    def answer(request: ServiceRequest) -> dict[str, object]:
        seen.append(request)
        return {"nextSequenceToken": "1"}

    account.services.answer("logs", answer)
    logs = new_client("logs", core_credentials(account))
    events = [{"timestamp": 1, "message": "hello"}]
    put = logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    assert put["nextSequenceToken"] == "1"
    (request,) = seen
    assert (request.operation, request.region) == ("PutLogEvents", "eu-west-1")
    assert request.json()["logEvents"] == events
    assert request.thing_name == "core"
    (noted,) = account.call(account.services.wait_for, 1, service="logs")
    assert noted.status == 200
    account.services.answer("logs", None)
    with pytest.raises(ClientError, match="SandboxHasNoAnswer"):
        logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)


def test_long_metrics_come_unpacked(account: Account, new_client: NewClient) -> None:
    """Botocore compresses PutMetricData from 10 kB on, and signs that."""
    account.services.answer("monitoring", lambda _request: {})
    cloudwatch = new_client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Plant", MetricData=[METRIC] * 500)
    (request,) = account.services.requests
    assert request.headers["content-encoding"] == "gzip"
    assert request.operation == "PutMetricData"
    assert request.body.count(b"Pressure") == 500


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("cloudwatch", "put_metric_data", {"Namespace": "Plant", "MetricData": [METRIC]}),
        ("s3", "list_buckets", {}),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": "m"}),
        ("lambda", "list_functions", {}),
        ("ec2", "describe_regions", {}),
    ],
)
def test_what_nobody_answers_is_refused_clearly(
    account: Account,
    new_client: NewClient,
    service: str,
    operation: str,
    arguments: dict[str, object],
) -> None:
    """In each protocol, with what to do about it, and once: SDKs try again what is no 4xx."""
    with pytest.raises(ClientError, match=r"services\.answer\(") as refused:
        getattr(new_client(service), operation)(**arguments)
    assert refused.value.response["Error"]["Code"] == "SandboxHasNoAnswer"
    assert [request.status for request in account.services.requests] == [400]


def test_a_function_refuses(account: Account, new_client: NewClient) -> None:
    """In the form of the protocol, so that the SDK knows the exception."""
    account.services.answer("s3", lambda request: request.refused("NoSuchKey", status=404))
    s3 = new_client("s3")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="b", Key="k")


def test_a_function_that_fails_says_so(account: Account, new_client: NewClient) -> None:
    """The component's log and the record then show the mistake; nothing hangs."""
    account.services.answer("sqs", lambda request: {"Messages": request.json()["Nothing"]})
    with pytest.raises(ClientError, match=r"SandboxFunctionFailed.*KeyError\('Nothing'\)"):
        new_client("sqs").list_queues()
    account.services.answer("sqs", lambda _request: 5)  # type: ignore[arg-type, return-value]
    with pytest.raises(ClientError, match="not int"):
        new_client("sqs").list_queues()


def test_objects_are_put_and_got_elsewhere(
    account: Account, new_client: NewClient, player: ThreadingHTTPServer
) -> None:
    """More than a megabyte, with a name that S3 signs as it is; a HEAD tells the length."""
    account.services.forward(f"http://127.0.0.1:{player.server_port}", ["s3"])
    s3 = new_client("s3")
    content = bytes(3_000_000)
    name = "a folder//ü+1.bin"
    s3.put_object(Bucket="b", Key=name, Body=content)
    assert s3.get_object(Bucket="b", Key=name)["Body"].read() == content
    assert s3.head_object(Bucket="b", Key=name)["ContentLength"] == len(content)
    asked = player.RequestHandlerClass.asked  # type: ignore[attr-defined]
    host = account.services.url.removeprefix("http://")
    assert asked[0] == f"PUT /b/a%20folder//%C3%BC%2B1.bin {host}"
    with pytest.raises(ClientError, match="SandboxHasNoAnswer"):
        new_client("sqs").list_queues()


def test_a_function_may_leave_a_request_to_the_server(
    account: Account, new_client: NewClient, player: ThreadingHTTPServer
) -> None:
    """So a test lets one call of many go wrong."""
    troubles = iter([ServiceAnswer(503)])
    account.services.answer("s3", lambda _request: next(troubles, None))
    account.services.forward(f"http://127.0.0.1:{player.server_port}")
    new_client("s3").put_object(Bucket="b", Key="k", Body=b"x")
    assert [request.status for request in account.services.requests] == [503, 200]


def test_a_server_that_is_not_there_is_said(account: Account, new_client: NewClient) -> None:
    """The mistake is the test's, and not trouble of the cloud."""
    offered = [account.services.is_offered]
    account.services.forward("http://127.0.0.1:1")
    assert [*offered, account.services.is_offered] == [False, True]
    with pytest.raises(ClientError, match=r"SandboxCannotForward.*127\.0\.0\.1:1 does not answer"):
        new_client("s3").list_buckets()
    account.services.forward(None)
    with pytest.raises(ValueError, match="not a URL"):
        account.services.forward("localhost:5000")


def test_unsigned_and_wrongly_signed_requests_are_refused(
    account: Account, new_client: NewClient
) -> None:
    """Before anybody is asked. An unsigned one does not even say which service it is for."""
    account.services.answer("s3", lambda _request: b"")
    stranger = core_credentials(account)
    wrong = type(stranger)(**{**vars(stranger), "secret_access_key": "wrong"})
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        new_client("s3", wrong).put_object(Bucket="b", Key="k", Body=b"x")
    unsigned = new_client("s3", signature_version=UNSIGNED)
    with pytest.raises(ClientError, match="Forbidden"):
        unsigned.get_object(Bucket="b", Key="k")
    assert account.services.requests == []


def test_the_sandbox_s_own_services_are_reached_here_too(
    account: Account, new_client: NewClient
) -> None:
    """Their signatures are checked by the cloud, and nobody else can answer for it."""
    account.cloud.cores.add("core")
    account.cloud.add_things(["a"])
    greengrass = new_client("greengrassv2", core_credentials(account), region="eu-central-1")
    greengrass.batch_associate_client_device_with_core_device(
        coreDeviceThingName="core", entries=[{"thingName": "a"}]
    )
    assert set(account.cloud.associations["core"]) == {"a"}
    assert account.services.requests == []
    with pytest.raises(ValueError, match="own cloud answers greengrass"):
        account.services.answer("greengrass", lambda _request: {})
    with pytest.raises(ValueError, match="own cloud answers iot"):
        account.services.forward("http://127.0.0.1:1", ["s3", "iot"])


def test_an_outage_is_one_of_all_services(account: Account, new_client: NewClient) -> None:
    """Of a core device's, too: its network is gone."""
    account.services.answer("sqs", lambda _request: {})
    sqs = new_client("sqs", core_credentials(account))
    fault = account.call(account.cloud.add_fault, Fault(FaultKind.OUTAGE, core_device="core"))
    with pytest.raises(ConnectionClosedError):
        sqs.list_queues()
    new_client("sqs").list_queues()
    account.call(account.cloud.remove_fault, fault)
    sqs.list_queues()
