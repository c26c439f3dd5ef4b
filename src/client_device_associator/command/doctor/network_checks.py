"""Token exchange, and the way to the cloud: asked now, with what the nucleus has given."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.messages.encoding import epoch_seconds

_URI, _TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_TIMEOUT_SECONDS = 12.0
"""Nucleus lite without a cloud answers after about 10 s."""

_MOST_BYTES = 65_536
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CREDENTIALS = ("AccessKeyId", "SecretAccessKey", "Token")
_HTTPS_PORT, _HTTP_PORT = 443, 80
_CORRECT_URL = (
    "correct it in the nucleus configuration; in a user name or password, write %XX for whatever is"
    " no letter and no digit"
)
_CHECK_ROLE = (
    "check that aws.greengrass.TokenExchangeService runs, the role alias in the nucleus"
    " configuration, and the network of this core device"
)


def check_token_exchange(environment: Mapping[str, str], now: float) -> Iterator[Finding]:
    """Whether it gives credentials; they are looked at and forgotten.

    Args:
        environment: Of the component.
        now: Epoch seconds.
    """
    what = "token exchange"
    uri = _split(environment.get(_URI, ""))
    if not uri.hostname:
        yield wrong(
            what,
            f"the nucleus has not set {_URI}",
            "the recipe must depend on aws.greengrass.TokenExchangeService (DependencyType HARD);"
            " deploy that of this component unchanged",
        )
        return
    if uri.hostname not in _LOOPBACK:
        # The token is for the nucleus alone.
        yield unknown(what, f"{_URI} is not on this core device")
        return
    try:
        status, body = _ask(uri, environment.get(_TOKEN, ""))
    except (OSError, http.client.HTTPException) as error:
        yield wrong(what, f"it does not answer: {type(error).__name__}", _CHECK_ROLE)
        return
    if status != http.client.OK:
        yield wrong(what, f"it answers with HTTP {status}", _CHECK_ROLE)
        return
    yield _credentials(what, body, now)


def check_endpoint(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether a connection to AWS IoT Greengrass, or to the proxy before it, can be made."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")
    if not region:
        remedy = "set awsRegion in the nucleus configuration, and restart the nucleus"
        yield wrong("region", "the nucleus has not set AWS_REGION", remedy)
        return
    own = environment.get("AWS_ENDPOINT_URL_GREENGRASSV2") or environment.get("AWS_ENDPOINT_URL")
    endpoint = _split(own or f"https://greengrass.{region}.amazonaws.com")
    proxy = _proxy(environment)
    is_direct = not proxy or (endpoint.hostname or "") in _LOOPBACK
    place = endpoint if is_direct else _split(proxy if "//" in proxy else f"//{proxy}")
    what = "endpoint" if is_direct else "proxy"
    if not place.hostname:
        yield wrong(what, "its URL is none: it has no host, or no number for a port", _CORRECT_URL)
        return
    port = place.port or (_HTTP_PORT if place.scheme == "http" else _HTTPS_PORT)
    try:
        with socket.create_connection((place.hostname, port), _TIMEOUT_SECONDS):
            pass
    # A name of 64 characters between dots is no host (UnicodeError, which is a ValueError).
    except (OSError, ValueError) as error:
        remedy = "check the network of this core device, its name server, firewall and proxy"
        reason = f"{type(error).__name__}: {error}"
        yield wrong(what, f"no connection to {place.hostname}: {reason}", remedy)
    else:
        yield ok(what, f"{place.hostname}:{port} takes connections")


def _split(url: str) -> SplitResult:
    """The parts of a URL; none of one that is a mistake, for the reason would quote it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _proxy(environment: Mapping[str, str]) -> str:
    names = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    return next((environment[name] for name in names if environment.get(name)), "")


def _ask(uri: SplitResult, token: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(
        uri.hostname or "", uri.port or _HTTP_PORT, timeout=_TIMEOUT_SECONDS
    )
    try:
        path = uri.path + (f"?{uri.query}" if uri.query else "")
        connection.request("GET", path, headers={"Authorization": token})
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST_BYTES)
    except ValueError as error:
        raise OSError("no such header or path can be sent") from error
    finally:
        connection.close()


def _credentials(what: str, body: bytes, now: float) -> Finding:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not all(document.get(one) for one in _CREDENTIALS):
        text = "it answers without credentials: it cannot reach the cloud, or is refused there"
        return wrong(what, text, _CHECK_ROLE)
    expires_at = epoch_seconds(document.get("Expiration"))
    if expires_at is not None and expires_at <= now:
        remedy = "check the clock of this core device, and restart the nucleus if it is right"
        return wrong(what, "it gives credentials that have expired", remedy)
    return ok(what, "it gives credentials")
