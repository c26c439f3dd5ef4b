"""What the token exchange role allows: the running component asks the cloud."""

import time
from collections.abc import Callable, Iterator, Sequence

from client_device_associator.channel.client import ChannelError
from client_device_associator.channel.protocol import Permissions, Reply
from client_device_associator.command import remedies
from client_device_associator.command.component_state import ComponentState
from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import Permission, PermissionFinding
from client_device_associator.core.values import dataclass
from client_device_associator.reporting.iam_statement import iam_statement

_ROLE = "role"
_WHAT = {
    Operation.ASSOCIATE: "role (associate)",
    Operation.DISASSOCIATE: "role (disassociate)",
    Operation.LIST: "role (list)",
}
_NOT_NEEDED = {
    Operation.ASSOCIATE: "",
    Operation.DISASSOCIATE: "departures, silence and handover are off",
    Operation.LIST: "reconcile.intervalHours is 0",
}
"""Why the settings ask for no such calls."""

PAUSE_SECONDS = 0.2
MAX_ASKED = 150
"""Half a minute: a worker has to be started, and the call before may take 20 s."""

_FOR_A_PERSON = frozenset(
    {FailureCause.CORE_UNKNOWN, FailureCause.CREDENTIALS_REFUSED, FailureCause.MISCONFIGURED}
)
"""These do not pass by themselves; all else may."""

LIST_SIDE_EFFECT = (
    "to have the list compared, add this to the token exchange role, and read in"
    " docs/configuration.md, 'The cloud's list', what it allows besides: {}; or set"
    " reconcile.intervalHours to 0"
)


@dataclass(frozen=True, slots=True)
class Role:
    """What is known of the token exchange role.

    Attributes:
        findings: What the cloud has said.
        trouble: Why that is not all; None if it is.
    """

    findings: Sequence[PermissionFinding] = ()
    trouble: Finding | None = None

    def allows(self, operation: Operation) -> bool | None:
        """Whether an operation is allowed; None if that is not known."""
        known = {Permission.ALLOWED: True, Permission.DENIED: False}
        found = [one.permission for one in self.findings if one.operation is operation]
        return known.get(found[0]) if found else None


def ask_role(ask: Callable[[], Reply], pause: Callable[[float], None] = time.sleep) -> Role:
    """What the running component finds out.

    Args:
        ask: Asks it; raises ChannelError.
        pause: Waits for so many seconds.
    """
    try:
        reply = _complete(ask, pause)
    except ChannelError as error:
        return Role(trouble=unknown(_ROLE, f"its permissions are not known: {error}"))
    if not isinstance(reply, Permissions):
        text = "the component has not answered what the role allows"
        remedy = "ask again in a minute; is it of this command's version?"
        return Role(trouble=unknown(_ROLE, text, remedy))
    if reply.is_complete:
        return Role(reply.findings)
    remedy = "ask again in a minute; calls to the cloud may take long just now"
    rest = unknown(_ROLE, "the cloud has not answered all calls yet", remedy)
    return Role(reply.findings, rest)


def check_role(role: Role, state: ComponentState, region: str) -> Iterator[Finding]:
    """What the role allows.

    Args:
        role: As it is known.
        state: What the component says of itself.
        region: Of AWS; "" if it is not known.
    """
    for found in sorted(role.findings, key=lambda one: list(_WHAT).index(one.operation)):
        yield _judged(found, state.text("coreDeviceThingName"), region)
    if role.trouble is not None:
        yield role.trouble


def _complete(ask: Callable[[], Reply], pause: Callable[[float], None]) -> Reply:
    """The last answer: a complete one, or else the one at which patience has ended."""
    reply = ask()
    for _ in range(MAX_ASKED):
        if not isinstance(reply, Permissions) or reply.is_complete:
            break
        pause(PAUSE_SECONDS)
        reply = ask()
    return reply


def _judged(found: PermissionFinding, core_thing_name: str, region: str) -> Finding:
    what = _WHAT[found.operation]
    words = f"{found.code}: {found.message}"
    match found.permission:
        case Permission.ALLOWED:
            return ok(what, "the cloud takes such calls")
        case Permission.NOT_NEEDED:
            return ok(what, f"not needed, and not asked for: {_NOT_NEEDED[found.operation]}")
        case Permission.DENIED:
            statement = iam_statement(core_thing_name, region, found.message, found.operation)
            if found.operation is Operation.LIST:
                return unknown(what, f"denied: {words}", LIST_SIDE_EFFECT.format(statement))
            return wrong(
                what, f"denied: {words}", f"add this to the token exchange role: {statement}"
            )
    remedy = remedies.OF_FAILURES[found.cause] if found.cause else remedies.READ_CODE
    remedy = remedy.replace(remedies.THING, "'*'")
    if found.cause in _FOR_A_PERSON:
        return wrong(what, words, remedy)
    return unknown(what, words, remedy)
