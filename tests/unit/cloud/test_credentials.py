import base64

import pytest
from botocore.credentials import ReadOnlyCredentials

from client_device_associator.cloud.credentials import TOKEN_VARIABLE, Secrets, is_usable
from client_device_associator.core.answer import (
    CallFailed,
    ErrorEntry,
    FailureCause,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)


def test_every_word_of_every_answer_is_looked_at() -> None:
    """Codes, messages, fields, and names of devices that nobody has asked for."""
    secrets = Secrets({TOKEN_VARIABLE: "token"})
    entries = (ErrorEntry("token", "token", "token"), ErrorEntry(None, None, None))
    assert secrets.redacted(Succeeded(entries), ["a"]) == Succeeded(
        (ErrorEntry("…", "…", "…"), ErrorEntry(None, None, None))
    )
    assert secrets.redacted(Succeeded(entries), ["token"]) == Succeeded(
        (ErrorEntry("token", "…", "…"), ErrorEntry(None, None, None))
    )
    assert secrets.redacted(ValidationFailed("a token", (("token", "token"),))) == ValidationFailed(
        "a …", (("…", "…"),)
    )
    assert secrets.redacted(ThingNotFound("x", "Code", "token")) == ThingNotFound("x", "Code", "…")
    failed = CallFailed(FailureCause.UNAVAILABLE, "token", "token", 5, was_answered=True)
    assert secrets.redacted(failed) == CallFailed(
        FailureCause.UNAVAILABLE, "…", "…", 5, was_answered=True
    )


def test_the_last_few_sets_of_credentials_are_known() -> None:
    """An answer may be about the ones before; the token of the environment stays for good."""
    secrets = Secrets({TOKEN_VARIABLE: "lasting"})
    for one in ("first", "second", "third", "third", "fourth"):
        secrets.add(one, None, "", 5)
    text = "lasting first second third fourth"
    assert secrets.redact(text) == "… first … … …"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"])
def test_the_password_of_a_proxy_is_a_secret(variable: str) -> None:
    """As it is written in the variable, as it is meant, and as it is sent."""
    secrets = Secrets({variable: "http://user:p%40ss@wor/d@proxy:8080"})
    sent = base64.b64encode(b"user:p@ss@wor/d").decode()
    for text in ("p%40ss@wor/d", "p@ss@wor/d", sent):
        assert secrets.redact(f"<{text}>") == "<…>"


@pytest.mark.parametrize(
    ("proxy", "text", "redacted"),
    [
        ("http://a-token@proxy", "a-token", "…"),
        ("http://user:abc@proxy", "abc", "abc"),
        ("http://user:abcd@proxy", "abcd", "…"),
        ("http://proxy", "proxy", "proxy"),
    ],
)
def test_what_of_a_proxy_is_a_secret(proxy: str, text: str, redacted: str) -> None:
    """A name alone may be a token; a password of few letters is in other words, too."""
    assert Secrets({"HTTPS_PROXY": proxy}).redact(text) == redacted


def test_another_variable_is_no_proxy() -> None:
    """Its value may be in any message."""
    assert Secrets({"NO_PROXY": "a://user:password@b"}).redact("password") == "password"


def test_of_a_long_text_the_beginning_is_looked_at() -> None:
    """The rest is cut off, as all of it is later; what is long costs time."""
    assert Secrets({}).redact("x" * 1_000_000) == "x" * 10_000


@pytest.mark.parametrize("token", ["token", "a/+=~!", None])
def test_usable_credentials_fit_into_headers(token: str | None) -> None:
    """A token is not needed by all."""
    assert is_usable(ReadOnlyCredentials("AKID", "key", token))


@pytest.mark.parametrize(
    "credentials",
    [
        ReadOnlyCredentials("", "key", "token"),
        ReadOnlyCredentials("AKID", None, "token"),
        ReadOnlyCredentials("AKID", "key", ""),
        ReadOnlyCredentials("AKID", "key", "token\n"),
        ReadOnlyCredentials("AKID\r", "key", "token"),
        ReadOnlyCredentials("AKID", "k\u202ey", "token"),
        ReadOnlyCredentials("AKID", 5, "token"),
        None,
    ],
)
def test_other_credentials_do_not(credentials: ReadOnlyCredentials | None) -> None:
    """Empty ones, and whatever no header can hold."""
    assert not is_usable(credentials)
