"""Writes the trail, with what is stored anyway."""

from collections.abc import Iterable, Sequence

from client_device_associator.core.instant import Instant
from client_device_associator.core.rate_limit import RateLimit
from client_device_associator.core.result import Result
from client_device_associator.core.trail import TrailEntry
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.trail import of_rejection

MAX_KNOWN_REJECTIONS = 4096
"""Of so many devices and codes it is remembered that they were noted, at some 100 bytes each."""

NOTED_AGAIN_SECONDS = 86_400.0
"""After this the same rejection is noted again: the entry before may have left the trail."""

MAX_UNWRITTEN = 200
"""Rejections that are kept in memory while the disk fails."""

REJECTIONS_AT_ONCE = 50
REJECTIONS_PER_SECOND = 0.1
"""Beyond these, rejections of devices that are not known are not noted: a flood of names would
push everything else out of the trail, and wear out the flash."""

WRITE_AFTER_SECONDS = 60.0
"""After this, rejections are written though nothing else is to be stored."""


class TrailWriter:
    """Notes what is worth it, in the transactions in which decisions are stored.

    Nothing is stored for a rejection, so those are kept in memory until the next transaction, and
    may be lost.

    Args:
        journal: Where the trail is.
        max_entries: How many entries it may have; 0 for no trail. It changes with the settings.
    """

    def __init__(self, journal: Journal, max_entries: int) -> None:
        self._trail = journal.trail
        self._max_entries = max_entries
        self._must_trim = True
        self._limit = RateLimit(REJECTIONS_AT_ONCE, REJECTIONS_PER_SECOND)
        self._known: dict[int, float] = {}
        self._rejections: list[TrailEntry] = []
        self._write_at: float | None = None

    def reconfigure(self, max_entries: int) -> None:
        """The settings have changed; a trail that is too long now is shortened."""
        self._must_trim = self._must_trim or max_entries < self._max_entries
        self._max_entries = max_entries
        if not self.is_on:
            self.stored()

    @property
    def is_on(self) -> bool:
        """Whether there is a trail."""
        return self._max_entries > 0

    def rejected(self, rejections: Sequence[Result], now: Instant) -> None:
        """Keeps in mind what was rejected; once for each device and code, and not too many."""
        if not self.is_on:
            return
        for one in rejections:
            # Who is not named is known by the topic.
            key = hash((one.thing_name or one.topic, one.code))
            if self._is_known(key, now.steady) or len(self._rejections) >= MAX_UNWRITTEN:
                continue
            if self._limit.allow(1, now.steady):
                self._remember(key, now.steady)
                self._rejections.append(of_rejection(one, now))
        if self._rejections and self._write_at is None:
            self._write_at = now.steady + WRITE_AFTER_SECONDS

    def store(self, entries: Iterable[TrailEntry] = ()) -> None:
        """Writes what was kept in mind, and these; within a transaction."""
        if not self.is_on:
            return
        everything = [*self._rejections, *entries]
        if everything:
            self._trail.add(everything, self._max_entries)

    def stored(self) -> None:
        """What `store` wrote is on disk."""
        self._rejections, self._write_at = [], None

    def is_due(self, now: Instant) -> bool:
        """Whether the trail is worth a transaction of its own; raises JournalError."""
        if self._must_trim:
            self._must_trim = self._trail.is_too_long(self._max_entries)
        return self._must_trim or (self._write_at is not None and now.steady >= self._write_at)

    def trim(self) -> None:
        """Deletes a portion of what is too much; within a transaction."""
        self._trail.trim(self._max_entries)

    def wake_at(self, now: Instant) -> float | None:
        """Steady seconds at which it may be due; None if only an event makes it so."""
        return now.steady if self._must_trim else self._write_at

    def _is_known(self, key: int, steady: float) -> bool:
        noted_at = self._known.get(key)
        return noted_at is not None and steady < noted_at + NOTED_AGAIN_SECONDS

    def _remember(self, key: int, steady: float) -> None:
        if len(self._known) >= MAX_KNOWN_REJECTIONS:
            del self._known[next(iter(self._known))]
        self._known[key] = steady
