import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import moment
from client_device_associator.configuration.settings import Settings
from client_device_associator.errors import NucleusError
from client_device_associator.pipeline.events import (
    ConfigurationUnwatched,
)
from client_device_associator.session.settings_in_effect import (
    LONGEST_QUIET_SECONDS,
    PATIENCE_SECONDS,
    QUIET_SECONDS,
    TRY_AGAIN_SECONDS,
)
from living import BAD, GOOD, PROBLEMS, Live


def test_reads_at_the_start_and_watches_before_that(live: Live) -> None:
    """What changes after the reading is heard of; then there is nothing to wake for."""
    live.nucleus.document = GOOD
    assert live.tend() == (True, None)
    assert live.configuration.settings == Settings(log_level="DEBUG")
    assert (len(live.nucleus.watches), live.nucleus.reads) == (1, 1)
    assert live.tend() == (False, None)
    assert live.nucleus.reads == 1


def test_before_the_first_reading_the_defaults_are_in_force(live: Live) -> None:
    """With no problem known of."""
    assert live.configuration.settings == Settings()
    assert not live.configuration.problems


def test_changes_are_taken_as_one_when_they_have_come_to_rest(live: Live) -> None:
    """A deployment comes as one change per value."""
    live.tend()
    for number in range(9):
        live.change({"trustSeconds": number})
        assert live.tend() == (False, QUIET_SECONDS)
        live.seconds += QUIET_SECONDS / 2
        assert live.tend() == (False, QUIET_SECONDS / 2)
    live.seconds += QUIET_SECONDS / 2
    assert live.tend() == (True, None)
    assert live.nucleus.reads == 2
    assert live.configuration.settings.policy.trust_seconds == 8


def test_changes_that_do_not_end_are_taken_now_and_then(live: Live) -> None:
    """After the longest quiet in any case, and then it begins anew."""
    live.tend()
    reads: list[float] = []
    for tick in range(120):
        live.seconds = tick / 10
        live.change({"trustSeconds": tick})
        if live.tend()[0]:
            reads.append(live.seconds)
    assert reads == [LONGEST_QUIET_SECONDS, 2 * LONGEST_QUIET_SECONDS + 0.1]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_every_change_is_read_in_time(pauses: list[int]) -> None:
    """However changes come: each within the longest quiet, with no more readings than changes."""
    live = Live()
    live.tend()
    change_at = [sum(pauses[: number + 1]) for number in range(len(pauses))]
    unread_since: float | None = None
    for tick in range(change_at[-1] + 10 * round(LONGEST_QUIET_SECONDS) + 1):
        live.seconds = tick / 10
        for number, at in enumerate(change_at):
            if at == tick:
                live.change({"trustSeconds": number})
                unread_since = live.seconds if unread_since is None else unread_since
        if live.tend()[0]:
            unread_since = None
        assert unread_since is None or live.seconds - unread_since < LONGEST_QUIET_SECONDS
    assert live.configuration.settings.policy.trust_seconds == len(pauses) - 1
    assert live.nucleus.reads <= len(pauses) + 1
    assert live.tend() == (False, None)


def test_bad_settings_leave_the_last_good_ones_in_force(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """All problems are there to be told; good ones put an end to it."""
    live.nucleus.document = GOOD
    live.tend()
    live.change(BAD)
    assert live.pass_quiet()
    assert live.configuration.settings == Settings(log_level="DEBUG")
    assert list(live.configuration.problems) == PROBLEMS
    (refused,) = caplog.records
    assert refused.levelno == logging.ERROR
    assert "; ".join(PROBLEMS) in refused.message
    live.change({"logLevel": "ERROR"})
    assert live.pass_quiet()
    assert live.configuration.settings == Settings(log_level="ERROR")
    assert not live.configuration.problems
    assert caplog.records[-1].message == "the configuration is in order again, and in force"


def test_unknown_keys_are_warned_about(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    """And the settings are in force all the same."""
    live.nucleus.document = GOOD | {"logLevle": "INFO"}
    live.tend()
    assert live.configuration.settings == Settings(log_level="DEBUG")
    assert "configuration /logLevle: found an unknown key, expected 'logLevel'" in caplog.text


def test_a_configuration_that_cannot_be_read_is_read_later(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """What was in force stays; said once, however often it is tried."""
    live.nucleus.document = GOOD
    live.nucleus.unreadable = NucleusError("busy")
    assert live.tend() == (False, TRY_AGAIN_SECONDS)
    assert live.configuration.settings == Settings()
    live.seconds = TRY_AGAIN_SECONDS
    assert live.tend() == (False, TRY_AGAIN_SECONDS)
    assert [record.message for record in caplog.records] == [
        "cannot read the configuration (busy); trying again"
    ]
    live.nucleus.unreadable = None
    live.seconds += TRY_AGAIN_SECONDS
    assert live.tend() == (True, None)
    assert live.configuration.settings == Settings(log_level="DEBUG")


def test_changes_are_coalesced_after_a_failed_reading_too(live: Live) -> None:
    """Each reading may block for seconds: a busy nucleus is not asked at every change."""
    live.tend()
    live.change(GOOD)
    live.nucleus.unreadable = NucleusError("busy")
    live.pass_quiet()
    live.seconds += LONGEST_QUIET_SECONDS
    live.nucleus.reads = 0
    for _ in range(20):
        live.change(GOOD)
        live.tend()
        live.seconds += QUIET_SECONDS / 10
    assert live.nucleus.reads <= 2
    live.nucleus.unreadable = None
    live.seconds += TRY_AGAIN_SECONDS
    live.tend()
    assert live.configuration.settings == Settings(log_level="DEBUG")


def test_a_configuration_that_cannot_be_watched_is_watched_later(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """It is read all the same, and read again once it is watched."""
    live.nucleus.document = GOOD
    live.nucleus.refuses_to_watch = NucleusError("no")
    assert live.tend() == (True, TRY_AGAIN_SECONDS)
    assert live.configuration.settings == Settings(log_level="DEBUG")
    assert caplog.records[-1].message == "cannot watch the configuration (no); trying again"
    live.nucleus.document = {}
    live.nucleus.refuses_to_watch = None
    live.seconds = TRY_AGAIN_SECONDS
    assert live.tend() == (True, None)
    assert live.configuration.settings == Settings()


def test_what_changed_while_unwatched_is_read(live: Live) -> None:
    """The nucleus may end the stream with no disconnect; it is watched anew."""
    live.tend()
    live.nucleus.watches[0].on_closed()
    assert live.events.pop() == ConfigurationUnwatched()
    live.configuration.unwatched(moment(live.seconds))
    assert live.nucleus.watches[0].closed
    live.nucleus.document = GOOD
    assert live.tend() == (False, TRY_AGAIN_SECONDS)
    live.seconds = TRY_AGAIN_SECONDS
    assert live.tend() == (True, None)
    assert len(live.nucleus.watches) == 2
    assert live.configuration.settings == Settings(log_level="DEBUG")


def test_nothing_is_known_before_the_first_reading(live: Live) -> None:
    """The defaults may be just what was configured otherwise; after a minute they count."""
    live.nucleus.unreadable = NucleusError("busy")
    known = []
    for live.seconds in (0.0, PATIENCE_SECONDS):
        live.tend()
        known.append(live.configuration.is_known)
    assert known == [False, True]
    assert live.configuration.settings == Settings()


def test_the_last_good_configuration_outlives_the_process(tmp_path: Path) -> None:
    """A bad one at the start is no reason to fall back to the defaults."""
    path = tmp_path / "last-good.json"
    before = Live(path)
    before.nucleus.document = {**GOOD, "accessControl": {"secret": "of the nucleus"}}
    before.tend()
    assert "secret" not in path.read_text()
    after = Live(path)
    after.nucleus.document = BAD
    assert after.tend()[0]
    assert after.configuration.is_known
    assert after.configuration.settings == Settings(log_level="DEBUG")
    assert list(after.configuration.problems) == PROBLEMS
    late = Live(path)
    late.nucleus.unreadable = NucleusError("busy")
    late.seconds = PATIENCE_SECONDS
    late.tend()
    assert late.configuration.settings == Settings(log_level="DEBUG")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"logLevel": 5}', b"[" * 100_000])
def test_a_spoilt_last_good_configuration_is_none(tmp_path: Path, content: bytes) -> None:
    """As if there had never been one; the next good one replaces it."""
    path = tmp_path / "last-good.json"
    path.write_bytes(content)
    live = Live(path)
    live.nucleus.document = BAD
    live.tend()
    assert live.configuration.settings == Settings()
    live.change(GOOD)
    assert live.pass_quiet()
    assert json.loads(path.read_bytes()) == GOOD


def test_a_good_configuration_is_written_once(tmp_path: Path) -> None:
    """Flash wears out."""
    path = tmp_path / "last-good.json"
    live = Live(path)
    live.nucleus.document = GOOD
    live.tend()
    written = path.stat().st_ino
    live.change(GOOD)
    assert live.pass_quiet()
    again = Live(path)
    again.nucleus.document = GOOD
    again.tend()
    assert path.stat().st_ino == written


def test_agreement_to_updates_is_renewed_with_the_rest(live: Live) -> None:
    """Without it each deployment would wait for a minute."""
    live.tend()
    live.nucleus.agreements[0].on_closed()
    assert live.events.pop() == ConfigurationUnwatched()
    live.configuration.unwatched(moment(live.seconds))
    live.seconds += TRY_AGAIN_SECONDS
    live.tend()
    assert [one.closed for one in live.nucleus.agreements] == [True, False]
