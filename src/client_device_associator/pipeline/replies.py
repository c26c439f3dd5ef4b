"""What operators are told about what they have asked for."""

from collections import Counter
from collections.abc import Iterable

from client_device_associator.channel.port import Asked, PermissionsAsked
from client_device_associator.channel.protocol import (
    CarriedOut,
    Permissions,
    Refused,
    Reply,
    Trouble,
    word_of,
)
from client_device_associator.cloud.permission_check import Checked
from client_device_associator.core.instant import Instant
from client_device_associator.core.operator import Announce, Reconcile, Ruling
from client_device_associator.reporting.metric_notices import AnnouncementsRead
from client_device_associator.reporting.notices import CommandCarriedOut, Report

_NOT_STORED = "the core device cannot write to its disk; nothing was done"
_LIST_OFF = "reconcile.intervalHours is 0: the cloud's list is not asked for"


def tell(asked: Asked, ruling: Ruling, report: Report, now: Instant) -> None:
    """What was decided on a request is on disk."""
    reply = _reply(asked, ruling, now)
    if isinstance(reply, CarriedOut):
        outcomes = Counter(one.done.value for one in reply.outcomes)
        names = tuple(one.thing_name for one in reply.outcomes)
        if isinstance(asked.request, Announce):
            report(AnnouncementsRead(len(asked.request.thing_names), 0))
        report(CommandCarriedOut(word_of(asked.request), asked.uid, names, outcomes))
    asked.answer(reply)


def tell_permissions(asked: PermissionsAsked, checked: Checked) -> None:
    """What is known of permissions; nothing was decided."""
    asked.answer(Permissions(checked.findings, checked.is_complete))


def refuse(several: Iterable[Asked]) -> None:
    """What was decided on these requests could not be stored."""
    for asked in several:
        asked.answer(Refused(Trouble.STORAGE, _NOT_STORED))


def _reply(asked: Asked, ruling: Ruling, now: Instant) -> Reply:
    if not isinstance(asked.request, Reconcile):
        return CarriedOut(ruling.outcomes)
    if ruling.list_at is None:
        return Refused(Trouble.LIST_OFF, _LIST_OFF)
    return CarriedOut(list_at=now.on_the_wall(ruling.list_at))
