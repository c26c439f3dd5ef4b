import json

import pytest

from client_device_associator.cloud.credentials import TOKEN_VARIABLE, Secrets
from client_device_associator.cloud.token_exchange import URI_VARIABLE, token_exchange
from support.answering import CREDENTIALS, TOKEN_EXCHANGE_TOKEN, Reply, Server

ALL = "AKID a-secret-key a-session-token"


def test_what_it_gives_out_is_secret_from_then_on(exchange: Server) -> None:
    """The id of the key as well; and it is asked with the nucleus's token."""
    environment = {URI_VARIABLE: exchange.url, TOKEN_VARIABLE: TOKEN_EXCHANGE_TOKEN}
    secrets = Secrets(environment)
    assert secrets.redact(ALL) == ALL
    assert token_exchange(environment, secrets).load().access_key == "AKID"
    assert secrets.redact(ALL) == "… … …"
    assert exchange.requests[0]["Authorization"] == TOKEN_EXCHANGE_TOKEN


def test_credentials_that_botocore_cannot_use_are_secret_too(exchange: Server) -> None:
    """The error may quote them."""
    words = json.dumps({**CREDENTIALS, "AccessKeyId": 5, "Expiration": "a-secret-key"})
    exchange.reply = Reply(body=words.encode())
    secrets = Secrets({})
    with pytest.raises(ValueError, match="a-secret-key") as raised:
        token_exchange({URI_VARIABLE: exchange.url}, secrets).load()
    assert "a-secret-key" not in secrets.redact(str(raised.value))


@pytest.mark.parametrize("body", [b"null", b"[]", b'"AccessKeyId"', b"5"])
def test_what_is_no_object_is_nobody_s_secret(exchange: Server, body: bytes) -> None:
    """Botocore finds the fault."""
    exchange.reply = Reply(body=body)
    with pytest.raises(TypeError):
        token_exchange({URI_VARIABLE: exchange.url}, Secrets({})).load()
