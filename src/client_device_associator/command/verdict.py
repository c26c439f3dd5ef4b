"""What is to be said of a device in the end."""

from client_device_associator.command.remedies import NOTHING
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a device is not associated.

    Attributes:
        reason: Of what kind it is, in camelCase, for programs and for the table in the document.
        cause: For a person: what is so, and why.
        next: What happens without a person, and when.
        remedy: What a person can do.
        needs_person: Whether nothing good happens otherwise.
    """

    reason: str
    cause: str
    next: str
    remedy: str = NOTHING
    needs_person: bool = True
