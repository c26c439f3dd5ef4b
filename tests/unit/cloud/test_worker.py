"""The real worker process, without a parent that behaves."""

import json
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from client_device_associator.cloud.client import READ_TIMEOUT_SECONDS
from client_device_associator.cloud.pipe_protocol import (
    CallRequest,
    decode_answer,
    encode_request,
)
from client_device_associator.cloud.worker import MAX_ADDRESS_SPACE_BYTES
from client_device_associator.core.answer import Answer, CallFailed, FailureCause, Listed
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from support.answering import CREDENTIALS, Reply, serving

ENDS_WITHIN_SECONDS = READ_TIMEOUT_SECONDS / 2
"""Far less than a call that is under way would take to end by itself."""

FOR_ONE = Call(("a",))
Worker = subprocess.Popen[bytes]


@contextmanager
def running() -> Iterator[Worker]:
    """A worker; killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "client_device_associator.cloud.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker in an environment with no token exchange."""
    with running() as process:
        yield process


def ask(worker: Worker, call: Call = FOR_ONE) -> Answer:
    """A call, and its answer."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(encode_request(CallRequest(7, "core-1", call)))
    worker.stdin.flush()
    number, answer = decode_answer(worker.stdout.readline())
    assert number == 7
    return answer


def test_a_call_that_is_under_way_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent is dead: nobody waits for an answer, and the batch is in the journal."""
    credentials = Reply(body=json.dumps(CREDENTIALS).encode())
    with serving(credentials) as exchange, socket.create_server(("127.0.0.1", 0)) as cloud:
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", exchange.url)
        url = f"http://127.0.0.1:{cloud.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_GREENGRASSV2", url)
        with running() as worker:
            assert worker.stdin is not None
            worker.stdin.write(encode_request(CallRequest(7, "core-1", Call(("a",)))))
            worker.stdin.flush()
            # It has called, and is never answered.
            connection, _ = cloud.accept()
            with connection:
                worker.stdin.close()
                assert worker.wait(ENDS_WITHIN_SECONDS) == 0


def test_a_page_is_asked_for_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the parent to the cloud, and its answer back."""
    credentials = Reply(body=json.dumps(CREDENTIALS).encode())
    page = Reply(body=b'{"associatedClientDevices": [{"thingName": "a"}], "nextToken": "last"}')
    with serving(credentials) as exchange, serving(page) as cloud:
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", exchange.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_GREENGRASSV2", cloud.url)
        with running() as worker:
            answer = ask(worker, Call(operation=Operation.LIST, next_token="more"))  # noqa: S106
        assert answer == Listed(("a",), "last")
        assert cloud.requests[-1]["path"].endswith("nextToken=more")


@pytest.mark.parametrize("last", [b"", b'{"call": 8, "coreTh', b"nonsense\n"])
def test_a_worker_ends_with_its_input(worker: Worker, last: bytes) -> None:
    """In the middle of a line too, as a parent that is killed may leave it."""
    ask(worker)
    assert worker.stdin is not None
    worker.stdin.write(last)
    worker.stdin.close()
    assert worker.wait(ENDS_WITHIN_SECONDS) == 0


def test_signals_of_the_group_do_not_end_it(worker: Worker) -> None:
    """When to end is the parent's decision: its batch may be under way."""
    ask(worker)
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGINT)
    ask(worker)


def test_its_memory_has_a_bound(worker: Worker) -> None:
    """The last resort, whatever it is made to read."""
    ask(worker)
    limit, _ = resource.prlimit(worker.pid, resource.RLIMIT_AS)
    assert limit == MAX_ADDRESS_SPACE_BYTES


def test_an_error_outside_the_call_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As of a library that cannot be imported; the rest of its words is for the operator."""
    (tmp_path / "botocore").mkdir()
    (tmp_path / "botocore" / "__init__.py").write_text(
        "import os\n"
        "raise RuntimeError('broken by ' + os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN'])\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "ABCDEFGH12345678")
    with running() as worker:
        answer = ask(worker)
    assert answer == CallFailed(FailureCause.UNAVAILABLE, "RuntimeError", "broken by …")
