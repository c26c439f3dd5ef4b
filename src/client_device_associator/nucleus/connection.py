"""The connection to the nucleus: requests out, answers and events in.

A thread of its own reads, and calls back. A message is sent by the thread that asks for it; what
the nucleus does not take at once waits for the one that reads, so that sending never blocks.
"""

import contextlib
import json
import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from client_device_associator.nucleus.frames import (
    Flag,
    Frame,
    FrameReader,
    MessageType,
    frame,
)
from client_device_associator.nucleus.rpc_errors import (
    ConnectionBusyError,
    ConnectionClosedError,
    RpcError,
)
from client_device_associator.nucleus.streams import NAMESPACE, Stream

READ_BYTES = 64 * 1024
"""Read at a time."""

READ_PAUSE_SECONDS = 0.02
"""Messages that come within this are read together while there is a stream of them: to wake the
thread for each costs more than everything else that is done with it. They wait for a commit anyway:
the inbox takes this into account."""

PORTION_BYTES = 32 * 1024
"""If as much is read at a time, the next is read at once: Linux's sockets hold some 200 KiB, and
beyond that nucleus lite waits, and with it everybody on the device."""

STREAM_SECONDS = 0.08
"""Messages that follow each other within this are a stream; a lone one is read at once."""

MAX_UNSENT_BYTES = 1024 * 1024
"""What waits for a nucleus that does not read. A request beyond it fails; ends of streams wait with
it in any case, or the nucleus would go on with them for ever."""

MAX_STREAM_ID = 2**31 - 1
"""An int32. At a thousand requests a minute it is reached after four years; the connection ends
then, and the nucleus starts the component again."""


class Connection:
    """A connection that the nucleus has accepted.

    Args:
        sock: Connected, and the nucleus has accepted this process.
        reader: What has read from it so far.
        on_lost: Called once when it ends, unless it was closed from here; on the thread that reads.
    """

    def __init__(
        self, sock: socket.socket, reader: FrameReader, on_lost: Callable[[], None]
    ) -> None:
        self._socket = sock
        self._reader = reader
        self._on_lost = on_lost
        self._is_open = True
        self._lock = threading.Lock()
        """Of what is sent: streams have to begin in the order of their numbers."""
        self._last_id = 0
        self._streams: dict[int, Stream] = {}
        self._unsent: deque[memoryview] = deque()
        self._unsent_bytes = 0
        self._bell, self._ring = os.pipe()
        sock.settimeout(0)
        threading.Thread(target=self._run, name="nucleus", daemon=True).start()

    def open(self, stream: Stream, operation: str, request: Mapping[str, object]) -> None:
        """Sends a request; what the nucleus says to it comes to the stream.

        Args:
            stream: A new one.
            operation: As `SubscribeToTopic`.
            request: In the names of the IPC model.

        Raises:
            ConnectionClosedError: There is no connection.
            ConnectionBusyError: The nucleus has not taken what was sent before.
        """
        payload = json.dumps(request).encode()
        texts = {
            "operation": NAMESPACE + operation,
            ":content-type": "application/json",
            "service-model-type": f"{NAMESPACE}{operation}Request",
        }
        with self._lock:
            if not self._is_open:
                raise ConnectionClosedError  # those in the list are told the end
            if self._last_id == MAX_STREAM_ID:
                self._end()
                raise ConnectionClosedError
            if self._unsent_bytes > MAX_UNSENT_BYTES:
                raise ConnectionBusyError
            number = self._last_id + 1
            message = frame(MessageType.APPLICATION_MESSAGE, number, payload, texts=texts)
            stream.end = lambda: self._terminate(number)
            self._streams[number] = stream
            try:
                self._send(message)
            except BaseException:
                del self._streams[number]
                raise
            self._last_id = number

    def close(self) -> None:
        """Ends it; what was not sent yet is lost."""
        with self._lock:
            self._is_open = False
            self._end()

    def _terminate(self, number: int) -> None:
        """Ends a stream, if the nucleus has not done so."""
        message = frame(MessageType.APPLICATION_MESSAGE, number, flags=Flag.TERMINATE_STREAM)
        # Whatever cannot be told ends with the connection.
        with self._lock, contextlib.suppress(ConnectionClosedError):
            if self._streams.pop(number, None) is not None:
                self._send(message)

    def _send(self, message: bytes) -> None:
        """Sends, or puts it behind what waits; with the lock."""
        if not self._is_open:
            raise ConnectionClosedError
        sent = 0
        if not self._unsent:
            try:
                sent = self._socket.send(message)
            except BlockingIOError:
                pass
            except OSError as error:
                self._end()  # there may be nothing to read that shows it
                raise ConnectionClosedError from error
        if sent < len(message):
            self._unsent.append(memoryview(message)[sent:])
            self._unsent_bytes += len(message) - sent
            if len(self._unsent) == 1:
                os.write(self._ring, b"!")

    def _send_rest(self) -> None:
        """Sends what waits, as far as the nucleus takes it."""
        with self._lock, contextlib.suppress(BlockingIOError):
            while self._unsent:
                rest = self._unsent[0]
                sent = self._socket.send(rest)
                self._unsent_bytes -= sent
                if sent < len(rest):
                    self._unsent[0] = rest[sent:]
                else:
                    self._unsent.popleft()

    def _end(self) -> None:
        """Has the thread come to its end; it may have. With the lock, for it closes the socket."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            # How it has ended makes no difference: this process ends as well.
            with contextlib.suppress(OSError, RpcError):
                self._take_turns()
        finally:
            self._ended()

    def _take_turns(self) -> None:
        """Reads, and sends what has waited; raises OSError or RpcError at the end."""
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        poll.register(self._socket, select.POLLIN)
        waits_for = select.POLLIN
        last_event_at = 0.0
        while True:
            wanted = select.POLLIN | select.POLLOUT if self._unsent else select.POLLIN
            if wanted != waits_for:
                poll.modify(self._socket, wanted)
                waits_for = wanted
            ready = dict(poll.poll())
            if self._bell in ready:
                os.read(self._bell, READ_BYTES)
            if self._unsent:
                self._send_rest()
            if not ready.get(self._socket.fileno(), 0) & ~select.POLLOUT:
                continue
            data = self._socket.recv(READ_BYTES)
            if not data:
                return
            events = sum(self._dispatch(one) for one in self._reader.feed(data))
            if events:
                now = time.monotonic()
                if now - last_event_at < STREAM_SECONDS and len(data) < PORTION_BYTES:
                    time.sleep(READ_PAUSE_SECONDS)
                last_event_at = now

    def _dispatch(self, one: Frame) -> bool:
        """Hands a message to its stream; returns whether it was an event."""
        headers = one.headers
        if not headers.stream_id:
            self._hear(one)
            return False
        stream = self._streams.get(headers.stream_id)
        if stream is None:
            return False  # it was ended from here, or is over
        is_event = stream.is_established
        stream.take(one)
        if headers.flags & Flag.TERMINATE_STREAM or stream.is_over:
            self._streams.pop(headers.stream_id, None)
            stream.ended()
        return is_event

    def _hear(self, one: Frame) -> None:
        """What the nucleus says that belongs to no stream."""
        match one.headers.message_type:
            case MessageType.PING:
                with self._lock:
                    self._send(frame(MessageType.PING_RESPONSE, 0, one.payload))
            case MessageType.PROTOCOL_ERROR | MessageType.INTERNAL_ERROR:
                raise ConnectionClosedError

    def _ended(self) -> None:
        """The connection is no more: everybody who waits for something hears it."""
        with self._lock:
            was_open, self._is_open = self._is_open, False
            for descriptor in (self._bell, self._ring):
                os.close(descriptor)
            self._socket.close()
        if was_open:
            self._on_lost()
        for stream in list(self._streams.values()):
            stream.ended()
        self._streams.clear()
