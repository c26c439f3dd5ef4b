"""Answers of services, and errors in the form that each protocol has for them."""

import json
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from greengrass_sandbox.services.protocols import Protocol

_JSON_TYPE = "application/x-amz-json-1.0"


@dataclass(frozen=True)
class ServiceAnswer:
    """An answer over HTTP.

    Attributes:
        status: Of HTTP.
        headers: Those to send, besides the ones that HTTP needs.
        body: What follows them.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer_of(result: "ServiceAnswer | Mapping[str, object] | bytes | str") -> ServiceAnswer:
    """What a function has returned, as an answer; a mapping becomes JSON.

    Raises:
        TypeError: It is nothing that can be an answer.
    """
    if isinstance(result, ServiceAnswer):
        return result
    if isinstance(result, Mapping):
        body = json.dumps(dict(result)).encode()
        return ServiceAnswer(headers={"Content-Type": _JSON_TYPE}, body=body)
    if isinstance(result, str):
        return ServiceAnswer(body=result.encode())
    if isinstance(result, bytes):
        return ServiceAnswer(body=result)
    raise TypeError(
        f"a function answers with a ServiceAnswer, a mapping, bytes, str or None, "
        f"not {type(result).__name__}"
    )


def refusal(protocol: Protocol, code: str, message: str, status: int) -> ServiceAnswer:
    """An error that a client of this protocol reads with its name and message."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if protocol is Protocol.CBOR:
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return ServiceAnswer(status, headers, _cbor({"__type": code, "message": message}))
    if protocol in (Protocol.JSON, Protocol.REST_JSON):
        headers |= {"Content-Type": _JSON_TYPE, "x-amzn-ErrorType": code}
        document = {"__type": code, "message": message}
        return ServiceAnswer(status, headers, json.dumps(document).encode())
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol is Protocol.QUERY:
        text = f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId>"
        text += "</ErrorResponse>"
    elif protocol is Protocol.EC2:
        text = f"<Response><Errors><Error>{error}</Error></Errors>"
        text += f"<RequestID>{request_id}</RequestID></Response>"
    else:
        text = f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
    return ServiceAnswer(status, {**headers, "Content-Type": "text/xml"}, text.encode())


def _cbor(texts: Mapping[str, str]) -> bytes:
    """A map of few texts (RFC 8949: major types 5 and 3, the latter with a length of 32 bits)."""
    encoded = bytes([0xA0 + len(texts)])
    for text in (part for pair in texts.items() for part in pair):
        encoded += b"\x7a" + struct.pack(">I", len(text.encode())) + text.encode()
    return encoded
