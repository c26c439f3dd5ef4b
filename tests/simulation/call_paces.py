"""How long calls may wait: each operation has its own pace, and some failures stop all of them."""

from collections.abc import Iterable

from client_device_associator.core.operation import Operation
from simulation.call_pace import CallPace
from simulation.facts import Flight
from simulation.plan import Fault


class CallPaces:
    """One pace for each operation on devices.

    What is wrong with the service or with the core device concerns both; a permission that is
    missing concerns one. The list stops nobody.

    Attributes:
        last_call_end: When the last call was over, whatever it was for.
    """

    def __init__(self) -> None:
        self._paces = {one: CallPace() for one in (Operation.ASSOCIATE, Operation.DISASSOCIATE)}
        self._denied: set[Operation] = set()
        self.last_call_end = 0.0

    @property
    def storage_failures(self) -> int:
        """How often the journal could not be read or written."""
        return self._paces[Operation.ASSOCIATE].storage_failures

    @property
    def storage_failed_at(self) -> float:
        """The last time of that."""
        return self._paces[Operation.ASSOCIATE].storage_failed_at

    def resume_by(self, operation: Operation) -> float:
        """The latest time of the next call for an operation, if any device is due."""
        return max(one.resume_by for one in self._concerning(operation))

    def not_before(self, operation: Operation) -> float:
        """Its earliest."""
        return max((one.not_before for one in self._concerning(operation)), default=0.0)

    def start_over(self, now: float) -> None:
        """A process that knows of no failure."""
        self._denied.clear()
        for pace in self._paces.values():
            pace.start_over(now)

    def pause(self, now: float, seconds: float) -> None:
        """The process does nothing for so long at most."""
        for pace in self._paces.values():
            pace.pause(now, seconds)

    def storage_failed(self, now: float) -> None:
        """The journal is tried again soon."""
        for pace in self._paces.values():
            pace.storage_failed(now)

    def answered(self, flight: Flight, now: float) -> None:
        """A call is over."""
        self.last_call_end = now
        operation = flight.operation
        if operation is Operation.LIST:
            return
        self._paces[operation].answered(flight.reply, now)
        self._denied.discard(operation)
        if flight.reply.fault is Fault.ACCESS_DENIED:
            self._denied.add(operation)

    def _concerning(self, operation: Operation) -> Iterable[CallPace]:
        for one, pace in self._paces.items():
            if one is operation or one not in self._denied:
                yield pace
