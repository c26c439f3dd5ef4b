import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.messages.redaction import PIECE_CHARACTERS, Redaction

SECRET = "se/cret+\n=ä"  # noqa: S105 - made up
TOKEN = "IQoJb3JpZ2luX2VjEAaCXVzLWVhc3QtMSJIMEYCIQD/abc+def=="  # noqa: S105 - made up


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.strip(),
        repr(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET).replace("/", "\\/"),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        html.escape(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_removed_in_every_spelling(text: str) -> None:
    """As libraries and services write it: raw, as Python, JSON or HTML escape it, or in a URL."""
    redacted = Redaction([SECRET, "other"])(f"before {text} after other")
    assert redacted.strip("'\"") in (
        "before … after …",
        "before '…' after …",
        'before "…" after …',
    )


def test_a_longer_secret_is_removed_before_one_that_is_a_part_of_it() -> None:
    """Or else its rest would be readable."""
    for secrets in (("ab", "abcdef"), ("abcdef", "ab"), ("abcdef", "cd"), ("cd", "abcdef")):
        assert Redaction(secrets)("<abcdef>") == "<…>"


@pytest.mark.parametrize(
    "secret",
    ["xsecretx", "'secret'", '"secret"', "\tsecret\n", "se\\cret", "sécret", "s/cret", "s<&c>t"],
)
def test_no_character_of_a_secret_is_left(secret: str) -> None:
    """At neither end, whatever it begins and ends with."""
    written = (repr(secret), json.dumps(secret), quote(secret, safe=""), html.escape(secret))
    for text in (secret, secret.strip(), *written):
        assert Redaction([secret])(f"<{text}>") in {"<…>", "<'…'>", '<"…">', "<\t…\n>"}


def test_a_secret_that_is_cut_off_or_broken_into_lines_is_removed() -> None:
    """A service bounds its messages, and a proxy wraps its lines."""
    redaction = Redaction([TOKEN])
    assert redaction(f"token {TOKEN[:20]}") == "token …"
    assert redaction(f"{TOKEN[:15]}\n{TOKEN[15:30]} and") == "…\n… and"
    assert redaction(f"one {TOKEN[5:15]}, two") == "one …, two"


@given(st.text(), st.text(), st.integers(0, len(TOKEN)), st.integers(0, len(TOKEN)))
def test_no_piece_of_a_secret_is_left_in_any_text(
    before: str, after: str, start: int, end: int
) -> None:
    """Wherever it is, and whatever part of it."""
    text = Redaction([TOKEN])(f"{before}{TOKEN[start:end]}{after}")
    pieces = (TOKEN[at : at + PIECE_CHARACTERS] for at in range(len(TOKEN) - PIECE_CHARACTERS + 1))
    assert not any(piece in text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Signature=0123abCD, and more", "Signature=…, and more"),
        ("signature%3D0123abcd&x", "signature%3D…&x"),
        ("to http://user:pa/ss#w@ord@proxy:80/x", "to http://…@proxy:80/x"),
        (
            '{"AccessKeyId": "ASIAABCDEFGHIJKLMNOP", "Token":"a/b+c012345678901"}',
            '{"AccessKeyId": "…", "Token":"…"}',
        ),
        (r"{\"SecretAccessKey\": \"a\/b+c01234567890123\"}", r"{\"SecretAccessKey\": \"…" + '"}'),
        ("X-Amz-Security-Token: a/b+c012345678901 x", "X-Amz-Security-Token: … x"),
        ("InvalidToken: the token is not valid", "InvalidToken: the token is not valid"),
        ("https://example.com/path", "https://example.com/path"),
    ],
)
def test_what_looks_like_a_secret_is_removed_as_well(text: str, redacted: str) -> None:
    """Whatever the credentials are: nobody may have been able to parse them."""
    assert Redaction()(text) == redacted


def test_other_text_stays_as_it_is() -> None:
    """A short secret is removed as a whole alone, and a long one not from words like it."""
    assert Redaction([TOKEN, "abc", ""])("ab bc IQoJb3J IQoJ") == "ab bc IQoJb3J IQoJ"
