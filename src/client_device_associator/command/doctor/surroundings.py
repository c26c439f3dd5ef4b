"""The environment that the nucleus has given to the running component."""

from collections.abc import Mapping
from pathlib import Path

_PROCESSES = Path("/proc")


def environment_of(pid: int | None) -> Mapping[str, str] | None:
    """The environment of a process; None if this user may not see it, or there is no such process.

    It holds secrets: none of it may be printed but names of hosts, regions and versions.
    """
    if pid is None:
        return None
    try:
        content = (_PROCESSES / str(pid) / "environ").read_bytes()
    except OSError:
        return None
    pairs = (one.partition("=") for one in content.decode(errors="replace").split("\0"))
    return {name: value for name, is_there, value in pairs if is_there}
