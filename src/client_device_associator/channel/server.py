"""Listens for requests on the socket: a thread that sleeps until somebody comes.

Who may come is root and the user of this component: they can do to the journal whatever they want
anyway. The thread decides nothing: it hands a request to the main thread, and waits for its reply.
"""

import os
import queue
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from client_device_associator.channel.lines import (
    ANSWER_SECONDS,
    TALK_SECONDS,
    read_line,
    send,
)
from client_device_associator.channel.port import Asked, Looked, PermissionsAsked
from client_device_associator.channel.protocol import (
    MAX_REQUEST_BYTES,
    Look,
    OtherVersionError,
    ProtocolError,
    Refused,
    Reply,
    Trouble,
    decode_request,
    encode_reply,
)
from client_device_associator.core.permission import CheckPermissions
from client_device_associator.privacy import PRIVATE_FILE
from client_device_associator.reporting.notices import ChannelClosed, DefectFound, Report

END_SECONDS = 0.5
"""For the thread to end; it may be talking to somebody."""

AFTER_TROUBLE_SECONDS = 1.0
"""Before it listens again when it could not take a client, for want of a file descriptor."""

_BACKLOG = 8
"""Clients that may wait for their turn."""

_ROOT = 0
_CREDENTIALS = struct.Struct("3i")
"""Of `SO_PEERCRED`: process, user and group id; unix(7)."""


class Channel:
    """The socket, and the thread that listens there.

    Args:
        path: The socket's file. Give it relative to the current directory: 108 bytes is all that
            the kernel takes.
        post: Takes each request; called on the thread.
        report: Takes what an operator may want to know; it must be safe to call on any thread.
    """

    def __init__(
        self,
        path: Path,
        post: Callable[[Asked | Looked | PermissionsAsked], None],
        report: Report,
    ) -> None:
        self._path = path
        self._post = post
        self._report = report
        self._stopped = threading.Event()
        self._listener: socket.socket | None = None
        self._inode: int | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to listen; says so if that is not possible."""
        try:
            self._listener = self._listen()
        except OSError as error:
            self._report(ChannelClosed(f"{self._path}: {error.strerror or error}"))
            return
        self._thread = threading.Thread(
            target=self._run, args=(self._listener,), name="channel", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and removes the socket, unless it is another process's by now."""
        self._stopped.set()
        if self._listener is None or self._thread is None:
            return
        with suppress(OSError):
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join(END_SECONDS)
        self._listener.close()

    def _listen(self) -> socket.socket:
        """A socket of this process in the place of any other; raises OSError.

        The process that was started last has it. A file that a dead one has left is replaced, and
        so is the socket of a living one: that has lost its nucleus and is about to end.
        """
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with suppress(FileNotFoundError):
                new.unlink()
            listener.bind(str(new))
            new.chmod(PRIVATE_FILE)
            listener.listen(_BACKLOG)
            self._inode = new.lstat().st_ino
            new.replace(self._path)
        except BaseException:
            listener.close()
            with suppress(OSError):
                new.unlink()
            raise
        return listener

    def _run(self, listener: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                self._stopped.wait(AFTER_TROUBLE_SECONDS)
                continue
            try:
                with client:
                    self._serve(client)
            except OSError:
                continue  # the client has gone, or is too slow
            except Exception as error:  # noqa: BLE001 - a defect must not end the thread
                self._report(DefectFound(error))

    def _serve(self, client: socket.socket) -> None:
        """Takes one request, and sends its reply; raises OSError if the client has gone."""
        uid = _peer(client)
        # Before the answer, whatever it is: what is not read is an error at the other end.
        line = read_line(client, MAX_REQUEST_BYTES, TALK_SECONDS)
        reply: Reply
        if uid in (_ROOT, os.geteuid()):
            reply = self._reply(line, uid)
        else:
            why = f"user id {uid} is neither root nor the user of the component"
            reply = Refused(Trouble.NOT_ALLOWED, why)
        send(client, encode_reply(reply), TALK_SECONDS)

    def _reply(self, line: bytes, uid: int) -> Reply:
        try:
            request = decode_request(line)
        except OtherVersionError as error:
            return Refused(Trouble.OTHER_VERSION, str(error))
        except ProtocolError as error:
            return Refused(Trouble.BAD_REQUEST, str(error))
        replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        if isinstance(request, Look):
            self._post(Looked(replies.put))
        elif isinstance(request, CheckPermissions):
            self._post(PermissionsAsked(replies.put))
        else:
            self._post(Asked(request, uid, replies.put))
        try:
            return replies.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            return Refused(
                Trouble.NO_ANSWER,
                f"the component has not answered within {ANSWER_SECONDS:.0f} s; it may still do"
                " what was asked for",
            )


def _peer(client: socket.socket) -> int:
    """The user id of the one at the other end."""
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(credentials)
    return int(uid)
