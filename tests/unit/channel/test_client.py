"""Asking the running component, and finding out that it does not run."""

import os
import socket
import threading
from pathlib import Path

import pytest

from client_device_associator.channel import client
from client_device_associator.channel.client import (
    ChannelError,
    ChannelVersionError,
    NotAllowedError,
    NotRunningError,
    ask,
)
from client_device_associator.channel.protocol import CarriedOut
from client_device_associator.core.operator import Forget, Reconcile
from client_device_associator.work_files import SOCKET
from support.channel import SOON_SECONDS, bind, listening
from support.other_user import act_as_another_user, work_folder


def test_a_directory_with_a_long_path_can_be_asked_too(tmp_path: Path) -> None:
    """A socket's path has 108 bytes, and Greengrass may be installed anywhere."""
    directory = tmp_path / ("x" * 100) / ("y" * 100)
    directory.mkdir(parents=True)
    with listening(directory) as channel:
        assert ask(directory, Forget(("a",))) == channel.reply


@pytest.mark.parametrize("leaves", ["nothing", "a dead socket", "no directory", "a file"])
def test_a_component_that_does_not_run_is_said_so(tmp_path: Path, leaves: str) -> None:
    """Whether it never ran, was killed, or was never installed."""
    directory = tmp_path / "work"
    if leaves != "no directory":
        directory.mkdir()
    if leaves == "a dead socket":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
            bind(dead, directory)
    if leaves == "a file":
        (directory / SOCKET).write_text("")
    with pytest.raises(NotRunningError, match="does not run") as refused:
        ask(directory, Reconcile())
    assert str(directory / SOCKET) in str(refused.value)


def test_who_may_not_is_told_who_may() -> None:
    """Another user of the core device."""
    with work_folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        bind(listener, folder)
        (folder / SOCKET).chmod(0o600 if os.geteuid() == 0 else 0)

        def act() -> None:
            with pytest.raises(NotAllowedError, match="only root and the component's own user"):
                ask(folder, Reconcile())

        act_as_another_user(act)


def answer_with(directory: Path, reply: bytes) -> threading.Thread:
    """Somebody who listens there, takes one request and says this."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bind(listener, directory)
    listener.listen()

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("reply", "kind", "why"),
    [
        (b"", ChannelError, "has ended before it answered"),
        (b"\xff\n", ChannelError, "cannot be read: it is no JSON"),
        (b'{"version": 9}\n', ChannelVersionError, "the component answers in version 9"),
    ],
)
def test_an_answer_that_is_none(reply: bytes, kind: type[ChannelError], why: str) -> None:
    """The component ended just then, or is of another version."""
    with work_folder() as folder:
        thread = answer_with(folder, reply)
        with pytest.raises(ChannelError, match=why) as refused:
            ask(folder, Reconcile())
        thread.join(SOON_SECONDS)
    assert type(refused.value) is kind


def test_one_that_does_not_even_listen_to_it(tmp_path: Path) -> None:
    """It was ended just then."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        bind(listener, tmp_path)
        listener.listen()

        def close() -> None:
            connection, _ = listener.accept()
            connection.close()

        thread = threading.Thread(target=close)
        thread.start()
        with pytest.raises(ChannelError, match=r"has (gone|ended) before it answered"):
            ask(tmp_path, Reconcile())
        thread.join(SOON_SECONDS)


def test_something_else_in_its_place_is_said_so(tmp_path: Path) -> None:
    """A socket of another kind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        bind(other, tmp_path)
        with pytest.raises(ChannelError, match="cannot be asked at"):
            ask(tmp_path, Reconcile())


def test_one_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it does what was asked for is not known."""
    monkeypatch.setattr(client, "PATIENCE_SECONDS", 0.01)
    with listening(tmp_path) as channel:
        channel.reply = None
        with pytest.raises(ChannelError, match="does not answer"):
            ask(tmp_path, Reconcile())
        channel.next_asked().answer(CarriedOut())
