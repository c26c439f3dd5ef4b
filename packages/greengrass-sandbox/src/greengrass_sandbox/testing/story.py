"""What happened on a core device, for the report of a test that failed."""

from collections.abc import Iterator

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.core_device import CoreDevice

MAX_LINES = 60
"""Of each section: a report is to be read."""
_MAX_PAYLOAD_CHARACTERS = 300


def sections(core: CoreDevice, messages: list[Message]) -> Iterator[tuple[str, str]]:
    """Titles and texts: each component's log, the bus, calls to the cloud and to other services."""
    for name, deployed in core.components.deployed.items():
        log = deployed.log_path.read_text(encoding="utf-8", errors="replace")
        yield f"{name} is {deployed.record.snapshot.state}, its log", _end(log.splitlines())
    yield "messages on local publish/subscribe", _end([_line(it) for it in messages])
    calls = [
        f"{it.status or 'no answer'} {it.operation} {it.error_code or ''}".rstrip()
        for it in core.cloud.calls
    ]
    if calls:
        yield "calls to the cloud", _end(calls)
    requests = core.account.services.requests
    if requests:
        lines = [f"{it.status} {it.service} {it.operation}" for it in requests]
        yield "requests to other services", _end(lines)


def _line(message: Message) -> str:
    payload = repr(message.payload)
    if len(payload) > _MAX_PAYLOAD_CHARACTERS:
        payload = f"{payload[:_MAX_PAYLOAD_CHARACTERS]}… ({len(payload)} characters)"
    return f"{message.publisher} on {message.topic}: {payload}"


def _end(lines: list[str]) -> str:
    """The last of them, and how many there are before."""
    left_out = len(lines) - MAX_LINES
    shown = [f"({left_out} lines before)"] if left_out > 0 else []
    return "\n".join([*shown, *lines[-MAX_LINES:]]) or "none"
