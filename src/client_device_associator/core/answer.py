"""Every way in which a call can end."""

from enum import Enum

from client_device_associator.core.values import dataclass, field


class FailureCause(str, Enum):
    """Why a call failed as a whole, through no fault of a device in it."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    NO_CREDENTIALS = "noCredentials"
    CREDENTIALS_REFUSED = "credentialsRefused"
    ACCESS_DENIED = "accessDenied"
    CORE_UNKNOWN = "coreUnknown"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One entry of `errorEntries`; the service model requires none of its fields."""

    thing_name: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What every answer has.

    Attributes:
        request_id: By which AWS finds the call again; None if the service gave none. Answers that
            say the same are equal whatever it is.
    """

    request_id: str | None = field(default=None, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Succeeded(Answered):
    """HTTP 200 with a body of this operation; some devices may have error entries."""

    error_entries: tuple[ErrorEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed(Answered):
    """One page of the devices that are associated with the core device.

    Attributes:
        thing_names: Those on this page, as they came; nothing is promised of their order.
        next_token: What the next page is asked for with; None if this was the last one.
    """

    thing_names: tuple[str, ...]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class ValidationFailed(Answered):
    """ValidationException: some entry, or the request as a whole, was refused.

    Attributes:
        message: The service's own words.
        fields: Name and message of each field that the service complained about.
    """

    message: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ThingNotFound(Answered):
    """ResourceNotFoundException for one of the client devices: nothing was done for any of them."""

    thing_name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CallFailed(Answered):
    """The call did nothing and is made again after a wait.

    Attributes:
        cause: What is wrong.
        code: The service's code or the type of the error, for people.
        message: The service's or the library's words, for people.
        retry_after: Seconds for which the service asked not to be called.
        was_answered: Whether the service, or something in front of it, answered with an error.
    """

    cause: FailureCause
    code: str
    message: str
    retry_after: float = 0.0
    was_answered: bool = False


Answer = Succeeded | Listed | ValidationFailed | ThingNotFound | CallFailed
