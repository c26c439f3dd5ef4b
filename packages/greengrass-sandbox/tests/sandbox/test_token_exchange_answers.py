"""The token exchange's HTTP answers, on both nuclei."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.token_exchange import TokenExchange, TokenExchangeMode
from greengrass_sandbox.token_exchange.manners import PATH

START = 1_700_000_000.0


class Clock:
    """Time that passes when a test says so; seconds since the epoch."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        """Say the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The exchange's time."""
    return Clock()


@pytest.fixture(params=[CLASSIC, LITE], ids=lambda profile: profile.name)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Either nucleus."""
    chosen: Profile = request.param
    return chosen


@pytest.fixture
def exchange(profile: Profile, loop_thread: LoopThread, clock: Clock) -> Iterator[TokenExchange]:
    """A token exchange that remembers errors and answers `null` almost at once."""
    service = TokenExchange(
        manners=profile.manners, null_delay_seconds=0.05, caches_errors=True, clock=clock
    )
    loop_thread.call(service.start)
    yield service
    loop_thread.call(service.stop)


def ask(
    exchange: TokenExchange, token: str | None, *, method: str = "GET", path: str = PATH
) -> tuple[int, str]:
    """Send one request. Returns status and body."""
    address = urlsplit(exchange.url).netloc
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        headers = {} if token is None else {"Authorization": token}
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def test_each_answer_is_fresh(exchange: TokenExchange) -> None:
    """Two requests get two sets of credentials with all members."""
    token = exchange.new_token()
    first, second = ask(exchange, token), ask(exchange, token)
    assert first[0] == 200
    assert first[1] != second[1]
    assert '"Expiration": "2023-11-14T23:13:20Z"' in first[1]


def test_an_admitted_token_is_honoured(exchange: TokenExchange) -> None:
    """A token from elsewhere, as a component's SVCUID is, can be let in."""
    exchange.admit("0123456789ABCDEF")
    assert ask(exchange, "0123456789ABCDEF")[0] == 200


@pytest.mark.parametrize("profile", [CLASSIC])
def test_classic_refuses_without_a_word(exchange: TokenExchange, profile: Profile) -> None:
    """Classic answers refusals with a status and no body; outside its path there is nothing."""
    assert profile is CLASSIC
    token = exchange.new_token()
    assert ask(exchange, None) == (403, "")
    assert ask(exchange, "0" * 16) == (403, "")
    assert ask(exchange, token, method="POST") == (405, "")
    assert ask(exchange, token, path="/elsewhere")[0] == 404


@pytest.mark.parametrize("profile", [LITE])
def test_lite_refuses_in_words(exchange: TokenExchange, profile: Profile) -> None:
    """Lite answers refusals in plain text, with other statuses, whatever the method."""
    assert profile is LITE
    token = exchange.new_token()
    assert ask(exchange, None)[0] == 400
    assert ask(exchange, "short")[0] == 400
    assert ask(exchange, "0" * 16) == (404, "No such svcuid present.")
    assert ask(exchange, token, path="/elsewhere")[0] == 400
    assert ask(exchange, token, method="POST")[0] == 200


@pytest.mark.parametrize("profile", [LITE])
def test_lite_without_cloud_says_null(
    exchange: TokenExchange, loop_thread: LoopThread, profile: Profile
) -> None:
    """With no cloud in reach, lite's answer is a success that holds `null`."""
    assert profile is LITE
    loop_thread.call(exchange.set_mode, TokenExchangeMode.UNREACHABLE)
    assert ask(exchange, exchange.new_token()) == (200, "null")


@pytest.mark.parametrize(
    ("mode", "status", "seconds"),
    [
        (TokenExchangeMode.REFUSED_403, 403, 120),
        (TokenExchangeMode.ERROR_504, 504, 60),
        (TokenExchangeMode.UNREACHABLE, 500, 300),
    ],
)
@pytest.mark.parametrize("profile", [CLASSIC])
def test_errors_are_remembered(
    *,
    exchange: TokenExchange,
    loop_thread: LoopThread,
    clock: Clock,
    profile: Profile,
    mode: TokenExchangeMode,
    status: int,
    seconds: float,
) -> None:
    """An error goes on for as long as classic remembers its kind, though the cloud is back."""
    assert profile is CLASSIC
    token = exchange.new_token()
    loop_thread.call(exchange.set_mode, mode)
    assert ask(exchange, token)[0] == status
    loop_thread.call(exchange.set_mode, TokenExchangeMode.OK)
    clock.now = START + seconds - 1
    assert ask(exchange, token)[0] == status
    clock.now = START + seconds
    assert ask(exchange, token)[0] == 200


def test_a_mode_set_before_the_start_counts(loop_thread: LoopThread) -> None:
    """An exchange that begins DOWN has a port, which is closed."""
    service = TokenExchange(manners=CLASSIC.manners)
    loop_thread.call(service.set_mode, TokenExchangeMode.DOWN)
    loop_thread.call(service.start)
    try:
        with pytest.raises(ConnectionRefusedError):
            ask(service, None)
    finally:
        loop_thread.call(service.stop)
