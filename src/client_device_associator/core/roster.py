"""Keeps the journal true to the cloud's list: when to list, and what a list is worth.

What it remembers itself can be lost at any moment and costs a list.
"""

import random

from client_device_associator.core import backoff
from client_device_associator.core.answer import Answer, CallFailed, FailureCause, Listed
from client_device_associator.core.comparison import LATENESS_SECONDS, Comparison
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceState
from client_device_associator.core.listing import Listing, Names, UselessListError
from client_device_associator.core.notices import (
    RosterCompared,
    RosterDenied,
    RosterUseless,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.pace import NO_FAILURE
from client_device_associator.core.policy import Policy
from client_device_associator.core.thing_name import is_thing_name

LISTED_AT = "listedAt"
"""The journal's fact: steady seconds at which the last list began that was compared."""

START_SPREAD_SECONDS = 10.0
"""The first list comes within this time after the start: a fleet is often started together."""

INTERVAL_SPREAD = 0.1
"""Each interval is shorter or longer by up to this share."""

CONFIRM_SECONDS, CONFIRM_SHARE = 60.0, 0.25
"""A list on which somebody is missing is followed by a second one after this, or after this share
of the interval if that is less."""

ON_DEMAND_SECONDS = 60.0
"""The least time between two lists that were asked for."""

_SOON_SECONDS = 60.0
"""A list that is due within this time would come while others are throttled."""

_LAST_DELAY = 30
"""Failures in a row after which a list starts again from its first page: its token may be of no use
any more."""


class Roster:
    """Decides when to ask for the list, and compares it with the journal.

    Args:
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
        rng: The randomness of waits.
    """

    def __init__(self, policy: Policy, journal: JournalView, rng: random.Random) -> None:
        self._policy = policy
        self._journal = journal
        self._rng = rng
        self._started = float("inf")
        self._next_at: float | None = None
        self._began_at: float | None = None
        self._listing: Listing | None = None
        self._comparison: Comparison | None = None
        self._absent = Names()
        self._confirms = False
        self._place = NO_FAILURE
        self._asked_until = 0.0
        """So long the service itself has asked not to be called."""
        self._is_wanted = False
        """Whether somebody has asked for the list that comes next."""
        self._is_denied = False

    @property
    def is_kept(self) -> bool:
        """Whether the journal keeps devices until the list says that they are gone."""
        return self._policy.reconcile_seconds > 0 and not self._is_denied

    def forgets_before(self, now: Instant) -> float:
        """Steady seconds: who has left since is remembered, for a list may be older than that.

        Also while there are no lists: they may be turned on at any moment.
        """
        under_way = self._listing or self._comparison
        return (under_way.began if under_way else now.steady) - LATENESS_SECONDS

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed."""
        if policy.reconcile_seconds != self._policy.reconcile_seconds:
            self._next_at = self._listing = self._comparison = None
            self._is_denied = False
        self._policy = policy

    def request(self, now: Instant) -> float | None:
        """Somebody wants a list now.

        Returns:
            Steady seconds at which it is asked for, at the earliest; None if the settings want no
            list.
        """
        if not self._policy.reconcile_seconds:
            return None
        self._is_wanted = True
        if self._listing:
            return now.steady
        earliest = now.steady if self._began_at is None else self._began_at + ON_DEMAND_SECONDS
        earliest = max(now.steady, earliest, self._asked_until)
        self._next_at = min(self._due_at(now), earliest)
        return self._next_at

    def step(self, now: Instant, not_before: float) -> Step:
        """What to do now; to be asked only while no call is in flight.

        Args:
            now: The time.
            not_before: Steady seconds before which the service is not called at all.
        """
        if not self._policy.reconcile_seconds:
            return Step()
        if self._comparison is not None:
            return self._compare(self._comparison, now)
        due_at = max(self._due_at(now), not_before)
        if now.steady < due_at:
            return Step(wake_at=due_at)
        if self._listing is None:
            self._listing = Listing(now.steady)
            self._began_at = now.steady
        return Step(Call(operation=Operation.LIST, next_token=self._listing.next_token))

    def answered(self, answer: Answer, now: Instant) -> Decision:
        """A page has come, or has not."""
        if self._listing is None:
            return Decision()
        if isinstance(answer, CallFailed):
            return self._failed(answer, now)
        if not isinstance(answer, Listed):
            return self._useless(f"the service refuses to go on with it: {answer}", now)
        self._place = NO_FAILURE
        self._is_denied = False
        names = [name for name in answer.thing_names if is_thing_name(name)]
        known = self._journal.devices(names)
        unknown = [
            name
            for name in names
            if name not in known or known[name].state is not DeviceState.ASSOCIATED
        ]
        try:
            self._listing.add(names, answer.next_token, unknown)
        except UselessListError as error:
            return self._useless(str(error), now)
        if self._listing.is_complete:
            self._comparison = Comparison(
                self._listing,
                self._absent,
                self._policy,
                is_first=self._journal.fact(LISTED_AT) is None,
                started=self._started,
            )
            self._listing = None
        return Decision()

    def yields(self, failed: CallFailed, now: Instant) -> None:
        """A call for devices was throttled: a list that is due soon leaves room for such calls."""
        if not self._policy.reconcile_seconds or self._place != NO_FAILURE:
            return
        is_idle = self._listing is None and self._comparison is None
        if is_idle and self._may_wait() and self._due_at(now) <= now.steady + _SOON_SECONDS:
            self._put_off(failed.retry_after, now)

    def answer_lost(self) -> None:
        """What an answer means could not be found out: the list starts again."""
        self._listing = None

    def _due_at(self, now: Instant) -> float:
        self._started = min(self._started, now.steady)
        if self._next_at is None:
            # After the calls for devices, which are spread over the same time.
            fleet = self._policy.pacing.spread_seconds
            wait = fleet + self._rng.uniform(0, max(START_SPREAD_SECONDS, fleet))
            self._next_at = now.steady + wait
        return self._next_at

    def _compare(self, comparison: Comparison, now: Instant) -> Step:
        decision = comparison.go_on(self._journal, now)
        if not comparison.is_over:
            return Step(decided=decision if decision.stores else None, wake_at=now.steady)
        self._comparison = None
        self._is_wanted = False
        self._absent = comparison.absent
        self._confirms = bool(len(comparison.absent)) and not self._confirms
        self._next_at = now.steady + self._pause()
        notice = RosterCompared(
            devices=comparison.listed_count,
            appeared=comparison.appeared_count,
            vanished=comparison.vanished_count,
            names=(tuple(comparison.appeared), tuple(comparison.vanished)),
        )
        return Step(
            decided=Decision(facts={LISTED_AT: comparison.began}, notices=(notice,)),
            wake_at=now.steady,
        )

    def _pause(self) -> float:
        """Seconds until the next list."""
        interval = self._policy.reconcile_seconds
        if self._confirms:
            return min(CONFIRM_SECONDS, CONFIRM_SHARE * interval)
        return interval * self._rng.uniform(1 - INTERVAL_SPREAD, 1 + INTERVAL_SPREAD)

    def _failed(self, failed: CallFailed, now: Instant) -> Decision:
        """A page has not come: it is asked for again, unless that is not allowed."""
        if failed.cause is FailureCause.ACCESS_DENIED:
            self._listing = None
            self._confirms = False
            self._next_at = now.steady + self._pause()
            is_news = not self._is_denied
            self._is_denied = True
            return Decision(notices=(RosterDenied(failed.message),)) if is_news else Decision()
        asked = failed.retry_after
        self._asked_until = now.steady + asked
        if failed.cause is FailureCause.THROTTLED and self._may_wait():
            self._listing = None
            self._put_off(asked, now)
            return Decision()
        wait, self._place = self._policy.pacing.away.next(self._place, asked, self._rng)
        if self._place.failures >= _LAST_DELAY:
            self._listing = None
        self._next_at = now.steady + wait
        return Decision()

    def _may_wait(self) -> bool:
        """Whether nothing is lost if the list comes later: no page is here, and nobody asked."""
        return not self._is_wanted and (self._listing is None or self._listing.next_token is None)

    def _put_off(self, asked: float, now: Instant) -> None:
        wait, self._place = self._policy.pacing.lists.next(self._place, asked, self._rng)
        wait = max(asked, min(wait, CONFIRM_SHARE * self._policy.reconcile_seconds))
        self._next_at = now.steady + wait

    def _useless(self, why: str, now: Instant) -> Decision:
        """This list proves nothing; another one may."""
        self._listing = None
        delay, self._place = backoff.PERMISSION.next(self._place, 0.0, self._rng)
        self._next_at = now.steady + min(delay, self._policy.reconcile_seconds)
        return Decision(notices=(RosterUseless(why),))
