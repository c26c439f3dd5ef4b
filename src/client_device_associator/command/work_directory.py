"""The component's work directory, as a command finds it."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import UNREADABLE
from client_device_associator.core.values import dataclass
from client_device_associator.journal.reader import JournalReader
from client_device_associator.work_files import JOURNAL, LAST_GOOD, STATE

COMPONENT = "community.greengrass.ClientDeviceAssociator"

USUAL_PLACES = tuple(
    Path(root) / "work" / COMPONENT for root in ("/greengrass/v2", "/var/lib/greengrass")
)
"""Of the classic nucleus and of nucleus lite."""

_MAX_DOCUMENT_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WorkDirectory:
    """What the component has left for readers."""

    path: Path

    @contextmanager
    def journal(self) -> Iterator[JournalReader]:
        """The journal; it is opened when it is read, and closed in the end."""
        with closing(JournalReader(self.path / JOURNAL)) as journal:
            yield journal

    def state(self) -> Mapping[str, object] | None:
        """What the component has written about itself; None if there is none.

        Raises:
            OSError: This user may not read it.
        """
        return _document(self.path / STATE)

    def configuration(self) -> Mapping[str, object] | None:
        """The last configuration that was good; None if there is none.

        Raises:
            OSError: This user may not read it.
        """
        return _document(self.path / LAST_GOOD)


def find(named: str | None, here: Path, usual: Iterable[Path] = USUAL_PLACES) -> WorkDirectory:
    """The directory that was named, or else the first of the usual ones that has a journal.

    Args:
        named: The one that was asked for; it need not have anything in it.
        here: The current directory.
        usual: Where else to look, after the folder of the virtual environment.

    Raises:
        CommandError: There is none.
    """
    if named is not None:
        return WorkDirectory(Path(named))
    # `venv` is in the work directory.
    places = [here, Path(sys.prefix).parent, *usual]
    found = next((one for one in places if _has(one, JOURNAL) or _has(one, STATE)), None)
    if found is None:
        raise CommandError(
            "no work directory of the component is found; name it with --directory. There is none"
            f" that this user may read among {', '.join(map(str, places))}",
            UNREADABLE,
        )
    return WorkDirectory(found)


def _has(folder: Path, file: Path) -> bool:
    try:
        return (folder / file).is_file()
    except OSError:
        return False  # not for this user


def _document(path: Path) -> Mapping[str, object] | None:
    # To open a FIFO would block for ever.
    if not path.is_file():
        return None
    with path.open("rb") as file:
        content = file.read(_MAX_DOCUMENT_BYTES)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
