"""Which settings are in effect, what deployments hear, and how a process ends."""

from collections import deque

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import Settings
from simulation.caps import STOP, STOP_IN_FLIGHT
from simulation.check import Check
from simulation.connection import ANSWER_TIMEOUT
from simulation.disk import SLOW
from simulation.plan import Document, Ending
from simulation.record import Record

EXIT_CODES = {Ending.STOP: 143, Ending.NUCLEUS_LOST: 1}
GIVE_UP = 60.0
"""A configuration that cannot be read for so long is given up for now."""


class SettingsAreGood(Check):
    """The settings in effect are those of a valid document: the last one, or the last valid one.

    The defaults are in effect only as long as there never was a valid one.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._current = record.plan.document
        self._recent: deque[tuple[float, Document]] = deque()
        self._last: Settings | None = None

    def deployed(self, document: Document) -> None:
        """What the nucleus has from now on; the one before may have been read a moment ago."""
        self._recent.append((self.record.world.time, self._current))
        self._current = document

    def chosen(self, settings: Settings) -> None:
        """They come from a document that the nucleus had when it was asked."""
        now = self.record.world.time
        # A reading that is under way, and changes that go on coming for a while.
        while self._recent and self._recent[0][0] < now - ANSWER_TIMEOUT:
            self._recent.popleft()
        documents = [self._current, *(document for _, document in self._recent)]
        allowed = [self._meant(one) for one in documents]
        if now - self.record.process.started_at >= GIVE_UP:
            allowed.append(self._last or default_settings())
        self.require(settings in allowed, f"{settings} are nobody's")
        is_known = any(one.settings == settings for one in documents) or self._last is not None
        if is_known:
            self._last = settings

    def quiet(self) -> None:
        """In effect is what the last document means."""
        meant = self._meant(self._current)
        settings = self.record.process.settings
        self.require(settings == meant, f"in effect are {settings}, not {meant}")

    def _meant(self, document: Document) -> Settings:
        return document.settings or self._last or default_settings()


class VetoesAreRight(Check):
    """A deployment is objected to if and only if its document is wrong."""

    def validated(self, document: Document, objection: str | None) -> None:
        """So it was with this one."""
        is_wrong = document.settings is None
        self.require((objection is not None) == is_wrong, f"{document}: {objection}")


class StopsAreQuick(Check):
    """A process that is asked to stop ends in 2 s, or 4 s with a call in flight, worker and all."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._latest = 0.0
        self._ending = Ending.STOP

    def asked_to_stop(self, ending: Ending) -> None:
        """From now on time is short."""
        record = self.record
        slow = max((one.detail for one in record.plan.disk if one.kind == SLOW), default=0.0)
        seconds = STOP if record.flight is None else STOP_IN_FLIGHT
        # The commit that is under way, and those of the end itself.
        self._latest = record.world.time + seconds + 3 * slow
        self._ending = ending

    def ended(self, exit_code: int) -> None:
        """It was quick, and the nucleus can tell why it ended."""
        now = self.record.world.time
        self.require(now <= self._latest, f"the stop is {now - self._latest:.1f} s late")
        right = EXIT_CODES[self._ending]
        self.require(exit_code == right, f"exit code {exit_code}, not {right}")
        self.require(not self.record.has_worker(), "a worker outlives the process")
