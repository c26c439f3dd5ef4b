"""One way in which a device can be not associated, and what the command says then."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.reporting.notices import ListeningChanged
from client_device_associator.reporting.state_file import StateFile
from client_device_associator.work_files import JOURNAL, LAST_GOOD, STATE
from support.commands import Ran, run
from support.rig import Rig

NAME = "lamp"

NO_LISTS: Mapping[str, Any] = {"reconcile": {"intervalHours": 0}}

Drive = Callable[[Rig], None]
"""Has a component come to such a device."""


@dataclass(frozen=True)
class Way:
    """One way in which a device can be not associated.

    Attributes:
        what: In words.
        reason: What `why` calls it.
        says: Words that its cause must have.
        remedy: Words that its remedy must have.
        drive: Has a component come to it.
        document: The configuration.
        thing_name: Of the device.
        runs: Whether the component runs.
    """

    what: str
    reason: str
    says: str
    remedy: str
    drive: Drive
    document: Mapping[str, Any]
    thing_name: str = NAME
    runs: bool = True


def why(way: Way, directory: Path, *options: str) -> Ran:
    """What the command says when a component has come to it."""
    rig = Rig(directory)
    parsed = parse_configuration({**NO_LISTS, **way.document}, "core-1")
    assert parsed.settings is not None, parsed.problems
    rig.configure(parsed.settings)
    listening = tuple(one.topic_filter for one in parsed.settings.announcement_topics)
    rig.component.report_from_thread(ListeningChanged(listening, ()))
    rig.turn()
    way.drive(rig)
    rig.close()
    (directory / "journal").rename(directory / JOURNAL)
    (directory / LAST_GOOD).write_text(json.dumps({**NO_LISTS, **way.document}))
    if way.runs:
        StateFile(directory / STATE).keep(rig.states[-1])
    now = rig.clock.now().wall
    return run(directory, "why", way.thing_name, *options, now=now)
