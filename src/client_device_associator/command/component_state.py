"""What the component has written about itself, and whether it still runs."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum

from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.core.values import dataclass
from client_device_associator.reporting.state_file import start_ticks


class Running(Enum):
    """Whether the process that wrote the state runs."""

    YES = "yes"
    NO = "no"
    NEVER = "never"
    """There is no state: it never ran, or only as a version that wrote none."""


@dataclass(frozen=True, slots=True)
class ComponentState:
    """The document of `state.json`; whatever is missing or of another type counts as empty.

    Attributes:
        document: All of it.
    """

    document: Mapping[str, object]

    def section(self, name: str) -> "ComponentState":
        """An object in it."""
        value = self.document.get(name)
        return ComponentState(value if isinstance(value, Mapping) else {})

    def text(self, name: str) -> str:
        """A string or a number in it, as text."""
        value = self.document.get(name)
        return str(value) if isinstance(value, (str, int, float)) else ""

    def number(self, name: str) -> int | None:
        """A whole number in it."""
        value = self.document.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, name: str) -> Sequence[str]:
        """A list of strings in it."""
        value = self.document.get(name)
        return [str(one) for one in value] if isinstance(value, list) else []

    @property
    def running(self) -> Running:
        """Whether its process runs; one that another has taken the id of does not."""
        process = self.section("process")
        pid = process.number("pid")
        if not self.document:
            return Running.NEVER
        if pid is None or pid <= 0:
            return Running.NO
        ticks = start_ticks(pid)
        if ticks is None:
            # /proc may be closed to other users: then only signals tell.
            return Running.YES if _exists(pid) else Running.NO
        return Running.YES if ticks == process.number("startTicks") else Running.NO


def readable_state(directory: WorkDirectory) -> ComponentState:
    """What the component has written about itself, as far as this user may read it."""
    with suppress(OSError):
        return ComponentState(directory.state() or {})
    return ComponentState({})


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
