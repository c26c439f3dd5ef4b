"""A cloud that cannot be reached, in every way that a network has."""

import contextlib
import signal
import socket
from collections.abc import Iterator

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.associator import Results, calls
from integration.conftest import Start

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full: the next to connect hears nothing at all."""
    with contextlib.ExitStack() as sockets:
        server = sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port: int = server.getsockname()[1]
        for _ in range(3):
            client = sockets.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003 - the socket module's signature
            with contextlib.suppress(BlockingIOError):
                client.connect(("127.0.0.1", port))
        yield port


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, kept from everybody else."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def expect_waiting(core: CoreDevice, start: Start, results: Results, url: str, code: str) -> None:
    """The component says once why it gets nowhere, and goes on."""
    core.call(core.cloud.add_things, ["device"])
    associator = start(environment={"AWS_ENDPOINT_URL_GREENGRASSV2": url})
    core.publish("clientdevices/announce", {"thingName": "device"})
    (retrying,) = results.wait_for_count("retrying", 1)
    assert (retrying["code"], retrying["attempts"]) == (code, 0)
    assert associator.log.count(" fail: unavailable") == 1
    assert associator.is_alive


def test_connection_refused(core: CoreDevice, start: Start, results: Results) -> None:
    """Nobody listens at the endpoint."""
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}"
        expect_waiting(core, start, results, url, "EndpointConnectionError")


def test_connect_timeout(core: CoreDevice, start: Start, results: Results) -> None:
    """The endpoint never answers the first packet; five seconds are enough to know."""
    with deaf_port() as port:
        expect_waiting(core, start, results, f"http://127.0.0.1:{port}", "ConnectTimeoutError")


def test_name_resolution_failure(core: CoreDevice, start: Start, results: Results) -> None:
    """The endpoint's name is not known (RFC 6761 reserves .invalid for that)."""
    url = "http://greengrass.invalid"
    expect_waiting(core, start, results, url, "EndpointConnectionError")


def test_tls_failure(core: CoreDevice, start: Start, results: Results) -> None:
    """What answers at the endpoint does not speak TLS."""
    url = core.cloud.url.replace("http://", "https://")
    expect_waiting(core, start, results, url, "SSLError")


@pytest.mark.slow(22)
@pytest.mark.timeout(240)
def test_read_timeout(core: CoreDevice, start: Start, results: Results) -> None:
    """The service takes the request and never answers; the call is given up and made again."""
    core.call(core.cloud.add_things, ["device"])
    core.call(core.cloud.add_fault, Fault(FaultKind.HANG, times=1))
    start()
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    (retrying,) = results.of("retrying")
    assert retrying["code"] == "ReadTimeoutError"
    assert len(calls(core)) == 2


@pytest.mark.slow(64)
@pytest.mark.timeout(300)
def test_a_worker_that_is_stuck_is_replaced(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A worker stopped in its tracks is ended after the deadline, and its batch goes again."""
    core.call(core.cloud.add_things, ["first", "second"])
    associator = start()
    core.publish("clientdevices/announce", {"thingName": "first"})
    results.wait_for_names("associated", ["first"])
    (worker,) = psutil.Process(associator.pid).children()
    worker.send_signal(signal.SIGSTOP)
    core.publish("clientdevices/announce", {"thingName": "second"})
    results.wait_for_names("associated", ["second"], patience_seconds=150)
    (retrying,) = results.of("retrying")
    assert retrying["code"] == "WorkerHung"
    assert not worker.is_running()
