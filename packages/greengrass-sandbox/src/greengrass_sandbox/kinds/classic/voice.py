"""What the classic nucleus writes on a stream."""

from greengrass_sandbox.kinds.classic.json_text import JsonError, encode
from greengrass_sandbox.nucleus.errors import OperationError, internal_error
from greengrass_sandbox.nucleus.stream import NAMESPACE, Document
from greengrass_sandbox.nucleus.wire import Flag, MessageType, encode_headers
from greengrass_sandbox.nucleus.wire import encode as encode_message

_PLAIN_TEXT = "text/plain"


class ClassicVoice:
    """A response ends its stream, unless events can come on it."""

    def response(
        self, stream_id: int, operation: str, document: Document, *, subscribed: bool
    ) -> bytes:
        """See `Voice`."""
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE,
            stream_id=stream_id,
            flags=Flag.NONE if subscribed else Flag.TERMINATE_STREAM,
            model_type=f"{NAMESPACE}{operation}Response",
        )
        try:
            return encode_message(headers, encode(document))
        except JsonError as error:
            raise internal_error() from error

    def event(self, stream_id: int, shape: str, document: Document) -> bytes | None:
        """See `Voice`."""
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE, stream_id=stream_id, model_type=NAMESPACE + shape
        )
        try:
            return encode_message(headers, encode(document))
        except JsonError:
            return None

    def error(self, stream_id: int, error: OperationError) -> bytes:
        """See `Voice`. One outside the model is bare text, of which the SDK sees nothing."""
        if not error.shape:
            headers = encode_headers(
                MessageType.APPLICATION_ERROR,
                stream_id=stream_id,
                flags=Flag.TERMINATE_STREAM,
                content_type=_PLAIN_TEXT,
            )
            return encode_message(headers, (error.message or "").encode())
        headers = encode_headers(
            MessageType.APPLICATION_ERROR,
            stream_id=stream_id,
            flags=Flag.TERMINATE_STREAM,
            model_type=NAMESPACE + error.shape,
        )
        payload = {"_errorCode": error.shape}
        if error.message is not None:
            payload |= {"message": error.message, "_message": error.message}
        return encode_message(headers, encode(payload))
