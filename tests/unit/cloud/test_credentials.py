import json
from urllib.parse import quote

import pytest
from botocore.credentials import ReadOnlyCredentials

from client_device_associator.cloud.credentials import Secrets, is_usable
from client_device_associator.core.answer import (
    CallFailed,
    ErrorEntry,
    FailureCause,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)

SECRET = "se/cret+\n=ä"  # noqa: S105 - made up


def said(message: str) -> CallFailed:
    """A failure in these words."""
    return CallFailed(FailureCause.UNAVAILABLE, "Odd", message)


@pytest.mark.parametrize(
    "text", [SECRET, SECRET.strip(), repr(SECRET), json.dumps(SECRET), quote(SECRET, safe="")]
)
def test_a_secret_is_removed_in_every_spelling(text: str) -> None:
    """As libraries and services write it: raw, as Python or JSON escape it, or in a URL."""
    secrets = Secrets()
    secrets.add(SECRET, "other")
    message = secrets.redacted(said(f"before {text} after other")).message  # type: ignore[union-attr]
    assert "cret" not in message
    assert message.startswith("before ")
    assert message.endswith(" after …")


def test_every_word_of_every_answer_is_looked_at() -> None:
    """Codes, messages and fields; thing names are nobody's secret."""
    secrets = Secrets("token")
    assert secrets.redacted(
        Succeeded((ErrorEntry("token", "token", "token"), ErrorEntry(None, None, None)))
    ) == Succeeded((ErrorEntry("token", "…", "…"), ErrorEntry(None, None, None)))
    assert secrets.redacted(ValidationFailed("a token", (("token", "token"),))) == ValidationFailed(
        "a …", (("…", "…"),)
    )
    assert secrets.redacted(ThingNotFound("x", "Code", "token")) == ThingNotFound("x", "Code", "…")
    failed = CallFailed(FailureCause.UNAVAILABLE, "token", "token", 5, was_answered=True)
    assert secrets.redacted(failed) == CallFailed(
        FailureCause.UNAVAILABLE, "…", "…", 5, was_answered=True
    )


def test_signatures_are_removed_as_well() -> None:
    """Whatever the credentials are."""
    answer = Secrets().redacted(said("Signature=0123abCD, and more"))
    assert answer == said("Signature=…, and more")


def test_later_credentials_replace_earlier_ones() -> None:
    """The one that is known from the start stays."""
    secrets = Secrets("lasting")
    secrets.add("first")
    secrets.add("second", None, "")
    assert secrets.redacted(said("lasting first second")) == said("… first …")


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


def test_a_longer_secret_is_removed_before_one_that_is_a_part_of_it() -> None:
    """Or else its rest would be readable."""
    for secrets in (("ab", "abcdef"), ("abcdef", "ab"), ("abcdef", "cd"), ("cd", "abcdef")):
        known = Secrets()
        known.add(*secrets)
        assert known.redacted(said("<abcdef>")) == said("<…>")


@pytest.mark.parametrize(
    "secret", ["xsecretx", "'secret'", '"secret"', "\tsecret\n", "se\\cret", "sécret", "s/cret"]
)
def test_no_character_of_a_secret_is_left(secret: str) -> None:
    """At neither end, whatever it begins and ends with."""
    known = Secrets()
    known.add(secret)
    for text in (secret, secret.strip(), repr(secret), json.dumps(secret), quote(secret, safe="")):
        answer = known.redacted(said(f"<{text}>"))
        assert isinstance(answer, CallFailed)
        assert answer.message in {"<…>", "<'…'>", '<"…">', "<\t…\n>"}
