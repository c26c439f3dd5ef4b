"""What nucleus lite writes on a stream."""

from greengrass_sandbox.kinds.lite.bus import PACKET_BYTES
from greengrass_sandbox.kinds.lite.json_text import JsonError, encode
from greengrass_sandbox.nucleus.errors import OperationError, service_error
from greengrass_sandbox.nucleus.stream import NAMESPACE, Document
from greengrass_sandbox.nucleus.wire import (
    PRELUDE_BYTES,
    TRAILER_BYTES,
    Flag,
    MessageType,
    encode_headers,
)
from greengrass_sandbox.nucleus.wire import encode as encode_message


class LiteVoice:
    """Responses leave their stream open, errors carry their text where the SDK does not look."""

    def response(
        self, stream_id: int, operation: str, document: Document, *, subscribed: bool
    ) -> bytes:
        """See `Voice`. Nothing marks the end of a stream that no event can come on."""
        del subscribed
        message = _message(stream_id, f"{NAMESPACE}{operation}Response", document)
        if message is None:
            raise service_error()
        return message

    def event(self, stream_id: int, shape: str, document: Document) -> bytes | None:
        """See `Voice`."""
        return _message(stream_id, NAMESPACE + shape, document)

    def error(self, stream_id: int, error: OperationError) -> bytes:
        """See `Voice`."""
        headers = encode_headers(
            MessageType.APPLICATION_ERROR,
            stream_id=stream_id,
            flags=Flag.TERMINATE_STREAM,
            model_type=NAMESPACE + error.shape,
        )
        payload = {"_message": error.message or "", "_errorCode": error.shape}
        return encode_message(headers, encode(payload))


def _message(stream_id: int, model_type: str, document: Document) -> bytes | None:
    headers = encode_headers(
        MessageType.APPLICATION_MESSAGE, stream_id=stream_id, model_type=model_type
    )
    try:
        payload = encode(dict(document))
    except JsonError:
        return None
    if PRELUDE_BYTES + len(headers) + len(payload) + TRAILER_BYTES > PACKET_BYTES:
        return None
    return encode_message(headers, payload)
