"""A nucleus as far as the outbox needs one: it takes messages, or not, sooner or later."""

from collections.abc import Callable, Sequence

from client_device_associator.errors import NotAuthorized, NucleusError
from client_device_associator.messages.announcement import Payload
from client_device_associator.nucleus.port import OnTaken
from simulation.plan import Window
from simulation.record import Record
from simulation.world import World

UNAUTHORIZED, REFUSED, LATE, NEVER = "not authorized", "publish refused", "late", "never answered"
LOST_BEFORE = "lost before it arrived"


class SimulatedNucleus:
    """Takes what one process publishes.

    Args:
        world: Where time passes.
        windows: When it does not simply take what it is given.
        record: Notes what was given and taken.
        crash_point: Raises if the process is to die here.
    """

    def __init__(
        self,
        world: World,
        windows: Sequence[Window],
        record: Record,
        crash_point: Callable[[str], None],
    ) -> None:
        self._world = world
        self._windows = windows
        self._record = record
        self._crash_point = crash_point
        self._dice = world.dice(f"nucleus at {world.time}")

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Takes a message; a crash may strike before or after that."""
        self._crash_point("before a publish")
        self._record.published(topic, message)
        held = [one for one in self._windows if one.holds(self._world.time)]
        window = held[0] if held and self._dice.random() < held[0].detail else None
        after = self._dice.uniform(0.0005, 0.01)
        error: NucleusError | None = None
        if window is not None:
            self._world.strike(window.kind)
            if window.kind == UNAUTHORIZED:
                error = NotAuthorized("no policy allows it")
            elif window.kind == REFUSED:
                error = NucleusError("no")
            elif window.kind == LATE:
                after = self._dice.uniform(1, 25)
        if window is None or window.kind in {LATE, NEVER}:
            self._record.delivered(topic, message)
        if window is None or window.kind not in {NEVER, LOST_BEFORE}:
            self._world.at(self._world.time + after, lambda: on_taken(error))
        self._crash_point("after a publish")
