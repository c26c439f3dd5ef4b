import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.configuration.reader import Problem
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Trouble
from client_device_associator.core.decision import (
    CallSettled,
    CloudBack,
    CloudLost,
    DeviceTrouble,
)
from client_device_associator.journal.file import SetAside
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.operator_log import OperatorLog, configure

LOGGER = logging.getLogger("client_device_associator")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> OperatorLog:
    """The log of a core device, heard from DEBUG on."""
    caplog.set_level(logging.DEBUG, LOGGER.name)
    return OperatorLog("core-1", "eu-central-1")


@pytest.fixture
def _untouched_logger() -> Iterator[None]:
    """Puts back what `configure` changes of this process's loggers."""
    before = LOGGER.level, LOGGER.propagate, list(LOGGER.handlers)
    yield
    LOGGER.setLevel(before[0])
    LOGGER.propagate = before[1]
    LOGGER.handlers[:] = before[2]


@pytest.mark.usefixtures("_untouched_logger")
def test_what_alarms_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A nucleus takes stdout for INFO and stderr for WARN; said once, however often configured."""
    configure("ERROR")
    configure("INFO")
    LOGGER.debug("too small")
    LOGGER.info("calm")
    LOGGER.warning("alarming")
    written = capsys.readouterr()
    assert (written.out, written.err) == ("INFO calm\n", "WARNING alarming\n")


@pytest.mark.usefixtures("_untouched_logger")
@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARN", "WARNING", "ERROR"])
def test_every_level_of_the_settings_is_one(level: str) -> None:
    """What settings take, logging takes too."""
    configure(level)
    assert LOGGER.level == getattr(logging, level)


@pytest.mark.parametrize("trouble", Trouble)
def test_trouble_with_the_cloud_says_what_to_do(
    log: OperatorLog, caplog: pytest.LogCaptureFixture, trouble: Trouble
) -> None:
    """One line, with the core device, the region, the service's words, and the next call."""
    log.notice(CloudLost(trouble, "TheCode", "its words", 12.4))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    for part in ("core-1", "eu-central-1", trouble.value, "TheCode its words", "12 s"):
        assert part in record.message


def test_a_denial_comes_with_the_statement_to_add(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Filled in with this core's ARN."""
    log.notice(CloudLost(Trouble.ACCESS_DENIED, "AccessDeniedException", "no", 300))
    assert "greengrass:BatchAssociateClientDeviceWithCoreDevice" in caplog.text
    assert ":greengrass:eu-central-1:*:coreDevices:core-1" in caplog.text


def test_a_core_without_name_and_region_is_spoken_of_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Lite sets what is missing to the empty string."""
    OperatorLog("", "").notice(CloudLost(Trouble.MISCONFIGURED, "NoRegion", "", 300))
    assert "(no thing name)" in caplog.text
    assert "(none)" in caplog.text


def test_a_settled_call_is_summed_up(log: OperatorLog, caplog: pytest.LogCaptureFixture) -> None:
    """Only what there was is said."""
    log.notice(CallSettled(97, 0, 2, 1, 0))
    log.notice(CloudBack())
    settled, back = (record.message for record in caplog.records)
    assert settled.endswith("97 associated, 2 to be tried again or given up, 1 refused for good")
    assert back == "the cloud answers again"


@pytest.mark.parametrize(("given_up", "outcome"), [(True, "given up"), (False, "tried again")])
def test_a_device_in_trouble_is_named(
    log: OperatorLog,
    caplog: pytest.LogCaptureFixture,
    given_up: bool,  # noqa: FBT001 - a parameter of the test
    outcome: str,
) -> None:
    """With the service's words and what becomes of it."""
    log.notice(DeviceTrouble("lamp", "Oops", "in words", given_up))
    assert "lamp" in caplog.text
    assert "Oops in words" in caplog.text
    assert outcome in caplog.text


def test_a_lost_journal_is_said_once_and_its_return_too(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither again before the other has been."""
    log.storage_back()
    for _ in range(2):
        log.storage_lost("disk full")
        log.storage_lost("disk full")
        log.storage_back()
        log.storage_back()
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.INFO] * 2


def test_refused_results_are_said_once_until_one_is_taken(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """With the operation that accessControl has to allow."""
    for _ in range(2):
        log.results_refused("t/status", "no", Settings())
        log.results_refused("t/status", "no", Settings())
        log.results_taken("another/status")
        log.results_refused("t/status", "no", Settings())
        log.results_taken("t/status")
    assert len(caplog.records) == 2
    assert "t/status (no)" in caplog.records[0].message
    assert publish_block(Settings()) in caplog.records[0].message
    assert "aws.greengrass#PublishToTopic" in caplog.records[0].message


def test_problems_with_settings_are_all_listed(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong in one line, what is doubtful in one line each."""
    problems = [Problem("/a", "'x'", "a map"), Problem("/b", "5", "a string")]
    log.settings_refused(problems)
    log.settings_doubtful(problems)
    assert [record.levelno for record in caplog.records] == [
        logging.ERROR,
        logging.WARNING,
        logging.WARNING,
    ]
    assert "/a: found 'x', expected a map; /b: found 5" in caplog.records[0].message


def test_good_settings_are_said_only_after_bad_ones(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """That they are in force again, once."""
    caplog.clear()
    log.settings_good()
    assert caplog.records == []
    log.settings_refused([Problem("/a", "5", "a map")])
    log.settings_good()
    log.settings_good()
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.INFO]
    assert "in order again" in caplog.text


def test_what_lasts_is_said_once(log: OperatorLog, caplog: pytest.LogCaptureFixture) -> None:
    """However often a trouble with the configuration is met; and again when it comes anew."""
    caplog.clear()
    for _ in range(3):
        log.configuration_unwatched("no")
        log.configuration_unread("no")
        log.settings_doubtful([Problem("/a", "an unknown key", "'b'")])
    assert len(caplog.records) == 3
    log.configuration_watched()
    log.configuration_read()
    log.settings_doubtful([])
    log.configuration_unwatched("no")
    log.configuration_unread("no")
    log.settings_doubtful([Problem("/a", "an unknown key", "'b'")])
    assert len(caplog.records) == 6


def test_everything_else_is_one_line(log: OperatorLog, caplog: pytest.LogCaptureFixture) -> None:
    """Each event of the component's life, with what it is about."""
    log.started("1.2.3", "journal.db")
    log.listening(["a", "b"])
    log.listening([])
    log.not_listening("a/#", "no", ["a/#", "b"])
    log.unheard("a/+")
    log.state_not_reported("RUNNING", "unsupported")
    log.configuration_unwatched("no watch")
    log.configuration_unread("no read")
    log.no_veto("no questions")
    log.deployment_vetoed("deployment-1", "/a: found 5")
    log.journal_set_aside(SetAside(Path("journal.damaged-1"), "it is torn"))
    log.stopping("told to")
    log.fatal("no nucleus")
    log.rejected("topic", "notJson: no", 3)
    log.worker_ended("ended with exit code 1")
    about = [
        "1.2.3 for core device core-1; journal journal.db",
        "a, b",
        "nothing at all",
        f"a/# (no); if accessControl does not allow it, merge {subscribe_block(['a/#', 'b'])}",
        "a/+",
        "state RUNNING (unsupported)",
        "watch the configuration (no watch)",
        "read the configuration (no read)",
        "no effect (no questions)",
        "deployment deployment-1: /a: found 5",
        "(it is torn); it is now journal.damaged-1",
        "told to",
        "no nucleus",
        "3 announcement(s) on topic: notJson: no",
        "exit code 1",
    ]
    assert len(caplog.records) == len(about)
    for record, text in zip(caplog.records, about, strict=True):
        assert text in record.message
