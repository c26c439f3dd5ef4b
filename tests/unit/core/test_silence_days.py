"""How days of listening are counted, without devices."""

import pytest

from client_device_associator.core.policy import Policy
from client_device_associator.core.silence import DAY_SECONDS, Silence
from client_device_associator.journal.journal import Journal
from support.fakes import FakeClock
from support.site import HOUR, silent_policy

DAY_HOURS = 24

SHORT = DAY_SECONDS / 50
"""Of the steps in which a day ends between two hours at which all is stored anyway."""


class Listener:
    """A process that counts days, and one after it on the same journal."""

    def __init__(self, journal: Journal, settings: Policy) -> None:
        self.journal = journal
        self.settings = settings
        self.clock = FakeClock()
        self.restart()

    def restart(self) -> None:
        """The process dies, and another one listens."""
        self.silence = Silence(self.settings, self.journal)
        self.silence.listening(self.clock.now(), to_all=True)
        self.work()

    def work(self) -> None:
        """Stores what is decided now."""
        while (decided := self.silence.step(self.clock.now()).decided) is not None:
            with self.journal.transaction():
                self.journal.store(decided)

    def listen(self, seconds: float, *, at_once: float = HOUR) -> None:
        """Time passes, in steps of so many seconds."""
        passed = 0.0
        while passed < seconds:
            passed += at_once
            self.clock.seconds += at_once
            self.work()

    def hear_and_reach(self) -> None:
        """Whatever makes a day count."""
        self.silence.heard()
        self.silence.reached()


@pytest.fixture
def listener(journal: Journal) -> Listener:
    """Somebody who listens to every topic."""
    return Listener(journal, silent_policy())


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("reached", [True, False])
def test_a_day_counts_on_which_somebody_was_heard_and_the_cloud_reached(
    listener: Listener, *, heard: bool, reached: bool
) -> None:
    """Either alone is not enough."""
    if heard:
        listener.silence.heard()
    if reached:
        listener.silence.reached()
    listener.listen(DAY_SECONDS)
    assert listener.silence.day == (1 if heard and reached else 0)


def test_what_is_left_of_a_step_belongs_to_the_next_day(listener: Listener) -> None:
    """Days are 24 hours each, however seldom somebody looks at the clock."""
    step = 7000.0
    days = 3
    while listener.clock.seconds < days * DAY_SECONDS:
        listener.hear_and_reach()
        listener.listen(step, at_once=step)
    assert listener.silence.day == days


def test_time_before_the_subscriptions_came_back_does_not_count(listener: Listener) -> None:
    """Also if nobody has looked at the clock meanwhile."""
    listener.hear_and_reach()
    for _ in range(2 * DAY_HOURS):
        listener.silence.listening(listener.clock.now(), to_all=False)
        listener.clock.seconds += HOUR
        listener.silence.listening(listener.clock.now(), to_all=True)
        listener.work()
    assert listener.silence.day == 0


def test_time_before_the_subscriptions_went_counts(listener: Listener) -> None:
    """The same the other way round."""
    listener.hear_and_reach()
    for _ in range(DAY_HOURS):
        listener.clock.seconds += HOUR
        listener.silence.listening(listener.clock.now(), to_all=False)
        listener.silence.listening(listener.clock.now(), to_all=True)
        listener.work()
    assert listener.silence.day == 1


def test_a_day_that_has_ended_is_stored_at_once(listener: Listener) -> None:
    """Or a crash would have it end twice, and twice as many devices go."""
    listener.hear_and_reach()
    listener.listen(DAY_SECONDS, at_once=SHORT)
    listener.restart()
    assert listener.silence.day == 1


def test_so_is_one_that_does_not_count(listener: Listener) -> None:
    """Its hours are gone with it."""
    listener.listen(DAY_SECONDS, at_once=SHORT)
    listener.restart()
    listener.hear_and_reach()
    listener.listen(DAY_SECONDS / 2)
    assert listener.silence.day == 0


def test_what_makes_a_day_count_outlives_the_process(listener: Listener) -> None:
    """With the hours of the day."""
    listener.hear_and_reach()
    listener.listen(DAY_SECONDS / 2)
    listener.restart()
    listener.listen(DAY_SECONDS / 2)
    assert listener.silence.day == 1
