"""The words of the log lines about calls to the cloud, and what they mean for client devices."""

from collections.abc import Mapping
from functools import singledispatch

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    DeviceDelayed,
    DeviceFailed,
    DevicesLetGo,
    DevicesRefused,
    RosterCompared,
    RosterDenied,
    RosterUseless,
    SilentDevicesFound,
)
from client_device_associator.core.operation import Operation
from client_device_associator.reporting.iam_statement import iam_statement
from client_device_associator.reporting.line import Line, Place, info, some_of, warning

_WHAT_TO_DO: Mapping[FailureCause, str] = {
    FailureCause.THROTTLED: "nothing to do",
    FailureCause.UNAVAILABLE: "check this core device's network and proxy",
    FailureCause.NO_CREDENTIALS: "check aws.greengrass.TokenExchangeService and the role alias of"
    " the nucleus configuration",
    FailureCause.CREDENTIALS_REFUSED: "check this core device's clock and its token exchange role",
    FailureCause.ACCESS_DENIED: "allow it for the token exchange role:",
    FailureCause.CORE_UNKNOWN: "check that the core device exists in this account and region",
    FailureCause.MISCONFIGURED: "correct that",
}

_DONE: Mapping[Operation, tuple[str, str]] = {
    Operation.ASSOCIATE: ("associated", "associated already"),
    Operation.DISASSOCIATE: ("disassociated", "not associated anyway"),
}
"""Of a device for which a call has worked, and of one for which it was not needed."""

_CALLS: Mapping[Operation, str] = {
    Operation.ASSOCIATE: "calls",
    Operation.DISASSOCIATE: "calls that disassociate client devices",
}


@singledispatch
def cloud_line(notice: object, place: Place) -> Line | None:  # noqa: ARG001 - for all others
    """The line for a notice about calls, or None if the log has none for it."""
    return None


@cloud_line.register
def _call_settled(notice: CallSettled, _: Place) -> Line:
    done, already = _DONE[notice.operation]
    parts = (
        (notice.done, done),
        (notice.already, already),
        (notice.delayed, "to be tried again or given up"),
        (notice.refused, "refused alone and given up"),
        (notice.bisected, "to be called again in smaller groups"),
    )
    words = ", ".join(f"{count} {what}" for count, what in parts if count)
    return info(f"call to the cloud answered: client devices {words}")


@cloud_line.register
def _calls_failing(notice: CallsFailing, place: Place) -> Line:
    to_do = _WHAT_TO_DO[notice.cause]
    if notice.cause is FailureCause.UNAVAILABLE and notice.was_answered:
        to_do = "nothing to do on this core device: the service answers with this error"
    if notice.cause is FailureCause.ACCESS_DENIED:
        to_do = (
            f"{to_do} {iam_statement(place.core, place.region, notice.message, notice.operation)}"
        )
    return warning(
        f"{_CALLS[notice.operation]} for core device {place.core} in region"
        f" {place.region or '(none)'} fail:"
        f" {notice.cause.value}: {notice.code} {notice.message}; {to_do}. Next call in"
        f" {notice.wait_seconds:.0f} s; all devices wait and are tried again"
    )


@cloud_line.register
def _calls_succeeding(_: CallsSucceeding, __: Place) -> Line:
    return info("the cloud answers again")


@cloud_line.register
def _device_delayed(notice: DeviceDelayed, _: Place) -> Line:
    return warning(
        f"client device {notice.thing_name} is not associated: {notice.code} {notice.message}; it"
        " is tried again"
    )


@cloud_line.register
def _device_failed(notice: DeviceFailed, _: Place) -> Line:
    return warning(
        f"client device {notice.thing_name} is not associated: {notice.code} {notice.message};"
        " given up until it is announced again"
    )


@cloud_line.register
def _devices_refused(notice: DevicesRefused, _: Place) -> Line:
    names = some_of(notice.thing_names, len(notice.thing_names))
    return warning(f"client devices that waited are not admitted any more: {notice.why}: {names}")


@cloud_line.register
def _roster_compared(notice: RosterCompared, _: Place) -> Line | None:
    appeared, vanished = notice.names
    differences = [
        f"{some_of(names, count)} {what}"
        for names, count, what in (
            (appeared, notice.appeared, "associated by somebody else"),
            (vanished, notice.vanished, "not on it any more"),
        )
        if count
    ]
    if not differences:
        return None
    return info(f"the cloud's list of {notice.devices} devices: {'; '.join(differences)}")


@cloud_line.register
def _roster_denied(notice: RosterDenied, place: Place) -> Line:
    statement = iam_statement(place.core, place.region, notice.message, Operation.LIST)
    return info(
        "the cloud's list of associated devices is not compared, for the token exchange role does"
        f" not allow it. To have it compared, allow {statement}, and read in"
        " docs/configuration.md what else that allows; or set reconcile.intervalHours to 0"
    )


@cloud_line.register
def _silent_devices(notice: SilentDevicesFound, _: Place) -> Line:
    names = some_of(notice.thing_names, len(notice.thing_names))
    if notice.is_dry_run:
        return info(
            f"client devices that were silent for departures.afterSilentDays: {names}. They would"
            " be disassociated if departures.dryRun were false"
        )
    return info(
        f"client devices that were silent for departures.afterSilentDays are disassociated: {names}"
    )


@cloud_line.register
def _let_go(notice: DevicesLetGo, _: Place) -> Line:
    names = some_of(notice.thing_names, len(notice.thing_names))
    return info(
        "client devices that another core device has associated, and that were not heard here for"
        f" handover.graceSeconds since, are disassociated from this one: {names}"
    )


@cloud_line.register
def _roster_useless(notice: RosterUseless, _: Place) -> Line:
    return warning(
        f"the cloud's list of associated devices proves nothing: {notice.why}; it is asked for"
        " again later"
    )
