"""Clients with the real botocore, and servers for them."""

import json
import os
from collections.abc import Iterator

import pytest

from client_device_associator.cloud.client import AssociationClient
from client_device_associator.cloud.credentials import Secrets
from support.answering import CREDENTIALS, TOKEN_EXCHANGE_TOKEN, Reply, Server, serving


@pytest.fixture
def exchange() -> Iterator[Server]:
    """Token exchange that gives out credentials."""
    with serving(Reply(body=json.dumps(CREDENTIALS).encode())) as server:
        yield server


@pytest.fixture
def cloud() -> Iterator[Server]:
    """The cloud; a test sets its reply."""
    with serving(Reply(body=b'{"errorEntries": []}')) as server:
        yield server


@pytest.fixture
def client(exchange: Server, cloud: Server, monkeypatch: pytest.MonkeyPatch) -> AssociationClient:
    """A client in the environment that a nucleus makes."""
    return client_of(exchange, cloud, monkeypatch)


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[AssociationClient, Server]]:
    """A client for tests that change only what the cloud answers: a new one costs 0.2 s."""
    credentials = Reply(body=json.dumps(CREDENTIALS).encode())
    with (
        serving(credentials) as exchange,
        serving(Reply()) as cloud,
        pytest.MonkeyPatch.context() as patched,
    ):
        yield client_of(exchange, cloud, patched), cloud


def client_of(
    exchange: Server, cloud: Server, monkeypatch: pytest.MonkeyPatch
) -> AssociationClient:
    """A client of these."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_GREENGRASSV2", cloud.url)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    environment = {
        "AWS_REGION": "eu-central-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": exchange.url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN_EXCHANGE_TOKEN,
    }
    return AssociationClient(environment, Secrets(environment))
