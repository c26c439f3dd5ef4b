"""The nucleus's end of a connection, which a test reads from and writes to, message by message."""

import json
import socket
from collections import deque
from collections.abc import Mapping

from botocore.eventstream import EventStreamBuffer

from client_device_associator.nucleus.frames import Flag, Frame, FrameReader, MessageType, frame

PATIENCE_SECONDS = 10.0
_READ_BYTES = 65_536


class NucleusEnd:
    """One end of a real socket; closing it is the end of the nucleus."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE_SECONDS)
        self.socket = sock
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()

    def read(self) -> Frame:
        """The next message; EOFError if there is none any more."""
        while not self._frames:
            data = self.socket.recv(_READ_BYTES)
            if not data:
                raise EOFError
            self._frames.extend(self._reader.feed(data))
        return self._frames.popleft()

    def headers(self) -> Mapping[str, object]:
        """All headers of the next message, as botocore reads them; nothing may follow it yet."""
        buffer = EventStreamBuffer()
        while not (events := list(buffer)):
            buffer.add_data(self.socket.recv(_READ_BYTES))
        (event,) = events
        headers: Mapping[str, object] = event.headers
        return headers

    def document(self) -> Mapping[str, object]:
        """The next message's payload."""
        document: Mapping[str, object] = json.loads(self.read().payload)
        return document

    def say(
        self,
        stream_id: int,
        document: object = None,
        message_type: MessageType = MessageType.APPLICATION_MESSAGE,
        flags: int = 0,
    ) -> None:
        """Sends a message; without a document it has no payload."""
        payload = b"" if document is None else json.dumps(document).encode()
        texts = {"service-model-type": "aws.greengrass#Shape"}
        self.socket.sendall(frame(message_type, stream_id, payload, flags, texts))

    def end(self, stream_id: int) -> None:
        """Ends a stream."""
        self.say(stream_id, flags=Flag.TERMINATE_STREAM)

    def close(self) -> None:
        """The nucleus is no more."""
        self.socket.close()
