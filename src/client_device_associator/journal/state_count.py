"""How many devices are in certain states, by lane, without counting them each time.

SQLite counts by reading every row: with 400,000 pending devices a turn would take 150 ms longer.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.values import dataclass
from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import text


@dataclass(frozen=True, slots=True)
class Which:
    """Which devices are counted: as SQL, and as the core says it.

    Attributes:
        sql: A condition on a row. Not as `IN`: only for an equation does every version of SQLite
            use the partial index.
        holds: The same condition on a device.
    """

    sql: str
    holds: Callable[[Device], bool]


_PENDING, _LEAVING = DeviceState.PENDING.value, DeviceState.LEAVING.value
_ASSOCIATED, _UNKNOWN = DeviceState.ASSOCIATED.value, Origin.UNKNOWN.value

PENDING = Which(
    f"state = {_PENDING} OR state = {_LEAVING}",
    lambda device: device.state in QUEUED,
)
OCCUPIED = Which(
    f"state = {_ASSOCIATED} OR (state = {_PENDING} AND origin <> {_UNKNOWN})"
    f" OR (state = {_LEAVING} AND origin <> {_UNKNOWN})",
    lambda device: device.may_be_associated,
)
HELD = Which(
    f"state = {_ASSOCIATED} OR state = {_PENDING} OR (state = {_LEAVING} AND origin <> {_UNKNOWN})",
    lambda device: device.holds_place,
)


class StateCount:
    """Counted once, when somebody asks, and carried on with every decision.

    Another process may write to the same file for a moment: then it is counted again.

    Args:
        database: Where the devices are.
        which: Those that count.
    """

    def __init__(self, database: Database, which: Which) -> None:
        self._database = database
        self._which = which
        self._query = f"SELECT lane, COUNT(*) FROM device WHERE ({which.sql})"  # noqa: S608 - ours
        self._numbers: Counter[str] | None = None
        self._version: tuple[int, int] | None = None

    def read(self) -> Mapping[str, int]:
        """The number of such devices in each lane that has any; raises JournalError."""
        version = self._read_version()
        if self._numbers is None or version != self._version:
            rows = self._database.read(f"{self._query} GROUP BY lane")
            with self._database.reading():
                self._numbers = Counter({text(lane): int(number) for lane, number in rows})
            self._version = version
        return self._numbers

    def store(self, devices: Sequence[Device], forgotten: Sequence[str] = ()) -> None:
        """Devices are about to be stored, or deleted; within a transaction.

        Args:
            devices: Those to be stored, each once.
            forgotten: Thing names of others, which are to be deleted.
        """
        if self._numbers is None:
            return
        names = [*(device.thing_name for device in devices), *forgotten]
        query = f"{self._query} AND thing_name IN ({{}}) GROUP BY lane"
        for lane, number in self._database.read_for(query, names):
            self._numbers[lane] -= number
        self._numbers.update(device.lane for device in devices if self._which.holds(device))
        self._numbers = +self._numbers

    def forget(self) -> None:
        """What was stored may have been taken back: it is counted again."""
        self._numbers = None

    def _read_version(self) -> tuple[int, int]:
        """Changes if another connection has committed, or if the file was replaced.

        `PRAGMA data_version` does not change with commits of this connection.
        """
        ((version,),) = self._database.read("PRAGMA data_version")
        return self._database.replaced, int(version)
