"""What announcers are answered about a client device."""

from enum import Enum

from client_device_associator.core.bus import Bus
from client_device_associator.core.values import dataclass

ROSTER_TOPIC = "clientdevices/associator/roster"
"""The component's own topic, on which it says who has appeared on the cloud's list, or vanished."""


class Status(str, Enum):
    """What became of an announcement, or of a device that nobody has announced."""

    ASSOCIATED = "associated"
    DISASSOCIATED = "disassociated"
    QUEUED = "queued"
    RETRYING = "retrying"
    FAILED = "failed"
    REJECTED = "rejected"
    APPEARED = "appeared"
    VANISHED = "vanished"


SUPERSEDED = "superseded"
"""The code of a result for an announcement that another word about its device came after."""


FORGOTTEN = "forgotten"
"""The code of a result for an announcement whose device an operator had forgotten."""


class Reason(str, Enum):
    """Why an announcement was rejected."""

    NOT_JSON = "notJson"
    NOT_AN_OBJECT = "notAnObject"
    WRONG_TYPE = "wrongType"
    NO_THING_NAME = "noThingName"
    INVALID_THING_NAME = "invalidThingName"
    OTHER_THING_NAME = "otherThingName"
    TOO_MANY_NAMES = "tooManyNames"
    TOO_LARGE = "tooLarge"
    INVALID_ID = "invalidId"
    NOT_ADMITTED = "notAdmitted"
    UNPROVEN_NAME = "unprovenName"
    OVERLOADED = "overloaded"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Result:
    """One entry of a result message.

    Attributes:
        topic: The topic of the announcement that this answers; the result topic is made of it.
        status: What became of it.
        thing_name: The client device, or None if the announcement named none.
        already: With ASSOCIATED or DISASSOCIATED: nothing had to be done.
        code: A `Reason`, or the service's own code.
        message: For a person: what happened and what to do.
        attempts: How often the cloud has answered for this device alone with an error.
        next_attempt_at: Epoch seconds on the wall clock.
        announcement_id: The announcement's own `id`.
        bus: Where it goes.
        heard_at: Of a claim alone, see `Handover`: when the device was heard, in epoch seconds on
            the wall clock.
    """

    topic: str
    status: Status
    thing_name: str | None = None
    already: bool = False
    code: str | None = None
    message: str | None = None
    attempts: int | None = None
    next_attempt_at: float | None = None
    announcement_id: str | None = None
    bus: Bus = Bus.LOCAL
    heard_at: float | None = None

    @property
    def is_claim(self) -> bool:
        """Whether it is for other core devices, and answers no announcement."""
        return self.heard_at is not None
