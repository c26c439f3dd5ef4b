"""All checks of `doctor`, in the order in which a person would make them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from client_device_associator.channel.client import ask_permissions
from client_device_associator.command.component_state import (
    ComponentState,
    Running,
    readable_state,
)
from client_device_associator.command.doctor.bridge_checks import (
    check_bridge,
    check_broker,
    has_local_mqtt,
)
from client_device_associator.command.doctor.component_checks import (
    check_calls,
    check_component,
    check_nucleus,
    check_roster,
    check_settings,
)
from client_device_associator.command.doctor.device_auth_checks import check_device_auth
from client_device_associator.command.doctor.finding import Finding, ok, unknown
from client_device_associator.command.doctor.journal_checks import check_journal
from client_device_associator.command.doctor.library_checks import check_libraries
from client_device_associator.command.doctor.machine_checks import check_clock, check_disk
from client_device_associator.command.doctor.neighbour_checks import (
    Deployed,
    check_deployed_version,
    check_neighbours,
    check_nucleus_version,
)
from client_device_associator.command.doctor.network_checks import (
    check_endpoint,
    check_token_exchange,
)
from client_device_associator.command.doctor.nucleus_root import Kind, kind_of, root_of
from client_device_associator.command.doctor.offline_checks import check_offline
from client_device_associator.command.doctor.permission_checks import Role, ask_role, check_role
from client_device_associator.command.doctor.surroundings import environment_of
from client_device_associator.command.work_directory import COMPONENT, WorkDirectory
from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status

_BESIDE_STATE = "only while the component runs, by root"


def findings(directory: WorkDirectory, now: float) -> Iterator[Finding]:
    """What is found, as it is found.

    Args:
        directory: The component's.
        now: Epoch seconds.
    """
    state = readable_state(directory)
    running = state.running
    pid = state.section("process").number("pid")
    environment = environment_of(pid) if running is Running.YES else None
    region = (environment or {}).get("AWS_REGION", "")
    yield from check_component(state, running)
    yield from check_disk(directory.path)
    yield from check_clock(now, directory.path.glob("*"))
    yield from check_journal(directory, now)
    if running is Running.YES:
        yield from check_nucleus(state)
        yield from check_settings(state)
        yield from check_calls(state, region)
        yield from check_roster(state, region)
    if pid is None or environment is None:
        yield unknown("nucleus", f"its version and token exchange are seen {_BESIDE_STATE}")
    else:
        yield from check_nucleus_version(environment)
        yield from check_libraries(pid, environment)
        yield from check_token_exchange(environment, now)
        yield from check_endpoint(environment)
    role = Role()
    if running is Running.YES:
        role = ask_role(lambda: ask_permissions(directory.path))
        yield from check_role(role, state, region)
    yield from _neighbourhood(directory, state, environment, role)


def _neighbourhood(
    directory: WorkDirectory,
    state: ComponentState,
    environment: Mapping[str, str] | None,
    role: Role,
) -> Iterator[Finding]:
    """What the nucleus has beside the component."""
    root = root_of(directory.path)
    deployed = root.deployed(COMPONENT) if root else None
    settings = _settings(directory, state)
    kind = kind_of(environment or {})
    yield from check_deployed_version(deployed, state)
    yield from check_neighbours(deployed, root, kind, settings)
    if kind is Kind.LITE:
        # AWS has neither of them for it; components of others may pass on messages.
        yield ok("local MQTT", "nucleus lite has no MQTT bridge and no client device auth")
        return
    if deployed is not None and settings is not None:
        yield from _local_mqtt(deployed, settings, state)
    yield from check_offline(deployed, lists=role.allows(Operation.LIST))


def _local_mqtt(deployed: Deployed, settings: Settings, state: ComponentState) -> Iterator[Finding]:
    """The way of client devices that come by MQTT."""
    if not has_local_mqtt(deployed):
        text = "no broker, bridge or client device auth is deployed: announcements come from others"
        yield ok("local MQTT", text)
        return
    counters = state.section("counters")
    has_heard = any(counters.number(status.value) for status in Status)
    yield from check_broker(deployed)
    yield from check_bridge(deployed, settings, has_heard=has_heard)
    yield from check_device_auth(deployed, settings, has_heard=has_heard)


def _settings(directory: WorkDirectory, state: ComponentState) -> Settings | None:
    """Those in effect, as far as the last good configuration tells."""
    with suppress(OSError):
        document = directory.configuration()
        if document is not None:
            return parse_configuration(document, state.text("coreDeviceThingName")).settings
    return None
