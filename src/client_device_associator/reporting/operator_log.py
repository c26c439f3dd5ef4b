"""The log: where lines go, and which notices are a line."""

import logging
import sys
import traceback

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import CallsFailing, CallsSucceeding
from client_device_associator.core.operation import Operation
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC
from client_device_associator.messages.text import printable
from client_device_associator.messages.topic import OWN_TOPICS
from client_device_associator.reporting.line import Line, Place
from client_device_associator.reporting.notices import (
    DefectFound,
    ListeningChanged,
    Notice,
    PresenceRejected,
)
from client_device_associator.reporting.wording import line_for

_LOGGER = "client_device_associator"

_MAX_DEFECTS = 20
"""Different ones; each comes with a traceback."""

_NO_ANNOUNCEMENTS = frozenset({*OWN_TOPICS, METRIC_ANSWERS_TOPIC})

_TRACE = "    | "
"""Before each line of a traceback."""


def configure(level: str) -> None:
    """Sends the log to where a nucleus reads it: stdout is logged as INFO, stderr as WARN."""
    logger = logging.getLogger(_LOGGER)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    to_stdout = logging.StreamHandler(sys.stdout)
    to_stdout.addFilter(lambda record: record.levelno < logging.WARNING)
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setLevel(logging.WARNING)
    for handler in (to_stdout, to_stderr):
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False


class OperatorLog:
    """Writes a line for each notice that is worth one; receives them all.

    Args:
        core_thing_name: This core device.
        region: Its AWS region.
    """

    def __init__(self, core_thing_name: str, region: str) -> None:
        self._place = Place(core_thing_name, region)
        self._logger = logging.getLogger(_LOGGER)
        self._causes: set[tuple[Operation, FailureCause]] = set()
        self._defects: set[str] = set()
        self._presence_codes: set[str] = set()
        self._listened: set[str] = set()

    def __call__(self, notice: Notice) -> None:
        """Takes a notice."""
        if isinstance(notice, ListeningChanged):
            self._listening(notice)
        elif not self._is_known(notice):
            line = line_for(notice, self._place)
            if line is not None:
                self._write(line)

    def fatal(self, message: str) -> None:
        """The component cannot run at all."""
        self._write(Line(logging.ERROR, message))

    def _write(self, line: Line) -> None:
        # The one place where text from outside goes into the log: none of it may look like a line.
        text = printable(line.text)
        if line.error is not None:
            trace = "".join(traceback.format_exception(line.error)).splitlines()
            text = "\n".join([text, *(f"{_TRACE}{printable(one)}" for one in trace)])
        self._logger.log(line.level, "%s", text)

    def _listening(self, notice: ListeningChanged) -> None:
        """A topic that the nucleus closes again and again is written once."""
        topics = [one for one in notice.listening if one not in _NO_ANNOUNCEMENTS]
        if not self._listened.issuperset(topics):
            self._listened.update(topics)
            text = f"listening for announcements on {', '.join(topics)}"
            self._write(Line(logging.INFO, text))

    def _is_known(self, notice: Notice) -> bool:
        """Whether a line would only repeat an earlier one."""
        if isinstance(notice, CallsFailing):
            # Several causes may take turns in one outage.
            kind = (notice.operation, notice.cause)
            known = kind in self._causes
            self._causes.add(kind)
            return known
        if isinstance(notice, CallsSucceeding):
            self._causes = {one for one in self._causes if one[0] is not notice.operation}
        if isinstance(notice, PresenceRejected):
            known = notice.code in self._presence_codes
            self._presence_codes.add(notice.code)
            return known
        if isinstance(notice, DefectFound):
            error = f"{type(notice.error).__name__}: {notice.error}"
            known = error in self._defects or len(self._defects) >= _MAX_DEFECTS
            self._defects.add(error)
            return known
        return False
