"""A loop, a token exchange, a cloud, and unmodified boto3 clients of both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import ContainerProvider, CredentialResolver
from botocore.utils import ContainerMetadataFetcher

from greengrass_sandbox.cloud import Cloud
from greengrass_sandbox.kinds import CLASSIC
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.token_exchange import TokenExchange
from sandbox.cloud_support import AddFault

REGION = "eu-central-1"

Client = Any
"""boto3 makes its clients' classes at run time."""
ClientFactory = Callable[..., Client]


@pytest.fixture
def loop_thread() -> Iterator[LoopThread]:
    """An event loop in a thread of its own."""
    with LoopThread() as loop:
        yield loop


@pytest.fixture
def token_exchange(loop_thread: LoopThread) -> Iterator[TokenExchange]:
    """A token exchange that answers as classic does."""
    exchange = TokenExchange(manners=CLASSIC.manners)
    loop_thread.call(exchange.start)
    yield exchange
    loop_thread.call(exchange.stop)


@pytest.fixture
def cloud(loop_thread: LoopThread, token_exchange: TokenExchange) -> Iterator[Cloud]:
    """A cloud that knows the core device `core` and the things `thing-0` to `thing-299`."""
    service = Cloud(
        region=REGION, account="123456789012", credentials=token_exchange.credentials_of
    )
    service.cores.add("core")
    service.add_things(f"thing-{number}" for number in range(300))
    loop_thread.call(service.start)
    yield service
    loop_thread.call(service.stop)


@pytest.fixture
def new_client(
    cloud: Cloud, token_exchange: TokenExchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ClientFactory]:
    """Make boto3 clients that get their credentials from the token exchange alone."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with ExitStack() as clients:

        def make(
            *, token: str | None = None, region: str = REGION, read_timeout: float = 60
        ) -> Client:
            environ = {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": token_exchange.url,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": token or token_exchange.new_token(),
            }
            # Retries without their pauses.
            fetcher = ContainerMetadataFetcher(sleep=lambda _: None)
            session = botocore.session.Session()
            session.register_component(
                "credential_provider",
                CredentialResolver([ContainerProvider(environ=environ, fetcher=fetcher)]),
            )
            client = boto3.Session(botocore_session=session, region_name=region).client(
                "greengrassv2",
                endpoint_url=cloud.url,
                config=Config(
                    retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=read_timeout
                ),
            )
            return clients.enter_context(closing(client))

        yield make


@pytest.fixture
def client(new_client: ClientFactory) -> Client:
    """A boto3 client whose token the exchange honours."""
    return new_client()


@pytest.fixture
def add_fault(cloud: Cloud, loop_thread: LoopThread) -> AddFault:
    """Set a fault from the test's thread."""
    return lambda fault: loop_thread.call(cloud.add_fault, fault)
