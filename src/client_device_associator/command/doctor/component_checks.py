"""What the component says of itself: whether it runs, what it hears, and how its calls go."""

from collections.abc import Iterator

from client_device_associator import __version__
from client_device_associator.command import remedies
from client_device_associator.command.component_state import ComponentState, Running
from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.bus import Bus, shown
from client_device_associator.core.operation import Operation
from client_device_associator.reporting.access_control import subscribe_block
from client_device_associator.reporting.iam_statement import iam_statement

_ON_IOT_CORE = shown(Bus.IOT_CORE, "")
_CALLS = {
    "cloud": (Operation.ASSOCIATE, "associating"),
    "departures": (Operation.DISASSOCIATE, "disassociating"),
}
"""What the state has of each kind of call."""

_SIDE_EFFECT = (
    "to have it compared, allow {}, and read in docs/configuration.md, 'The cloud's list', what"
    " that allows besides; or set reconcile.intervalHours to 0"
)


def check_component(state: ComponentState, running: Running) -> Iterator[Finding]:
    """Whether it runs, and which version it is."""
    if running is not Running.YES:
        text = "it has never run here" if running is Running.NEVER else "its process has ended"
        yield wrong("component", text, remedies.START)
        return
    version = state.text("version")
    if version == __version__:
        yield ok("component", f"it runs, version {version}")
    else:
        yield wrong(
            "component",
            f"version {version} runs, and this command is of version {__version__}",
            "use the command in the work directory of the component that runs; if a deployment was"
            " rolled back or is under way, wait for its end",
        )


def check_nucleus(state: ComponentState) -> Iterator[Finding]:
    """What it hears, and what accessControl lacks."""
    nucleus = state.section("nucleus")
    listening, refused = nucleus.texts("listening"), nucleus.texts("refused")
    if not listening and not refused:
        yield unknown("topics", "it has not subscribed yet", "ask again in some seconds")
        return
    if listening:
        yield ok("topics", f"it listens to {', '.join(listening)}")
    for bus in Bus:
        of_bus = [one for one in refused if one.startswith(_ON_IOT_CORE) is (bus is Bus.IOT_CORE)]
        if not of_bus:
            continue
        filters = [one.removeprefix(_ON_IOT_CORE) for one in of_bus]
        offline = "" if bus is Bus.LOCAL else ", unless this core device is offline"
        yield wrong(
            "accessControl",
            f"the nucleus refuses {', '.join(of_bus)}",
            f"merge {subscribe_block(filters, bus)}{offline}",
        )


def check_calls(state: ComponentState, region: str) -> Iterator[Finding]:
    """How calls go, for each operation; with the IAM statement if a permission lacks."""
    core = state.text("coreDeviceThingName")
    for name, (operation, verb) in _CALLS.items():
        if name not in state.document:
            continue
        section = state.section(name)
        value, message = section.text("state"), section.text("message")
        what = f"calls ({verb})"
        if value == "reachable":
            yield ok(what, "the cloud answers")
        elif value == "notCalledYet":
            yield unknown(what, "nothing was called since the start of the component")
        else:
            cause = next((one for one in FailureCause if one.value == value), None)
            remedy = remedies.OF_FAILURES[cause] if cause else remedies.READ_CODE
            if cause is FailureCause.ACCESS_DENIED:
                statement = iam_statement(core, region, message, operation)
                remedy = (
                    f"add this to the token exchange role: {statement}; then end the wait with:"
                    " associator retry '*'"
                )
            text = f"{value}: {section.text('code')} {message}"
            yield wrong(what, text, remedy.replace(remedies.THING, "'*'"))


def check_roster(state: ComponentState, region: str) -> Iterator[Finding]:
    """Whether the cloud's list is compared."""
    roster = state.section("roster")
    match roster.text("state"):
        case "compared":
            yield ok("cloud's list", f"compared; {roster.text('devices')} devices are on it")
        case "denied":
            core = state.text("coreDeviceThingName")
            statement = iam_statement(core, region, roster.text("message"), Operation.LIST)
            yield unknown(
                "cloud's list",
                "not compared: the token exchange role does not allow it",
                _SIDE_EFFECT.format(statement),
            )
        case "useless":
            yield unknown("cloud's list", f"the last one proved nothing: {roster.text('message')}")
        case _:
            yield unknown("cloud's list", "not compared since the start of the component")


def check_settings(state: ComponentState) -> Iterator[Finding]:
    """What is wrong with the configuration."""
    problems = state.section("configuration").texts("problems")
    if not problems:
        yield ok("configuration", "valid, and in effect")
    for problem in problems:
        yield wrong(
            "configuration",
            f"refused, and the last good one is in effect: {problem}",
            "deploy a corrected value",
        )
