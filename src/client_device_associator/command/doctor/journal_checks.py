"""The journal: whether it can be read, and what lies in it too long."""

from collections.abc import Iterator

from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.command.durations import duration
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.core.life import DeviceState
from client_device_associator.errors import JournalError, JournalVersionError
from client_device_associator.journal.overview import read_overview
from client_device_associator.journal.reader import JournalReader, converting

LONG_SECONDS = 900.0
"""A device that waits for longer than this waits for something that a person should know."""


def check_journal(directory: WorkDirectory, now: float) -> Iterator[Finding]:
    """What it holds."""
    try:
        with directory.journal() as journal:
            yield from _look(journal, now)
    except JournalVersionError as error:
        remedy = "use the command of the component that has written it"
        yield wrong("journal", str(error), remedy)
    except JournalError as error:
        yield unknown(
            "journal",
            str(error),
            "be root or the component's user; a damaged journal is set aside by the component",
        )


def _look(journal: JournalReader, now: float) -> Iterator[Finding]:
    overview = read_overview(journal)
    yield ok("journal", f"it can be read; {sum(overview.devices.values())} devices are in it")
    failed = overview.devices.get(DeviceState.FAILED, 0)
    if failed:
        yield wrong(
            "devices",
            f"{failed} are given up",
            "list them with: associator devices --state failed; ask about one with: associator why"
            " THING",
        )
    if overview.oldest_waiting is not None and now - overview.oldest_waiting > LONG_SECONDS:
        yield wrong(
            "queue",
            f"the oldest device waits for {duration(now - overview.oldest_waiting)}",
            "see what is wrong above; ask about it with: associator devices --sort since --state"
            " pending",
        )
    with converting():
        ((refused,),) = journal.read("SELECT COUNT(*) FROM owed WHERE refusals > 0")
        count = int(refused)
    if count:
        yield wrong(
            "results",
            f"the nucleus has refused {count} results; they are kept and sent again",
            "merge the accessControl block that the component's log has, for the result topics",
        )
