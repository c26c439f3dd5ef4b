"""The socket and the thread that listens there."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.channel import server
from client_device_associator.channel.client import (
    ChannelError,
    NotRunningError,
    ask,
    ask_permissions,
)
from client_device_associator.channel.port import Asked
from client_device_associator.channel.protocol import (
    CarriedOut,
    Permissions,
    Refused,
    Trouble,
    decode_reply,
    encode_request,
)
from client_device_associator.core.operator import Announce, Done, Outcome, Reconcile, Retry
from client_device_associator.reporting.notices import ChannelClosed, DefectFound
from client_device_associator.work_files import SOCKET
from support.channel import SOON_SECONDS, Listening, bind, listening


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Listening]:
    """One that listens in the current directory."""
    with listening(tmp_path) as one:
        yield one


def connect() -> socket.socket:
    """A client that says nothing yet."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(SOON_SECONDS)
    client.connect(str(SOCKET))
    return client


def test_a_request_is_handed_on_and_its_reply_comes_back(
    tmp_path: Path, channel: Listening
) -> None:
    """With the user id of the one who asks, as the kernel has it; one request after the other."""
    channel.reply = CarriedOut((Outcome("a", Done.DUE),))
    assert ask(tmp_path, Retry(("a",))) == channel.reply
    channel.reply = Refused(Trouble.STORAGE, "no room")
    assert ask(tmp_path, Reconcile()) == channel.reply
    assert [(one.request, one.uid) for one in channel.asked] == [
        (Retry(("a",)), os.geteuid()),
        (Reconcile(), os.geteuid()),
    ]


def test_permissions_are_asked_for_without_a_change(tmp_path: Path, channel: Listening) -> None:
    """Nobody has to decide anything."""
    channel.reply = Permissions((), is_complete=False)
    assert ask_permissions(tmp_path) == channel.reply
    assert (channel.permissions_asked, channel.asked) == (1, [])


def test_what_is_no_request_is_not_handed_on(channel: Listening) -> None:
    """It is answered with the reason."""
    for line, trouble, why in (
        (b"hello\n", Trouble.BAD_REQUEST, "no JSON"),
        (b"{}\n", Trouble.OTHER_VERSION, "version None"),
    ):
        with connect() as client:
            client.sendall(line)
            reply = decode_reply(client.recv(1000))
        assert isinstance(reply, Refused)
        assert reply.trouble is trouble
        assert why in reply.message
    assert channel.asked == []


def test_nobody_else_may_use_it(tmp_path: Path, channel: Listening) -> None:
    """By the mode of its file, whatever the umask is."""
    assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600
    assert channel.asked == []


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    """Another component may have set it before."""
    before = os.umask(0)
    try:
        with listening(tmp_path):
            assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize(("uid", "is_taken"), [(0, True), (54321, False)])
def test_another_user_is_refused(
    tmp_path: Path,
    channel: Listening,
    monkeypatch: pytest.MonkeyPatch,
    uid: int,
    is_taken: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Whatever the mode of the file is by then; root is not."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(server, "_peer", lambda _: uid)
    reply = ask(tmp_path, Reconcile())
    assert bool(channel.asked) is is_taken
    if not is_taken:
        assert reply == Refused(
            Trouble.NOT_ALLOWED, "user id 54321 is neither root nor the user of the component"
        )


def test_a_client_that_says_nothing_is_not_waited_for(
    tmp_path: Path, channel: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one has its turn."""
    monkeypatch.setattr(server, "TALK_SECONDS", 0.01)
    with connect() as silent:
        assert silent.recv(1) == b""
    monkeypatch.undo()
    assert ask(tmp_path, Reconcile()) == channel.reply


def test_a_client_that_has_gone_harms_nobody(tmp_path: Path, channel: Listening) -> None:
    """Whether before its request or before its reply."""
    connect().close()
    has_come, has_gone = threading.Event(), threading.Event()

    def leave(_: Asked) -> None:
        has_come.set()
        assert has_gone.wait(SOON_SECONDS)

    channel.came = leave
    with connect() as client:
        client.sendall(encode_request(Reconcile()))
        assert has_come.wait(SOON_SECONDS)
    has_gone.set()
    channel.came = lambda _: None
    assert ask(tmp_path, Reconcile()) == channel.reply
    assert channel.reported.empty()


def test_a_main_thread_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, channel: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is busy, or a turn ended with a defect; a late answer is for nobody."""
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.01)
    channel.reply = None
    reply = ask(tmp_path, Announce(("a",)))
    assert isinstance(reply, Refused)
    assert reply.trouble is Trouble.NO_ANSWER
    assert "may still do" in reply.message
    channel.asked[0].answer(CarriedOut())


def test_a_defect_does_not_end_the_thread(tmp_path: Path, channel: Listening) -> None:
    """It is reported."""

    def fail(_: Asked) -> None:
        raise RuntimeError("nobody foresaw this")

    channel.came = fail
    with pytest.raises(ChannelError, match="before it answered"):
        ask(tmp_path, Reconcile())
    defect = channel.reported.get(timeout=SOON_SECONDS)
    assert isinstance(defect, DefectFound)
    assert isinstance(defect.error, RuntimeError)
    channel.came = lambda _: None
    assert ask(tmp_path, Reconcile()) == channel.reply


def test_it_goes_on_when_a_client_could_not_be_taken(
    tmp_path: Path, channel: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be no file descriptor left for a moment."""
    monkeypatch.setattr(server, "AFTER_TROUBLE_SECONDS", 0.01)
    accept, failed = socket.socket.accept, threading.Event()

    def fail_once(listener: socket.socket) -> tuple[socket.socket, object]:
        if not failed.is_set():
            failed.set()
            raise OSError("too many open files")
        return accept(listener)

    ask(tmp_path, Reconcile())  # from here on the thread listens again
    monkeypatch.setattr(socket.socket, "accept", fail_once)
    assert ask(tmp_path, Reconcile()) == channel.reply
    assert ask(tmp_path, Reconcile()) == channel.reply
    assert failed.is_set()


def test_what_a_dead_process_has_left_is_replaced(tmp_path: Path) -> None:
    """A socket, or anything else that is no directory."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        bind(dead, tmp_path)
    with pytest.raises(NotRunningError):
        ask(tmp_path, Reconcile())
    with listening(tmp_path) as channel:
        assert ask(tmp_path, Reconcile()) == channel.reply
    (tmp_path / SOCKET).write_text("a file")
    with listening(tmp_path) as channel:
        assert ask(tmp_path, Reconcile()) == channel.reply


def test_the_process_that_was_started_last_has_it(tmp_path: Path) -> None:
    """And the one before does not take it away when it ends."""
    with listening(tmp_path) as first:
        with listening(tmp_path) as second:
            ask(tmp_path, Reconcile())
            first.channel.stop()
            ask(tmp_path, Reconcile())
            assert (len(first.asked), len(second.asked)) == (0, 2)
        assert not (tmp_path / SOCKET).exists()


def test_nothing_is_left_in_the_end(tmp_path: Path) -> None:
    """No file, no thread."""
    with listening(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [str(SOCKET)]
        assert "channel" in {thread.name for thread in threading.enumerate()}
    assert list(tmp_path.iterdir()) == []
    assert "channel" not in {thread.name for thread in threading.enumerate()}


def test_a_place_where_it_cannot_be_is_said_once(tmp_path: Path) -> None:
    """The component goes on without; nothing is left there."""
    (tmp_path / SOCKET).mkdir()
    with listening(tmp_path) as channel:
        notice = channel.reported.get(timeout=SOON_SECONDS)
        assert notice == ChannelClosed("associator.sock: Is a directory")
        assert channel.reported.empty()
    assert [path.name for path in tmp_path.iterdir()] == [str(SOCKET)]


def test_the_reply_to_the_last_request_is_still_sent(tmp_path: Path) -> None:
    """The component stops, and has decided already."""
    replies: list[object] = []
    with listening(tmp_path) as channel:
        channel.reply = None
        client = threading.Thread(target=lambda: replies.append(ask(tmp_path, Reconcile())))
        client.start()
        channel.next_asked().answer(CarriedOut(list_at=7.0))
        channel.channel.stop()
        client.join()
    assert replies == [CarriedOut(list_at=7.0)]
