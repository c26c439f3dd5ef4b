"""What there is to say about a running sandbox, as a document and as text."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from rich.console import Console
from rich.table import Table

from greengrass_sandbox.core_device import CoreDevice

_CALLS_SHOWN = 20
_NAMES_SHOWN = 5


def status_of(core: CoreDevice) -> dict[str, Any]:
    """Collect the status as plain JSON values. Call it on the sandbox's loop."""
    calls = list(core.cloud.calls)
    return {
        "coreDevice": core.thing_name,
        "profile": core.profile.name,
        "root": str(core.layout.root),
        "cloud": core.cloud.url,
        "tokenExchange": core.token_exchange.mode.value,
        "iotCore": core.nucleus.iot_core.link.value,
        "things": len(core.cloud.things),
        "components": [_component(core, name) for name in core.components.deployed],
        "faults": {str(key): fault.kind.value for key, fault in core.cloud.faults.items()},
        "callCount": len(calls),
        "calls": [
            {
                "time": datetime.fromtimestamp(call.time, timezone.utc).isoformat(
                    timespec="milliseconds"
                ),
                "operation": call.operation,
                "coreDevice": call.core,
                "thingNames": list(call.thing_names),
                "status": call.status,
                "errorCode": call.error_code,
            }
            for call in calls[-_CALLS_SHOWN:]
        ],
        "associations": {
            name: sorted(associated) for name, associated in core.cloud.associations.items()
        },
    }


def show(status: Mapping[str, Any], console: Console) -> None:
    """Print a status: tables on a terminal, one fact a line with tabs elsewhere."""
    heads: dict[str, tuple[str, ...]] = {
        "component": ("name", "state", "pid", "restarts", "exit codes", "subscriptions"),
        "fault": ("number", "kind"),
        "call": ("time", "operation", "status", "client devices"),
        "association": ("core device", "client device"),
    }
    rows: dict[str, list[tuple[str, ...]]] = {
        "component": [
            (
                *(it["name"], it["state"], _text(it["pid"]), str(it["restarts"])),
                *(_listed(it["exitCodes"]), _listed(it["subscriptions"])),
            )
            for it in status["components"]
        ],
        "fault": list(status["faults"].items()),
        "call": [
            (
                *(it["time"], it["operation"], f"{_text(it['status'])} {it['errorCode'] or ''}"),
                _listed(it["thingNames"], _NAMES_SHOWN),
            )
            for it in status["calls"]
        ],
        "association": [
            (core, name) for core, names in status["associations"].items() for name in names
        ],
    }
    keys = (
        "coreDevice",
        "profile",
        "root",
        "cloud",
        "tokenExchange",
        "iotCore",
        "things",
        "callCount",
    )
    for key in keys:
        _line(console, key, _text(status[key]))
    for kind, head in heads.items():
        if not console.is_terminal:
            for row in rows[kind]:
                _line(console, kind, *row)
        elif rows[kind]:
            table = Table(*head, title=f"{kind}s", title_justify="left")
            for row in rows[kind]:
                table.add_row(*row)
            console.print(table)


def _line(console: Console, *fields: str) -> None:
    # Not console.print: it wraps, and expands the tabs at which other programs cut the line.
    console.file.write("\t".join(fields) + "\n")


def _component(core: CoreDevice, name: str) -> dict[str, Any]:
    snapshot = core.components.deployed[name].record.snapshot
    return {
        "name": name,
        "state": snapshot.state.value,
        "pid": snapshot.pid,
        "restarts": snapshot.restarts,
        "exitCodes": list(snapshot.exit_codes),
        "subscriptions": core.nucleus.subscriptions(name),
        "iotCoreSubscriptions": core.nucleus.iot_core.subscriptions(name),
        "reported": core.nucleus.state_of(name),
    }


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _listed(values: Iterable[object], at_most: int | None = None) -> str:
    texts = [str(value) for value in values]
    if at_most is not None and len(texts) > at_most:
        return f"{', '.join(texts[:at_most])} and {len(texts) - at_most} more"
    return ", ".join(texts) or "-"
