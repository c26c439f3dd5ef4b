"""A connection to nucleus lite (ggipcd's ipc_server.c)."""

from greengrass_sandbox.kinds.lite.json_text import JsonError, decode
from greengrass_sandbox.kinds.lite.measures import OBJECT_BYTES
from greengrass_sandbox.kinds.lite.voice import LiteVoice
from greengrass_sandbox.nucleus.connection import Arguments, Connection
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream
from greengrass_sandbox.nucleus.wire import (
    VERSION,
    Flag,
    Frame,
    MessageType,
    WireError,
    encode,
    encode_headers,
)

_REQUEST_BUFFER_BYTES = 255 * OBJECT_BYTES
"""Where a request's JSON is decoded: GG_MAX_OBJECT_SUBOBJECTS objects."""
_KNOWN_FLAGS = Flag.CONNECTION_ACCEPTED | Flag.TERMINATE_STREAM


class LiteConnection(Connection):
    """Hangs up on a client that is not let in, saying nothing; knows subscriptions, not streams."""

    @property
    def voice(self) -> LiteVoice:
        """Stateless."""
        return LiteVoice()

    def _greet(self, frame: Frame) -> bool:
        component = self._service.component_of(_auth_token(frame))
        if component is None:
            return False
        self.component = component
        accepted = encode_headers(
            MessageType.CONNECT_ACK, stream_id=0, flags=Flag.CONNECTION_ACCEPTED
        )
        self.write_now(encode(accepted))
        return True

    async def _serve_frame(self, frame: Frame) -> None:
        if not frame.plain:
            raise WireError("lite knows no headers but int32 and text")
        if frame.stream_id == 0:
            raise WireError("an application message must have a stream")
        if frame.flags & Flag.TERMINATE_STREAM:
            if stream := self._open_stream(frame.stream_id):
                stream.end()
            return
        operation = frame.text("operation")
        async with self._service.chain:
            await self._service.holding.wait((operation or "").removeprefix(NAMESPACE))
            stream = Stream(self, frame.stream_id, (operation or "").removeprefix(NAMESPACE))
            await self._perform(stream, lambda: _arguments(frame, operation))


def _auth_token(frame: Frame) -> str:
    """The token in a connect message, empty if there is none."""
    if not frame.plain or frame.message_type != MessageType.CONNECT or frame.stream_id != 0:
        raise WireError("the first message of a connection must be a connect")
    if frame.flags & _KNOWN_FLAGS:
        raise WireError("a connect has no flags")
    if frame.headers.get(":version", VERSION) != VERSION:
        raise WireError(f"this nucleus speaks version {VERSION} only")
    try:
        document = decode(frame.payload, _REQUEST_BUFFER_BYTES)
    except JsonError as error:
        raise WireError(str(error)) from error
    token = document.get("authToken") if isinstance(document, dict) else None
    return token if isinstance(token, str) else ""


def _arguments(frame: Frame, operation: str | None) -> Arguments:
    """What a request holds; lite says of no mistake here what it is."""
    if frame.message_type != MessageType.APPLICATION_MESSAGE or frame.flags & _KNOWN_FLAGS:
        raise service_error()
    if operation is None or not operation.startswith(NAMESPACE):
        raise service_error()
    try:
        document = decode(frame.payload, _REQUEST_BUFFER_BYTES)
    except JsonError as error:
        raise service_error() from error
    if not isinstance(document, dict):
        raise service_error()
    return document
