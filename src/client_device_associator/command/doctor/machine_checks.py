"""The core device itself: its disk and its clock."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from client_device_associator.command import remedies
from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.messages.encoding import iso

LEAST_FREE_BYTES = 20 * 1024 * 1024
"""A journal of 100,000 devices has half of it."""

MIB = 1024 * 1024

NOT_BEFORE = 1_767_225_600.0
"""The start of 2026: this component did not exist before."""

_MOST_AHEAD_SECONDS = 300.0


def check_disk(directory: Path) -> Iterator[Finding]:
    """Whether there is room, and it may be written."""
    try:
        found = os.statvfs(directory)
    except OSError as error:
        yield unknown("disk", f"{directory} cannot be looked at: {error}")
        return
    if found.f_flag & os.ST_RDONLY:
        remedy = "repair the disk, or mount it writable"
        yield wrong("disk", f"{directory} is on a disk that is read-only", remedy)
        return
    free = found.f_bavail * found.f_frsize
    text = f"{free // MIB} MiB free for {directory}"
    # Some file systems have no fixed number of files, and say 0 of 0.
    has_no_file_left = found.f_files > 0 and found.f_favail == 0
    if free < LEAST_FREE_BYTES or has_no_file_left:
        more = ", and no file can be made any more" if has_no_file_left else ""
        yield wrong("disk", text + more, remedies.FREE_DISK)
    else:
        yield ok("disk", text)


def check_clock(now: float, files: Iterator[Path]) -> Iterator[Finding]:
    """Whether the clock can be right: not before this component was made, nor before its files.

    Args:
        now: Epoch seconds.
        files: What the component has written.
    """
    text = f"it is {iso(now)}"
    remedy = "have it set, as by NTP: calls are signed with the time, and refused if it is wrong"
    if now < NOT_BEFORE:
        yield wrong("clock", text, remedy)
        return
    newest = 0.0
    for file in files:
        with suppress(OSError):
            newest = max(newest, file.stat().st_mtime)
    if newest > now + _MOST_AHEAD_SECONDS:
        yield wrong("clock", f"{text}, and a file was written at {iso(newest)}", remedy)
    else:
        yield ok("clock", text)
