"""What the token exchange gives out, and how boto3 takes it when it does not."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import CredentialRetrievalError, ReadTimeoutError

from greengrass_sandbox.cloud import Cloud
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.token_exchange import TokenExchange, TokenExchangeMode

Client = Any
"""boto3 makes its clients' classes at run time."""


def list_devices(client: Client) -> None:
    """Make a call that changes nothing."""
    client.list_client_devices_associated_with_core_device(coreDeviceThingName="core")


def test_credentials_open_the_cloud(
    cloud: Cloud, new_client: Callable[..., Client], token_exchange: TokenExchange
) -> None:
    """What is given out for a token is what the cloud knows; a second client gets other ones."""
    list_devices(new_client())
    list_devices(new_client())
    assert [call.status for call in cloud.calls] == [200, 200]
    assert token_exchange.requests == 2
    assert len(token_exchange.issued) == 2


def test_credentials_last_as_long_as_they_are_said_to(
    new_client: Callable[..., Client], token_exchange: TokenExchange
) -> None:
    """The expiration is the lifetime from now; boto3 reads it."""
    before = token_exchange.now()
    new_client()
    [issued] = token_exchange.issued.values()
    assert before + 3600 <= issued.expires_at <= token_exchange.now() + 3600


def test_secrets_stay_out_of_logs(
    new_client: Callable[..., Client], token_exchange: TokenExchange
) -> None:
    """The repr of credentials holds neither secret."""
    new_client()
    [issued] = token_exchange.issued.values()
    assert issued.access_key_id in repr(issued)
    assert issued.secret_access_key not in repr(issued)
    assert issued.session_token not in repr(issued)


def test_a_wrong_token_gets_nothing(
    new_client: Callable[..., Client], token_exchange: TokenExchange
) -> None:
    """A token that nobody issued makes boto3 give up after its three attempts."""
    guessed = "0" * 16
    with pytest.raises(CredentialRetrievalError, match="403"):
        new_client(token=guessed)
    assert token_exchange.requests == 3
    assert token_exchange.issued == {}


def test_a_revoked_token_gets_nothing(
    new_client: Callable[..., Client], token_exchange: TokenExchange
) -> None:
    """A token dies with its component."""
    token = token_exchange.new_token()
    new_client(token=token)
    token_exchange.revoke(token)
    with pytest.raises(CredentialRetrievalError, match="403"):
        new_client(token=token)


@pytest.mark.parametrize(
    ("mode", "error", "message"),
    [
        (TokenExchangeMode.REFUSED_403, CredentialRetrievalError, "403"),
        (TokenExchangeMode.ERROR_400, CredentialRetrievalError, "400"),
        (TokenExchangeMode.ERROR_405, CredentialRetrievalError, "405"),
        (TokenExchangeMode.ERROR_500, CredentialRetrievalError, "500"),
        (TokenExchangeMode.ERROR_504, CredentialRetrievalError, "504"),
        (TokenExchangeMode.UNREACHABLE, CredentialRetrievalError, "500"),
        (TokenExchangeMode.NOT_JSON, CredentialRetrievalError, "Unable to parse JSON"),
        (TokenExchangeMode.NULL, TypeError, "NoneType"),
        (TokenExchangeMode.EXPIRED, CredentialRetrievalError, "500"),
        (TokenExchangeMode.DOWN, CredentialRetrievalError, "Could not connect"),
    ],
)
def test_each_failure_and_the_way_back(
    *,
    cloud: Cloud,
    new_client: Callable[..., Client],
    token_exchange: TokenExchange,
    loop_thread: LoopThread,
    mode: TokenExchangeMode,
    error: type[Exception],
    message: str,
) -> None:
    """Each mode fails in boto3 as it does on a device, and the next attempt after it succeeds."""
    url = token_exchange.url
    loop_thread.call(token_exchange.set_mode, mode)
    with pytest.raises(error, match=message):
        list_devices(new_client())
    loop_thread.call(token_exchange.set_mode, TokenExchangeMode.OK)
    assert token_exchange.url == url
    list_devices(new_client())
    assert [call.status for call in cloud.calls] == [200]


def test_a_hanging_exchange_runs_into_the_time_out(
    new_client: Callable[..., Client], token_exchange: TokenExchange, loop_thread: LoopThread
) -> None:
    """boto3 waits its two seconds three times, then gives up."""
    loop_thread.call(token_exchange.set_mode, TokenExchangeMode.HANGING)
    with pytest.raises((CredentialRetrievalError, ReadTimeoutError), match="Read timeout"):
        new_client()
    assert token_exchange.requests == 3
