import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.errors import NucleusError
from client_device_associator.reporting.notices import (
    ConfigurationAccepted,
    ConfigurationRejected,
    ConfigurationUnread,
    ConfigurationUnwatched,
    UnknownKey,
)
from client_device_associator.session.settings_in_effect import (
    GIVE_UP_SECONDS,
    LONGEST_QUIET_SECONDS,
    QUIET_SECONDS,
    TRY_AGAIN_SECONDS,
)
from support.configured import BAD, GOOD, PROBLEMS, Configured
from support.values import settings

DEBUG = settings(log_level="DEBUG")
RENEWAL_SECONDS = settings().subscription_renewal_seconds


@pytest.fixture
def configured() -> Configured:
    """A configuration that was not read yet."""
    return Configured()


def test_reads_at_the_start_and_watches_before_that(configured: Configured) -> None:
    """What changes after the reading is noticed; then there is nothing to do until the renewal."""
    configured.nucleus.document = GOOD
    assert configured.run_due() == (True, RENEWAL_SECONDS)
    assert configured.settings() == DEBUG
    assert (len(configured.nucleus.watches), configured.nucleus.reads) == (1, 1)
    assert configured.run_due() == (False, RENEWAL_SECONDS)
    assert configured.nucleus.reads == 1
    assert configured.notices == []


def test_changes_are_read_together_when_they_have_come_to_an_end(configured: Configured) -> None:
    """A deployment comes as one change per value."""
    configured.run_due()
    for number in range(9):
        configured.change({"trustSeconds": number})
        assert configured.run_due() == (False, QUIET_SECONDS)
        configured.clock.seconds += QUIET_SECONDS / 2
        assert configured.run_due() == (False, QUIET_SECONDS / 2)
    configured.clock.seconds += QUIET_SECONDS / 2
    assert configured.run_due()[0]
    assert configured.nucleus.reads == 2
    in_effect = configured.settings()
    assert in_effect is not None
    assert in_effect.policy.trust_seconds == 8


def test_changes_that_do_not_end_are_read_now_and_then(configured: Configured) -> None:
    """After the longest quiet in any case, and then it begins again."""
    configured.run_due()
    reads: list[float] = []
    for tick in range(120):
        configured.clock.seconds = tick / 10
        configured.change({"trustSeconds": tick})
        if configured.run_due()[0]:
            reads.append(configured.clock.seconds)
    assert reads == [LONGEST_QUIET_SECONDS, 2 * LONGEST_QUIET_SECONDS + 0.1]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_every_change_is_read_in_time(pauses: list[int]) -> None:
    """However changes come: each within the longest quiet, with no more readings than changes."""
    configured = Configured()
    configured.run_due()
    change_at = [sum(pauses[: number + 1]) for number in range(len(pauses))]
    unread_since: float | None = None
    for tick in range(change_at[-1] + 10 * round(LONGEST_QUIET_SECONDS) + 1):
        configured.clock.seconds = tick / 10
        for number, at in enumerate(change_at):
            if at == tick:
                configured.change({"trustSeconds": number})
                unread_since = tick / 10 if unread_since is None else unread_since
        if configured.run_due()[0]:
            unread_since = None
        assert unread_since is None or tick / 10 - unread_since < LONGEST_QUIET_SECONDS
    in_effect = configured.settings()
    assert in_effect is not None
    assert in_effect.policy.trust_seconds == len(pauses) - 1
    assert configured.nucleus.reads <= len(pauses) + 1
    assert not configured.run_due()[0]


def test_an_invalid_configuration_leaves_the_last_good_one_in_effect(
    configured: Configured,
) -> None:
    """It is reported with all problems; a valid one ends that."""
    configured.nucleus.document = GOOD
    configured.run_due()
    configured.change(BAD)
    assert configured.pass_quiet()
    assert configured.settings() == DEBUG
    (rejected,) = configured.notices
    assert isinstance(rejected, ConfigurationRejected)
    assert [str(problem) for problem in rejected.problems] == PROBLEMS
    configured.change({"logLevel": "ERROR"})
    assert configured.pass_quiet()
    assert configured.settings() == settings(log_level="ERROR")
    assert configured.notices == [rejected, ConfigurationAccepted()]
    configured.change(GOOD)
    assert configured.pass_quiet()
    assert len(configured.notices) == 2


def test_unknown_keys_are_reported_once(configured: Configured) -> None:
    """Until they are corrected; the settings are in effect all the same."""
    configured.nucleus.document = GOOD | {"logLevle": "INFO"}
    configured.run_due()
    assert configured.settings() == DEBUG
    (unknown,) = configured.notices
    assert isinstance(unknown, UnknownKey)
    assert str(unknown.warning) == "/logLevle: found an unknown key, expected 'logLevel'"
    for document in (configured.nucleus.document, GOOD, configured.nucleus.document):
        configured.change(document)
        assert configured.pass_quiet()
    assert configured.notices == [unknown, unknown]


def test_a_configuration_that_cannot_be_read_is_read_later(configured: Configured) -> None:
    """Nothing is in effect until then; reported once, however often it is tried."""
    configured.nucleus.document = GOOD
    configured.nucleus.refuses_to_read = NucleusError("busy")
    assert configured.run_due() == (False, TRY_AGAIN_SECONDS)
    assert configured.settings() is None
    configured.clock.seconds = TRY_AGAIN_SECONDS
    assert configured.run_due() == (False, TRY_AGAIN_SECONDS)
    assert configured.notices == [ConfigurationUnread("busy")]
    configured.nucleus.refuses_to_read = None
    configured.clock.seconds += TRY_AGAIN_SECONDS
    assert configured.run_due()[0]
    assert configured.settings() == DEBUG
    configured.change(GOOD)
    configured.nucleus.refuses_to_read = NucleusError("busy again")
    configured.pass_quiet()
    assert configured.notices[1:] == [ConfigurationUnread("busy again")]


def test_changes_are_read_together_after_a_failed_reading_too(configured: Configured) -> None:
    """Each reading may take seconds: a busy nucleus is not asked at every change."""
    configured.run_due()
    configured.change(GOOD)
    configured.nucleus.refuses_to_read = NucleusError("busy")
    configured.pass_quiet()
    configured.clock.seconds += LONGEST_QUIET_SECONDS
    configured.nucleus.reads = 0
    for _ in range(20):
        configured.change(GOOD)
        configured.run_due()
        configured.clock.seconds += QUIET_SECONDS / 10
    assert configured.nucleus.reads <= 2
    configured.nucleus.refuses_to_read = None
    configured.clock.seconds += TRY_AGAIN_SECONDS
    configured.run_due()
    assert configured.settings() == DEBUG


def test_a_configuration_that_cannot_be_watched_is_watched_later(configured: Configured) -> None:
    """It is read all the same, and read again once it is watched; reported once."""
    configured.nucleus.document = GOOD
    configured.nucleus.refuses_to_watch = NucleusError("no")
    assert configured.run_due() == (True, TRY_AGAIN_SECONDS)
    assert configured.notices == [ConfigurationUnwatched("no")]
    assert configured.settings() == DEBUG
    for _ in range(2):
        configured.clock.seconds += TRY_AGAIN_SECONDS
        assert configured.run_due() == (False, TRY_AGAIN_SECONDS)
    assert configured.notices == [ConfigurationUnwatched("no")]
    configured.nucleus.document = {}
    configured.nucleus.refuses_to_watch = None
    configured.clock.seconds += TRY_AGAIN_SECONDS
    assert configured.run_due() == (True, RENEWAL_SECONDS)
    assert configured.settings() == settings()


def test_a_configuration_that_cannot_be_watched_again_is_reported_again(
    configured: Configured,
) -> None:
    """It could be watched meanwhile, so this is news."""
    for _ in range(2):
        configured.nucleus.refuses_to_watch = NucleusError("no")
        configured.run_due()
        configured.nucleus.refuses_to_watch = None
        configured.clock.seconds += TRY_AGAIN_SECONDS
        configured.run_due()
        configured.end_stream()
        configured.clock.seconds += TRY_AGAIN_SECONDS
    assert configured.notices == [ConfigurationUnwatched("no")] * 2


def test_what_changed_without_a_stream_is_read(configured: Configured) -> None:
    """The nucleus may end the stream with no disconnect; it is watched again."""
    configured.run_due()
    configured.end_stream()
    assert configured.nucleus.watches[0].closed
    configured.nucleus.document = GOOD
    assert configured.run_due() == (False, TRY_AGAIN_SECONDS)
    configured.clock.seconds = TRY_AGAIN_SECONDS
    assert configured.run_due() == (True, RENEWAL_SECONDS)
    assert len(configured.nucleus.watches) == 2
    assert configured.settings() == DEBUG


def test_nothing_is_in_effect_before_the_first_reading(configured: Configured) -> None:
    """Somebody may have configured just the defaults otherwise; after a minute they count."""
    configured.nucleus.refuses_to_read = NucleusError("busy")
    configured.run_due()
    assert configured.settings() is None
    configured.clock.seconds = GIVE_UP_SECONDS
    configured.run_due()
    assert configured.settings() == settings()


def test_a_nucleus_that_takes_long_is_given_up_in_time(configured: Configured) -> None:
    """The wait for the next try is not longer than what is left of the minute."""
    configured.nucleus.refuses_to_read = NucleusError("busy")
    configured.clock.seconds = GIVE_UP_SECONDS - 1
    assert configured.run_due() == (False, 1)


def test_closing_watches_no_more(configured: Configured) -> None:
    """As often as one likes."""
    configured.run_due()
    for _ in range(2):
        configured.configuration.close()
    assert configured.nucleus.watches[0].closed


def test_a_watch_that_has_died_silently_is_renewed(configured: Configured) -> None:
    """On lite a reset ends the delivery with no sign; the next renewal watches and reads again."""
    configured.run_due()
    configured.nucleus.document = GOOD
    configured.clock.seconds = RENEWAL_SECONDS - 1
    assert configured.run_due() == (False, 1)
    configured.clock.seconds = RENEWAL_SECONDS
    assert configured.run_due() == (True, RENEWAL_SECONDS)
    assert configured.settings() == DEBUG
    assert [watch.closed for watch in configured.nucleus.watches] == [True, False]


def test_the_new_watch_is_made_before_the_old_one_is_closed(configured: Configured) -> None:
    """If it cannot be made the old one goes on, and it is tried again soon."""
    configured.run_due()
    configured.nucleus.refuses_to_watch = NucleusError("busy")
    configured.clock.seconds = RENEWAL_SECONDS
    assert configured.run_due() == (False, TRY_AGAIN_SECONDS)
    assert not configured.nucleus.watches[0].closed
    configured.nucleus.refuses_to_watch = None
    configured.clock.seconds += TRY_AGAIN_SECONDS
    configured.run_due()
    assert [watch.closed for watch in configured.nucleus.watches] == [True, False]


def test_a_shorter_renewal_time_counts_at_once(configured: Configured) -> None:
    """The time that is under way is shortened as well."""
    configured.run_due()
    configured.change({"subscriptionRenewalSeconds": 20})
    configured.pass_quiet()
    assert configured.run_due() == (False, 20)


def test_a_bad_configuration_is_not_reported_at_each_renewal(configured: Configured) -> None:
    """But again when it is deployed again."""
    configured.nucleus.document = BAD
    configured.run_due()
    assert len(configured.notices) == 1
    configured.clock.seconds = RENEWAL_SECONDS
    assert not configured.run_due()[0]
    assert configured.nucleus.reads == 2
    assert len(configured.notices) == 1
    configured.change(BAD)
    assert configured.pass_quiet()
    assert len(configured.notices) == 2


def test_a_change_in_the_moment_of_a_renewal_is_reported(configured: Configured) -> None:
    """It is no routine, though the document is the one before."""
    configured.nucleus.document = BAD
    configured.run_due()
    configured.clock.seconds = RENEWAL_SECONDS - QUIET_SECONDS
    configured.change(BAD)
    assert configured.pass_quiet()
    assert len(configured.notices) == 2
