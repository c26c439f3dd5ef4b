"""A signed request to an AWS service, as a function that answers it sees it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from greengrass_sandbox.services.protocols import Protocol, operation_of, protocol_of
from greengrass_sandbox.services.results import ServiceAnswer, refusal


@dataclass(frozen=True)
class ServiceRequest:
    """One request whose signature is right.

    Attributes:
        service: The signing name that it is signed for, such as `monitoring` for CloudWatch, `s3`.
        region: The region that it is signed for.
        method: Of HTTP.
        path: As it came, percent-encoded.
        query: The parameters of its query, decoded, each with all its values.
        headers: Names in lower case.
        body: As it came; that of an upload in signed chunks is in one piece, without signatures.
        thing_name: The core device whose credentials signed it; None: an administrator's did.
        status: What was answered, as HTTP has it; None as long as there is no answer.
    """

    service: str
    region: str
    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    thing_name: str | None
    status: int | None = None

    @property
    def protocol(self) -> Protocol:
        """Which of AWS's protocols it speaks."""
        return protocol_of(self.service, self.headers)

    @property
    def operation(self) -> str:
        """Its operation, such as `PutMetricData`; method and path where the protocol names none."""
        return operation_of(self.protocol, self.method, self.path, self.headers, self.body)

    def json(self) -> Any:  # noqa: ANN401 - whatever the client sent
        """Its body, read as JSON.

        Raises:
            ValueError: It is none.
        """
        return json.loads(self.body)

    def form(self) -> Mapping[str, Sequence[str]]:
        """Its body, read as the form in which the protocol `query` sends parameters."""
        return parse_qs(self.body.decode(), keep_blank_values=True)

    def refused(self, code: str, message: str = "", *, status: int = 400) -> ServiceAnswer:
        """An error, in the form in which this request's protocol has errors.

        Args:
            code: Its name, such as `ThrottlingException`.
            message: For the reader.
            status: Of HTTP. SDKs try again after 500 to 504, and after the codes of throttling.
        """
        return refusal(self.protocol, code, message, status)


Answer = Callable[[ServiceRequest], ServiceAnswer | Mapping[str, object] | bytes | str | None]
"""Answers a request: with an answer, with what becomes JSON, with a body, or not at all (None)."""
