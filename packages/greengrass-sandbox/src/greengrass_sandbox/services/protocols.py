"""Which of AWS's protocols a request speaks, as far as errors and records need it.

The protocols are those of the Smithy specification (smithy.io, "AWS Protocols").
"""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import parse_qs

_REST_XML_SERVICES = frozenset({"s3", "s3-object-lambda", "s3-outposts", "route53", "cloudfront"})
_FORM = "application/x-www-form-urlencoded"
_CBOR_OPERATION = "/operation/"


class Protocol(str, Enum):
    """How a service's requests and errors are written."""

    JSON = "json"
    REST_JSON = "rest-json"
    REST_XML = "rest-xml"
    QUERY = "query"
    EC2 = "ec2"
    CBOR = "smithy-rpc-v2-cbor"


def protocol_of(service: str, headers: Mapping[str, str]) -> Protocol:
    """Tell a request's protocol.

    Args:
        service: The signing name.
        headers: Names in lower case.
    """
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Protocol.CBOR
    if "x-amz-target" in headers:
        return Protocol.JSON
    if service in _REST_XML_SERVICES:
        return Protocol.REST_XML
    if headers.get("content-type", "").startswith(_FORM):
        return Protocol.EC2 if service == "ec2" else Protocol.QUERY
    return Protocol.REST_JSON


def operation_of(
    protocol: Protocol, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> str:
    """An operation's name; method and path where the protocol names none."""
    if protocol is Protocol.JSON:
        return headers["x-amz-target"].rpartition(".")[2]
    if protocol is Protocol.CBOR:
        return path.rpartition(_CBOR_OPERATION)[2]
    if protocol in (Protocol.QUERY, Protocol.EC2):
        actions = parse_qs(body.decode(errors="replace")).get("Action")
        if actions:
            return actions[0]
    return f"{method} {path}"
