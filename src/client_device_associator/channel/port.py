"""What the socket hands on to those who decide."""

from collections.abc import Callable

from client_device_associator.channel.protocol import Reply
from client_device_associator.core.operator import Request
from client_device_associator.core.values import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """A person on the core device wants something done.

    Attributes:
        request: What.
        uid: The user id of the one who asks, as the kernel says.
        answer: Takes the reply, once; it never blocks, and any thread may call it.
    """

    request: Request
    uid: int
    answer: Callable[[Reply], None] = field(compare=False)


@dataclass(frozen=True, slots=True)
class PermissionsAsked:
    """A person on the core device wants to know what the role allows; nothing changes.

    Attributes:
        answer: As in `Asked`.
    """

    answer: Callable[[Reply], None] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """A person on the core device wants to know how the component is.

    Attributes:
        answer: As in `Asked`.
    """

    answer: Callable[[Reply], None] = field(compare=False)
