"""Whether the journal can be used, and when one that cannot is tried again."""

from client_device_associator.core.backoff import DEVICE
from client_device_associator.core.instant import Instant
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.reporting.notices import JournalUnusable, JournalUsable, Report

TRY_AGAIN_SECONDS = 5.0
"""A journal that could not be used is tried again after this, or with the next announcement or
answer that is to be stored."""


class Storage:
    """The only place that knows that the disk fails.

    Args:
        journal: What is stored on it.
        report: Takes what an operator may want to know.
    """

    def __init__(self, journal: Journal, report: Report) -> None:
        self._journal = journal
        self._report = report
        self._try_again_at: float | None = None
        self._recovered = False

    @property
    def try_again_at(self) -> float | None:
        """Steady seconds; None while the journal can be used."""
        return self._try_again_at

    def failed(self, error: JournalError, now: Instant) -> None:
        """The journal could not be read or written."""
        if self._try_again_at is None:
            self._report(JournalUnusable(str(error)))
        self._try_again_at = now.steady + TRY_AGAIN_SECONDS

    def succeeded(self) -> None:
        """Something was written and is on disk."""
        if self._try_again_at is not None:
            self._try_again_at = None
            self._report(JournalUsable())

    def is_usable(self, now: Instant) -> bool:
        """Whether it is time to use the journal; makes sure of that if it has failed before.

        A journal that has failed is tried by writing to it, so that nobody has to announce to find
        out. What an earlier process has left is prepared once.

        Raises:
            JournalError: It still cannot be used.
        """
        if self._try_again_at is not None:
            if now.steady < self._try_again_at:
                return False
            self._journal.probe()
            self.succeeded()
        if not self._recovered:
            self._journal.recover(now.steady, DEVICE.cap)
            self._recovered = True
        return True
