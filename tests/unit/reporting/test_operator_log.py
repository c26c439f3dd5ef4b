"""Where lines go, and which notices are a line."""

import logging
from collections.abc import Iterator

import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import CallsFailing, CallsSucceeding, DeviceFailed
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.reporting.notices import DefectFound, ListeningChanged
from client_device_associator.reporting.operator_log import OperatorLog, configure

LOGGER = logging.getLogger("client_device_associator")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> OperatorLog:
    """The log of a core device, captured from DEBUG on."""
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
def test_warnings_and_errors_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A nucleus takes stdout for INFO and stderr for WARN; once, however often configured."""
    configure("ERROR")
    configure("INFO")
    LOGGER.debug("too small")
    LOGGER.info("information")
    LOGGER.warning("warning")
    written = capsys.readouterr()
    assert (written.out, written.err) == ("INFO information\n", "WARNING warning\n")


@pytest.mark.usefixtures("_untouched_logger")
@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARN", "WARNING", "ERROR"])
def test_every_level_of_the_settings_is_one(level: str) -> None:
    """What the configuration accepts, logging accepts too."""
    configure(level)
    assert LOGGER.level == getattr(logging, level)


def test_each_cause_of_an_outage_is_written_once(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """However often causes take turns; and again in the next outage."""
    throttled = CallsFailing(FailureCause.THROTTLED, "Slow", "down", 1)
    denied = CallsFailing(FailureCause.ACCESS_DENIED, "Denied", "no", 300)
    for _ in range(2):
        for _ in range(3):
            log(throttled)
            log(denied)
        log(CallsSucceeding())
    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.WARNING, logging.WARNING, logging.INFO] * 2


def test_topics_are_written_when_they_are_first_heard(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of announcements; one that the nucleus closes again and again is written once."""
    log(ListeningChanged((), ("a",)))
    log(ListeningChanged((HEALTH_REQUEST_TOPIC,), ("a",)))
    for _ in range(3):
        log(ListeningChanged(("a", HEALTH_REQUEST_TOPIC), ()))
        log(ListeningChanged((HEALTH_REQUEST_TOPIC,), ()))
    log(ListeningChanged(("a", "b", METRIC_ANSWERS_TOPIC), ()))
    assert [record.message for record in caplog.records] == [
        "listening for announcements on a",
        "listening for announcements on a, b",
    ]


def test_a_defect_is_written_once_with_its_traceback(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Each kind, and of many kinds the first ones."""

    def fail(number: int) -> None:
        raise ZeroDivisionError(f"number {number}")

    def failed(number: int) -> Exception:
        with pytest.raises(ZeroDivisionError) as caught:
            fail(number)
        return caught.value

    for number in (1, 1, 2):
        log(DefectFound(failed(number)))
    first, second = (record.message for record in caplog.records)
    assert "a defect in this component (ZeroDivisionError: number 1); it goes on" in first
    assert "    | ZeroDivisionError: number 1" in first
    assert "in fail" in first
    assert "number 2" in second
    for number in range(100):
        log(DefectFound(failed(number)))
    assert len(caplog.records) == 20


def test_nothing_from_outside_looks_like_a_line(
    log: OperatorLog, caplog: pytest.LogCaptureFixture
) -> None:
    """Line ends and escape sequences in a name, a code, a message or an exception are escaped."""
    forged = "x\nERROR forged\r\x1b[31m\u202e"
    log(DeviceFailed(forged, forged, forged))
    log(DefectFound(ValueError(forged)))
    log.fatal(forged)
    for record in caplog.records:
        first, *others = record.message.split("\n")
        assert r"x\x0aERROR forged\x0d\x1b[31m\u202e" in first
        assert all(line.startswith("    | ") for line in others)
        assert not set(record.message) & set("\r\x1b\u202e")
