"""The lines of `status`."""

import json
import re
from collections.abc import Iterator, Mapping

from client_device_associator import __version__
from client_device_associator.command.component_state import ComponentState, Running
from client_device_associator.command.durations import duration
from client_device_associator.core.life import DeviceState
from client_device_associator.core.values import dataclass
from client_device_associator.journal.overview import Overview
from client_device_associator.messages.encoding import epoch_seconds

_WELL = ("reachable", "notCalledYet", "compared", "notComparedYet", "ok", "inForce")
_CAPITAL = re.compile("[A-Z]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what it is about, what is to be said, and whether it needs a person."""

    label: str
    text: str
    is_wrong: bool = False


def running_lines(state: ComponentState, running: Running, now: float) -> Iterator[Line]:
    """Which component this is, and whether it runs."""
    version = state.text("version")
    pid = state.section("process").text("pid")
    match running:
        case Running.NEVER:
            text = "no: it has never run here, or only as a version that wrote no state.json"
            yield Line("running", text, is_wrong=True)
            return
        case Running.NO:
            last = _moment(state.text("timestamp"), now)
            text = f"no: process {pid} has ended; it wrote its state last at {last}"
            yield Line("running", text, is_wrong=True)
        case Running.YES:
            yield Line("running", f"since {_moment(state.text('startedAt'), now)}, process {pid}")
    core = state.text("coreDeviceThingName")
    if running is Running.YES and version != __version__:
        text = f"{version} on {core}; this command is of version {__version__}"
        yield Line("version", text, is_wrong=True)
    else:
        yield Line("version", f"{version} on {core}")


def state_lines(state: ComponentState, now: float) -> Iterator[Line]:
    """How everything is that the component depends on; only while it runs."""
    nucleus = state.section("nucleus")
    listening, refused = nucleus.texts("listening"), nucleus.texts("refused")
    text = ", ".join(listening) or "to nothing"
    if since := nucleus.text("since"):
        text += f" since {_moment(since, now)}"
    yield Line("listening", text, is_wrong=not listening)
    if refused:
        yield Line("refused", ", ".join(refused), is_wrong=True)
    for name in ("cloud", "departures", "roster", "journal"):
        if name in state.document:
            yield _state_line(name, state.section(name), now)
    counters = state.section("counters").document
    counted = ", ".join(f"{key} {value}" for key, value in sorted(counters.items()) if value)
    yield Line("counters", counted or "none")
    yield Line("last call", _last_call(state.section("lastCall"), now))


def configuration_lines(state: ComponentState, changed: Mapping[str, object]) -> Iterator[Line]:
    """Which settings there are, and what is wrong with those that are refused."""
    for problem in state.section("configuration").texts("problems"):
        yield Line("settings", f"refused: {problem}", is_wrong=True)
    differing = ", ".join(f"{key} = {_value(value)}" for key, value in changed.items())
    yield Line("settings", f"in effect: {differing or 'the defaults'}")


def journal_lines(overview: Overview, now: float) -> Iterator[Line]:
    """What waits, and what is known of devices."""
    devices = overview.devices
    joining = devices.get(DeviceState.PENDING, 0)
    leaving = devices.get(DeviceState.LEAVING, 0)
    text = f"{joining} to be associated, {leaving} to be disassociated"
    if overview.oldest_waiting is not None and overview.next_due_at is not None:
        oldest = duration(now - overview.oldest_waiting)
        due = overview.next_due_at - now
        text += f"; the oldest waits for {oldest}, the next call is due"
        text += f" in {duration(due)}" if due > 0 else " now"
    yield Line("queue", text)
    settled = [
        f"{devices[state]} {state.name.lower()}"
        for state in (DeviceState.ASSOCIATED, DeviceState.FAILED, DeviceState.LEFT)
        if devices.get(state)
    ]
    text = ", ".join(settled) or "none is settled"
    if overview.last_settled is not None:
        text += f"; the last change was {duration(now - overview.last_settled)} ago"
    yield Line("devices", text)
    unsent = ", ".join(f"{count} for {bus}" for bus, count in overview.unsent.items())
    yield Line("results", f"{unsent} not sent yet" if unsent else "all are sent")


def _words(value: str) -> str:
    """A value in camelCase for people."""
    return _CAPITAL.sub(lambda found: f" {found[0].lower()}", value)


def _state_line(name: str, state: ComponentState, now: float) -> Line:
    value = state.text("state")
    text = _words(value)
    if name == "roster" and value == "compared":
        compared = _moment(state.text("comparedAt"), now)
        text += f" at {compared}: {state.text('devices')} devices are on the cloud's list"
    if since := state.text("since"):
        text += f" since {_moment(since, now)}"
    if said := ": ".join(filter(None, (state.text("code"), state.text("message")))):
        text += f": {said}"
    return Line(name, text, is_wrong=value not in _WELL)


def _last_call(call: ComponentState, now: float) -> str:
    """When the last call ended, for how many devices, and how it was answered."""
    if not call.document:
        return "none yet"
    answer = _words(call.text("answer"))
    text = f"{_moment(call.text('at'), now)}: {call.text('operation')}"
    if count := call.number("devices"):
        text += f" {count} devices"
    text += f", {answer}"
    if said := call.text("message"):
        text += f": {said}"
    if request_id := call.text("requestId"):
        text += f" (AWS request id {request_id})"
    return text


def _moment(text: str, now: float) -> str:
    at = epoch_seconds(text)
    if at is None:
        return text
    # Milliseconds are for programs.
    return f"{text.partition('.')[0].removesuffix('Z')}Z ({duration(now - at)} ago)"


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
