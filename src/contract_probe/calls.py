"""Calls of the services: counted, not repeated by the SDK, and returned whatever the answer is."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Client = Any
"""boto3 makes its clients' classes at run time."""

OK = 200
_TIMEOUT_SECONDS = 30
_ATTEMPTS = 6
_PAUSE_SECONDS = 2.0
_RETRYABLE = {"ThrottlingException", "InternalServerException", "InternalFailureException"}
_RETRYABLE |= {"ServiceUnavailableException", "TooManyRequestsException"}

CONFIG = Config(
    retries={"total_max_attempts": 1},
    connect_timeout=_TIMEOUT_SECONDS,
    read_timeout=_TIMEOUT_SECONDS,
    # What the service itself says about requests of a wrong form is one of the questions.
    parameter_validation=False,
)


class StoppedError(Exception):
    """A signal came."""


class OutOfCallsError(Exception):
    """The calls that may be made are used up, but for those that the end needs."""


class NoAnswerError(Exception):
    """A call had no answer of the service; says why."""


@dataclass(frozen=True)
class Answer:
    """What the service answered.

    Attributes:
        status: HTTP.
        body: The answer's members, without metadata; of an error, its own.
        retry_after: The header `Retry-After`, if it was there.
    """

    status: int
    body: Mapping[str, Any]
    retry_after: str | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the operation was carried out; error entries are no refusal."""
        return self.status == OK

    @property
    def code(self) -> str:
        """The error's code; "" for a success."""
        return "" if self.is_ok else str(self.body.get("code", ""))


@dataclass
class Calls:
    """Makes calls and counts them.

    Args:
        limit: How many may be made in all.
        reserve: How many of them are kept for the end.
        stop: Is set by a signal; the next call is not made then, unless it is for the end.
        sleep: Waits so many seconds.

    Attributes:
        made: How many were made.
        is_ending: Whether the calls are for the end.
    """

    limit: int
    reserve: int
    stop: threading.Event
    sleep: Callable[[float], None] = time.sleep
    made: int = field(default=0, init=False)
    is_ending: bool = field(default=False, init=False)

    def ask(self, client: Client, operation: str, **parameters: object) -> Answer:
        """Makes one call.

        Args:
            client: Of boto3.
            operation: The name of the client's method.
            parameters: Of the operation.

        Raises:
            StoppedError: A signal came.
            OutOfCallsError: There may be no more.
            NoAnswerError: The service could not be reached, or there are no credentials.
        """
        if self.stop.is_set() and not self.is_ending:
            raise StoppedError("a signal came")
        if self.made >= self.limit - (0 if self.is_ending else self.reserve):
            raise OutOfCallsError(f"{self.made} calls were made, of {self.limit} at most")
        self.made += 1
        try:
            response = dict(getattr(client, operation)(**parameters))
        except ClientError as error:
            return _refusal(error.response)
        except BotoCoreError as error:
            raise NoAnswerError(f"{operation}: {error}") from error
        metadata = response.pop("ResponseMetadata")
        return Answer(int(metadata["HTTPStatusCode"]), response)

    def insist(self, client: Client, operation: str, **parameters: object) -> Answer:
        """Makes a call again while the service is too busy, some times; returns the last answer.

        Raises:
            StoppedError, OutOfCallsError, NoAnswerError: As `ask`.
        """
        answer = self.ask(client, operation, **parameters)
        for attempt in range(1, _ATTEMPTS):
            if answer.code not in _RETRYABLE:
                break
            self.pause(_PAUSE_SECONDS * attempt)
            answer = self.ask(client, operation, **parameters)
        return answer

    def pause(self, seconds: float) -> None:
        """Waits; a signal ends it, unless the end has come."""
        if self.is_ending:
            self.sleep(seconds)
        else:
            self.stop.wait(seconds)


def _refusal(response: Mapping[str, Any]) -> Answer:
    metadata = response["ResponseMetadata"]
    error = dict(response.get("Error", {}))
    body = {"code": error.get("Code", ""), "message": error.get("Message", "")}
    others = {
        key: value
        for key, value in response.items()
        if key not in ("Error", "ResponseMetadata", "message")
    }
    headers = metadata.get("HTTPHeaders", {})
    return Answer(int(metadata["HTTPStatusCode"]), {**body, **others}, headers.get("retry-after"))
