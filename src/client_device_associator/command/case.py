"""All that is known of one device, for a reader who wants to know why it is not associated."""

import json
from collections.abc import Mapping, Sequence

from client_device_associator.command.component_state import ComponentState, Running
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.device import Device
from client_device_associator.core.result import Result
from client_device_associator.core.trail import TrailEntry
from client_device_associator.core.values import dataclass, field
from client_device_associator.journal.reader import JournalReader, converting
from client_device_associator.journal.rows import load_result, read_announcement_row, read_device
from client_device_associator.journal.trail import trail_of

MAX_ENTRIES = 50
"""Of the trail that are shown."""

NOBODY = ""
"""Under this name the trail has what was rejected and named no device."""


@dataclass(frozen=True, slots=True)
class Case:
    """One device, and how the component is.

    Attributes:
        thing_name: Of the device.
        device: What the journal has of it; None if nothing.
        waiting: Announcements without a final result.
        unsent: Results that the nucleus has not taken yet.
        trail: What has happened to it, newest first.
        nameless: Rejections of messages that named nobody, newest first.
        before: How many devices are due before it.
        state: What the component has written about itself.
        running: Whether it runs.
        settings: The last good ones; None if there are none that can be read.
        now: Epoch seconds.
    """

    thing_name: str
    device: Device | None = None
    waiting: Sequence[Announcement] = ()
    unsent: Sequence[Result] = ()
    trail: Sequence[TrailEntry] = ()
    nameless: Sequence[TrailEntry] = ()
    before: int = 0
    state: ComponentState = field(default_factory=lambda: ComponentState({}))
    running: Running = Running.NEVER
    settings: Settings | None = None
    now: float = 0.0


def read_case(
    thing_name: str,
    journal: JournalReader,
    directory: WorkDirectory,
    now: float,
) -> Case:
    """Reads it all.

    Args:
        thing_name: Of the device.
        journal: Where it is read from.
        directory: Where the rest is.
        now: Epoch seconds.

    Raises:
        JournalError: The journal cannot be read, or is damaged.
        OSError: This user may not read the other files.
    """
    state = ComponentState(directory.state() or {})
    configuration = directory.configuration()
    with converting():
        device = _device(journal, thing_name)
        return Case(
            thing_name,
            device,
            _waiting(journal, thing_name),
            _unsent(journal, thing_name),
            trail_of(journal.read, thing_name, MAX_ENTRIES),
            trail_of(journal.read, NOBODY, MAX_ENTRIES),
            0 if device is None else _before(journal, device),
            state,
            state.running,
            _settings(configuration, state.text("coreDeviceThingName")),
            now,
        )


def _device(journal: JournalReader, thing_name: str) -> Device | None:
    rows = journal.read("SELECT * FROM device WHERE thing_name = ?", (thing_name,))
    return next(map(read_device, rows), None)


def _waiting(journal: JournalReader, thing_name: str) -> Sequence[Announcement]:
    rows = journal.read(
        "SELECT *, (SELECT state FROM device WHERE device.thing_name = waiting.thing_name)"
        " FROM waiting WHERE thing_name = ?",
        (thing_name,),
    )
    return list(map(read_announcement_row, rows))


def _unsent(journal: JournalReader, thing_name: str) -> Sequence[Result]:
    # The text first: most results are of other devices.
    rows = journal.read(
        "SELECT result, bus FROM owed WHERE instr(result, ?) ORDER BY owed_id",
        (json.dumps(thing_name),),
    )
    results = (load_result(result, bus) for result, bus in rows)
    return [one for one in results if one.thing_name == thing_name and not one.is_claim]


def _before(journal: JournalReader, device: Device) -> int:
    ((count,),) = journal.read(
        "SELECT COUNT(*) FROM device WHERE state = ? AND due_at < ?",
        (device.state.value, device.due_at),
    )
    return int(count)


def _settings(document: Mapping[str, object] | None, core_thing_name: str) -> Settings | None:
    return None if document is None else parse_configuration(document, core_thing_name).settings
