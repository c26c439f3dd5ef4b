"""Lines on a socket, within bounds."""

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from client_device_associator.channel.lines import TooSlowError, read_line, send
from support.channel import SOON_SECONDS

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_line_that_comes_in_pieces_is_put_together(pair: Pair) -> None:
    """And what comes after it is left alone."""
    ours, theirs = pair

    def write() -> None:
        for piece in (b"a", b"b", b"c\nd"):
            theirs.sendall(piece)

    thread = threading.Thread(target=write)
    thread.start()
    assert read_line(ours, 100, SOON_SECONDS) == b"abc"
    thread.join()


def test_a_piece_that_was_read_alone_is_kept(pair: Pair) -> None:
    """A kernel may give any part of a line."""
    ours, theirs = pair
    first = threading.Event()

    def write() -> None:
        theirs.sendall(b"ab")
        while select.select([ours], [], [], 0)[0]:
            first.wait(0.01)  # until it was read
        theirs.sendall(b"c\n")

    thread = threading.Thread(target=write)
    thread.start()
    assert read_line(ours, 100, SOON_SECONDS) == b"abc"
    thread.join()


def test_what_ends_before_is_what_has_come(pair: Pair) -> None:
    """The other end says nothing more."""
    ours, theirs = pair
    theirs.sendall(b"abc")
    theirs.shutdown(socket.SHUT_WR)
    assert read_line(ours, 100, SOON_SECONDS) == b"abc"


def test_no_more_is_read_than_may_be(pair: Pair) -> None:
    """A line without an end: the rest of it stays where it is."""
    ours, theirs = pair
    theirs.sendall(b"x" * 100_000)
    received = read_line(ours, 10, SOON_SECONDS)
    assert 10 < len(received) <= 65_536


def test_one_that_says_nothing_is_too_slow(pair: Pair) -> None:
    """Others wait."""
    ours, _ = pair
    with pytest.raises(TooSlowError):
        read_line(ours, 100, 0.01)


def test_one_that_goes_on_and_on_is_too_slow(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is for all of it: each byte that comes does not begin it again."""
    ours, theirs = pair
    theirs.sendall(b"x" * 200_000)
    moments = iter([0.0, 4.0, 6.0])
    monkeypatch.setattr(
        "client_device_associator.channel.lines.time.monotonic", lambda: next(moments)
    )
    with pytest.raises(TooSlowError, match="over"):
        read_line(ours, 1_000_000, 5.0)


def test_one_that_does_not_take_it_is_too_slow(pair: Pair) -> None:
    """Its buffers are full."""
    ours, _ = pair
    with pytest.raises(TooSlowError):
        send(ours, b"x" * 10_000_000, 0.01)


def test_one_that_has_gone_is_an_error(pair: Pair) -> None:
    """Both ways."""
    ours, theirs = pair
    theirs.close()
    with pytest.raises(OSError, match="Broken pipe"):
        send(ours, b"x", SOON_SECONDS)
